import type { Binding, FileContext } from '../../model/file-context.ts';
import { isDisposerName } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isLoop,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { findUnclearedSettle } from '../timers/uncleared-settle.ts';
import { ts } from '../ts.ts';
import { isInOtherBranch, listConditionsOn } from '../where/conditions.ts';
import { runsAgainWithin } from '../where/runs-again.ts';
import { runsForUsers } from '../where/where.ts';
import { eventKindOf } from './event-kind.ts';
import { isOfIdle } from './idle-list.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import { findStayingInWait, isRemovedOutside, listEndsOf, listGroup } from './listener-group.ts';
import { isFixedField } from './listener-of-run.ts';
import {
  ending,
  hasOnce,
  isRegistering,
  type ListenerLeak,
  type ListenerPlace,
  listOwnCaptures,
} from './listener-place.ts';
import { findRepeatedWait } from './repeated-wait.ts';

/** What a channel says many times in its life, whatever its kind; who waits for `data` reads on until the end. */
const manyTimes =
  /^(?:readable|drain|messages?|packets?|frames?|lines?|blocks?|ticks?|events?|progress|responses?|repl(?:y|ies)|answers?|results?|changed?|updated?|states?|statechanged?|idle|free|released?)$/i;

const takingAway = /\b(?:off|removeListener|removeEventListener|removeAllListeners)\b/;

/** A listener that stays when the promise around it has settled, on an emitter that many waits share. */
export function findInWait(place: ListenerPlace, promise: ts.NewExpression): ListenerLeak | undefined {
  const { add, file } = place;
  const repeated = findRepeatedWait(place);
  const isOpenEnded = repeated !== undefined && !repeated.isOfList;
  if (hasOnce(add) || !(repeated || isShared(place, promise))) return undefined;
  if (/once/i.test(add.method)) {
    const lost = findLostRace(place, promise);
    if (lost) return lost;
    const group = listGroup(add, file).filter((other) => isWithin(other.call, promise));
    const staying = findStayingInWait(group, file, repeated?.isRetried);
    if (staying?.add.call !== add.call || isRemovedOutside(add, listenersOf(group, file), file)) return undefined;
    const isSure = isOpenEnded || manyTimes.test(lastWord(staying.fired.event));
    return { shape: 'wait', what: 'each wait', fired: staying.fired, ...(isSure && { confidence: 'likely' as const }) };
  }
  const unremoved = findWayWithout(place, promise);
  if (unremoved) return { shape: 'wait', what: 'each wait', settled: unremoved, confidence: 'likely' };
  const kind = eventKindOf(add.event);
  const isErrorOfClient = isErrorOfEachCommand(place);
  if (goesWithItsEmitter(add, file)) return undefined;
  if ((kind !== 'recurring' && !isErrorOfClient) || listEndsOf(add, file).length > 0) return undefined;
  const isSure = isOpenEnded || isErrorOfClient || waitsForOneOfMany(place, promise) || isWaitForWhoever(place);
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
    const uses = binding?.references.filter((use) => !isWithin(use, listener) && isInTimer(use, executor, file)) ?? [];
    return uses.filter((use) => !isInOtherBranch(use, add.call));
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
function findLostRace(place: ListenerPlace, promise: ts.NewExpression): ListenerLeak | undefined {
  const { add, fn, outermost, file } = place;
  const executor = promise.arguments?.[0] && skipWrappers(promise.arguments[0]);
  if (!executor || executor !== fn) return undefined;
  const isOfEnd = eventKindOf(add.event) === 'last';
  if (isOfEnd ? !isWorkOfLiving(place) : eventKindOf(add.event) !== 'recurring' || goesWithItsEmitter(add, file))
    return undefined;
  // `removeLater = pool.removeListener.bind(pool, 'failed', reject)`
  if (listEndsOf(add, file).length > 0 || takingAway.test(executor.getText(file.source))) return undefined;
  const isRaced = listHolding(promise, file).some((at) => {
    const call = findMethodCall(getOutermostWrapped(at).parent);
    return call?.method === 'race' && findMemberPath(call.receiver)?.join('.') === 'Promise';
  });
  if (!isRaced)
    return !isOfEnd && isUsedOnOneWay(promise, outermost, file)
      ? {
          shape: 'wait',
          what: 'each call that does without it',
          confidence: 'likely',
          sureWhen: runsForUsers(outermost.body ?? outermost, file),
        }
      : undefined;
  const lost = { shape: 'wait', what: 'each race that another one wins', confidence: 'likely' } as const;
  return isOfEnd ? { ...lost, sureWhen: runsForUsers(outermost.body ?? outermost, file) } : lost;
}

/**
 * What a method does while its emitter, the instance or what that was given as it was made, goes on: it waits for the
 * emitter's end only to give up then, and the end is not of its own making.
 */
function isWorkOfLiving({ add, promise, outermost, emitter, file }: ListenerPlace): boolean {
  const executor = promise?.arguments?.[0] && skipWrappers(promise.arguments[0]);
  const reject = executor && isFunctionNode(executor) ? executor.parameters[1]?.name : undefined;
  const isGivenUp = reject && ts.isIdentifier(reject) && file.bindingOf(reject)?.references.length;
  if (!isGivenUp || isDisposerName(nameOfFunction(outermost))) return false;
  if (listGroup(add, file).filter(({ call }) => call !== add.call).length > 0) return false;
  if (emitter === 'field' ? !isFixedField(add.receiver, file) : emitter !== 'self') return false;
  const target = (add.target ?? '').replaceAll('$', '\\$');
  return !new RegExp(`(?<![\\w$.])${target}[?!]?\\.(?:${ending})\\b`).test(outermost.getText(file.source));
}

/**
 * `const next = new Promise((resolve) => queue.once('job', resolve)); const job = await take(); return job ? job : next`: a wait that is begun ahead
 * of what tells whether it is needed, and is left where that is not so.
 */
function isUsedOnOneWay(promise: ts.NewExpression, fn: FunctionNode, file: FileContext): boolean {
  const holder = getOutermostWrapped(promise).parent;
  const uses = usesOfName(promise, file).filter((use) => use.parent !== holder);
  return (
    uses.length > 0 &&
    uses.every((use) => listConditionsOn(use, fn, file).some((condition) => condition.pos > promise.end))
  );
}

/** The arrays that a promise stands in, itself or by its name, and where one is used that it was pushed to. */
function listHolding(promise: ts.NewExpression, file: FileContext): readonly ts.Node[] {
  return [promise, ...usesOfName(promise, file)].flatMap((at): readonly ts.Node[] => {
    const { parent } = getOutermostWrapped(at);
    if (ts.isArrayLiteralExpression(parent)) return [parent, ...usesOfName(parent, file)];
    const push = findMethodCall(parent);
    const pushed = push?.method === 'push' ? skipWrappers(push.receiver) : undefined;
    return (pushed && ts.isIdentifier(pushed) && file.bindingOf(pushed)?.references) || [];
  });
}

/** The uses of the variable that a value is given to. */
function usesOfName(value: ts.Expression, file: FileContext): readonly ts.Identifier[] {
  const holder = getOutermostWrapped(value).parent;
  const isNamed = ts.isVariableDeclaration(holder) && ts.isIdentifier(holder.name);
  return (isNamed && file.bindingOf(holder.name as ts.Identifier)?.references) || [];
}

/** `on('data')` beside `on('end')`: what is listened to is read to its end. */
export function goesWithItsEmitter(add: ListenerCall, file: FileContext): boolean {
  return listGroup(add, file).some(({ event }) => event !== 'error' && eventKindOf(event) === 'last');
}

/**
 * `if (message.id === id) resolve(message)`: the promise settles on a condition that asks for what its call was
 * given, so that its emitter tells many such calls of their events; what the whole process shares does so anyway.
 */
function waitsForOneOfMany(place: ListenerPlace, promise: ts.NewExpression): boolean {
  const uses = listSettlesIn(place, promise);
  return place.emitter === 'process' ? uses.length > 0 : asksForItsOwn(place, promise);
}

function asksForItsOwn(place: ListenerPlace, promise: ts.NewExpression): boolean {
  const { add, outermost, file } = place;
  const listener = add.listener && findListenerFunction(add.listener, file);
  const settling = listSettlers(promise, file);
  const own = listOwnCaptures(add, outermost, file).filter((binding) => !settling.includes(binding));
  return listSettlesIn(place, promise).some(
    (use) => listener && listConditionsOn(use, listener, file).some((condition) => asksFor(own, condition)),
  );
}

/** `resolve` and `reject` of an executor. */
function listSettlers(promise: ts.NewExpression, file: FileContext): readonly Binding[] {
  const executor = promise.arguments?.[0] && skipWrappers(promise.arguments[0]);
  if (!executor || !isFunctionNode(executor)) return [];
  return executor.parameters.flatMap(({ name }) => (ts.isIdentifier(name) && file.bindingOf(name)) || []);
}

/** Where the listener settles the promise around it. */
function listSettlesIn({ add, file }: ListenerPlace, promise: ts.NewExpression): readonly ts.Identifier[] {
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener) return [];
  const uses = listSettlers(promise, file).flatMap(({ references }) => references);
  return uses.filter((use) => isWithin(use, listener));
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
  if (emitter === 'outer') return isAddedAgain(place);
  // In a constructor it waits once an instance.
  if (ts.isConstructorDeclaration(outermost)) return false;
  // `run(task)` that waits for the answer to its own task is called for each of them.
  if (isRegistering(outermost) && !(/^(?:field|process)$/.test(emitter) && asksForItsOwn(place, promise))) return false;
  return (
    /^(?:process|field|self|kept)$/.test(emitter) ||
    (emitter === 'parameter' && isOfIdle(add.receiver, outermost, file))
  );
}

/** Whether a listener is added many times to what one run of a function around it has. */
export function isAddedAgain({ add, outermost, file }: ListenerPlace): boolean {
  const made = findRootBinding(add.receiver, file)?.identifier;
  const home = made && findEnclosingFunction(made);
  if (!home) return false;
  for (let at: ts.Node = outermost; at !== home && at.parent; at = at.parent) {
    if (isLoop(at) && !isWithin(made, at)) return true;
  }
  return runsAgainWithin(outermost, home, file);
}

/** The function whose variable or parameter an emitter is, or is a member of. */
export function findHomeOf(emitter: ts.Expression, file: FileContext): FunctionNode | undefined {
  const binding = findRootBinding(emitter, file);
  return binding && findEnclosingFunction(binding.identifier);
}

function findRootBinding(emitter: ts.Expression, file: FileContext): Binding | undefined {
  let at = skipWrappers(emitter);
  while (ts.isPropertyAccessExpression(at)) at = skipWrappers(at.expression);
  return ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
}

function listenersOf(group: readonly ListenerCall[], file: FileContext): FunctionNode[] {
  return group.flatMap(({ listener }) => (listener && findListenerFunction(listener, file)) ?? []);
}

function lastWord(event: string): string {
  return /[\w$]+$/.exec(event)?.[0] ?? event;
}
