import type { FileContext } from '../../model/file-context.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Growth, Removal } from './container-growth.ts';
import type { Container } from './containers.ts';

/** A removal from a list that a table keeps by key, after which the key stays though its list may be empty. */
export interface EmptyBucket {
  /** `rooms.get(name).delete(id)`, `rooms[name].splice(i, 1)`. */
  removal: ts.CallExpression;
  key: ts.Expression;
  /** How the list is written there: a name, or the look-up itself. */
  bucket: ts.Expression;
  /** Another path of the same function drops the key. */
  isDroppedElsewhere: boolean;
}

/** Where items leave the lists of a table from which no key ever leaves. */
export function findEmptyBucket(container: Container, growth: Growth, file: FileContext): EmptyBucket | undefined {
  if (container.kind !== 'map' && container.kind !== 'object') return undefined;
  if (!growth.adds.some(({ value }) => value && makesList(value, file))) return undefined;
  for (const { node, key } of growth.reads) {
    if (!key) continue;
    const lookup = lookupOf(node);
    const removal = lookup && removalFrom(lookup, file);
    if (!removal || !growth.removals.every((other) => isOtherPath(other, removal.call, key))) continue;
    return { removal: removal.call, key, bucket: removal.bucket, isDroppedElsewhere: growth.removals.length > 0 };
  }
  return undefined;
}

/** `if (!listener) { delete table[event]; return }` before the one listener is taken out: the key goes on one path only. */
function isOtherPath(other: Removal, removal: ts.Node, key: ts.Expression): boolean {
  if (other.fn === undefined || other.fn !== findEnclosingFunction(removal) || other.node.pos > removal.pos)
    return false;
  const isWhole = other.kind === 'reset';
  if (!isWhole && !(other.kind === 'keyed' && other.key?.getText() === key.getText())) return false;
  for (let at: ts.Node = other.node; at.parent && at !== other.fn; at = at.parent) {
    if (!ts.isIfStatement(at.parent) || at.parent.thenStatement !== at) continue;
    return ts.isReturnStatement(at) || (ts.isBlock(at) && at.statements.some(ts.isReturnStatement));
  }
  return false;
}

/** `new Set()`, `[]`, `table[k] || []`. */
function makesList(value: ts.Expression, file: FileContext): boolean {
  const made = skipWrappers(value);
  if (ts.isArrayLiteralExpression(made)) return made.elements.length <= 1;
  if (ts.isNewExpression(made)) return /^(?:Set|Map|Array)$/.test(made.expression.getText(file.source));
  if (ts.isBinaryExpression(made)) return makesList(made.right, file);
  if (ts.isIdentifier(made)) {
    const binding = file.bindingOf(made);
    const declaration = binding?.declaration;
    if (
      declaration &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer &&
      makesList(declaration.initializer, file)
    )
      return true;
    return (
      binding?.writes.some(
        (w) => ts.isBinaryExpression(w.parent) && w.parent.right !== made && makesList(w.parent.right, file),
      ) ?? false
    );
  }
  return false;
}

/** The call or access that looks the list up. */
function lookupOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isElementAccessExpression(node)) return node;
  const target = findMethodCall(node);
  return target?.method === 'get' ? target.call : undefined;
}

function removalFrom(
  lookup: ts.Expression,
  file: FileContext,
): { call: ts.CallExpression; bucket: ts.Expression } | undefined {
  const direct = removalOn(lookup);
  if (direct) return { call: direct, bucket: lookup };
  const { parent } = getOutermostWrapped(lookup);
  const isOr = ts.isBinaryExpression(parent) ? parent.parent : parent;
  if (!ts.isVariableDeclaration(isOr) || !ts.isIdentifier(isOr.name)) return undefined;
  for (const reference of file.bindingOf(isOr.name)?.references ?? []) {
    const call = removalOn(reference);
    if (call) return { call, bucket: reference };
  }
  return undefined;
}

/** `list.delete(x)` and `list.splice(i, 1)`, as a statement. */
function removalOn(list: ts.Expression): ts.CallExpression | undefined {
  const outer = getOutermostWrapped(list);
  const member = outer.parent;
  const name = findMemberName(member);
  if (name !== 'delete' && name !== 'splice') return undefined;
  if ((member as ts.PropertyAccessExpression).expression !== outer) return undefined;
  const call = member.parent;
  if (!ts.isCallExpression(call) || call.expression !== member || !ts.isExpressionStatement(call.parent))
    return undefined;
  return name === 'splice' && call.arguments.length !== 2 ? undefined : call;
}

/** `i < list.length` and `arguments.length` say nothing of what is left. */
function isOfWalk(comparison: ts.Node): boolean {
  if (!ts.isBinaryExpression(comparison)) return false;
  return ts.isForStatement(comparison.parent) || /\barguments\.length\b/.test(comparison.getText());
}

/** Whether the function looks at how many are left. */
export function asksSize(bucket: EmptyBucket, file: FileContext): boolean {
  const fn = findEnclosingFunction(bucket.removal);
  if (!fn || !isFunctionNode(fn)) return false;
  const accesses = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return accesses.some(
    ({ name, parent }) =>
      /^(?:size|length)$/.test(name.text) &&
      isWithin(name, fn) &&
      !isOfWalk(parent) &&
      (ts.isBinaryExpression(parent) || ts.isPrefixUnaryExpression(parent) || ts.isIfStatement(parent)),
  );
}
