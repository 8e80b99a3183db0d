import { eventKindOf } from './event-kind.ts';
import { type ListenerCall, listAdds, listRemovals } from './listener-calls.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';
import { findEnclosingFunction, nameOfFunction } from './syntax.ts';

/** So many that one function adds and another takes away show that all were meant to be. */
const minPairs = 3;
const minSiblings = 1;

/**
 * A listener that is left where its siblings are taken away: several are added in one function, and another takes away
 * all the others of this emitter. Whoever wrote that knows that the emitter goes on.
 */
export function findForgottenSibling({ add, fn, emitter, life, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind === 'effect' || /once/i.test(add.method) || hasOnce(add) || !add.isEventKnown || emitter === 'local')
    return undefined;
  // What an emitter says of its own end is gone with it, and an `error` may be listened for until then on purpose.
  if (!recurs(add) || /error/i.test(add.event) || isEnded(add, file)) return undefined;
  const added = listAdds(file).filter(
    (other) => other.call !== add.call && findEnclosingFunction(other.call) === fn && recurs(other),
  );
  const siblings = added.filter(({ target }) => target === add.target);
  if (siblings.length < minSiblings || added.length < minPairs) return undefined;
  const removals = listRemovals(file).filter(({ call }) => findEnclosingFunction(call) !== fn);
  for (const { call, target } of removals) {
    if (target !== add.target) continue;
    const by = findEnclosingFunction(call);
    const own = removals.filter((removal) => findEnclosingFunction(removal.call) === by);
    const isRemoved = (one: ListenerCall): boolean =>
      own.some((removal) => removal.event === one.event && removal.target === one.target);
    if (siblings.every(isRemoved) && added.filter(isRemoved).length >= minPairs)
      return { shape: 'sibling', what: `each ${nameOfWhat(fn)}`, sibling: call };
  }
  return undefined;
}

function recurs({ event }: ListenerCall): boolean {
  return eventKindOf(event) === 'recurring';
}

function nameOfWhat(fn: ListenerPlace['fn']): string {
  const name = nameOfFunction(fn);
  return /^[\w$]+$/.test(name) && name !== 'constructor' ? `run of \`${name}\`` : 'instance';
}
