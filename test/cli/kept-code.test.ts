import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bin } from './plimsoll.ts';

// From Node.js 22.8 on it keeps compiled code itself.
const isOurs = !('enableCompileCache' in module);
const root = dirname(dirname(bin));
const home = mkdtempSync(join(tmpdir(), 'plimsoll-code-'));
const installed = join(home, 'node_modules/plimsoll');
const cache = join(home, 'node_modules/.cache/plimsoll-code');

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(installed, part), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== 'plimsoll' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name));
  }
  mkdirSync(join(home, 'src'));
  writeFileSync(
    join(home, 'src/server.js'),
    "const { createServer } = require('node:http');\nconst { readFileSync } = require('node:fs');\n" +
      "createServer((req, res) => res.end(readFileSync('page.html'))).listen(80);\n",
  );
});
beforeEach(() => rmSync(cache, { recursive: true, force: true }));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(installed, 'bin/plimsoll.js'), ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      text += data;
    });
  }
  return new Promise((resolve) => child.on('close', () => resolve(text)));
}

const scan = (): Promise<string> => run('scan', '--reporter', 'json', '--trial', 'weigh', '--no-cache');

const keptFiles = (): string[] => readdirSync(cache).sort();

test.runIf(isOurs)('compiled code is kept beside the package, and used while it is of the same files', async () => {
  const first = await scan();
  expect(JSON.parse(first)).toMatchObject({ files: { inScope: 1 } });
  const kept = keptFiles();
  expect(kept.map((name) => name.split('-')[0])).toEqual(['analysis.cjs', 'base.cjs', 'start.cjs']);
  const contents = kept.map((name) => readFileSync(join(cache, name)));
  expect(await scan()).toBe(first);
  expect(kept.map((name) => readFileSync(join(cache, name)))).toEqual(contents);
  utimesSync(join(installed, 'dist/base.cjs'), 1, 1);
  expect(await scan()).toBe(first);
  const base = kept.findIndex((name) => name.startsWith('base.cjs'));
  expect(readFileSync(join(cache, kept[base]!)).equals(contents[base]!)).toBe(false);
});

test.runIf(isOurs)('compiled code that is damaged, cut off or of something else is replaced', async () => {
  const first = await scan();
  for (const damage of [
    (bytes: Buffer) => bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 64),
    (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
    () => Buffer.from('something else'),
  ]) {
    const kept = keptFiles();
    const damaged = kept.map((name) => damage(readFileSync(join(cache, name))));
    for (const [place, name] of kept.entries()) writeFileSync(join(cache, name), damaged[place]!);
    expect(await scan()).toBe(first);
    for (const [place, name] of kept.entries()) {
      expect(readFileSync(join(cache, name)).equals(damaged[place]!)).toBe(false);
    }
  }
});

test.runIf(isOurs)('runs side by side keep one whole set, and none is needed', async () => {
  const results = await Promise.all([scan(), scan(), scan()]);
  expect(new Set(results).size).toBe(1);
  expect(keptFiles()).toHaveLength(3);
  rmSync(cache, { recursive: true });
  writeFileSync(cache, 'no folder');
  expect(await scan()).toBe(results[0]);
  rmSync(cache);
});

test.runIf(isOurs)('code that was kept loads other parts of the tool', async () => {
  const rules = () => run('rules', '--json');
  const first = await rules();
  expect(JSON.parse(first)).toBeInstanceOf(Array);
  expect(await rules()).toBe(first);
});

test.runIf(isOurs)('what a run that scanned nothing has kept is completed by one that scans', async () => {
  await run('rules');
  expect(keptFiles()).toHaveLength(2);
  const before = keptFiles().map((name) => readFileSync(join(cache, name)).length);
  await scan();
  const after = keptFiles()
    .filter((name) => !name.startsWith('analysis'))
    .map((name) => readFileSync(join(cache, name)).length);
  expect(after.every((length, place) => length > before[place]!)).toBe(true);
});
