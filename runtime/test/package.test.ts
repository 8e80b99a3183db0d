import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'runtime/src');
const parts = readdirSync(source)
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.slice(0, -'.ts'.length));
/** Parts that need a client library beside them, run on import, or are a page's text. */
const special = ['prometheus', 'opentelemetry', 'dashboard', 'dashboard-page', 'dashboard-preload'];
const plain = parts.filter((part) => !special.includes(part));
const structures = [
  'bounded-cache',
  'ring-buffer',
  'deque',
  'priority-queue',
  'byte-accumulator',
  'hash',
  'hash-ring',
  'route-cache',
];

let project: string;

function newest(folder: string): number {
  return Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs));
}

/** Builds only when the build is missing or older than the sources, as other suites may be reading it. */
function ensureBuilt(): void {
  const dist = join(root, 'runtime/dist/cjs');
  if (existsSync(join(dist, 'index.cjs')) && newest(dist) >= newest(source)) return;
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', 'runtime'], { cwd: root, stdio: 'pipe' });
}

beforeAll(() => {
  ensureBuilt();
  project = mkdtempSync(join(tmpdir(), 'plimsoll-package-'));
  const npm = (args: string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  const packed = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', project], join(root, 'runtime'));
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "version": "1.0.0", "private": true }\n');
  const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=peer'];
  npm(['install', ...quiet, join(project, filename)], project);
}, 300_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

function run(file: string, text: string): string {
  writeFileSync(join(project, file), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: project,
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

test('installs alone, with nothing beside it', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@plimsoll']);
  const installed = readdirSync(join(project, 'node_modules/@plimsoll/runtime'));
  expect(installed.sort()).toEqual(
    ['LICENSE', 'dist', 'package.json', 'src', ...(installed.includes('README.md') ? ['README.md'] : [])].sort(),
  );
});

test('every part can be imported alone from ESM and required from CommonJS, with the same names', () => {
  const esm = run(
    'all.mjs',
    `const names = {};
    for (const part of ${JSON.stringify(plain)}) names[part] = Object.keys(await import('@plimsoll/runtime/' + part)).sort();
    console.log(JSON.stringify({ names, index: Object.keys(await import('@plimsoll/runtime')).sort() }));`,
  );
  const cjs = run(
    'all.cjs',
    `const names = {};
    for (const part of ${JSON.stringify(plain)}) names[part] = Object.keys(require('@plimsoll/runtime/' + part)).sort();
    console.log(JSON.stringify({ names, index: Object.keys(require('@plimsoll/runtime')).sort() }));`,
  );
  expect(JSON.parse(cjs)).toEqual(JSON.parse(esm));
  const { names, index } = JSON.parse(esm) as { names: Record<string, string[]>; index: string[] };
  for (const part of structures) expect(names[part]!.length).toBeGreaterThan(0);
  for (const part of structures) expect(index).toEqual(expect.arrayContaining(names[part]!));
});

test.each(['import', 'require'])(
  'importing every part by %s creates no timer or handle, switches no promise hooks on, and the process ends',
  (how) => {
    const load = how === 'import' ? 'await import(name)' : 'require(name)';
    const text = `
    const { executionAsyncId } = ${how === 'import' ? "await import('node:async_hooks')" : "require('node:async_hooks')"};
    const before = process.getActiveResourcesInfo().sort().join();
    const main = async () => {
      for (const name of ${JSON.stringify(['@plimsoll/runtime', ...plain.map((part) => `@plimsoll/runtime/${part}`)])}) ${load};
      await null;
      // With promise hooks on (an AsyncLocalStorage that ran, on Node 20 and 22), a microtask has an id of its own.
      if (executionAsyncId() !== 0) throw new Error('promise hooks are on');
      const after = process.getActiveResourcesInfo().sort().join();
      if (after !== before) throw new Error('resources before ' + before + ' after ' + after);
      console.log('idle');
    };
    ${how === 'import' ? 'await main();' : 'main();'}`;
    expect(run(how === 'import' ? 'idle.mjs' : 'idle.cjs', text)).toBe('idle\n');
  },
);

function typecheck(folder: string, options: Record<string, unknown>, files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { noEmit: true, ...options }, include: ['*'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
}

const use = `
import { BoundedCache, Deque, HashRing, RingBuffer, hash32 } from '@plimsoll/runtime';
const cache: Map<string, number> = new BoundedCache<string, number>({ max: 10 });
const first: number | undefined = new Deque<number>([1]).shift();
const node: string | undefined = new HashRing(['a']).get('k');
const names: string[] = new RingBuffer<string>(3).toArray();
// @ts-expect-error: a policy that does not exist
new BoundedCache({ max: 1, policy: 'random' });
export const used = [cache, first, node, names, hash32('x')];
`;
const useAlone = `
import { BoundedCache } from '@plimsoll/runtime/bounded-cache';
import { ByteAccumulator } from '@plimsoll/runtime/byte-accumulator';
import { RouteCache } from '@plimsoll/runtime/route-cache';
const day: Date | undefined = new BoundedCache<string, Date>({ max: 1, policy: 'sieve' }).get('x');
const id: string | undefined = new RouteCache<number>().match('/x')?.params.id;
const bytes: Uint8Array = new ByteAccumulator().concat();
export const used = [day, id, bytes];
`;

test('its types hold from ESM and CommonJS in a strict project', { timeout: 300_000 }, () => {
  const folder = join(project, 'types');
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  const options = { strict: true, module: 'NodeNext', target: 'ES2022', types: ['node'], skipLibCheck: true };
  expect(
    typecheck(folder, options, { 'use.mts': use, 'use.cts': use, 'alone.mts': useAlone, 'alone.cts': useAlone }),
  ).toBe('');
});

test("the data structures' types hold in a browser project without Node's types or skipLibCheck", {
  timeout: 300_000,
}, () => {
  const lib = ['ES2022', 'DOM', 'ESNext.Disposable'];
  const options = { strict: true, module: 'ESNext', moduleResolution: 'bundler', target: 'ES2022', lib, types: [] };
  expect(typecheck(join(project, 'browser'), options, { 'alone.ts': useAlone })).toBe('');
});

test('the sources of the data structures compile when copied into a stricter or an older project', {
  timeout: 300_000,
}, () => {
  const folder = join(project, 'copied');
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  const files = [...structures, 'internal'].map((part) => `${part}.ts`);
  for (const file of files) cpSync(join(source, file), join(folder, file));
  const shared = {
    strict: true,
    module: 'NodeNext',
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const stricter = {
    ...shared,
    target: 'ES2023',
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedModules: true,
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  expect(typecheck(folder, stricter, {})).toBe('');
  expect(typecheck(folder, { ...shared, strict: false, target: 'ES2019', lib: ['ES2019', 'DOM'] }, {})).toBe('');
});

async function bundle(part: string, format: 'iife' | 'esm'): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: `export * from '@plimsoll/runtime/${part}';`, resolveDir: project },
    bundle: true,
    minify: format === 'esm',
    write: false,
    platform: 'browser',
    format,
    ...(format === 'iife' ? { globalName: 'part' } : {}),
    target: 'es2022',
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]!.text;
}

test.each([
  [
    'bounded-cache',
    'const c = new part.BoundedCache({ max: 2, ttl: 1000 }); c.set("a", 1).set("b", 2).set("c", 3).size',
    2,
  ],
  ['ring-buffer', 'const r = new part.RingBuffer(2); r.push(1); r.push(2); r.push(3); r.toArray().join()', '2,3'],
  ['deque', 'new part.Deque([1, 2]).shift()', 1],
  ['priority-queue', 'const q = new part.PriorityQueue(); q.push(2); q.push(1); q.pop()', 1],
  [
    'byte-accumulator',
    'const b = new part.ByteAccumulator(); b.push("hi"); b.concat().constructor.name + b.toString()',
    'Uint8Arrayhi',
  ],
  ['hash', 'part.fnv1a32("foobar")', 0xbf9cf968],
  ['hash-ring', 'new part.HashRing(["a", "b"]).getN("k", 2).sort().join()', 'a,b'],
  ['route-cache', 'new part.RouteCache().add("/:id", 1).match("/7").params.id', '7'],
])(
  '%s bundles for browsers and works there, without process, Buffer or node: modules',
  async (part, code, expected) => {
    const text = await bundle(part, 'iife');
    const page = createContext({ TextEncoder, TextDecoder, performance, AbortController, Uint8Array });
    expect(runInContext(`${text}\n;(() => { return eval(${JSON.stringify(code)}); })()`, page)).toBe(expected);
  },
);

// Bytes of the minified bundle after gzip, option checks included: what a part may weigh before somebody has to say why.
test.each([
  ['bounded-cache', 3_800],
  ['ring-buffer', 720],
  ['deque', 650],
  ['priority-queue', 700],
  ['byte-accumulator', 750],
  ['hash', 500],
  ['hash-ring', 2_800],
  ['route-cache', 1_650],
  ['connection-pool', 5_100],
  ['task-queue', 2_600],
  ['map-limit', 900],
  ['single-flight', 800],
  ['batch-loader', 1_250],
  ['retry', 1_800],
  ['circuit-breaker', 2_050],
  ['with-deadline', 750],
  ['run-in-worker', 2_000],
  ['stringify-sliced', 750],
])('%s stays within %i bytes, minified and gzipped', async (part, budget) => {
  expect(gzipSync(await bundle(part, 'esm'), { level: 9 }).length).toBeLessThanOrEqual(budget);
});

test('a bundle of one part from the index holds no other part', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export { Deque } from '@plimsoll/runtime';", resolveDir: project },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
  });
  const text = outputFiles[0]!.text;
  expect(text).toContain('unshift');
  for (const other of ['getOrLoad', 'fnv1a32', 'diagnostics_channel', 'maxUses']) expect(text).not.toContain(other);
});
