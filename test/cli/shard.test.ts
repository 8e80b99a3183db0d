import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { scanShard } from '../../src/engine/shard.ts';
import { pairs } from '../../src/registry.generated.ts';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

/** Findings that hold only by what other files say, a directive, and files that cannot be analysed. */
function shop() {
  const files: Record<string, string> = {
    'package.json': manifest,
    'src/app.ts': `import express from 'express';\nimport { all } from './all.js';\nexpress().get('/', (req, res) => all());\n`,
    'src/all.ts': '',
    'src/leaky.ts': leakyApp,
    'src/broken.ts': 'const = 1; // setInterval\n',
    'src/latin.ts': 'setInterval',
    'src/made.ts': '// @generated\nsetInterval(() => 1, 1);\n',
    'src/known.ts': `// plimsoll-ignore-file no-leaked-interval -- one a process\n${leakyApp}`,
  };
  for (let i = 0; i < 12; i++) {
    files[`src/work-${i}.ts`] =
      `import fs from 'node:fs';\nimport { next } from './work-${(i + 1) % 12}.js';\n` +
      `export function next() {\n  setInterval(() => next(), 1);\n  return fs.readFileSync('${'x'.repeat(i * 40)}');\n}\n`;
    files['src/all.ts'] += `import { next as n${i} } from './work-${i}.js';\n`;
  }
  files['src/all.ts'] += `export function all() {\n${Array.from({ length: 12 }, (_, i) => `  n${i}();\n`).join('')}}\n`;
  const made = project(files);
  onTestFinished(() => made.remove());
  writeFileSync(join(made.folder, 'src/latin.ts'), Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
  const run = (...args: string[]) => plimsoll(args, { cwd: made.folder });
  const at = (name: string) => join(made.folder, name);
  /** Writes the shards and returns their names. */
  const shards = async (count: number, ...args: string[]) => {
    const names = Array.from({ length: count }, (_, i) => `shard-${i + 1}.json`);
    for (const [i, name] of names.entries()) {
      const { code, stdout, stderr } = await run('scan', '--shard', `${i + 1}/${count}`, ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(`^shard ${i + 1} of ${count}: `) });
      writeFileSync(at(name), stdout);
    }
    return names;
  };
  return { root: made.folder, at, run, shards };
}

test('the result is the same, byte for byte, whatever the number of shards', async () => {
  const { root } = shop();
  const request = { root, confidence: 'possible' as const };
  const whole = await scan(request, pairs);
  expect(whole.findings.length).toBeGreaterThan(3);
  expect(JSON.stringify(whole)).toContain('request handler: GET /');
  for (const count of [1, 2, 3, 7, 40]) {
    const parts = [];
    for (let index = 1; index <= count; index++) parts.push(await scanShard(request, pairs, { index, count }));
    const outcomes: typeof parts = JSON.parse(JSON.stringify(parts));
    const shards = new Map(outcomes.flat().map((outcome) => [outcome.path, outcome]));
    expect(outcomes.flat()).toHaveLength(shards.size);
    expect(JSON.stringify(await scan({ ...request, shards }, pairs)), `${count} shards`).toBe(JSON.stringify(whole));
  }
});

test('shards hold about as many bytes each', async () => {
  const { root } = shop();
  const sizes = [];
  for (const index of [1, 2, 3]) {
    const outcomes = await scanShard({ root }, pairs, { index, count: 3 });
    sizes.push(outcomes.reduce((sum, outcome) => sum + (outcome.kind === 'scanned' ? outcome.bytes : 0), 0));
  }
  expect(Math.min(...sizes) / Math.max(...sizes)).toBeGreaterThan(0.85);
});

describe('the command', () => {
  test('joins shards to the reports, the gates and the exit code of an undivided scan', async () => {
    const { at, run, shards } = shop();
    for (const options of [
      [],
      ['src/app.ts', 'src/work-1.ts', '--confidence', 'possible'],
      ['--rule', 'no-leaked-interval'],
    ]) {
      const names = await shards(2, ...options);
      const whole = await run('scan', ...options, '--reporter', 'json', '--min-score', '100');
      const merged = await run(
        'merge',
        ...names,
        '--reporter',
        'json',
        '--reporter',
        'sarif=out.sarif',
        '--min-score',
        '100',
      );
      expect(merged.stdout).toBe(whole.stdout);
      expect(merged.code).toBe(whole.code);
      expect(JSON.parse(readFileSync(at('out.sarif'), 'utf8')).version).toBe('2.1.0');
    }
  });

  test('refuses shards that are missing, given twice, of another scan, or not of the code that is there', async () => {
    const { at, run, shards } = shop();
    const [first = '', second = ''] = await shards(2);
    const fails = async (message: string, ...args: string[]) => {
      const { code, stderr } = await run('merge', ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    };
    await fails('of 2 shards these are missing: 2', first);
    writeFileSync(at('copy.json'), readFileSync(at(first)));
    await fails(`${first} and copy.json are both shard 1 of 2`, first, 'copy.json');
    await fails('package.json is no shard', first, 'package.json');
    writeFileSync(at('other.json'), (await run('scan', '--shard', '2/2', '--rule', 'no-leaked-interval')).stdout);
    await fails(`${first} and other.json are of different scans`, first, 'other.json');
    writeFileSync(at('third.json'), (await run('scan', '--shard', '2/3')).stdout);
    await fails('is one of 3', first, 'third.json');
    writeFileSync(at('src/new.ts'), '');
    await fails('No shard holds src/new.ts', first, second);
    writeFileSync(at('src/new.ts'), 'export {};\n');
    writeFileSync(at('plimsoll.config.json'), '{ "exclude": ["src/new.ts"] }');
    await fails('the shards were made with other settings', first, second);
    writeFileSync(at('plimsoll.config.json'), '{}');
    writeFileSync(at('src/all.ts'), '');
    await fails('src/all.ts has changed since its shard was made', first, second);
  });

  test('takes no options of a whole scan, and names what a part must look like', async () => {
    const { run } = shop();
    for (const [args, message] of [
      [['--shard', '1/2', '--reporter', 'sarif'], '--shard does not work with --reporter'],
      [['--shard', '3/2'], '--shard must be a part and how many there are, like 2/8, not "3/2"'],
    ] as const) {
      const { code, stderr } = await run('scan', ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    }
  });
});
