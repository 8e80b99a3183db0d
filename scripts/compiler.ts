import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ts } from '@ts-morph/common';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const compilerModule = '@ts-morph/common/dist/typescript.js';

/** A top-level statement of the compiler. */
interface Part {
  place: number;
  text: string;
  /** Names that stand in it, other than those of members. */
  names: ReadonlySet<string>;
}

interface Parts {
  /** By the name that they declare or, as a namespace does, fill. */
  byName: ReadonlyMap<string, readonly Part[]>;
  /** Those that are not for one name. */
  effects: readonly Part[];
}

/** Absent, as in a browser: nothing that reads a tree asks the system for anything. */
const absent = new Set(['sys']);

/** Gives nodes their methods, as `getStart`; of all statements that stand for themselves the only one that parsing needs. */
const neededEffect = 'setObjectAllocator(';

function listDeclared(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name!.text];
  if (ts.isVariableStatement(statement)) {
    const namesOf = (name: ts.BindingName): string[] =>
      ts.isIdentifier(name)
        ? [name.text]
        : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []));
    return statement.declarationList.declarations.flatMap(({ name }) => namesOf(name));
  }
  const filled = /\((\w+) \|\| \(\1 = \{\}\)\);?\s*$/.exec(statement.getText());
  return filled ? [filled[1]!] : [];
}

function listNames(statement: ts.Statement): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    else if (ts.isPropertyAccessExpression(node)) visit(node.expression);
    else if (ts.isPropertyAssignment(node)) visit(node.initializer);
    else ts.forEachChild(node, visit);
  };
  visit(statement);
  return names;
}

function splitCompiler(code: string): Parts {
  const source = ts.createSourceFile('compiler.js', code, ts.ScriptTarget.Latest, true);
  const byName = new Map<string, Part[]>();
  const effects: Part[] = [];
  for (const [place, statement] of source.statements.entries()) {
    const declared = listDeclared(statement);
    const part: Part = declared.some((name) => absent.has(name))
      ? { place, text: `\nvar ${declared.join(', ')};`, names: new Set() }
      : { place, text: statement.getFullText(), names: listNames(statement) };
    if (declared.length === 0) effects.push(part);
    for (const name of declared) byName.set(name, [...(byName.get(name) ?? []), part]);
  }
  return { byName, effects };
}

/** Leaves of the two thousand messages those that `code` names; one a line, as esbuild prints them. */
function withNeededMessages(code: string): string {
  const needed = new Set(Array.from(code.matchAll(/\bDiagnostics\.(\w+)/g), ([, name]) => name!));
  return code.replace(/^ {2}(\w+): diag\(.*\),?\n/gm, (line, name: string) => (needed.has(name) ? line : ''));
}

/**
 * What `names` need of the compiler, as a module of its own that exports them.
 *
 * @throws Error when the compiler is not laid out as this expects
 */
function cutParser(compiler: string, names: readonly string[]): string {
  const head = /\bvar ts = \{\}; \(\(module\) => \{/.exec(compiler);
  const end = compiler.lastIndexOf('0 && (module.exports = {');
  const exports = /__export\(typescript_exports, \{([^}]*)\}\);/.exec(compiler);
  if (!head || end < 0 || !exports) throw new Error(`${compilerModule} has a new layout: see scripts/compiler.ts`);
  const { byName, effects } = splitCompiler(compiler.slice(head.index + head[0].length, end));
  const exported = new Set(Array.from(exports[1]!.matchAll(/^ {2}(\w+): \(\)/gm), ([, name]) => name!));
  const wanted = names.filter((name) => exported.has(name)).sort();
  const kept = new Set(effects.filter(({ text }) => text.trim().startsWith(neededEffect)));
  if (kept.size !== 1) throw new Error(`${compilerModule} gives nodes their methods elsewhere by now`);
  const open = [...wanted, ...Array.from(kept).flatMap((part) => [...part.names])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const part of byName.get(name) ?? []) {
      if (kept.has(part)) continue;
      kept.add(part);
      open.push(...part.names);
    }
  }
  const parts = [...kept].sort((a, b) => a.place - b.place).map(({ text }) => text);
  return `${compiler.slice(0, head.index)}${parts.join('')}\nexport { ${wanted.join(', ')} };\n`;
}

/** Names are matched by their text above; esbuild knows what each refers to, and drops what is left over. */
async function shake(contents: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents },
    ...options,
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return outputFiles![0]!.text;
}

/** Members of enums as numbers: each look-up in an object of a thousand names costs more than what is done with it. */
function withNumbers(code: string): string {
  return code.replace(/\bts\.(SyntaxKind|NodeFlags)\.(\w+)\b/g, (member, name: 'SyntaxKind', key: 'Unknown') =>
    String(ts[name][key] ?? member),
  );
}

/** The members of `ts` that our sources name; types among them. */
function listUsedNames(): string[] {
  const names = new Set<string>();
  for (const folder of ['src', 'rules', 'fixers']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      for (const [, name] of readFileSync(join(root, folder, file), 'utf8').matchAll(/\bts\.(\w+)/g)) names.add(name!);
    }
  }
  return [...names];
}

/**
 * Bundles, in place of the compiler that `src/ast/ts.ts` is, the part of it that a scan needs: the parser, the scanner and
 * the tests of nodes, a tenth of the whole. To load the whole takes longer than to scan a small project. The sources
 * are made to name its members directly.
 */
export const parserOfCompiler: Plugin = {
  name: 'parser-of-compiler',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^parser-of-compiler$/ }, ({ path }) => ({ path, namespace: 'compiler', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'compiler' }, async () => {
      const compiler = readFileSync(createRequire(import.meta.url).resolve(compilerModule), 'utf8');
      const parser = await shake(cutParser(compiler, listUsedNames()), {});
      return { contents: await shake(withNeededMessages(parser), { minify: true }) };
    });
    onLoad({ filter: /[\\/](?:src|rules|fixers)[\\/].*\.ts$/ }, ({ path }) => ({
      contents: withNumbers(readFileSync(path, 'utf8')).replace(
        /^import (?:type )?\{ ts \} from '[\w./-]*\/ts\.ts';$/m,
        "import * as ts from 'parser-of-compiler';",
      ),
      loader: 'ts',
    }));
  },
};

/** The whole compiler, for what is measured against it or offers it. Imported, it would be read for the names that it exports. */
export const compilerByRequire: Plugin = {
  name: 'compiler-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${compilerModule}$`) }, ({ path }) => ({ path, namespace: 'by-require' }));
    onLoad({ filter: /.*/, namespace: 'by-require' }, () => ({
      contents: `import { createRequire } from 'node:module';
        export default createRequire(import.meta.url)('${compilerModule}');`,
    }));
  },
};
