import { isBuiltin } from 'node:module';
import { usesSemicolons } from '../ast/semicolons.ts';
import { ts } from '../ast/ts.ts';

/** How a file writes its imports. */
export interface FileStyle {
  /** `import` or `require`. */
  modules: 'esm' | 'cjs';
  quote: "'" | '"';
  semicolon: ';' | '';
  /** What stands inside of braces: `{ a }` or `{a}`. */
  padding: ' ' | '';
  /** Keyword of its `require` declarations. */
  keyword: 'const' | 'let' | 'var';
  /** Whether builtin modules are written with `node:`. */
  nodePrefix: boolean;
}

export function isTypeScript(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}

/** Reads the style off a file: its own syntax first, then its extension, then the package's `type`. */
export function fileStyleOf(source: ts.SourceFile, path: string, packageType: 'module' | 'commonjs'): FileStyle {
  const { statements } = source;
  const imports = statements.filter(ts.isImportDeclaration);
  const requires = statements.filter((s) => ts.isVariableStatement(s) && findRequire(s) !== undefined);
  const specifiers = [...imports.map((i) => i.moduleSpecifier), ...requires.map((r) => findRequire(r)!)];
  const builtins = specifiers.filter((s) => ts.isStringLiteral(s) && isBuiltin(s.text)) as ts.StringLiteral[];
  const lists = [...imports, ...requires].map((s) => s.getText(source)).join('\n');
  const list = requires.at(-1) as ts.VariableStatement | undefined;
  return {
    modules: moduleSyntaxOf(source, path, packageType),
    quote: quoteOf(specifiers, source),
    semicolon: usesSemicolons(source) ? ';' : '',
    padding: /\{\w/.test(lists) && !/\{ /.test(lists) ? '' : ' ',
    keyword: list ? keywordOf(list.declarationList) : 'const',
    nodePrefix: builtins.length === 0 || builtins.some((specifier) => specifier.text.startsWith('node:')),
  };
}

function moduleSyntaxOf(source: ts.SourceFile, path: string, packageType: 'module' | 'commonjs'): 'esm' | 'cjs' {
  if (isTypeScript(path) || source.statements.some(isModuleSyntax)) return 'esm';
  if (/\bimport\.meta\b/.test(source.text)) return 'esm';
  if (/\brequire\s*\(|\bmodule\.exports\b|\bexports\.\w/.test(source.text)) return 'cjs';
  if (path.endsWith('.mjs')) return 'esm';
  if (path.endsWith('.cjs')) return 'cjs';
  return packageType === 'module' ? 'esm' : 'cjs';
}

function isModuleSyntax(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) {
    return true;
  }
  return (
    ts.canHaveModifiers(statement) && !!ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The module literal of a top-level `const x = require('m')`, also behind a member or a call of it. */
export function findRequire(statement: ts.Statement): ts.StringLiteral | undefined {
  if (!ts.isVariableStatement(statement)) return undefined;
  let at: ts.Expression | undefined = statement.declarationList.declarations[0]?.initializer;
  while (at) {
    if (ts.isCallExpression(at)) {
      const [argument] = at.arguments;
      const isRequire = ts.isIdentifier(at.expression) && at.expression.text === 'require';
      if (isRequire) return argument && ts.isStringLiteral(argument) ? argument : undefined;
      at = at.expression;
    } else if (ts.isPropertyAccessExpression(at)) at = at.expression;
    else return undefined;
  }
  return undefined;
}

function keywordOf(list: ts.VariableDeclarationList): FileStyle['keyword'] {
  if (list.flags & ts.NodeFlags.Const) return 'const';
  return list.flags & ts.NodeFlags.Let ? 'let' : 'var';
}

function quoteOf(specifiers: readonly ts.Expression[], source: ts.SourceFile): FileStyle['quote'] {
  const written = specifiers.map((specifier) => source.text[specifier.getStart(source)]);
  const sample =
    written.length > 0 ? written : [...source.text.matchAll(/(["'])(?:(?!\1)[^\\\r\n])*\1/g)].map((m) => m[1]);
  return sample.filter((q) => q === '"').length > sample.length / 2 ? '"' : "'";
}
