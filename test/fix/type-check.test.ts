import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Project } from 'ts-morph';
import { expect, onTestFinished, test } from 'vitest';
import { findRuntimeSource, renderCopy } from '../../src/fix/runtime-parts.ts';
import { TypeChecker } from '../../src/fix/type-check.ts';

function findNewTypeErrors(root: string, ...of: Parameters<TypeChecker['findNewErrors']>): string[] {
  return new TypeChecker(root).findNewErrors(...of).map(({ text }) => text);
}

function makeProject(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-types-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, target: 'ES2022', module: 'NodeNext', types: [] },
});
const size = "import type { Size } from './size.js';\nexport const area = (s: Size): number => s.width * s.height;\n";

test('a fix that breaks the type of another module is an error, named with file and line', () => {
  const root = makeProject({
    'tsconfig.json': tsconfig,
    'size.ts': 'export interface Size { width: number; height: number }\n',
    'area.ts': size,
  });
  const after = size.replace('s.height', 's.depth');
  const errors = findNewTypeErrors(root, [{ file: 'area.ts', before: size, after, applied: [], follows: [] }], []);
  expect(errors).toEqual(["area.ts:2 TS2339 Property 'depth' does not exist on type 'Size'."]);
});

test('errors that were there before, and imports of the runtime that is not installed, are none', () => {
  const before = 'export const wrong: number = "text";\nexport const seen = new Map<string, number>();\n';
  const root = makeProject({ 'tsconfig.json': tsconfig, 'package.json': '{"type":"module"}', 'a.ts': before });
  const after = `import { BoundedCache } from '@plimsoll/runtime';\n${before.replace('new Map<string, number>()', 'new BoundedCache<string, number>({ max: 10 })')}`;
  expect(findNewTypeErrors(root, [{ file: 'a.ts', before, after, applied: [], follows: [] }], [])).toEqual([]);
});

test('a file under no tsconfig.json is not judged', () => {
  const root = makeProject({ 'a.ts': 'export const a = 1;\n' });
  const file = {
    file: 'a.ts',
    before: 'export const a = 1;\n',
    after: 'export const a: string = 1;\n',
    applied: [],
    follows: [],
  };
  expect(findNewTypeErrors(root, [file], [])).toEqual([]);
});

test.each(['outDir', 'rootDir'])('the sources that stand in for the runtime are no error under %s', (option) => {
  const before = 'export const seen = new Map<string, number>();\n';
  const root = makeProject({
    'tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, module: 'NodeNext', types: [], [option]: option === 'outDir' ? 'dist' : 'src' },
    }),
    'package.json': '{"type":"module"}',
    'src/a.ts': before,
  });
  const after = `import { BoundedCache } from '@plimsoll/runtime';\n${before.replace('new Map<string, number>()', 'new BoundedCache<string, number>({ max: 10 })')}`;
  expect(findNewTypeErrors(root, [{ file: 'src/a.ts', before, after, applied: [], follows: [] }], [])).toEqual([]);
});

test('what a fix leaves unused is an error where the project says so', () => {
  const before = 'const size = (): number => 1;\nexport const area = (): number => size();\n';
  const after = before.replace('=> size()', '=> 2');
  const files = [{ file: 'a.ts', before, after, applied: [], follows: [] }];
  const of = (compilerOptions: object): string[] =>
    findNewTypeErrors(makeProject({ 'tsconfig.json': JSON.stringify({ compilerOptions }), 'a.ts': before }), files, []);
  expect(of({ types: [] })).toEqual([]);
  expect(of({ types: [], noUnusedLocals: true })).toEqual([
    "a.ts:1 TS6133 'size' is declared but its value is never read.",
  ]);
});

test('a copied part of the runtime compiles under any settings: without DOM types, unused names refused', () => {
  const runtime = findRuntimeSource();
  const copies = runtime.listNeeded('bounded-cache').map((part) => {
    return [`${part}.ts`, renderCopy(runtime, part, 'ts', 'none', 'esm')] as const;
  });
  const compilerOptions = {
    strict: true,
    noPropertyAccessFromIndexSignature: true,
    lib: ['es2022'],
    types: [],
    noEmit: true,
  };
  const root = makeProject({ 'tsconfig.json': JSON.stringify({ compilerOptions }), ...Object.fromEntries(copies) });
  const project = new Project({ tsConfigFilePath: join(root, 'tsconfig.json') });
  expect(project.getPreEmitDiagnostics().map((error) => error.getMessageText())).toEqual([]);
});

test('a configuration under which the compiler itself fails is told, and ends nothing', () => {
  const root = makeProject({ 'tsconfig.json': '{ "compilerOptions": ', 'area.ts': size });
  const checker = new TypeChecker(root);
  const file = { file: 'area.ts', before: size, after: size.replace('s.height', 's.depth'), applied: [], follows: [] };
  expect(checker.findNewErrors([file], [])).toEqual([]);
  expect([...checker.failures]).toEqual([[join(root, 'tsconfig.json'), expect.stringMatching(/expected/i)]]);
});
