import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { findListenerFunction, type ListenerCall, listAdds } from '../listeners/listener-calls.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findTimerFunction } from './timers.ts';

/** After these nothing comes of an emitter but its close. */
const failure = /^error$/;
/** What does not come when there is an error. */
const success = /^(?:end|finish)$/;

/**
 * The listener that is told of the end of what a function works on, gives the outcome on, and leaves a timer of that
 * function running, which another listener of the same emitter clears. None where the close that follows clears.
 */
export function findUnclearedLoss(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ListenerCall | undefined {
  const home = findEnclosingFunction(call);
  if (!home || clears.length === 0 || !clears.every((clear) => isWithin(clear, home))) return undefined;
  for (const group of groupByTarget(listAdds(file).filter((add) => findEnclosingFunction(add.call) === home))) {
    const clearing = group.filter((add) => isClearedBy(add, clears, file));
    if (clearing.length === 0) continue;
    const isAtEnd = clearing.some(({ event }) => failure.test(event) || isClosing(event));
    if (isAtEnd) continue;
    const isAtSuccess = clearing.some(({ event }) => success.test(event));
    const loss = group.find(
      (add) =>
        (failure.test(add.event) || (isClosing(add.event) && !isAtSuccess)) &&
        !clearing.includes(add) &&
        givesOutcome(add, home, call, file),
    );
    if (loss) return loss;
  }
  return undefined;
}

function groupByTarget(adds: readonly ListenerCall[]): readonly ListenerCall[][] {
  const groups = new Map<string, ListenerCall[]>();
  for (const add of adds) {
    if (add.target === undefined) continue;
    const group = groups.get(add.target);
    if (group) group.push(add);
    else groups.set(add.target, [add]);
  }
  return [...groups.values()];
}

/** Whether a listener, or a function of this file that it calls, clears. */
export function isClearedBy({ listener }: ListenerCall, clears: readonly ts.Node[], file: FileContext): boolean {
  if (!listener) return false;
  const fn = findListenerFunction(listener, file);
  const runs = fn ? withCallees([fn], file) : [listener];
  return clears.some((clear) => runs.some((run) => isWithin(clear, run)));
}

/** It calls, or is, what the function was given to tell of its outcome: a parameter of it or of an executor around it. */
function givesOutcome({ listener }: ListenerCall, home: FunctionNode, timer: ts.Node, file: FileContext): boolean {
  if (!listener) return false;
  if (isGiven(listener, home, file)) return true;
  const fn = findListenerFunction(listener, file);
  if (!fn || isWithin(timer, fn)) return false;
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    if (findTimerFunction(call, file)) return false;
    return findMethodCall(call)?.method === 'emit' || isGiven(call.expression, home, file) || tells(call, home, file);
  });
}

/** `answer(error)`, a function of `home` that calls what `home` was given: `if (done) return; done = true; callback(…)`. */
function tells(call: ts.CallExpression, home: FunctionNode, file: FileContext): boolean {
  const fn = findFunctionValue(call.expression, file);
  return (
    fn !== undefined &&
    isWithin(fn, home) &&
    fn !== home &&
    listNodesWithin('CallExpression', fn, file).some((inner) => isGiven(inner.expression, home, file))
  );
}

/** A parameter of `home` or of a function around it, also by another name: `const cb = callback`. */
function isGiven(expression: ts.Expression, home: FunctionNode, file: FileContext): boolean {
  const at = skipWrappers(expression);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (!declaration) return false;
  if (ts.isParameter(declaration)) return isWithin(home, declaration.parent);
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value !== undefined && ts.isIdentifier(value) && isGiven(value, home, file);
}
