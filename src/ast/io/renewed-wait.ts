import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findMemberPath, isAssignment, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { contains } from '../within.ts';

/**
 * `await this.ready` at the head of an attempt, whose `catch` puts an open promise in its place, itself or by a method: the
 * next attempt waits until something else has brought what it needs.
 */
export function waitsForOthers({ tryBlock, catchClause }: ts.TryStatement, file: FileContext): boolean {
  const kept = findFirstAwaited(tryBlock);
  const path = kept && findMemberPath(kept);
  if (path?.[0] !== 'this' || path.length !== 2) return false;
  const renews = (node: ts.Node): boolean =>
    isAssignment(node) && findMemberPath(node.left)?.join('.') === path.join('.') && isOpenPromise(node.right);
  return contains(catchClause!.block, (node) => {
    const method = ts.isCallExpression(node) ? findFunctionValue(node.expression, file) : undefined;
    return renews(node) || (method?.body !== undefined && contains(method.body, renews));
  });
}

function findFirstAwaited(block: ts.Block): ts.Expression | undefined {
  let first: ts.Expression | undefined;
  contains(block, (node) => {
    if (ts.isAwaitExpression(node)) first = skipWrappers(node.expression);
    return first !== undefined;
  });
  return first;
}

/** `new Promise((resolve) => { this.settle = resolve; })`: whoever has that settles it later. */
function isOpenPromise(value: ts.Expression): boolean {
  const made = skipWrappers(value);
  const executor = ts.isNewExpression(made) ? made.arguments?.[0] : undefined;
  if (!executor || !isFunctionNode(executor) || !/Promise$/.test((made as ts.NewExpression).expression.getText())) {
    return false;
  }
  const resolve = executor.parameters[0]?.name.getText();
  return contains(executor.body!, (node) => isAssignment(node) && node.right.getText() === resolve);
}
