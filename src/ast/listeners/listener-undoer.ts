import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { type FunctionNode, findEnclosingFunction, findMemberPath, isWithin, nameOfFunction } from '../syntax.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerFunction, type ListenerCall, listAdds, listRemovals } from './listener-calls.ts';
import { isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/** One may be taken away for another reason; two show that all were meant to be. */
const minRemoved = 2;
/** What is read to its end in one go, by whoever listens for that. */
const readOnce = /^(?:req|request|res|response|ctx|context|reply|socket|stream|conn|ws|child|proc)$/i;

/**
 * A listener that calls the function which takes its siblings away, but not this one: that function runs on other
 * outcomes too, and whoever wrote it knows that the emitter goes on. Siblings on a part show it of the whole:
 * `connection.stream` of `connection`.
 */
export function findLeftByItsUndoer({ add, fn, emitter, life, file }: ListenerPlace): ListenerLeak | undefined {
  const run = add.listener && findListenerFunction(add.listener, file);
  if (!run || !add.isEventKnown || life.kind === 'effect' || /^(?:local|self)$/.test(emitter)) return undefined;
  if (isReadOnce(add) || isEnded(add, file)) return undefined;
  const siblings = listAdds(file).filter(({ call, target }) => {
    return call !== add.call && findEnclosingFunction(call) === fn && isOfWhole(target, add.target);
  });
  if (siblings.length < minRemoved) return undefined;
  for (const undo of [...withCallees([run], file), ...listNamed(run, file)]) {
    const removals = listRemovals(file).filter(
      ({ call, event, target }) =>
        findEnclosingFunction(call) === undo && siblings.some((one) => one.event === event && one.target === target),
    );
    if (removals.length < minRemoved || !runsOtherwise(undo, run, file)) continue;
    // What hears of the end of its emitter in the function that also undoes it waits for that end once.
    const isOfPart = removals.every(({ target }) => target !== add.target);
    if (!isOfPart && isWithin(undo, fn) && eventKindOf(add.event) !== 'recurring') continue;
    return { shape: 'sibling', what: 'each call', sibling: removals[0]!.call };
  }
  return undefined;
}

/** Whether an emitter is one side of a talk, by its name: it goes with whoever reads it. */
export function isReadOnce({ target }: ListenerCall): boolean {
  return readOnce.test(target?.split('.').at(-1) ?? '');
}

/** Of the emitter itself, or of a part of it. */
function isOfWhole(target: string | undefined, whole: string | undefined): boolean {
  return target !== undefined && whole !== undefined && (target === whole || target.startsWith(`${whole}.`));
}

/** Functions that `run` calls as `this.x()`, where a function of this file is assigned to that. */
function listNamed(run: FunctionNode, file: FileContext): readonly FunctionNode[] {
  const called = callsWithin(run, file);
  const removers = listRemovals(file).flatMap(({ call }: ListenerCall) => findEnclosingFunction(call) ?? []);
  return [...new Set(removers)].filter((fn) => called.has(nameOfFunction(fn)));
}

function callsWithin(fn: FunctionNode, file: FileContext): ReadonlySet<string | undefined> {
  const calls = file.nodes('CallExpression').filter((call) => isWithin(call, fn));
  return new Set(calls.map(({ expression }) => findMemberPath(expression)?.at(-1)));
}

/** Whether something else than the listener runs the function. */
function runsOtherwise(undo: FunctionNode, run: FunctionNode, file: FileContext): boolean {
  const name = nameOfFunction(undo);
  return (
    undo !== run &&
    file
      .nodes('CallExpression')
      .some((call) => findMemberPath(call.expression)?.at(-1) === name && !isWithin(call, run) && !isWithin(call, undo))
  );
}
