import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, getOutermostWrapped, isWithin, nameOfFunction } from '../syntax.ts';
import { findReArming } from '../timers/re-arming.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';

/**
 * Whether a place stands in the callback of an interval, or in one of a timer that starts itself again or in the function
 * that such a timer runs: it repeats by itself.
 */
export function repeatsItself(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (ts.isCallExpression(call) && findTimerFunction(call, file) === 'setInterval') return true;
  }
  return file.nodes('CallExpression').some((call) => {
    if (!/^(?:\w+\.)?set(?:Timeout|Immediate)$/.test(call.expression.getText(file.source))) return false;
    const again = findReArming(call, file);
    return again !== undefined && isWithin(node, again.fn);
  });
}

/** What the language itself calls, as often as values are printed or put together. */
export function isImplicit(fn: FunctionNode | undefined): boolean {
  return fn !== undefined && /^(?:toString|toJSON|valueOf|Symbol\.toPrimitive)$/.test(nameOfFunction(fn));
}
