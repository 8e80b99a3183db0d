import { findFunctionValue } from '../../src/ast/names/functions.ts';
import { findMethodCall, isAsync, isFunctionNode } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** Methods of maps, sets, lists, `Date` and `Math` that throw nothing. */
const harmless = /^(?:add|ceil|clear|delete|floor|get|has|max|min|now|pop|push|random|round|set|shift|unshift)$/;

/** Whether a callback may throw or give a promise: it calls more than methods of its tables and clocks. */
export function mayFail(callback: ts.Expression | undefined, file: FileContext): boolean {
  const run = callback && findFunctionValue(callback, file);
  return !run?.body || isAsync(run) || doesMore(run.body);
}

function doesMore(node: ts.Node): boolean {
  if (ts.isCallExpression(node) && !harmless.test(findMethodCall(node)?.method ?? '')) return true;
  if (ts.isThrowStatement(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) return true;
  if (isFunctionNode(node)) return false;
  return ts.forEachChild(node, (child) => doesMore(child) || undefined) ?? false;
}
