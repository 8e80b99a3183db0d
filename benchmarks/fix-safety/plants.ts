/**
 * Defects for planting: the bad fixtures that have a fixed twin, rendered in the language and module system of a host and
 * put into real files, imports among the imports, the rest at the end.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Plant {
  rule: string;
  /** File name of the fixture. */
  name: string;
  text: string;
  /** As it stands after the fix. */
  fixed: string;
  language: 'ts' | 'js';
  modules: 'esm' | 'cjs';
}

/** A plant as it stands in a host. */
export interface Rendered {
  imports: string[];
  body: string;
  /** What it declares at module level, its imports apart. */
  names: string[];
  importedNames: string[];
}

const fixtures = join(import.meta.dirname, '../../fixtures');

/** By rule; JSX and fixtures of several files are left out. */
export function listPlants(): Map<string, Plant[]> {
  const plants = new Map<string, Plant[]>();
  for (const rule of readdirSync(fixtures).sort()) {
    for (const name of listFiles(join(fixtures, rule, 'fixed'))) {
      const text = readFileSync(join(fixtures, rule, 'bad', name), 'utf8');
      if (/(?:from|require\()\s*'\.{1,2}\//.test(text)) continue;
      const modules = /^(?:import|export)\b/m.test(text) ? 'esm' : 'cjs';
      const fixed = readFileSync(join(fixtures, rule, 'fixed', name), 'utf8');
      const plant: Plant = { rule, name, text, fixed, language: /\.[cm]?ts$/.test(name) ? 'ts' : 'js', modules };
      plants.set(rule, [...(plants.get(rule) ?? []), plant]);
    }
  }
  return plants;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.[cm]?[jt]s$/.test(name));
  } catch {
    return [];
  }
}

function parse(text: string, language: 'ts' | 'js'): ts.SourceFile {
  return ts.createSourceFile(`plant.${language}`, text, ts.ScriptTarget.Latest, true);
}

/** Undefined where the plant cannot be written so: CommonJS as ES module, a default export of an expression. */
export function renderPlant(plant: Plant, language: 'ts' | 'js', modules: 'esm' | 'cjs'): Rendered | undefined {
  if (plant.modules === 'cjs' && modules === 'esm') return undefined;
  if (plant.language === 'js' && language === 'ts') return undefined;
  const text = plant.language === language ? plant.text : withoutTypes(plant.text);
  const source = parse(text, language);
  const rendered: Rendered = { imports: [], body: '', names: [], importedNames: [] };
  const exported: string[] = [];
  for (const statement of source.statements) {
    const own = text.slice(statement.getFullStart(), statement.end).replace(/^\n+/, '');
    if (isImport(statement)) {
      const line = modules === 'cjs' && ts.isImportDeclaration(statement) ? asRequire(statement, source) : own.trim();
      if (line === undefined) return undefined;
      rendered.imports.push(line);
      rendered.importedNames.push(...declaredNames(statement));
      continue;
    }
    if (ts.isExportAssignment(statement) || ts.isExportDeclaration(statement)) return undefined;
    const names = declaredNames(statement);
    rendered.names.push(...names);
    const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
    if (isDefault && names.length === 0) return undefined;
    if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) exported.push(...names);
    const bare = isDefault ? own.replace(/\bexport default\b/, 'export') : own;
    rendered.body += `${modules === 'cjs' ? bare.replace(/^((?:\s*\/\/.*\n)*\s*)export /, '$1') : bare}\n`;
  }
  // A mark behind the last statement of a line belongs to it.
  rendered.body += text.slice(source.statements.at(-1)!.end).trim();
  if (modules === 'cjs') {
    rendered.body = rendered.body.replace(/^module\.exports = /m, `module.exports.${camel(plant)} = `);
    rendered.body += exported.map((name) => `\nmodule.exports.${name} = ${name};`).join('');
  }
  return rendered;
}

function camel({ rule, name }: Plant): string {
  return `${rule}-${name.replace(/\..*/, '')}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function withoutTypes(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, experimentalDecorators: true },
  }).outputText;
}

function hasModifier(statement: ts.Statement, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((one) => one.kind === kind);
}

function isImport(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement)) return true;
  return ts.isVariableStatement(statement) && /^const [\w{},:\s]+ = require\('[^']+'\)/.test(statement.getText());
}

function asRequire({ importClause, moduleSpecifier }: ts.ImportDeclaration, source: ts.SourceFile): string | undefined {
  const from = `require(${moduleSpecifier.getText(source)});`;
  if (!importClause) return from;
  const { name, namedBindings } = importClause;
  if (name && namedBindings) return undefined;
  if (name) return `const ${name.text} = ${from}`;
  if (namedBindings && ts.isNamespaceImport(namedBindings)) return `const ${namedBindings.name.text} = ${from}`;
  return `const ${namedBindings!.getText(source).replace(/ as /g, ': ')} = ${from}`;
}

function declaredNames(statement: ts.Statement): string[] {
  const names: string[] = [];
  const add = (name: ts.Node): void => {
    if (ts.isIdentifier(name)) names.push(name.text);
    else name.forEachChild((child) => add(ts.isBindingElement(child) ? child.name : child));
  };
  if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) add(name);
  else if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    if (name) add(name);
    if (namedBindings && ts.isNamespaceImport(namedBindings)) add(namedBindings.name);
    else if (namedBindings) for (const element of namedBindings.elements) add(element.name);
  } else if ('name' in statement && statement.name) add(statement.name as ts.Node);
  return names;
}

/** Whether a host already speaks of something that the plant declares; equal imports of two plants do not clash. */
export function clashes(host: string, imports: ReadonlySet<string>, plant: Rendered): boolean {
  const isNew = plant.imports.some((line) => !imports.has(line));
  return [...plant.names, ...(isNew ? plant.importedNames : [])].some((name) =>
    new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(host),
  );
}

/** The host with the plants in it. */
export function insertPlants(host: string, language: 'ts' | 'js', plants: readonly Rendered[]): string {
  const source = parse(host, language);
  const isDirective = (statement: ts.Statement): boolean =>
    ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
  const at = source.statements.find((statement) => !isDirective(statement))?.getStart(source) ?? host.length;
  const imports = [...new Set(plants.flatMap((plant) => plant.imports))].map((line) => `${line}\n`).join('');
  const bodies = plants.map(({ body }) => `\n${body}\n`).join('');
  return `${host.slice(0, at)}${imports}${host.slice(at).trimEnd()}\n${bodies}`;
}

/** One-based lines of the marks in a text. */
export function markedLines(text: string): number[] {
  return text.split('\n').flatMap((line, i) => (line.includes('// plimsoll-expect') ? [i + 1] : []));
}
