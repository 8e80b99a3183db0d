import { classShape } from '../../src/ast/names/class-shape.ts';
import { hasModifier, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { type CodeRemoval, isPure, removeWhole, renameParameter } from './removal.ts';
import { removeUnreadMember } from './remove-member.ts';

/**
 * Removes what only code used that is gone: private members of the class, functions, variables, types and imports that the
 * file does not export. A parameter stays for its callers and gets a `_` before its name.
 *
 * @param gone whether a node of the file is among the code that other edits remove
 * @param kept names that new code goes on to use
 */
export function removeUnused(
  gone: (node: ts.Node) => boolean,
  kept: ReadonlySet<Binding>,
  cls: ts.ClassLikeDeclaration | undefined,
  file: FileContext,
): TextEdit[] {
  const removals: CodeRemoval[] = [];
  const done = new Set<unknown>(kept);
  const isGone = (node: ts.Node): boolean => gone(node) || removals.some((one) => isWithin(node, one.node));
  for (let size = -1; size !== done.size; ) {
    size = done.size;
    for (const binding of file.bindings) {
      if (done.has(binding) || isGone(binding.identifier)) continue;
      if (!isUnused(binding.references, binding.declaration, isGone)) continue;
      const removal = removeBinding(binding, file);
      if (!removal) continue;
      done.add(binding);
      removals.push(...removal);
    }
    for (const [name, { accesses }] of cls ? classShape(cls, file).fields : []) {
      const member = cls!.members.find((m) => m.name?.getText(file.source) === name);
      if (done.has(name) || (member && isGone(member))) continue;
      const removal = removeUnreadMember(name, member, accesses, isGone, cls!, file);
      if (!removal) continue;
      done.add(name);
      removals.push(...removal);
    }
  }
  return removals.flatMap(({ edits }) => edits);
}

/** All uses are gone, and there were some. */
function isUnused(uses: readonly ts.Node[], own: ts.Node, isGone: (node: ts.Node) => boolean): boolean {
  return uses.some((use) => isGone(use)) && uses.every((use) => isGone(use) || isWithin(use, own));
}

/** Removes a declaration that nothing uses; undefined where it is exported, or its value may do something. */
export function removeBinding({ declaration, identifier }: Binding, file: FileContext): CodeRemoval[] | undefined {
  if (ts.isParameter(declaration)) {
    const isInjected = ts.isParameterPropertyDeclaration(declaration, declaration.parent);
    return isInjected || !ts.isIdentifier(declaration.name) ? undefined : [renameParameter(declaration, file)];
  }
  if (ts.isImportSpecifier(declaration))
    return removeOfList(declaration, declaration.parent.elements, declaration.parent.parent.parent, file);
  if (ts.isNamespaceImport(declaration) || ts.isImportClause(declaration)) {
    const clause = ts.isImportClause(declaration) ? declaration : declaration.parent;
    const isAll = clause.name === undefined || clause.namedBindings === undefined;
    return isAll ? removeWhole(clause.parent, file) : undefined;
  }
  if (ts.isBindingElement(declaration)) {
    const pattern = declaration.parent;
    const variable = pattern.parent;
    if (!ts.isVariableDeclaration(variable) || declaration.dotDotDotToken || !ts.isObjectBindingPattern(pattern))
      return undefined;
    if (!variable.initializer || !isPure(variable.initializer)) return undefined;
    if (!ts.isVariableDeclarationList(variable.parent) || variable.parent.declarations.length > 1) return undefined;
    return removeOfList(declaration, pattern.elements, variable.parent.parent, file);
  }
  if (ts.isVariableDeclaration(declaration)) {
    const statement = declaration.parent.parent;
    if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length > 1) return undefined;
    if (declaration.initializer && !isPure(declaration.initializer)) return undefined;
    return isExported(statement) ? undefined : removeWhole(statement, file);
  }
  const isOwn =
    ts.isFunctionDeclaration(declaration) ||
    ts.isInterfaceDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration);
  return isOwn && identifier === declaration.name && !isExported(declaration)
    ? removeWhole(declaration, file)
    : undefined;
}

function isExported(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.ExportKeyword);
}

/** One of several names of an import or a pattern, or all of it with the last. */
function removeOfList(
  element: ts.Node,
  elements: ts.NodeArray<ts.Node>,
  whole: ts.Node,
  file: FileContext,
): CodeRemoval[] | undefined {
  if (elements.length === 1) {
    const isMixed = ts.isImportDeclaration(whole) && whole.importClause?.name !== undefined;
    return isMixed ? undefined : removeWhole(whole, file);
  }
  const at = elements.indexOf(element);
  const next = elements[at + 1];
  const previous = elements[at - 1];
  const edit = next
    ? { start: element.getStart(file.source), end: next.getStart(file.source), text: '' }
    : { start: previous!.end, end: element.end, text: '' };
  return [{ node: element, edits: [edit] }];
}
