import type { FileContext } from '../../model/file-context.ts';
import { findListenerFunction, listAdds, listHandlers } from '../listeners/listener-calls.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue, listCallsOf, listFunctionUses } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { isGuardedByState } from '../where/latch.ts';
import { listNodesWithin } from '../within.ts';
import { findCalled, withCallees } from './after-end.ts';
import { listTold, type Told } from './link-of-owner.ts';

/** Callers further out are not followed. */
const maxHops = 3;

/** A new beginning of what a place starts. */
export interface BegunAnew {
  /** Who is told that a connection is lost, and begins anew. */
  at: ts.Node;
  /** Whether what was started is cleared on the way. */
  isCleared: boolean;
}

/**
 * How a function that `node` stands in begins anew while the process lives: `connect()` starts what `node` is, itself
 * or by what it calls or is called back by, and `socket.on('close', () => setTimeout(connect, wait))`. Undefined where a latch keeps it from a second start.
 */
export function findBegunAnew(node: ts.Node, clears: readonly ts.Node[], file: FileContext): BegunAnew | undefined {
  const told = [...listTold(file), ...listErrors(file)];
  if (told.length === 0) return undefined;
  const seen = new Set<FunctionNode>();
  let places: readonly ts.Node[] = [node];
  for (let hops = 0; hops <= maxHops && places.length > 0; hops++) {
    const next: ts.Node[] = [];
    for (const at of places) {
      for (let start = findEnclosingFunction(at); start && !seen.has(start); start = findEnclosingFunction(start)) {
        seen.add(start);
        // Further out, what is asked first may be whether it is the first time.
        if (hops > 0 && listConditionsOn(at, start, file).length > 0) break;
        const anew = findBeginning(start, told, clears, file);
        if (anew) return isGuardedByState(at, start, file) ? undefined : anew;
        if (isGuardedByState(at, start, file)) break;
        next.push(...listStartsOf(start, file));
      }
    }
    places = next;
  }
  return undefined;
}

/** Who is told of an end of what `start` begins, and begins it anew. */
function findBeginning(
  start: FunctionNode,
  told: readonly Told[],
  clears: readonly ts.Node[],
  file: FileContext,
): BegunAnew | undefined {
  const begins = withCallees([start], file);
  for (const { at, listener } of told) {
    if (!begins.some((fn) => isWithin(at, fn))) continue;
    const heard = findListenerFunction(listener, file);
    const runs = heard ? withCallees([heard], file) : [];
    if (heard === start || !leadsTo(start, runs, file)) continue;
    return { at, isCleared: [...begins, ...runs].some((fn) => clears.some((clear) => isWithin(clear, fn))) };
  }
  return undefined;
}

/** An error that leads to a new beginning is a loss as well: `source.onerror = () => setTimeout(connect, wait)`. */
function listErrors(file: FileContext): readonly Told[] {
  const added = listAdds(file).flatMap(({ call, receiver, event, listener }) =>
    listener && event === 'error' ? [{ at: call as ts.Node, receiver, listener }] : [],
  );
  const set = listHandlers(file).flatMap(({ receiver, event, listener }) =>
    event === 'error' ? [{ at: listener as ts.Node, receiver, listener }] : [],
  );
  return [...added, ...set];
}

/** Where a function is called, or handed on to be called: `connect(port, this.onConnect)`. */
function listStartsOf(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  const owner = findThisOwner(fn, file);
  const shape = owner && classShape(owner, file);
  const name = nameOfFunction(fn);
  const uses = shape?.methods.get(name) === fn ? (shape.fields.get(name)?.accesses ?? []) : listFunctionUses(fn, file);
  return [...listCallsOf(fn, file), ...uses].filter((use) => use !== fn && !isWithin(use, fn));
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
