import type { Binding, FileContext } from '../../model/file-context.ts';
import type { FileSummary } from '../../model/link.ts';
import {
  findMemberName,
  findMemberPath,
  findPropertyName,
  findStringValue,
  isAssignment,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isExternal } from './external-module.ts';
import { findImport, requiredModule } from './provenance.ts';

/** What a file exports: names of its own, and those that it hands on. */
export function listExports(file: FileContext): Pick<FileSummary, 'exports' | 'starExports'> {
  const exports: FileSummary['exports'] = {};
  const starExports: string[] = [];
  const exportName = (local: string, as: string): void => {
    const binding = file.moduleScope.bindings.get(local);
    const imported = binding && findImport(binding);
    exports[as] = imported ? { module: imported.module, name: imported.name } : { local };
  };
  for (const statement of file.source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const module = statement.moduleSpecifier && (statement.moduleSpecifier as ts.StringLiteral).text;
      if (!statement.exportClause) {
        if (module !== undefined) starExports.push(module);
      } else if (ts.isNamespaceExport(statement.exportClause)) {
        if (module !== undefined) exports[statement.exportClause.name.text] = { module, name: '*' };
      } else {
        for (const { name, propertyName } of statement.exportClause.elements) {
          const source = (propertyName ?? name).text;
          if (module !== undefined) exports[name.text] = { module, name: source };
          else exportName(source, name.text);
        }
      }
    } else if (ts.isExportAssignment(statement)) {
      if (ts.isIdentifier(statement.expression)) exportName(statement.expression.text, 'default');
      else exports.default = { local: 'default' };
    } else if (ts.canHaveModifiers(statement)) {
      const modifiers = ts.getModifiers(statement);
      if (!modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) continue;
      const isDefault = modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
      for (const name of declaredNames(statement)) exports[isDefault ? 'default' : name] = { local: name };
    }
  }
  for (const { name, value } of listCommonJsExports(file)) {
    const from = skipWrappers(value);
    if (ts.isIdentifier(from)) exportName(from.text, name);
    else exports[name] ??= { local: localOfExport(name, file) };
    if (name === 'default' && ts.isObjectLiteralExpression(from)) {
      for (const property of from.properties) {
        const key = findPropertyName(property.name);
        if (key === undefined) continue;
        const target = ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : property.name;
        if (target && ts.isIdentifier(target) && file.moduleScope.bindings.has(target.text))
          exportName(target.text, key);
      }
    }
  }
  return { exports, starExports };
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap((d) => (ts.isIdentifier(d.name) ? [d.name.text] : []));
  }
  if (
    (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) &&
    statement.name
  ) {
    return [statement.name.text];
  }
  return [];
}

/** `module.exports = x` as `default`, `exports.a = x` and `module.exports.a = x` as `a`. */
export function listCommonJsExports(file: FileContext): { name: string; value: ts.Expression }[] {
  const found: { name: string; value: ts.Expression }[] = [];
  for (const statement of file.source.statements) {
    if (!ts.isExpressionStatement(statement) || !isAssignment(statement.expression)) continue;
    const path = findMemberPath(statement.expression.left)?.join('.');
    const name = path === 'module.exports' ? 'default' : /^(?:module\.)?exports\.(\w+)$/.exec(path ?? '')?.[1];
    if (name !== undefined) found.push({ name, value: statement.expression.right });
  }
  return found;
}

/** What `exports.name = function () {}` is called in its own file, where something else may be called so. */
export function localOfExport(name: string, file: FileContext): string {
  return file.moduleScope.bindings.has(name) ? `exports.${name}` : name;
}

/** Every module that is imported, exported from or required, sorted. */
export function listImports(file: FileContext): string[] {
  const modules = new Set<string>();
  for (const declaration of file.nodes('ImportDeclaration'))
    modules.add((declaration.moduleSpecifier as ts.StringLiteral).text);
  for (const declaration of file.nodesOfKind(ts.SyntaxKind.ExportDeclaration) as readonly ts.ExportDeclaration[]) {
    if (declaration.moduleSpecifier) modules.add((declaration.moduleSpecifier as ts.StringLiteral).text);
  }
  for (const call of file.nodes('CallExpression')) {
    const module = requiredModule(call);
    if (module !== undefined) modules.add(module);
  }
  return [...modules].sort();
}

/** The members that are used of what is imported. */
export function listUses(file: FileContext): FileSummary['uses'] {
  const uses: FileSummary['uses'] = [];
  for (const binding of file.bindings) {
    const imported = findImport(binding);
    if (!imported || isExternal(imported.module)) continue;
    const members = membersUsed(binding);
    if (members.length > 0) uses.push({ module: imported.module, name: imported.name, members });
  }
  return uses;
}

/** The members that are used of the names at module level. */
export function listOwnUses(file: FileContext): Record<string, string[]> {
  const uses: Record<string, string[]> = {};
  for (const binding of file.moduleScope.bindings.values()) {
    if (binding.kind === 'import' || binding.kind === 'type') continue;
    const members = membersUsed(binding);
    if (members.length > 0) uses[binding.name] = members;
  }
  return uses;
}

/** `x.a.b` → `a.b`; `x.on('error', …)` → `on:error`; `x.length = 0` → `=length`; `delete x[k]` → `delete`; `x = …` → `=`. */
function membersUsed(binding: Binding): string[] {
  const members = new Set<string>();
  for (const reference of binding.references) {
    if (binding.writes.includes(reference)) members.add('=');
    let at: ts.Node = reference;
    const path: string[] = [];
    while (path.length < 3) {
      const { parent } = at;
      const name = findMemberName(parent);
      if (name !== undefined && (parent as ts.PropertyAccessExpression).expression === at) {
        path.push(name);
        at = parent;
      } else if (ts.isNonNullExpression(parent) || ts.isParenthesizedExpression(parent)) {
        at = parent;
      } else break;
    }
    const { parent } = at;
    if (ts.isElementAccessExpression(parent) && ts.isDeleteExpression(parent.parent)) members.add('delete');
    if (ts.isDeleteExpression(parent)) members.add('delete');
    if (ts.isCallExpression(parent) && parent.arguments.includes(at as ts.Expression)) members.add('()');
    if (path.length === 0) continue;
    members.add(path.join('.'));
    if (isAssignment(parent) && parent.left === at) members.add(`=${path.join('.')}`);
    if (ts.isCallExpression(parent) && parent.expression === at) {
      const event = findStringValue(parent.arguments[0]);
      if (event !== undefined && /^(?:on|once|addListener|addEventListener|prependListener)$/.test(path.at(-1)!)) {
        members.add([...path.slice(0, -1), `on:${event}`].join('.'));
      }
    }
  }
  return [...members].sort();
}
