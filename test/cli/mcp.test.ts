import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, poller, project, weighing } from './plimsoll.ts';

const own = project({ 'package.json': weighing, 'src/poller.ts': poller });
const client = new Client({ name: 'test', version: '1.0.0' });
beforeAll(async () => {
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp'], cwd: own.folder }));
});
afterAll(async () => {
  await client.close();
  own.remove();
});

async function call(name: string, input: Record<string, unknown>) {
  const answer = await client.callTool({ name, arguments: input });
  const [first] = answer.content as { type: string; text: string }[];
  return { text: first?.text ?? '', isError: answer.isError === true };
}

describe('the server for agents, asked by a client of the same protocol', () => {
  it('lists its tools, and says which of them change files', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['scan', true],
      ['explain', true],
      ['why', true],
      ['fix', false],
    ]);
  });

  it('scans: a line a finding, the score last', async () => {
    const { text, isError } = await call('scan', {});
    expect(isError).toBe(false);
    const lines = text.trim().split('\n');
    expect(lines[0]).toMatch(
      /^src\/poller\.ts:3:5 high no-leaked-interval .* \| fix: (safe|review) \| id [0-9a-f]{16}$/,
    );
    expect(lines.at(-1)).toMatch(/^score \d+ /);
  });

  it('explains a rule as data', async () => {
    const { text } = await call('explain', { rule: 'no-leaked-interval' });
    expect(JSON.parse(text)).toMatchObject({ id: 'no-leaked-interval', category: 'resources' });
  });

  it('tells the evidence of a line, and why there is none', async () => {
    const { text } = await call('why', { file: 'src/poller.ts', line: 3 });
    expect(text).toContain('no-leaked-interval');
    expect(text).toMatch(/^ {2}why {6}\S/m);
    expect((await call('why', { file: 'src/poller.ts', line: 1 })).text).toContain('No rule reports anything on');
    expect(await call('why', { file: '../x.ts', line: 1 })).toMatchObject({ isError: true });
    expect(await call('why', { file: 'src/polller.ts', line: 1 })).toEqual({
      text: expect.stringContaining('did you mean src/poller.ts?'),
      isError: true,
    });
  });

  it('shows the repair as a patch and writes nothing unless told to', async () => {
    const file = join(own.folder, 'src/poller.ts');
    const shown = await call('fix', { safety: 'review' });
    expect(shown.text).toMatch(/^would apply 1 fixes in 1 files; score 55 to 100\n/);
    expect(shown.text).toMatch(/^\+.*setInterval/m);
    expect(readFileSync(file, 'utf8')).toBe(poller);
    const written = await call('fix', { safety: 'review', write: true });
    expect(written.text).toMatch(/^applied 1 fixes/);
    expect(readFileSync(file, 'utf8')).not.toBe(poller);
  });

  it('answers what is wrong as an error of the tool, and keeps running', async () => {
    expect(await call('explain', { rule: 'no-leaked-intervall' })).toEqual({
      text: expect.stringContaining('did you mean no-leaked-interval?'),
      isError: true,
    });
    expect((await call('scan', { paths: ['../..'] })).text).toContain('outside the project');
    expect((await call('scan', { paths: ['nope.ts'] })).isError).toBe(true);
    expect((await call('scan', { severity: 'high' })).isError).toBe(false);
  });

  it.each([
    ['scan', { severity: 'hihg' }, 'unknown severity "hihg"; did you mean high?; known: high, medium, low'],
    ['scan', { confidence: 'possible' }, 'unknown argument "confidence"; known: paths, rules, severity'],
    ['scan', { rules: ['no-leaked-intervall'] }, 'did you mean no-leaked-interval?'],
    ['scan', { rules: 'no-leaked-interval' }, '"rules" must be of type array, not string'],
    ['fix', { safety: 'all' }, 'unknown safety "all"; known: safe, review'],
    ['why', { file: 'src/poller.ts' }, '"line" is missing'],
  ])('refuses what %s does not take: %o', async (name, input, why) => {
    expect(await call(name, input)).toEqual({ text: expect.stringContaining(why), isError: true });
  });
});
