import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProcessSnapshot, startDashboard } from '../src/dashboard.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'runtime/src');
const copyable = [
  'timer-registry',
  'adaptive-interval',
  'memory-pressure',
  'load-monitor',
  'runtime-monitor',
  'auto-scaler',
  'plan-capacity',
];

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-monitoring-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('copied into a project', () => {
  const stricter = {
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
  };
  it.each([
    ['a stricter one', { target: 'ES2023', types: ['node'], ...stricter }],
    ['an older one', { target: 'ES2020', lib: ['ES2022', 'ESNext.Disposable'], types: ['node'] }],
    ['one for browsers', { target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable', 'DOM'], types: [] }],
  ])('the parts compile: %s', (name, options) => {
    const folder = join(work, name.replaceAll(' ', '-'));
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
    symlinkSync(join(root, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'));
    for (const part of [...copyable, 'internal']) cpSync(join(source, `${part}.ts`), join(folder, `${part}.ts`));
    const base = { strict: true, module: 'ESNext', moduleResolution: 'Bundler', allowImportingTsExtensions: true };
    const compilerOptions = { noEmit: true, skipLibCheck: true, ...base, ...options };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const run = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    });
    expect(run.stdout).toBe('');
  });

  it('each part imports internal.ts and at most two other parts', () => {
    for (const part of copyable) {
      const text = readFileSync(join(source, `${part}.ts`), 'utf8');
      const imports = [...text.matchAll(/from '(.+?)'/g)].map(([, from]) => from!);
      expect(imports.every((from) => from.startsWith('./'))).toBe(true);
      expect(imports.filter((from) => from !== './internal.ts').length).toBeLessThanOrEqual(2);
    }
  });
});

/** The runtime as it is published, in one format. */
async function compile(format: 'esm' | 'cjs'): Promise<string> {
  const folder = join(work, format);
  mkdirSync(folder);
  const extension = format === 'esm' ? '.js' : '.cjs';
  for (const file of readdirSync(source)) {
    const { code } = await transform(readFileSync(join(source, file), 'utf8'), {
      loader: 'ts',
      format,
      target: 'node20',
    });
    const published = code.replace(/(['"]\.\/[^'"]+)\.ts(['"])/g, `$1${extension}$2`);
    writeFileSync(join(folder, file.replace(/\.ts$/, extension)), published);
  }
  writeFileSync(join(folder, 'package.json'), format === 'esm' ? '{"type":"module"}' : '{}');
  return folder;
}

it.each(['esm', 'cjs'] as const)('the %s build runs another program under its dashboard', async (format) => {
  const folder = await compile(format);
  const isEsm = format === 'esm';
  const load = (part: string): string =>
    isEsm
      ? `await import(${JSON.stringify(join(folder, `${part}.js`))})`
      : `require(${JSON.stringify(join(folder, `${part}.cjs`))})`;
  const app = join(folder, isEsm ? 'app.mjs' : 'app.cjs');
  writeFileSync(
    app,
    `const { TimerRegistry } = ${load('timer-registry')};\nnew TimerRegistry().setInterval(() => {}, 50, { unref: false });`,
  );
  const main = join(folder, isEsm ? 'main.mjs' : 'main.cjs');
  writeFileSync(
    main,
    `const { startDashboard } = ${load('dashboard')};
    (async () => {
      const dashboard = await startDashboard({ port: 0, unref: false });
      const ended = dashboard.run(process.execPath, [${JSON.stringify(app)}]);
      let found;
      while (!found) {
        const list = await (await fetch(dashboard.url + 'snapshot')).json();
        found = list.find(({ parts }) => parts.length > 0);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      console.log(JSON.stringify(found));
      process.kill(found.pid, 'SIGTERM');
      process.exitCode = await ended;
      await dashboard.close();
    })();`,
  );
  const run = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 30_000 });
  expect(run.stderr).toBe('');
  const snapshot = JSON.parse(run.stdout) as ProcessSnapshot;
  expect(snapshot.parts).toMatchObject([{ kind: 'timer-registry', stats: { active: 1, referenced: 1 } }]);
  expect(run.status).toBe(143);
});

it('keeps the NODE_OPTIONS a program was given', async () => {
  const dashboard = await startDashboard({ port: 0 });
  expect(dashboard.environment('file:///preload.js', '--max-old-space-size=64').NODE_OPTIONS).toBe(
    '--max-old-space-size=64 --import=file:///preload.js',
  );
  await dashboard.close();
});
