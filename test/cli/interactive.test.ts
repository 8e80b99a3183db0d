import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversation, plimsoll, project } from './plimsoll.ts';

const poller = (name: string) => `export class ${name} {
  start(): void {
    setInterval(() => this.poll(), 1000);
  }

  stop(): void {
    console.log('stopped');
  }

  private poll(): void {}
}
`;
const server = `import { createServer } from 'node:http';
import { First } from './first.js';
import { Second } from './second.js';

createServer((request, response) => {
  new First().start();
  new Second().start();
  response.end(request.url);
}).listen(3000);
`;

let own: ReturnType<typeof project>;
beforeEach(() => {
  own = project({
    'package.json': '{ "name": "shop", "version": "1.0.0", "type": "module", "types": "index.d.ts" }\n',
    'src/first.ts': poller('First'),
    'src/second.ts': poller('Second'),
    'src/server.ts': server,
  });
});
afterEach(() => own.remove());

const text = (file: string) => readFileSync(join(own.folder, file), 'utf8');
const talk = (answers: readonly (readonly [string, string])[], ...args: string[]) =>
  conversation(['-i', '--rule', 'no-leaked-interval', ...args], { cwd: own.folder }, answers);
const question = 'quit, and carry out';
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: own.folder, encoding: 'utf8' });

describe('--interactive', () => {
  it('shows each repair, applies the one that is agreed to and leaves the one that is skipped', async () => {
    const { code, stdout } = await talk([
      [question, 'y'],
      [question, 'n'],
    ]);
    expect(stdout).toContain('1 of 2');
    expect(stdout).toContain('src/first.ts:3:5');
    expect(stdout).toMatch(/\+ .*setInterval\(\(\) => this\.poll\(\), 1000\)/);
    expect(stdout).toContain('Fixed 1 finding in 1 file');
    expect(text('src/first.ts')).toContain('clearInterval(');
    expect(text('src/second.ts')).toBe(poller('Second'));
    expect(code).toBe(1);
  });

  it('writes what was agreed to, and nothing else, as a patch that git can take back', async () => {
    const before = text('src/first.ts');
    await talk(
      [
        [question, 'y'],
        [question, 'n'],
      ],
      '--patch',
      'agreed.patch',
    );
    expect(text('src/first.ts')).not.toBe(before);
    expect(text('agreed.patch')).not.toContain('second.ts');
    git('init', '--quiet');
    git('apply', '--reverse', 'agreed.patch');
    expect(text('src/first.ts')).toBe(before);
  });

  it('says why, and applies all of a rule at once', async () => {
    const { code, stdout } = await talk([
      [question, 'w'],
      [question, 'a'],
    ]);
    expect(stdout).toMatch(/why {6}\S/);
    expect(stdout).toContain('Fixed 2 findings in 2 files');
    expect(code).toBe(0);
    expect([text('src/first.ts'), text('src/second.ts')].filter((one) => one.includes('clearInterval('))).toHaveLength(
      2,
    );
  });

  it('suppresses with a reason, asks again for an empty one, and repairs the other in the same run', async () => {
    const { code, stdout } = await talk([
      [question, 's'],
      ['Why may it stay', '\r'],
      ['a suppression needs a reason', 'ends with the process\r'],
      [question, 'y'],
    ]);
    expect(stdout).toContain('Suppressed src/first.ts:3:5 no-leaked-interval');
    expect(text('src/first.ts')).toContain(
      '    // plimsoll-ignore-next-line no-leaked-interval -- ends with the process\n    setInterval(',
    );
    expect(text('src/second.ts')).toContain('clearInterval(');
    expect(code).toBe(0);
  });

  it('carries out what was settled when one quits, also when that is a suppression alone', async () => {
    const { code, stdout } = await talk([
      [question, 's'],
      ['Why may it stay', 'one a process\r'],
      [question, 'q'],
    ]);
    expect(stdout).toContain('Nothing was repaired. Score');
    expect(text('src/first.ts')).toContain('-- one a process');
    expect(text('src/second.ts')).toBe(poller('Second'));
    expect(code).toBe(1);
  });

  it('^C leaves every file as it was, with exit code 130', async () => {
    const { code, stdout } = await talk([
      [question, 'y'],
      [question, '\u0003'],
    ]);
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted');
    expect([text('src/first.ts'), text('src/second.ts')]).toEqual([poller('First'), poller('Second')]);
  });

  it('an error after the questions takes the suppressions back too', async () => {
    const { code, stdout } = await talk(
      [
        [question, 's'],
        ['Why may it stay', 'one a process\r'],
        [question, 'y'],
      ],
      '--verify',
      'false',
    );
    expect(code).toBe(2);
    expect(stdout).toContain('the command of --verify fails before any fix');
    expect([text('src/first.ts'), text('src/second.ts')]).toEqual([poller('First'), poller('Second')]);
  });

  it('refuses a dirty tree before it asks anything', async () => {
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    writeFileSync(join(own.folder, 'src/server.ts'), `${server}// more\n`);
    const { code, stdout } = await talk([]);
    expect(code).toBe(2);
    expect(stdout).toContain('changes that are not committed: src/server.ts');
    expect(stdout).not.toContain('1 of 2');
  });

  it.each([
    [[], '--interactive asks questions: it needs a terminal'],
    [['--diff'], '--diff changes nothing: it does not work with --interactive'],
    [['--staged'], '--staged only reports: it does not work with --interactive'],
    [['--history', 'h.ndjson'], '--history does not work with --interactive'],
    [['--reporter', 'concise'], '--interactive asks its questions on stdout'],
  ])('without a terminal or with %j it is exit 2', async (args, message) => {
    const { code, stderr } = await plimsoll(['-i', ...args], { cwd: own.folder });
    expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
  });
});
