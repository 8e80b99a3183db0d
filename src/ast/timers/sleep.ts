import type { FileContext } from '../../model/file-context.ts';
import { isFrom } from '../names/provenance.ts';
import { type FunctionNode, isFunctionNode, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findTimerFunction } from './timers.ts';

/**
 * A function that does nothing but wait: it gives back a promise that only its timer settles, and drops the handle
 * (`const sleep = (ms) => new Promise((done) => setTimeout(done, ms))`).
 */
export function isSleep(fn: FunctionNode, file: FileContext): boolean {
  const made = fn.body && findOnlyValue(fn.body);
  if (!made || !ts.isNewExpression(made) || made.expression.getText(file.source) !== 'Promise') return false;
  const executor = made.arguments?.[0] && skipWrappers(made.arguments[0]);
  const resolve = executor && isFunctionNode(executor) ? executor.parameters[0]?.name : undefined;
  if (!resolve || !ts.isIdentifier(resolve) || !isFunctionNode(executor!) || !executor.body) return false;
  const timer = findOnlyValue(executor.body);
  if (!timer || !ts.isCallExpression(timer) || findTimerFunction(timer, file) !== 'setTimeout') return false;
  const run = timer.arguments[0] && skipWrappers(timer.arguments[0]);
  const called = run && isFunctionNode(run) && run.body ? findOnlyValue(run.body) : run;
  const callee = called && ts.isCallExpression(called) ? skipWrappers(called.expression) : called;
  return callee !== undefined && ts.isIdentifier(callee) && callee.text === resolve.text;
}

/** What a body that is one expression, or one statement, comes to. */
function findOnlyValue(body: ts.ConciseBody): ts.Expression | undefined {
  if (!ts.isBlock(body)) return skipAwait(body);
  const [only] = body.statements;
  if (body.statements.length !== 1 || !only) return undefined;
  if (!ts.isReturnStatement(only) && !ts.isExpressionStatement(only)) return undefined;
  return only.expression && skipAwait(only.expression);
}

/** `setTimeout` of `node:timers/promises`: its third argument can hold a signal. */
export function isPromisedTimeout(call: ts.CallExpression, file: FileContext): boolean {
  return isFrom(call.expression, file, 'timers/promises', 'setTimeout');
}
