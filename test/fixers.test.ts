import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import tsc from 'typescript';
import { describe, expect, test } from 'vitest';
import { ts } from '../src/ast/ts.ts';
import { pairs } from '../src/registry.generated.ts';
import { fixAll } from './fix-all.ts';
import { fixturesRoot, listFixtures } from './fixtures.ts';

const fixing = pairs.filter((pair) => pair.fixer !== undefined);

test('every fixer of the folder is in the registry', () => {
  const files = readdirSync(join(import.meta.dirname, '../fixers')).filter((name) => name.endsWith('.ts'));
  expect(fixing.map(({ rule }) => `${rule.id}.ts`).sort()).toEqual(files.sort());
});

describe.each(fixing.map((pair) => [pair.rule.id, pair] as const))('the fixer of %s', (id, pair) => {
  const fixed = new Map(listFixtures(id, 'fixed').map((fixture) => [fixture.name, fixture.files]));
  const bad = listFixtures(id, 'bad');
  const withTwin = bad.filter(({ name }) => fixed.has(name));
  const withoutTwin = bad.filter(({ name }) => !fixed.has(name));

  test('has a fixed twin for at least one bad fixture, and none without a bad one', () => {
    expect(withTwin.length).toBeGreaterThan(0);
    expect([...fixed.keys()].filter((name) => !bad.some((fixture) => fixture.name === name))).toEqual([]);
  });

  test.each(withTwin.map((fixture) => [fixture.name, fixture] as const))(
    'turns bad/%s into its fixed twin, byte by byte, and leaves nothing',
    async (name, { files }) => {
      const result = await fixAll(files, pair);
      const twin = fixed.get(name)!;
      for (const path of Object.keys(twin)) expect(result.files[path], path).toBe(twin[path]);
      expect(result.left.map((f) => `${f.range.start.line} ${f.message} (${f.skip ?? 'has a fix'})`)).toEqual([]);
      expect(listComments(result.files)).toEqual(expect.arrayContaining(listComments(files)));
      expect((await fixAll(twin, pair)).files).toEqual(twin);
    },
  );

  test.each(withoutTwin.map((fixture) => [fixture.name, fixture] as const))(
    'leaves every place of bad/%s alone, and says why',
    async (_, { files }) => {
      const { left, applied } = await fixAll(files, pair);
      expect(applied).toBe(0);
      for (const { skip, range } of left) expect(skip, `line ${range.start.line}`).toMatch(/\w/);
    },
  );

  test('writes code that compiles under strict', { timeout: 240_000 }, () => {
    expect(listTypeErrors(id)).toEqual([]);
  });
});

/** The comments of all files, sorted, white space evened: fixes may indent them anew. */
function listComments(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files)
    .flatMap(([path, text]) => commentsOf(path, text))
    .sort();
}

function commentsOf(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of ranges) found.set(pos, text.slice(pos, end).replace(/\s+/g, ' '));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return [...found.values()];
}

/** Modules that are not installed here are taken as `any`: fixtures show code of many libraries. */
const missingModule = new Set([2307, 7016]);

/** The rules whose fixtures bring their own `types.d.ts` are compiled apart: two may declare one module differently. */
function listProgramFiles(id: string): string[] {
  const types = (rule: string): string => join(fixturesRoot, rule, 'types.d.ts');
  if (existsSync(types(id))) return [...listFixedSources(id), types(id)];
  return fixing.filter(({ rule }) => !existsSync(types(rule.id))).flatMap(({ rule }) => listFixedSources(rule.id));
}

function listFixedSources(id: string): string[] {
  const folder = join(fixturesRoot, id, 'fixed');
  const sources = listFixtures(id, 'fixed').flatMap(({ name, files }) =>
    Object.keys(files).map((path) => (path === name ? join(folder, name) : join(folder, name, path))),
  );
  return sources.filter((path) => /\.[cm]?tsx?$/.test(path));
}

/** Type errors of the program that the fixed code of a rule belongs to. */
function compile(id: string): { path: string; message: string }[] {
  const root = join(import.meta.dirname, '..');
  const program = tsc.createProgram(listProgramFiles(id), {
    target: tsc.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: tsc.ModuleKind.Preserve,
    moduleResolution: tsc.ModuleResolutionKind.Bundler,
    moduleDetection: tsc.ModuleDetectionKind.Force,
    jsx: tsc.JsxEmit.Preserve,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      '@plimsoll/runtime': [join(root, 'runtime/src/index.ts')],
      '@plimsoll/runtime/*': [join(root, 'runtime/src/*.ts')],
    },
    strict: true,
    experimentalDecorators: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  });
  return tsc
    .getPreEmitDiagnostics(program)
    .filter(({ code, file }) => !missingModule.has(code) && (!file || file.fileName.startsWith(fixturesRoot)))
    .map(({ file, start, messageText }) => {
      const path = file?.fileName.slice(fixturesRoot.length + 1) ?? '';
      const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return { path, message: `${path}:${line} ${tsc.flattenDiagnosticMessageText(messageText, ' ')}` };
    });
}

const compiled = new Map<string, ReturnType<typeof compile>>();

function listTypeErrors(id: string): string[] {
  const program = existsSync(join(fixturesRoot, id, 'types.d.ts')) ? id : '';
  let errors = compiled.get(program);
  if (!errors) {
    errors = compile(id);
    compiled.set(program, errors);
  }
  return errors.filter(({ path }) => path === '' || path.startsWith(`${id}/`)).map(({ message }) => message);
}
