import type { Binding, FileContext } from '../../model/file-context.ts';
import { isDisposerName } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { findUnclearedSettle } from '../timers/uncleared-settle.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { runsAgainWithin } from '../where/runs-again.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import { findStayingInWait, isRemovedOutside, listEndsOf, listGroup } from './listener-group.ts';
import { isFixedField } from './listener-of-run.ts';
import { hasOnce, isRegistering, type ListenerLeak, type ListenerPlace, listOwnCaptures } from './listener-place.ts';

/** What a channel says many times in its life, whatever its kind; who waits for `data` reads on until the end. */
const manyTimes =
  /^(?:readable|drain|messages?|packets?|frames?|lines?|blocks?|ticks?|events?|progress|responses?|repl(?:y|ies)|answers?|results?|changed?|updated?|states?|statechanged?|idle|free|released?)$/i;

const takingAway = /\b(?:off|removeListener|removeEventListener|removeAllListeners)\b/;

/** A listener that stays when the promise around it has settled, on an emitter that many waits share. */
export function findInWait(place: ListenerPlace, promise: ts.NewExpression): ListenerLeak | undefined {
  const { add, file } = place;
  if (hasOnce(add) || !isShared(place, promise)) return undefined;
  if (/once/i.test(add.method)) {
    if (losesRace(place, promise))
      return { shape: 'wait', what: 'each race that another one wins', confidence: 'likely' };
    const group = listGroup(add, file).filter((other) => isWithin(other.call, promise));
    const staying = findStayingInWait(group, file);
    if (staying?.add.call !== add.call || isRemovedOutside(add, listenersOf(group, file), file)) return undefined;
    const isSure = manyTimes.test(lastWord(staying.fired.event));
    return { shape: 'wait', what: 'each wait', fired: staying.fired, ...(isSure && { confidence: 'likely' as const }) };
  }
  const unremoved = findWayWithout(place, promise);
  if (unremoved) return { shape: 'wait', what: 'each wait', settled: unremoved, confidence: 'likely' };
  const kind = eventKindOf(add.event);
  const isErrorOfClient = isErrorOfEachCommand(place);
  if (goesWithItsEmitter(add, file)) return undefined;
  if ((kind !== 'recurring' && !isErrorOfClient) || listEndsOf(add, file).length > 0) return undefined;
  const isSure = isErrorOfClient || waitsForOneOfMany(place, promise) || isWaitForWhoever(place);
  return { shape: 'wait', what: 'each call', ...(isSure && { confidence: 'likely' as const }) };
}

/**
 * `.on('error', reject)` for each command on a client that many commands share, or that the instance keeps for good: each
 * adds one, and at most waits for what comes many times (`drain`).
 */
function isErrorOfEachCommand({ add, outermost, emitter, file }: ListenerPlace): boolean {
  if (add.event !== 'error') return false;
  const group = listGroup(add, file);
  if (emitter === 'outer') return group.length === 1;
  if (emitter !== 'field' || outermost.parameters.length === 0 || isDisposerName(nameOfFunction(outermost)))
    return false;
  const isWait = group.every(({ event, call }) => call === add.call || manyTimes.test(lastWord(event)));
  return isWait && isFixedField(add.receiver, file);
}

/**
 * The place that settles a promise, in a callback of a timer or of other work, without taking away the listener that
 * other ways out take away: whoever wrote these knows that the emitter goes on.
 */
function findWayWithout({ add, fn, file }: ListenerPlace, promise: ts.NewExpression): ts.Node | undefined {
  const executor = promise.arguments?.[0] && skipWrappers(promise.arguments[0]);
  if (!executor || !isFunctionNode(executor) || fn !== executor) return undefined;
  const listener = add.listener && findListenerFunction(add.listener, file);
  const all = listEndsOf(add, file);
  const ends = all.filter((end) => isWithin(end, executor));
  // What is named in the executor cannot be taken away elsewhere.
  const isOwn = listener !== undefined && isWithin(listener, executor);
  if (!listener || ends.length === 0 || (!isOwn && ends.length < all.length)) return undefined;
  const settles = executor.parameters.flatMap(({ name }) => {
    const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
    return binding?.references.filter((use) => !isWithin(use, listener) && isInTimer(use, executor, file)) ?? [];
  });
  return findUnclearedSettle(add.call, { executor, settles }, ends, file);
}

/** In a callback that a `setTimeout` of an executor runs. */
function isInTimer(use: ts.Node, executor: FunctionNode, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(use); fn && fn !== executor; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (ts.isCallExpression(call) && findTimerFunction(call, file) === 'setTimeout') return true;
  }
  return false;
}

/**
 * `Promise.race([work, new Promise((_, reject) => pool.once('failed', reject))])`: a promise that does nothing but wait
 * for one event of what goes on. When another one of the race comes first, nothing takes its listener away.
 */
function losesRace({ add, fn, file }: ListenerPlace, promise: ts.NewExpression): boolean {
  const executor = promise.arguments?.[0] && skipWrappers(promise.arguments[0]);
  if (executor !== fn || eventKindOf(add.event) !== 'recurring' || goesWithItsEmitter(add, file)) return false;
  // `removeLater = pool.removeListener.bind(pool, 'failed', reject)`
  if (listEndsOf(add, file).length > 0 || takingAway.test(executor.getText(file.source))) return false;
  const list = listHolding(promise, file);
  return list.some((at) => {
    const call = findMethodCall(getOutermostWrapped(at).parent);
    return call?.method === 'race' && findMemberPath(call.receiver)?.join('.') === 'Promise';
  });
}

/** The array that a promise stands in, and where it is used that was pushed to. */
function listHolding(promise: ts.NewExpression, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(promise);
  const push = findMethodCall(parent);
  const pushed = push?.method === 'push' ? skipWrappers(push.receiver) : undefined;
  const array = ts.isArrayLiteralExpression(parent) ? parent : undefined;
  const holder = array && getOutermostWrapped(array).parent;
  const name = holder && ts.isVariableDeclaration(holder) ? holder.name : pushed;
  const uses = name && ts.isIdentifier(name) ? file.bindingOf(name)?.references : undefined;
  return [...(array ? [array] : []), ...(uses ?? [])];
}

/** `on('data')` beside `on('end')`: what is listened to is read to its end. */
export function goesWithItsEmitter(add: ListenerCall, file: FileContext): boolean {
  return listGroup(add, file).some(({ event }) => event !== 'error' && eventKindOf(event) === 'last');
}

/**
 * `if (message.id === id) resolve(message)`: the promise settles on a condition that asks for what its call was
 * given, so that its emitter tells many such calls of their events; what the whole process shares does so anyway.
 */
function waitsForOneOfMany({ add, outermost, emitter, file }: ListenerPlace, promise: ts.NewExpression): boolean {
  const executor = promise.arguments?.[0] && skipWrappers(promise.arguments[0]);
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!executor || !isFunctionNode(executor) || !listener) return false;
  const settling = executor.parameters.flatMap(({ name }) => (ts.isIdentifier(name) && file.bindingOf(name)) || []);
  const own = listOwnCaptures(add, outermost, file).filter((binding) => !settling.includes(binding));
  const uses = settling.flatMap(({ references }) => references.filter((reference) => isWithin(reference, listener)));
  if (emitter === 'process') return uses.length > 0;
  return uses.some((use) => listConditionsOn(use, listener, file).some((condition) => asksFor(own, condition)));
}

/** `waitUntilIdle()` of an owner that lives on: each of those who wait calls it. */
function isWaitForWhoever({ outermost, life }: ListenerPlace): boolean {
  return life.kind === 'owner' && /^(?:wait|until|when)(?:[A-Z]\w*)?$/.test(nameOfFunction(outermost));
}

function asksFor(bindings: readonly Binding[], condition: ts.Expression): boolean {
  return bindings.some(({ references }) => references.some((reference) => isWithin(reference, condition)));
}

/** Whether many waits listen to one emitter. */
function isShared(place: ListenerPlace, promise: ts.NewExpression): boolean {
  const { add, outermost, emitter, file } = place;
  if (emitter === 'outer') {
    const home = findHomeOf(add.receiver, file);
    return home !== undefined && runsAgainWithin(outermost, home, file);
  }
  // In a constructor it waits once an instance.
  if (ts.isConstructorDeclaration(outermost)) return false;
  // `run(task)` that waits for the answer to its own task is called for each of them.
  if (isRegistering(outermost) && !(emitter === 'field' && waitsForOneOfMany(place, promise))) return false;
  return /^(?:process|field|self|kept)$/.test(emitter);
}

/** The function whose variable or parameter an emitter is, or is a member of. */
export function findHomeOf(emitter: ts.Expression, file: FileContext): FunctionNode | undefined {
  let at = skipWrappers(emitter);
  while (ts.isPropertyAccessExpression(at)) at = skipWrappers(at.expression);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  return binding && findEnclosingFunction(binding.identifier);
}

function listenersOf(group: readonly ListenerCall[], file: FileContext): FunctionNode[] {
  return group.flatMap(({ listener }) => (listener && findListenerFunction(listener, file)) ?? []);
}

function lastWord(event: string): string {
  return /[\w$]+$/.exec(event)?.[0] ?? event;
}
