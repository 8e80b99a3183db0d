import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ts } from '../src/ast/ts.ts';

const root = join(import.meta.dirname, '..');

/** Parts and the parts that each may import; `type:` allows it for types only. */
const arrows: Record<string, readonly string[]> = {
  bin: ['src/cli'],
  'src/cli': [
    'src',
    'src/config',
    'src/engine',
    'src/fix',
    'src/lsp',
    'src/score',
    'src/report',
    'src/registry',
    'src/rule-facts',
    'src/model',
  ],
  src: [
    'src/config',
    'src/ast',
    'src/engine',
    'src/fix',
    'src/score',
    'src/report',
    'src/registry',
    'src/rule-facts',
    'src/model',
  ],
  'src/config': ['src/model', 'src/rule-facts', 'src/rule-options', 'type:src/engine'],
  'src/lsp': ['src', 'src/config', 'src/engine', 'src/fix', 'src/report', 'src/registry', 'src/model'],
  'src/eslint': [
    'src',
    'src/config',
    'src/engine',
    'src/fix',
    'src/report',
    'src/registry',
    'src/rule-facts',
    'src/model',
  ],
  'src/engine': ['src/model', 'src/ast'],
  'src/fix': ['src/model', 'src/ast', 'fixers/edit'],
  'src/score': ['src/model'],
  'src/report': ['src/model'],
  'src/ast': ['src/model'],
  'src/model': [],
  'src/registry': ['src/model', 'rules', 'fixers'],
  'src/rule-facts': ['src/model'],
  'src/rule-options': [],
  rules: ['src/model', 'src/ast'],
  fixers: ['src/model', 'src/ast', 'fixers/edit', 'type:rules'],
  'fixers/edit': ['src/model', 'src/ast'],
  runtime: [],
};

function partOf(path: string): string {
  const generated = /^(src\/[\w-]+)\.generated\.ts$/.exec(path)?.[1];
  if (generated !== undefined) return generated;
  const parts = dirname(path).split('/');
  if (parts[0] === 'src') return parts.slice(0, 2).join('/');
  if (parts[0] === 'fixers') return parts.slice(0, 2).join('/');
  return parts[0]!;
}

function listSources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => join(folder, path))
    .sort();
}

interface Import {
  from: string;
  specifier: string;
  isType: boolean;
}

function listImports(path: string): Import[] {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const isType = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly;
      if (node.moduleSpecifier)
        found.push({ from: path, specifier: (node.moduleSpecifier as ts.StringLiteral).text, isType });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [module] = node.arguments;
      if (module && ts.isStringLiteral(module)) found.push({ from: path, specifier: module.text, isType: false });
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push({ from: path, specifier: node.argument.literal.text, isType: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const imports = ['bin', 'src', 'rules', 'fixers', 'runtime/src'].flatMap(listSources).flatMap(listImports);

describe('the arrows of the house', () => {
  test('each part imports only what it may', () => {
    const wrong = imports.filter(({ from, specifier, isType }) => {
      if (!specifier.startsWith('.') || from.startsWith('bin/')) return false;
      const target = partOf(relative(root, resolve(root, dirname(from), specifier)));
      const part = partOf(from);
      if (target === part) return part === 'rules';
      return !(arrows[part]?.includes(target) || (isType && arrows[part]?.includes(`type:${target}`)));
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test('the model is types only, but for defineRule', () => {
    const values = imports.filter(({ from, isType }) => from.startsWith('src/model/') && !isType);
    expect(values).toEqual([]);
    for (const path of listSources('src/model')) {
      const { outputText } = ts.transpileModule(readFileSync(join(root, path), 'utf8'), {
        compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
      });
      const left = outputText.replace(/\/\*[\s\S]*?\*\//g, '').trim();
      if (!path.endsWith('define-rule.ts')) expect(left, path).toMatch(/^(?:export \{\};)?$/);
    }
  });

  test('a name is given once: what two modules export does not have the same', () => {
    const homes = new Map<string, Set<string>>();
    for (const path of ['src', 'rules', 'fixers'].flatMap(listSources)) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const [, name] of text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm))
        homes.set(name!, (homes.get(name!) ?? new Set()).add(path));
    }
    // Each rule and each fixer is its module's; the library's scan() asks the engine's.
    for (const name of ['rule', 'fixer', 'scan']) homes.delete(name);
    expect([...homes].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, ...paths])).toEqual([]);
  });

  test('a fixer takes the types of its own rule, and of no other', () => {
    const wrong = imports.filter(({ from, specifier }) => {
      const id = from.replace(/^fixers\//, '');
      return from.startsWith('fixers/') && specifier.includes('/rules/') && !specifier.endsWith(`/${id}`);
    });
    expect(wrong).toEqual([]);
  });

  test('the runtime imports no package but the optional peers, each in an adapter that the index does not load', () => {
    const inRuntime = imports.filter(({ from }) => from.startsWith('runtime/'));
    const bare = inRuntime.filter(({ specifier, isType }) => !/^(?:\.|node:)/.test(specifier) && !isType);
    const peers = ['runtime/src/opentelemetry.ts @opentelemetry/api', 'runtime/src/prometheus.ts prom-client'];
    expect(peers).toEqual(expect.arrayContaining(bare.map(({ from, specifier }) => `${from} ${specifier}`)));
    const loaded = inRuntime.filter(
      ({ specifier, isType }) => /\/(?:opentelemetry|prometheus)\.ts$/.test(specifier) && !isType,
    );
    expect(loaded).toEqual([]);
  });

  test('only the dashboard command imports the runtime, as a package: fixers know its parts by generated names', () => {
    const users = imports.filter(
      ({ from, specifier }) => !from.startsWith('runtime/') && /@plimsoll\/runtime|\/runtime\/src/.test(specifier),
    );
    expect(users.map(({ from, specifier }) => `${from} ${specifier}`)).toEqual([
      'src/cli/commands/dashboard.ts @plimsoll/runtime/dashboard',
    ]);
  });

  test('only src/cli prints, exits or reads argv', () => {
    const noisy = ['src', 'rules', 'fixers']
      .flatMap(listSources)
      .filter((path) => !path.startsWith('src/cli/'))
      .filter((path) => /^console\.\w+$|^process\.(?:exit|exitCode|argv|stdout|stderr)$/m.test(codeOf(path)));
    expect(noisy).toEqual([]);
  });
});

/** The code of a file without its comments and literals: those may speak of what the code must not do. */
function codeOf(path: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const words: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) words.push(node.getText(source).replace(/\s+/g, ''));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return words.join('\n');
}
