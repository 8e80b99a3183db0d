import type { FileContext } from '../../model/file-context.ts';
import { findListenerFunction } from '../listeners/listener-calls.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isGuardedByState } from '../where/latch.ts';
import { listNodesWithin } from '../within.ts';
import { findCalled, withCallees } from './after-end.ts';
import { listTold } from './link-of-owner.ts';

/** A new beginning of what a place starts. */
export interface BegunAnew {
  /** Who is told that a connection is lost, and begins anew. */
  at: ts.Node;
  /** Whether what was started is cleared on the way. */
  isCleared: boolean;
}

/**
 * How a function that `node` stands in begins anew while the process lives: `connect()` starts what `node` is, and
 * `socket.on('close', () => setTimeout(connect, wait))`. Undefined where a latch keeps it from a second start.
 */
export function findBegunAnew(node: ts.Node, clears: readonly ts.Node[], file: FileContext): BegunAnew | undefined {
  const told = listTold(file);
  if (told.length === 0) return undefined;
  for (let start = findEnclosingFunction(node); start; start = findEnclosingFunction(start)) {
    const begins = withCallees([start], file);
    for (const { at, listener } of told) {
      if (!begins.some((fn) => isWithin(at, fn))) continue;
      const heard = findListenerFunction(listener, file);
      const runs = heard ? withCallees([heard], file) : [];
      if (heard === start || !leadsTo(start, runs, file)) continue;
      const isCleared = [...begins, ...runs].some((fn) => clears.some((clear) => isWithin(clear, fn)));
      return isGuardedByState(node, start, file) ? undefined : { at, isCleared };
    }
  }
  return undefined;
}

/** Whether a function is one of `runs`, or one of them hands it to a timer. */
function leadsTo(start: FunctionNode, runs: readonly FunctionNode[], file: FileContext): boolean {
  if (runs.includes(start)) return true;
  return runs.some((run) =>
    listNodesWithin('CallExpression', run, file).some((call) =>
      call.arguments.some((given) => {
        const value = skipWrappers(given);
        const called = ts.isCallExpression(value) ? findCalled(value, file) : findFunctionValue(value, file);
        return called === start;
      }),
    ),
  );
}
