import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { isInLostCleanup } from '../life/lost-cleanup.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { isExecutor } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInFinally } from '../where/conditions.ts';
import { mayEndProcess } from '../where/process-end.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerFunction, type ListenerCall, listAdds, listRemovals } from './listener-calls.ts';
import { listClearings } from './listener-clearings.ts';

/** A listener that stays behind when another of its group ends the wait. */
export interface Staying {
  add: ListenerCall;
  /** The one that fired. */
  fired: ListenerCall;
}

/** The adds to one emitter that stand in one function, in the order in which they run. */
export function listGroup(add: ListenerCall, file: FileContext): readonly ListenerCall[] {
  const fn = findEnclosingFunction(add.call);
  return listAdds(file)
    .filter(({ call, target }) => target !== undefined && target === add.target && findEnclosingFunction(call) === fn)
    .toSorted((a, b) => a.call.end - b.call.end);
}

/** Whether some call of the file takes a listener away, outside the functions in `except`. */
export function isRemovedOutside(add: ListenerCall, except: readonly FunctionNode[], file: FileContext): boolean {
  return listEndsOf(add, file).some((end) => !except.some((fn) => isWithin(end, fn)));
}

/** Whether a `finally`, the function that adds, or the end of its owner takes a listener away, whatever has come. */
export function isRemovedOnEveryOutcome(add: ListenerCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(add.call);
  const clearings = new Set(listClearings(file).map(({ call }) => call));
  return listEndsOf(add, file).some((end) => {
    const by = findEnclosingFunction(end);
    if (by === fn) return true;
    if (!clearings.has(end) && by && isDisposerName(nameOfFunction(by))) return true;
    return isInFinally(end);
  });
}

/** The calls of the file that take a listener away, as far as their text tells. */
export function listEndsOf(add: ListenerCall, file: FileContext): readonly ts.CallExpression[] {
  const known = file.memo(newEnds, file.source);
  const ends = known.get(add.call) ?? collectEndsOf(add, file);
  known.set(add.call, ends);
  return ends;
}

/** Asked of each pair of a group: kept by the adding call. */
function newEnds(): Map<ts.Node, readonly ts.CallExpression[]> {
  return new Map();
}

function collectEndsOf(add: ListenerCall, file: FileContext): readonly ts.CallExpression[] {
  const listener = add.listener && nameOf(add.listener, file);
  const removals = listRemovals(file).filter((removal) => {
    const isSameListener = listener !== undefined && removal.listener && nameOf(removal.listener, file) === listener;
    if (removal.event !== add.event && isLiteral(removal)) return false;
    return isSameListener || removal.target === add.target;
  });
  const clearings = listClearings(file).filter(
    ({ target, event }) =>
      lastName(target) === lastName(add.target) &&
      (event === undefined || event === add.event || !/^[\w:.-]+$/.test(event)),
  );
  return [...removals, ...clearings].map(({ call }) => call).filter((call) => !isInLostCleanup(call, file));
}

/** Whether the function that a listener is, or what it calls, takes another one away. */
function removes(by: ListenerCall, add: ListenerCall, file: FileContext): boolean {
  const run = by.listener && findListenerFunction(by.listener, file);
  if (!run) return !isParameter(by, file);
  const runs = withCallees([run], file);
  return listEndsOf(add, file).some((end) => runs.some((fn) => isWithin(end, fn)));
}

/** Whether a listener ends the wait that it belongs to: one in a `new Promise(…)` that speaks of none of its functions keeps what it got. */
function endsWait({ call, listener }: ListenerCall, file: FileContext): boolean {
  const executor = findEnclosingFunction(call);
  const run = listener && findListenerFunction(listener, file);
  if (!run || !executor || !isExecutor(executor)) return true;
  const runs = withCallees([run], file);
  return executor.parameters.some(({ name }) => {
    const uses = ts.isIdentifier(name) ? file.bindingOf(name)?.references : undefined;
    return !uses || uses.some((use) => runs.some((fn) => isWithin(use, fn)));
  });
}

/**
 * Listeners of a wait that nothing takes away when another one ends it: only events after which the emitter goes on
 * count as its end, and any where the wait is tried again (`isRetried`).
 */
export function findStayingInWait(
  group: readonly ListenerCall[],
  file: FileContext,
  isRetried = false,
): Staying | undefined {
  for (const fired of group) {
    if (!(isRetried || eventKindOf(fired.event) === 'recurring') || !endsWait(fired, file)) continue;
    for (const add of group) {
      if (add.call === fired.call || add.event === fired.event || removes(fired, add, file)) continue;
      return { add, fired };
    }
  }
  return undefined;
}

/**
 * Of a group whose listeners take one another away on one outcome, one that stays on another outcome: evidence that
 * the emitter goes on, and that one way out was forgotten. `livesOn`: an error does not end it.
 */
export function findStayingOnOneOutcome(
  group: readonly ListenerCall[],
  livesOn: boolean,
  file: FileContext,
): Staying | undefined {
  const isAlternative = group.some((by) =>
    group.some(
      (add) => add.call !== by.call && by.listener && findListenerFunction(by.listener, file) && removes(by, add, file),
    ),
  );
  if (!isAlternative) return undefined;
  const settling = group.filter((one) => {
    const { method, event, listener } = one;
    if (!/once/i.test(method) || !endsWait(one, file)) return false;
    // Nothing stays behind where the process ends.
    const run = listener && findListenerFunction(listener, file);
    if (run && mayEndProcess(run, file)) return false;
    const kind = eventKindOf(event);
    return kind === 'recurring' || (livesOn && /error$/i.test(event));
  });
  for (const fired of settling) {
    for (const add of group) {
      if (add.call === fired.call || !/once/i.test(add.method) || eventKindOf(add.event) === 'first') continue;
      if (add.event === fired.event || removes(fired, add, file)) continue;
      return { add, fired };
    }
  }
  return undefined;
}

/** `resolve` and `reject`, and what a caller hands over: they take nothing away. */
function isParameter({ listener }: ListenerCall, file: FileContext): boolean {
  const value = listener && skipWrappers(listener);
  return value !== undefined && ts.isIdentifier(value) && file.bindingOf(value)?.kind === 'parameter';
}

function isLiteral({ call }: ListenerCall): boolean {
  const [event] = call.arguments;
  return event !== undefined && (/^['"`]/.test(event.getText()) || findMemberName(skipWrappers(event)) !== undefined);
}

function nameOf(listener: ts.Expression, file: FileContext): string {
  return listener.getText(file.source).replace(/^(?:self|that|_this|me)\./, 'this.');
}

function lastName(path: string | undefined): string | undefined {
  return path
    ?.split('.')
    .at(-1)
    ?.replace(/^[#_]+/, '');
}
