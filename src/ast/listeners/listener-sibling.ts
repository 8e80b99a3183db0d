import type { FileContext } from '../../model/file-context.ts';
import { findPairAround } from '../life/counterpart.ts';
import type { Life } from '../life/life-cycle.ts';
import { type FunctionNode, findEnclosingFunction, findMemberPath, isWithin, nameOfFunction } from '../syntax.ts';
import { eventKindOf } from './event-kind.ts';
import { type ListenerCall, listAdds, listRemovals } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';
import { goesWithItsEmitter } from './listener-wait.ts';

/** So many that one function adds and another takes away show that all were meant to be. */
const minPairs = 3;
/** As many show it where they are all of one emitter; where the end of the owner takes them away, one does. */
const minOfOneEmitter = 2;

/**
 * A listener that is left where its siblings are taken away: several are added in one function, and another takes away
 * the others of this emitter. Whoever wrote that knows that the emitter goes on.
 */
export function findForgottenSibling(place: ListenerPlace): ListenerLeak | undefined {
  const { add, fn, emitter, life, file } = place;
  const counterpart = findLeftByGiver(place);
  if (counterpart) return { shape: 'sibling', what: `each run of \`${nameOfFunction(fn)}\``, sibling: counterpart };
  if (life.kind === 'effect' || /once/i.test(add.method) || hasOnce(add) || !add.isEventKnown || emitter === 'local')
    return undefined;
  // What an emitter says of its own end is gone with it, and an `error` may be listened for until then on purpose.
  if (!recurs(add) || /error/i.test(add.event) || isEnded(add, file)) return undefined;
  const beside = listAdds(file).filter(({ call }) => call !== add.call && findEnclosingFunction(call) === fn);
  if (!beside.some(({ target }) => target === add.target)) return undefined;
  const sibling = findRemovedTogether(add, beside.filter(recurs), file) ?? findLeft(place);
  return sibling && { shape: 'sibling', what: `each ${nameOfWhat(fn)}`, sibling };
}

/**
 * `publish(track)` adds to what it is handed, and `unpublish(track)` takes the siblings away from it: whoever hands both the same
 * may do so again.
 */
function findLeftByGiver({ add, fn, emitter, file }: ListenerPlace): ListenerCall['call'] | undefined {
  const pair =
    emitter === 'parameter' && add.isEventKnown && !hasOnce(add) ? findPairAround(add.call, file) : undefined;
  const isGiven = (to: FunctionNode): boolean =>
    to.parameters.some(({ name }) => name.getText(file.source) === add.target);
  if (!pair || pair.start !== fn || !isGiven(pair.start) || !isGiven(pair.stop) || eventKindOf(add.event) === 'first')
    return undefined;
  const siblings = listAdds(file).filter((one) => one.target === add.target && findEnclosingFunction(one.call) === fn);
  const removed = listRemovals(file).filter(
    ({ call, target, event }) =>
      isWithin(call, pair.stop) && target === add.target && siblings.some((one) => one.event === event),
  );
  if (removed.length < minOfOneEmitter || listEndsOf(add, file).length > 0) return undefined;
  return removed[0]!.call;
}

/** Another function takes away all siblings of the emitter, and so many that all were meant. */
function findRemovedTogether(
  add: ListenerCall,
  added: readonly ListenerCall[],
  file: FileContext,
): ListenerCall['call'] | undefined {
  const siblings = added.filter(({ target }) => target === add.target);
  if (siblings.length === 0 || added.length < minPairs) return undefined;
  const fn = findEnclosingFunction(add.call);
  const removals = listRemovals(file).filter(({ call }) => findEnclosingFunction(call) !== fn);
  for (const { call, target } of removals) {
    if (target !== add.target) continue;
    const by = findEnclosingFunction(call);
    const own = removals.filter((removal) => findEnclosingFunction(removal.call) === by);
    const isRemoved = (one: ListenerCall): boolean =>
      own.some((removal) => removal.event === one.event && removal.target === one.target);
    if (siblings.every(isRemoved) && added.filter(isRemoved).length >= minPairs) return call;
  }
  return undefined;
}

/**
 * The end of an owner, or a function beside, takes away at least as many listeners of an emitter as are left on it.
 * Not of the owner itself, which is gone with all its listeners.
 */
function findLeft({ add, fn, emitter, life, file }: ListenerPlace): ListenerCall['call'] | undefined {
  if (emitter === 'self') return undefined;
  const siblings = file.memo(listFates, fn).filter(({ one }) => one.target === add.target && one.call !== add.call);
  const removed = siblings.flatMap(({ removal }) => removal ?? []);
  if (removed.length === 0) return undefined;
  const left = siblings.filter(({ isLeft }) => isLeft).length + 1;
  const isByEnd = removed.some((end) => listDisposers(life).some((disposer) => isWithin(end, disposer)));
  // Who stops listening as a stream ends has no other way to tell that.
  if (!isByEnd && goesWithItsEmitter(add, file)) return undefined;
  return removed.length >= Math.max(isByEnd ? 1 : minOfOneEmitter, left) ? removed[0] : undefined;
}

/** What becomes of a listener that a function adds. */
interface Fate {
  one: ListenerCall;
  removal: ListenerCall['call'] | undefined;
  /** Nothing takes it away. */
  isLeft: boolean;
}

function listFates(fn: FunctionNode, file: FileContext): readonly Fate[] {
  if (listRemovals(file).length === 0) return [];
  const added = listAdds(file).filter(({ call }) => findEnclosingFunction(call) === fn);
  return added.map((one) => {
    const removal = findRemovalOf(one, fn, file);
    return { one, removal, isLeft: removal === undefined && listEndsOf(one, file).length === 0 };
  });
}

/** A removal of that very listener, in another function than the listener itself, which would tell of an event only. */
function findRemovalOf(one: ListenerCall, fn: FunctionNode, file: FileContext): ListenerCall['call'] | undefined {
  const name = nameOf(one);
  const removal = listRemovals(file).find(
    (other) => other.event === one.event && other.target === one.target && name !== undefined && nameOf(other) === name,
  );
  if (!removal || findEnclosingFunction(removal.call) === fn) return undefined;
  return one.listener && isWithin(removal.call, one.listener) ? undefined : removal.call;
}

function nameOf({ listener }: ListenerCall): string | undefined {
  return (
    listener &&
    findMemberPath(listener)
      ?.slice(-2)
      .join('.')
      .replace(/^(?:self|that|_this|me)\./, 'this.')
  );
}

/** The functions that end what adds: methods of its owner, or of what its factory makes. */
function listDisposers(life: Life): readonly FunctionNode[] {
  return life.kind === 'owner' ? life.shape.disposers : life.kind === 'factory' ? life.disposers : [];
}

function recurs({ event }: ListenerCall): boolean {
  return eventKindOf(event) === 'recurring';
}

function nameOfWhat(fn: ListenerPlace['fn']): string {
  const name = nameOfFunction(fn);
  return /^[\w$]+$/.test(name) && name !== 'constructor' ? `run of \`${name}\`` : 'instance';
}
