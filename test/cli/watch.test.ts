import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bin, leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

/** Starts --watch in a project; `seen` waits for a text on either stream, behind what was waited for before. */
async function watching(files: Record<string, string>, ...args: string[]) {
  const made = project({ 'package.json': manifest, ...files });
  const child = spawn(process.execPath, [bin, 'scan', '--watch', '--reporter', 'concise', ...args], {
    cwd: made.folder,
    env: { PATH: process.env.PATH ?? '' },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data));
  onTestFinished(() => {
    child.kill('SIGKILL');
    made.remove();
  });
  let from = 0;
  const seen = async (text: string) => {
    for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const at = out.indexOf(text, from);
      if (at >= 0) {
        from = at + text.length;
        return;
      }
      if (Date.now() > end || child.exitCode !== null) throw new Error(`never said ${text}: ${out.slice(from)}`);
    }
  };
  await seen('Watching for changes');
  return { child, seen, output: () => out, at: (path: string) => join(made.folder, path) };
}

describe('--watch', () => {
  test('reports what a change brings and takes away, also in new folders, and ends with 130', async () => {
    const { child, seen, output, at } = await watching({ 'src/app.ts': 'export {};\n' });
    writeFileSync(at('src/app.ts'), leakyApp);
    await seen('+ src/app.ts:6');
    mkdirSync(at('src/deep/er'), { recursive: true });
    writeFileSync(at('src/deep/er/new.ts'), leakyApp);
    await seen('+ src/deep/er/new.ts:6');
    expect(output().match(/src\/app\.ts:6/g)).toHaveLength(1);
    rmSync(at('src/deep'), { recursive: true });
    await seen('- src/deep/er/new.ts:6');
    await seen('score ');
    writeFileSync(at('src/app.ts'), `\n\n${leakyApp}`);
    writeFileSync(at('src/other.ts'), leakyApp);
    await seen('+ src/other.ts:6');
    expect(output()).not.toContain('src/app.ts:8');
    expect(output()).toMatch(/\n\d\d:\d\d:\d\d\n\+ src\/other/);
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(output()).not.toContain('error');
  });

  test('is silent when nothing differs, and waits out a configuration that is wrong for a while', async () => {
    const { seen, output, at } = await watching(
      { 'src/app.ts': leakyApp, 'plimsoll.config.json': '{}' },
      '--reporter',
      'json=out.json',
    );
    const before = output();
    writeFileSync(at('notes.txt'), 'nothing\n');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(output()).toBe(before);
    writeFileSync(at('plimsoll.config.json'), '{ "rules": ');
    await seen('error:');
    writeFileSync(at('plimsoll.config.json'), '{ "rules": { "no-leaked-interval": "low" } }');
    await seen('src/app.ts:6');
    expect(JSON.parse(readFileSync(at('out.json'), 'utf8')).findings[0].severity).toBe('low');
  });

  test('refuses what it cannot do again and again', async () => {
    const made = project({ 'a.ts': '' });
    onTestFinished(() => made.remove());
    const { code, stderr } = await plimsoll(['--watch', '--fix'], { cwd: made.folder });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--watch only reports') });
    const document = await plimsoll(['--watch', '--reporter', 'json'], { cwd: made.folder });
    expect(document).toMatchObject({ code: 2, stderr: expect.stringContaining('--reporter json=<file>') });
  });
});
