/** Builds both packages: the bundled CLI and library (dist/), and the runtime in ESM and CommonJS (runtime/dist/). */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { groupCode, packagesOfStart } from './code-groups.ts';
import { compilerByRequire, parserOfCompiler } from './compiler.ts';

const root = join(import.meta.dirname, '..');

function emitTypes(project: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, project)], {
    stdio: 'inherit',
  });
}

/** Relative specifiers end in .ts in the sources; `extension` is what they end in when published. */
function withExtension(code: string, extension: string): string {
  return code.replace(
    /(\b(?:from|import|require)\s*\(?\s*)(['"])(\.\.?\/[^'"]+?)\.(?:ts|js)\2/g,
    `$1$2$3${extension}$2`,
  );
}

async function buildRuntime(): Promise<void> {
  const source = join(root, 'runtime/src');
  const dist = join(root, 'runtime/dist');
  rmSync(dist, { recursive: true, force: true });
  emitTypes('runtime/tsconfig.build.json');
  mkdirSync(join(dist, 'cjs'), { recursive: true });
  for (const file of readdirSync(source)) {
    if (!file.endsWith('.ts')) continue;
    const name = file.slice(0, -'.ts'.length);
    const code = readFileSync(join(source, file), 'utf8');
    for (const [format, extension] of [
      ['esm', '.js'],
      ['cjs', '.cjs'],
    ] as const) {
      const output = await transform(code, { loader: 'ts', format, target: 'node20', sourcefile: file });
      writeFileSync(join(dist, format, name + extension), withExtension(output.code, extension));
    }
    const types = readFileSync(join(dist, 'esm', `${name}.d.ts`), 'utf8');
    writeFileSync(join(dist, 'esm', `${name}.d.ts`), withExtension(types, '.js'));
    writeFileSync(join(dist, 'cjs', `${name}.d.cts`), withExtension(types, '.cjs'));
  }
}

/** `--runtime copy` copies these into projects; JavaScript is made of them when it is asked for. */
function copyRuntimeSource(): void {
  const target = join(root, 'runtime-source');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (const file of readdirSync(join(root, 'runtime/src'))) {
    if (file.endsWith('.ts')) copyFileSync(join(root, 'runtime/src', file), join(target, file));
  }
}

/** What results are kept by: rules can change between two builds of one version. */
function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const folder of ['src', 'rules', 'fixers']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(root, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function buildTool(): Promise<void> {
  copyRuntimeSource();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: {
      cli: join(root, 'src/cli/main.ts'),
      index: join(root, 'src/index.ts'),
      ast: join(root, 'src/ast-questions.ts'),
      eslint: join(root, 'src/eslint/plugin.ts'),
      testing: join(root, 'src/testing.ts'),
      worker: join(root, 'src/engine/worker.ts'),
      pairs: join(root, 'src/pairs.ts'),
    },
    outdir: join(root, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    define: { plimsollBuild: JSON.stringify(hashOfSources()) },
    plugins: [parserOfCompiler, compilerByRequire, packagesOfStart],
    metafile: true,
    // Flat: code that loads worker.js and pairs.js looks for them beside itself.
    chunkNames: '[name]-[hash]',
  });
  await groupCode(metafile, join(root, 'dist'));
  emitTypes('tsconfig.build.json');
  // Loaded by a way that has no declarations of its own; for others it has the types of the package.
  for (const file of ['ast/ts.d.ts', 'ast-questions.d.ts']) {
    const path = join(root, 'dist/types/src', file);
    const types = readFileSync(path, 'utf8').replace(
      "import ts from '@ts-morph/common/dist/typescript.js';",
      "import { ts } from '@ts-morph/common';",
    );
    writeFileSync(path, types.replace(/^\/\/\/ <reference .*\n/, ''));
  }
}

const only = process.argv[2];
if (only !== 'tool') await buildRuntime();
if (only !== 'runtime') await buildTool();
