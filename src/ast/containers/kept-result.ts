import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, getOutermostWrapped, isAssignment, isWithin, rootOf, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const storing = /\.(?:set|put|add)$|[cC]ache$/;

/**
 * Whether what a call gives is kept where later calls find it: `cache ??= read()`, `cache.set(name, read())`,
 * `const text = read(); cache.set(name, text)`.
 */
export function isKeptForLater(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  for (let at: ts.Node = call; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (isAssignment(parent) && parent.right === at) {
      if (parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return true;
      if (isKeptOutside(parent.left, fn, file) || isStored(skipWrappers(parent.left), fn, file)) return true;
    }
    if (ts.isVariableDeclaration(parent) && isStored(parent.name, fn, file)) return true;
    if (
      ts.isCallExpression(parent) &&
      /\.(?:set|put)$|[mM]emoi?[sz]e|once$/.test(parent.expression.getText(file.source).slice(-40))
    )
      return true;
  }
  return false;
}

/** Whether a name is handed on to a place that outlives the function, or to a cache. */
function isStored(name: ts.Node, fn: ts.Node | undefined, file: FileContext): boolean {
  const references = ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [];
  return references.some((r) => {
    const outer = getOutermostWrapped(r).parent;
    if (isAssignment(outer) && outer.right === r) return isKeptOutside(outer.left, fn, file);
    return (
      ts.isCallExpression(outer) &&
      outer.arguments.includes(r) &&
      storing.test(outer.expression.getText(file.source).slice(-40))
    );
  });
}

/** A module variable, a field, or an entry of one or of the environment. */
function isKeptOutside(left: ts.Expression, fn: ts.Node | undefined, file: FileContext): boolean {
  if (/^process\.env\b/.test(left.getText(file.source))) return true;
  const root = rootOf(left);
  if (root.kind === ts.SyntaxKind.ThisKeyword) return true;
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return !!binding && !!fn && !isWithin(binding.identifier, fn);
}
