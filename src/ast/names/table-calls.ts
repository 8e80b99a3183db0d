import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * The calls of what a table holds by a key that is computed, where a function is one of those: `handlers[message.type](message)` of
 * `const handlers = { show() {}, hide() {} }`, also by a name for what is looked up.
 */
export function listTableCalls(fn: FunctionNode, file: FileContext): readonly ts.CallExpression[] {
  if (ts.isFunctionDeclaration(fn)) return [];
  const entry = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  const table = ts.isObjectLiteralExpression(entry.parent) ? getOutermostWrapped(entry.parent).parent : undefined;
  if (!table || !ts.isVariableDeclaration(table) || !ts.isIdentifier(table.name)) return [];
  return (file.bindingOf(table.name)?.references ?? []).flatMap(({ parent }) => {
    if (!ts.isElementAccessExpression(parent) || ts.isStringLiteralLike(parent.argumentExpression)) return [];
    const use = getOutermostWrapped(parent).parent;
    if (ts.isCallExpression(use)) return skipWrappers(use.expression) === parent ? [use] : [];
    // `const handle = handlers[type]; handle(message)`
    const name = ts.isVariableDeclaration(use) && ts.isIdentifier(use.name) ? use.name : undefined;
    const uses = (name && file.bindingOf(name)?.references) ?? [];
    return uses.flatMap((at) => (ts.isCallExpression(at.parent) && at.parent.expression === at ? [at.parent] : []));
  });
}

/** Whether the function around a place is called by a computed key: no call of its name leads there. */
export function isOfTable(node: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(node);
  return fn !== undefined && listTableCalls(fn, file).length > 0;
}
