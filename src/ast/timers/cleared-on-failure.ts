import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findPromiseAround,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findTimerFunction } from './timers.ts';

/**
 * The place that clears a timer where the work behind it fails, when no other does: set, in a
 * promise, ahead of `work().then(resolve).catch(() => clearTimeout(timer))`, it stays whenever the work goes well.
 */
export function findClearOnFailureOnly(
  timer: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  const home = findEnclosingFunction(timer);
  // Elsewhere it may stand for what the work has brought, and for how long that is kept.
  if (!home || !findPromiseAround(home)) return undefined;
  const isOnFailure = (clear: ts.Node): boolean => {
    for (let fn = findEnclosingFunction(clear); fn && fn !== home; fn = findEnclosingFunction(fn)) {
      const chain = findCatch(fn);
      if (chain) return chain.pos >= timer.end && findEnclosingFunction(chain) === home && isWork(chain, file);
    }
    return false;
  };
  const own = clears.filter((clear) => isWithin(clear, home));
  const others = clears.filter((clear) => !own.includes(clear));
  return own.length > 0 && own.every(isOnFailure) && others.every((clear) => setsItsOwn(clear, file))
    ? own[0]
    : undefined;
}

/** Another function that clears what it has set itself under the same name. */
function setsItsOwn(clear: ts.Node, file: FileContext): boolean {
  let outer = findEnclosingFunction(clear);
  for (let fn = outer; fn; fn = findEnclosingFunction(fn)) outer = fn;
  return (
    outer !== undefined &&
    listNodesWithin('CallExpression', outer, file).some((call) => findTimerFunction(call, file) === 'setTimeout')
  );
}

/** The `x.catch(fn)` that a function is handed to. */
function findCatch(fn: FunctionNode): ts.CallExpression | undefined {
  const target = findMethodCall(getOutermostWrapped(fn).parent);
  return target?.method === 'catch' && skipWrappers(target.call.arguments[0]!) === fn ? target.call : undefined;
}

/** It has an outcome of its own ahead of the `catch`: a `then`. */
function isWork(chain: ts.CallExpression, file: FileContext): boolean {
  return /\.then\(/.test(findMethodCall(chain)!.receiver.getText(file.source));
}
