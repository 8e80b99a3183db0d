import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'runtime/README.md'), 'utf8');
const work = join(root, 'node_modules/.cache/plimsoll-readme');
const source = join(root, 'runtime/src');

/** Each `ts` block with the heading above it. */
const examples: { title: string; file: string; code: string }[] = [];
for (const [, title, section] of readme.matchAll(/^### (.+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)) {
  for (const [, code] of section!.matchAll(/```ts\n([\s\S]*?)```/g)) {
    examples.push({ title: title!, file: join(work, `example-${examples.length}.ts`), code: code! });
  }
}

/** Blocks of other pages: compiled, not run. */
const compiledOnly = [...readFileSync(join(root, 'docs/autoscaling.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code], index) => ({ title: 'docs/autoscaling.md', file: join(work, `autoscaling-${index}.ts`), code: code! }),
);

beforeAll(async () => {
  mkdirSync(work, { recursive: true });
  for (const { file, code } of [...examples, ...compiledOnly]) writeFileSync(file, code);
  await build({
    entryPoints: examples.map(({ file }) => file),
    outdir: work,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['prom-client', '@opentelemetry/api'],
    alias: Object.fromEntries(
      readdirSync(source).map((name) => [`@plimsoll/runtime/${name.replace(/\.ts$/, '')}`, join(source, name)]),
    ),
  });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

it('has a runnable example for every part', () => {
  const internal = new Set(['index', 'internal', 'dashboard-page', 'dashboard-preload']);
  const parts = readdirSync(source)
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => !internal.has(name));
  const used = new Set(
    examples.flatMap(({ code }) => [...code.matchAll(/@plimsoll\/runtime\/([\w-]+)/g)].map((m) => m[1])),
  );
  expect(parts.filter((name) => !used.has(name))).toEqual([]);
});

it('compiles every example under strict settings', () => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: { '@plimsoll/runtime/*': [join(source, '*.ts')] },
  };
  const program = ts.createProgram(
    [...examples, ...compiledOnly].map(({ file }) => file),
    options,
  );
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const example = [...examples, ...compiledOnly].find((each) => each.file === file?.fileName);
    return `${example?.title ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  expect(faults).toEqual([]);
});

it.each(examples)('$title: the example runs, prints what its comments say and ends by itself', ({ file, code }) => {
  const bundle = file.replace(/\.ts$/, '.mjs');
  const output = execFileSync(process.execPath, [bundle], { encoding: 'utf8', timeout: 20_000, cwd: root });
  const bare = (text: string): string => text.replace(/[\s']/g, '');
  for (const [, wanted] of code.matchAll(/console\.log\(.*\); \/\/ (\[.*\]|'.*'|[0-9a-f]{8})$/gm)) {
    expect(bare(output)).toContain(bare(wanted!));
  }
});
