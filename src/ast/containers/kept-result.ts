import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isLogical,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';

const storing = /\.(?:set|put|add)$|[cC]ache$/;
const keeping = /\.(?:set|put)$/;
/** `lodash.once(…)`, `memoize(…)`, `pMemoizeOnce(…)`, unlike `nonce(…)`. */
const onceOnly = /[mM]emoi?[sz]e$|(?:^|[^A-Za-z])once$|[a-z]Once$/;
/** What speaks to whoever asks, and goes with the answer: `res.set('ETag', tag)`. */
const answering = /^_?(?:res|resp|response|reply|ctx|context|headers?)$/;

/**
 * Whether what a call gives is kept where later calls find it: `cache ??= read()`, `cache.set(name, read())`,
 * `const text = read(); cache.set(name, text)`, `const entry = cache.get(name); if (!entry.text) entry.text = read()`.
 */
export function isKeptForLater(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  for (let at: ts.Node = call; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (isAssignment(parent) && parent.right === at) {
      if (parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return true;
      if (isKeptOutside(parent.left, fn, file) || isStored(skipWrappers(parent.left), fn, file)) return true;
      if (fn && isKeptInEntry(parent, call, fn, file)) return true;
    }
    if (ts.isVariableDeclaration(parent) && isStored(parent.name, fn, file)) return true;
    if (!ts.isCallExpression(parent)) continue;
    const called = parent.expression.getText(file.source).slice(-40);
    if (onceOnly.test(called) || (keeping.test(called) && isLasting(parent.expression, fn, file))) return true;
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
      storing.test(outer.expression.getText(file.source).slice(-40)) &&
      isLasting(outer.expression, fn, file)
    );
  });
}

/** Whether what is called may be a place that outlives the function: neither an answer nor what the function itself makes. */
function isLasting(callee: ts.Expression, fn: ts.Node | undefined, file: FileContext): boolean {
  const root = rootOf(callee);
  if (!ts.isIdentifier(root)) return true;
  if (answering.test(root.text)) return false;
  const declaration = file.bindingOf(root)?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return !(made && fn && isWithin(made, fn) && ts.isNewExpression(skipWrappers(made)));
}

/** A module variable, a field, or an entry of one or of the environment. */
function isKeptOutside(left: ts.Expression, fn: ts.Node | undefined, file: FileContext): boolean {
  if (/^process\.env\b/.test(left.getText(file.source))) return true;
  const root = rootOf(left);
  if (root.kind === ts.SyntaxKind.ThisKeyword) return true;
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return !!binding && !!fn && !isWithin(binding.identifier, fn);
}

/** Whether what is assigned is a field of what a local name takes out of a table that outlives the function, and is asked for first. */
function isKeptInEntry(
  { left, right }: ts.BinaryExpression,
  call: ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const field = findMemberPath(left);
  const root = rootOf(left);
  const declaration = field && ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  let taken = skipWrappers(declaration.initializer);
  if (isAssignment(taken)) taken = skipWrappers(taken.left);
  const looked = findMethodCall(taken);
  const table = looked?.method === 'get' ? looked.receiver : isMember(taken) ? taken : undefined;
  if (!table || !isKeptOutside(table, fn, file)) return false;
  const given = skipWrappers(right);
  const conditions = [...listConditionsOn(call, fn, file), ...(isLogical(given) ? [given.left] : [])];
  return conditions.some((condition) => asksFor(condition, field!.join('.')));
}

function isMember(node: ts.Node): node is ts.ElementAccessExpression | ts.PropertyAccessExpression {
  return ts.isElementAccessExpression(node) || ts.isPropertyAccessExpression(node);
}

function asksFor(condition: ts.Node, path: string): boolean {
  if (isMember(condition) && findMemberPath(condition)?.join('.') === path) return true;
  return ts.forEachChild(condition, (child) => asksFor(child, path)) ?? false;
}
