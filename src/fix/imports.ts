import { isBuiltin } from 'node:module';
import { analyseFile } from '../ast/analyse.ts';
import { ts } from '../ast/ts.ts';
import type { Binding, FileContext, PackageFacts } from '../model/file-context.ts';
import type { TextEdit } from '../model/fixer.ts';
import { type FileStyle, fileStyleOf, findRequire, isTypeScript } from './file-style.ts';
import { importPlace } from './import-place.ts';

/** A name that new code uses: `x`, `x as y`, `default as x` or `* as x`. */
export interface NeededImport {
  module: string;
  name: string;
}

export type ImportEdits = { edits: TextEdit[] } | { refused: { needed: NeededImport; why: string }[] };

interface Wanted {
  module: string;
  imported: string;
  local: string;
  isType: boolean;
}

/**
 * What it takes to import names into an edited text, in the file's own style: existing imports of a module are
 * extended, new ones follow the last import. A name that the file uses for something else is refused; it is never
 * imported under another.
 *
 * @param before the text without the new code, to see which uses are new
 */
export function importEdits(
  path: string,
  before: string,
  text: string,
  needed: readonly NeededImport[],
  pkg: PackageFacts,
): ImportEdits {
  if (needed.length === 0) return { edits: [] };
  const file = analyseFile(path, text, pkg);
  const style = fileStyleOf(file.source, path, pkg.type);
  let old: FileContext | undefined;
  const refused: { needed: NeededImport; why: string }[] = [];
  const wanted: Wanted[] = [];
  const edits: TextEdit[] = [];
  for (const one of unique(needed)) {
    const want = read(one, file, style);
    const own = file.moduleScope.bindings.get(want.local);
    if (own && isImportOf(own, want)) {
      if (!want.isType) edits.push(...makeValueImport(own, file));
      continue;
    }
    old ??= own ? undefined : analyseFile(path, before, pkg);
    const why = own || !old ? takenBy(want.local) : shadowedBy(want.local, file, old);
    if (why) refused.push({ needed: one, why });
    else wanted.push(want);
  }
  if (refused.length > 0) return { refused };
  edits.push(...writeImports(wanted, file, style));
  return { edits };
}

function unique(needed: readonly NeededImport[]): NeededImport[] {
  const byKey = new Map(needed.map((one) => [`${one.module}\0${one.name}`, one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function read({ module, name }: NeededImport, file: FileContext, style: FileStyle): Wanted {
  const [imported, local = imported] = name.split(' as ') as [string, string?];
  const isType = isTypeScript(file.path) && isOnlyType(local, file);
  const written = isBuiltin(module) && !style.nodePrefix ? bareModule(module) : module;
  return { module: written, imported, local, isType };
}

function bareModule(module: string): string {
  const bare = module.replace(/^node:/, '');
  return isBuiltin(bare) ? bare : module;
}

/** Two specifiers of one module: with or without `node:`, with or without an extension. */
export function isSameModule(a: string, b: string): boolean {
  const plain = (module: string) =>
    module.startsWith('.') ? module.replace(/\.[cm]?[jt]s$/, '').replace(/\/index$/, '') : module.replace(/^node:/, '');
  return plain(a) === plain(b);
}

/** The runtime's package and its parts are one module here, as a file may import either. */
function provides(module: string, want: string): boolean {
  return isSameModule(module, want) || (/^@plimsoll\/runtime(?:\/|$)/.test(module) && want === '@plimsoll/runtime');
}

function isImportOf(binding: Binding, want: Wanted): boolean {
  const { declaration } = binding;
  if (ts.isImportSpecifier(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent.parent as ts.ImportDeclaration;
    const imported = (declaration.propertyName ?? declaration.name).text;
    return (
      ts.isStringLiteral(moduleSpecifier) && provides(moduleSpecifier.text, want.module) && imported === want.imported
    );
  }
  if (ts.isImportClause(declaration) || ts.isNamespaceImport(declaration)) {
    const clause = ts.isImportClause(declaration) ? declaration : declaration.parent;
    const { moduleSpecifier } = clause.parent as ts.ImportDeclaration;
    const kind = ts.isImportClause(declaration) ? 'default' : '*';
    return ts.isStringLiteral(moduleSpecifier) && provides(moduleSpecifier.text, want.module) && kind === want.imported;
  }
  return isRequireOf(declaration, want);
}

/** `const { x } = require('m')`, `const x = require('m').x`, `const m = require('m')`. */
function isRequireOf(declaration: ts.Node, want: Wanted): boolean {
  const variable = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(variable) || !ts.isVariableStatement(variable.parent.parent)) return false;
  const module = findRequire(variable.parent.parent);
  if (!module || !provides(module.text, want.module)) return false;
  if (ts.isBindingElement(declaration)) {
    const name = declaration.propertyName ?? declaration.name;
    return ts.isIdentifier(name) && name.text === want.imported;
  }
  const value = variable.initializer!;
  if (ts.isPropertyAccessExpression(value)) return value.name.text === want.imported;
  return want.imported === 'default' || want.imported === '*';
}

function takenBy(name: string): string {
  return `the name ${name} is already taken in this file`;
}

/** New code must not fall under a name of an inner scope. */
function shadowedBy(name: string, file: FileContext, old: FileContext): string | undefined {
  return countUses(name, file) > countUses(name, old) ? takenBy(name) : undefined;
}

function countUses(name: string, file: FileContext): number {
  return file.bindings.reduce((sum, binding) => sum + (binding.name === name ? binding.references.length : 0), 0);
}

/** Whether a name that nothing declares yet is used, and in types alone. */
function isOnlyType(name: string, file: FileContext): boolean {
  const uses = (file.nodesOfKind(ts.SyntaxKind.Identifier) as readonly ts.Identifier[]).filter(
    (id) => id.text === name && (id.parent as { name?: ts.Node }).name !== id,
  );
  return uses.length > 0 && uses.every((id) => ts.isTypeReferenceNode(id.parent) || ts.isImportSpecifier(id.parent));
}

/** Takes the `type` from an import of a name that is now used as a value. */
function makeValueImport(own: Binding, file: FileContext): TextEdit[] {
  const { declaration } = own;
  if (!ts.isImportSpecifier(declaration)) return [];
  const { source } = file;
  const clause = declaration.parent.parent;
  if (declaration.isTypeOnly) {
    const start = declaration.getStart(source);
    return [{ start, end: (declaration.propertyName ?? declaration.name).getStart(source), text: '' }];
  }
  if (!clause.isTypeOnly) return [];
  const start = clause.getStart(source);
  const edits = [{ start, end: declaration.parent.getStart(source), text: '' }];
  for (const other of declaration.parent.elements) {
    if (other === declaration) continue;
    const at = other.getStart(source);
    edits.push({ start: at, end: at, text: 'type ' });
  }
  return edits;
}

function writeImports(wanted: readonly Wanted[], file: FileContext, style: FileStyle): TextEdit[] {
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  const modules = [...new Set(wanted.map((want) => want.module))].sort(byModule);
  for (const module of modules) {
    const ofModule = wanted.filter((want) => want.module === module);
    const named = ofModule.filter((want) => want.imported !== 'default' && want.imported !== '*');
    for (const want of ofModule) if (!named.includes(want)) lines.push(wholeImport(want, style));
    if (named.length === 0) continue;
    const extended = extendImport(named, file, style);
    if (extended) edits.push(extended);
    else lines.push(namedImport(named, module, style));
  }
  if (lines.length > 0) edits.push(importPlace(file.source, style.modules, lines.join('\n')));
  return edits;
}

/** Builtins, then packages, then files; each by name. */
function byModule(a: string, b: string): number {
  const rank = (module: string) => (module.startsWith('.') ? 2 : isBuiltin(module) ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function wholeImport({ module, imported, local }: Wanted, { modules, quote, semicolon, keyword }: FileStyle): string {
  const specifier = quote + module + quote;
  if (modules === 'cjs') return `${keyword} ${local} = require(${specifier})${semicolon}`;
  return `import ${imported === '*' ? '* as ' : ''}${local} from ${specifier}${semicolon}`;
}

function namedImport(named: readonly Wanted[], module: string, style: FileStyle): string {
  const { modules, quote, semicolon, padding, keyword } = style;
  const specifier = quote + module + quote;
  if (modules === 'cjs') {
    return `${keyword} {${padding}${listNames(named, 'cjs', true)}${padding}} = require(${specifier})${semicolon}`;
  }
  const isType = named.every((want) => want.isType);
  const names = listNames(named, 'esm', isType);
  return `import ${isType ? 'type ' : ''}{${padding}${names}${padding}} from ${specifier}${semicolon}`;
}

function listNames(named: readonly Wanted[], modules: FileStyle['modules'], plain: boolean): string {
  const rename = modules === 'cjs' ? ': ' : ' as ';
  return named
    .map(({ imported, local, isType }) => {
      const written = imported === local ? local : imported + rename + local;
      return isType && !plain ? `type ${written}` : written;
    })
    .join(', ');
}

/** Adds names to an import of the module that the file has already; undefined when none can take them. */
function extendImport(named: readonly Wanted[], file: FileContext, style: FileStyle): TextEdit | undefined {
  const { module } = named[0]!;
  for (const statement of file.source.statements) {
    if (style.modules === 'cjs') {
      const specifier = findRequire(statement);
      if (!specifier || !isSameModule(specifier.text, module)) continue;
      const [declaration] = (statement as ts.VariableStatement).declarationList.declarations;
      const isWhole = declaration?.initializer === specifier.parent;
      if (!isWhole || !declaration || !ts.isObjectBindingPattern(declaration.name)) continue;
      if (declaration.name.elements.some((element) => element.dotDotDotToken)) continue;
      return addToList(declaration.name, listNames(named, 'cjs', true), file.source, style);
    }
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!isSameModule(statement.moduleSpecifier.text, module)) continue;
    const clause = statement.importClause;
    if (!clause || clause.isTypeOnly) continue;
    const names = listNames(named, 'esm', false);
    const bindings = clause.namedBindings;
    if (bindings && ts.isNamedImports(bindings)) return addToList(bindings, names, file.source, style);
    if (!bindings && clause.name) {
      const { end } = clause.name;
      return { start: end, end, text: `, {${style.padding}${names}${style.padding}}` };
    }
  }
  return undefined;
}

function addToList(
  list: ts.NamedImports | ts.ObjectBindingPattern,
  names: string,
  source: ts.SourceFile,
  { padding }: FileStyle,
): TextEdit {
  const last = list.elements.at(-1);
  if (!last) return { start: list.getStart(source), end: list.end, text: `{${padding}${names}${padding}}` };
  const { text } = source;
  const isInLines = text.slice(list.getStart(source), last.getStart(source)).includes('\n');
  const indent = /[^\S\r\n]*$/.exec(text.slice(0, last.getStart(source)))![0];
  const added = isInLines
    ? names
        .split(', ')
        .map((name) => `\n${indent}${name}`)
        .join(',')
    : ` ${names}`;
  if (!list.elements.hasTrailingComma) return { start: last.end, end: last.end, text: `,${added}` };
  const comma = text.indexOf(',', last.end) + 1;
  return { start: comma, end: comma, text: `${added},` };
}
