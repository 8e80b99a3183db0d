import type { FileContext } from '../../model/file-context.ts';
import { neverRejects } from '../io/cannot-fail.ts';
import { findEnclosingFunction, findMethodCall, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** In the first function of a `then`: when the work fails, which it can, it does not run. */
export function isOnSuccess(clear: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(clear);
  const target = fn && findMethodCall(getOutermostWrapped(fn).parent);
  const isFirst = target?.method === 'then' && skipWrappers(target.call.arguments[0]!) === fn;
  return isFirst && !neverRejects(target.receiver, file) && !endsProcess(target.call);
}

/** `void exit.then(…);`: nobody hears of a failure, which ends the process, and what it has left with it. */
function endsProcess(then: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(then);
  return then.arguments.length === 1 && (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent));
}
