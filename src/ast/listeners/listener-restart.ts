import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import { findEnclosingFunction, getOutermostWrapped, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerAdd, type ListenerCall } from './listener-calls.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/** One event may come once; what several of them call runs again with each. */
const minEvents = 2;

/**
 * `client.on('login', begin); client.on('respawn', begin)`: a function that several recurring events run, and that adds
 * each time to what was there before them.
 */
export function findAddedByEachEvent({ add, fn, emitter, promise, file }: ListenerPlace): ListenerLeak | undefined {
  if (emitter !== 'outer' || promise || file.role === 'ui' || add.target?.includes('.')) return undefined;
  if (/once/i.test(add.method) || hasOnce(add) || eventKindOf(add.event) !== 'recurring' || isEnded(add, file))
    return undefined;
  const calls = listCallsOf(fn, file);
  const handled = calls.map((call) => findHandledEvent(call, file));
  if (handled.some((event) => event === undefined || eventKindOf(event) !== 'recurring')) return undefined;
  if (new Set(handled).size < minEvents || !isHanded(add, file)) return undefined;
  return { shape: 'call', what: `each call of ${nameOfFunction(fn)}()`, confidence: 'likely' };
}

/** The event whose handler a call stands in. */
function findHandledEvent(call: ts.Node, file: FileContext): string | undefined {
  const handler = findEnclosingFunction(call);
  const parent = handler && getOutermostWrapped(handler).parent;
  const outer = parent && ts.isCallExpression(parent) ? findListenerAdd(parent, file) : undefined;
  return outer && !/once/i.test(outer.method) ? outer.event : undefined;
}

/** A parameter of a function around the handlers: it is the same for all of them. */
function isHanded({ receiver }: ListenerCall, file: FileContext): boolean {
  return ts.isIdentifier(receiver) && file.bindingOf(receiver)?.kind === 'parameter';
}
