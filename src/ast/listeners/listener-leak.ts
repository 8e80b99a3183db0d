import type { Binding, FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { findGivenArgument } from '../clients/lent-arguments.ts';
import { emitterLifeOf } from '../life/emitter-lifetime.ts';
import { findDisposer, findMethodAround, hasEnd } from '../life/end-of-life.ts';
import { findFactoryOfFunction, type Life, lifeOf, listReturnedValues, mountMethod } from '../life/life-cycle.ts';
import { isEndedByHolder, isFreshlyMade } from '../life/looked-up.ts';
import { listCaptures } from '../names/captures.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { findFunctionOfBinding } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberPath,
  findPromiseAround,
  getOutermostWrapped,
  isClassNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { isGuardedByState } from '../where/latch.ts';
import { canBeStartedOften, isMadeOften } from '../where/starts-repeatedly.ts';
import { isOfLibrary } from '../where/under-load.ts';
import { isStartup, outsideIteration, runsForUsers, runsRepeatedly, runsUnderLoad } from '../where/where.ts';
import { eventKindOf } from './event-kind.ts';
import type { ListenerCall } from './listener-calls.ts';
import { findForConsumer } from './listener-consumer.ts';
import { findLeftByCounterpart } from './listener-counterpart.ts';
import { findDeferredForGood } from './listener-deferred.ts';
import { findLeftByEarlyExit } from './listener-early-exit.ts';
import { findStayingOnOneOutcome, isRemovedOnEveryOutcome, listEndsOf, listGroup } from './listener-group.ts';
import { findLeftAtRestart } from './listener-left-at-restart.ts';
import { findForgottenAtLoss, findMissedAtLoss } from './listener-missed-loss.ts';
import { findForEachChild } from './listener-of-child.ts';
import { findOfClosure } from './listener-of-closure.ts';
import { findForInstanceEnd } from './listener-of-instance-end.ts';
import { findForEachPatchedCall } from './listener-of-patched.ts';
import { findForEachRun } from './listener-of-run.ts';
import { findOfSignalledWork } from './listener-of-signalled.ts';
import { findLeftByStub } from './listener-of-stub.ts';
import { findKeptOnFailure } from './listener-of-success.ts';
import { orLeftOnHanded } from './listener-on-handed.ts';
import { findOnLentClient } from './listener-on-lent-client.ts';
import { findOnOwnSignal } from './listener-on-own-signal.ts';
import { findLeftByOneEnd } from './listener-partial-end.ts';
import {
  canListen,
  hasOnce,
  isBoundToSignal,
  isEnded,
  isForwarded,
  isRegistering,
  isResultDropped,
  type ListenerLeak,
  type ListenerPlace,
  listOwnCaptures,
  processEnd,
} from './listener-place.ts';
import { findAddedByEachEvent } from './listener-restart.ts';
import { findForgottenSibling } from './listener-sibling.ts';
import { findLeftByItsUndoer } from './listener-undoer.ts';
import { findHomeOf, findInWait, goesWithItsEmitter, isAddedAgain } from './listener-wait.ts';
import { findRepeatedWait } from './repeated-wait.ts';
import { nameForSignals } from './shared-signal.ts';
import { isHandedFresh, isNeverHanded, settlesBeforeAbort } from './signal-wait.ts';

/** Come again and again, and ask for something other than the end. */
const reloadSignal = /^SIG(?:HUP|USR[12]|WINCH|CONT)$/;
const unmountMethod =
  /^(?:componentWillUnmount|disconnectedCallback|ngOnDestroy|beforeUnmount|beforeDestroy|unmounted|destroyed)$/;
/** What runs a process handles its signals. */
const runner = /(?:Runner|Server|App|Application|Daemon|Cli|CLI|Process|Controller|Launcher|Supervisor|Master)$/;

/** Judges one adding call; undefined where the listener ends with its emitter, is taken away, or the file does not tell. */
export function findListenerLeak(add: ListenerCall, file: FileContext): ListenerLeak | undefined {
  const leak = judge(add, file);
  const earlier = leak && !leak.fired ? listGroup(add, file).filter(({ call }) => call.end < add.call.end) : [];
  // Several listeners of one emitter and function are one defect: it is shown at the first.
  return earlier.some((other) => judge(other, file)?.shape === leak?.shape) ? undefined : leak;
}

function judge(add: ListenerCall, file: FileContext): ListenerLeak | undefined {
  const fn = findEnclosingFunction(add.call);
  const listener = add.listener && skipWrappers(add.listener);
  if (!fn || !listener || !isResultDropped(add.call) || !canListen(listener) || isBoundToSignal(add)) return undefined;
  const life = lifeOf(add.call, file);
  if (life.kind === 'process') return undefined;
  const promise = findPromiseAround(fn);
  const outermost = promise ? (findEnclosingFunction(promise) ?? fn) : fn;
  const place: ListenerPlace = {
    add,
    fn,
    outermost,
    promise,
    life,
    emitter: emitterLifeOf(add.receiver, outermost, file),
    file,
  };
  if (processEnd.test(add.event) && listEndsOf(add, file).length === 0) {
    const ofChild = findForEachChild(place);
    if (ofChild) return ofChild;
  }
  // What waits for the end of the process waits once.
  if (promise && processEnd.test(add.event)) return undefined;
  if (place.emitter === 'local' || place.emitter === 'parameter') {
    const lent = findOnLentClient(place);
    if (lent) return lent;
    if (place.emitter === 'local') return promise && findRepeatedWait(place) ? findInWait(place, promise) : undefined;
  }
  // What else has a method of this name is no emitter.
  if (add.method === 'setTimeout' && place.emitter !== 'pooled') return undefined;
  const isTaken = listEndsOf(add, file).length > 0 || isForwarded(listener, fn, file);
  const eachRun = isTaken
    ? (findKeptOnFailure(place) ?? findLeftByStub(place))
    : (findForEachRun(place) ?? findForEachPatchedCall(place));
  if (eachRun) return eachRun;
  if (place.emitter !== 'kept' && isGuardedByState(add.call, fn, file))
    return isTaken ? undefined : findLeftByCounterpart(place);
  const outcome =
    findOnOneOutcome(place) ??
    findLeftByOneEnd(place) ??
    findLeftByEarlyExit(place) ??
    findLeftAtRestart(place) ??
    findMissedAtLoss(place);
  if (outcome) return outcome;
  if (promise) {
    const wait = findInWait(place, promise);
    if (wait) return wait;
  }
  if (isTaken) return undefined;
  const consumer =
    findForConsumer(place) ??
    findForgottenAtLoss(place) ??
    findForgottenSibling(place) ??
    findLeftByItsUndoer(place) ??
    findDeferredForGood(place) ??
    findOnOwnSignal(place) ??
    findLeftByCounterpart(place);
  if (consumer) return consumer;
  switch (place.emitter) {
    case 'process':
      return onProcess(place);
    case 'signal':
      return onSignal(place) ?? findOfSignalledWork(place);
    case 'pooled':
      return onPooled(place);
    case 'kept':
      return onKept(place);
    default:
      return (
        onField(place) ?? orLeftOnHanded(onLent(place), place) ?? findOfClosure(place) ?? findAddedByEachEvent(place)
      );
  }
}

/** `setUpClient(client)` gives what it is handed its listeners, once for each. */
const settingUp = /^_*(?:setup|setUp|attach|register|bind|wire|hook)[A-Z]/;

function findOnOneOutcome(place: ListenerPlace): ListenerLeak | undefined {
  const { add, emitter, promise, fn, file } = place;
  if (!promise && emitter === 'parameter' && settingUp.test(nameOfFunction(fn))) return undefined;
  const group = listGroup(add, file);
  const livesOn = emitter === 'outer' ? isAddedAgain(place) : /^(?:self|field|process|kept)$/.test(emitter);
  const staying = group.length > 1 ? findStayingOnOneOutcome(group, livesOn, file) : undefined;
  if (staying?.add.call !== add.call || isRemovedOnEveryOutcome(add, file)) return undefined;
  // What an owner has for itself goes with it, and few of its events are such as it goes on after.
  const isSure = !/^(?:self|field)$/.test(emitter) || /(?:error|fault|fail(?:ed|ure)?)$/i.test(staying.fired.event);
  return { shape: 'outcome', what: 'each time', fired: staying.fired, confidence: isSure ? 'likely' : 'possible' };
}

function onProcess(place: ListenerPlace): ListenerLeak | undefined {
  const { add, life, promise, file } = place;
  if (life.kind === 'effect') return onEffect(life.effect);
  if (life.kind === 'owner' && !life.isSingleton) return findForInstanceEnd(place) ?? onOwner(place, life);
  const factory = reloadSignal.test(add.event) && findFactory(place);
  if (factory) return onFactory(place, factory);
  // What listens once is gone with the next event, if there is one.
  const goesItself = (/once/i.test(add.method) || hasOnce(add)) && eventKindOf(add.event) === 'recurring';
  if (promise || file.role === 'ui') return undefined;
  const ended = findForInstanceEnd(place);
  if (ended || goesItself || processEnd.test(add.event)) return ended;
  const when = runsRepeatedly(outsideIteration(add.call), file);
  return {
    shape: 'call',
    what: 'each call',
    when,
    ...(keepsHanded(place, place.fn) && { confidence: 'likely' as const, sureWhen: runsForUsers(add.call, file) }),
  };
}

/** Whether a function that is called for something else keeps what it was handed in a listener for good. */
function keepsHanded({ add, file }: ListenerPlace, fn: FunctionNode): boolean {
  if (/once/i.test(add.method) || isRegistering(fn)) return false;
  const isHanded = ({ identifier }: Binding): boolean =>
    fn.parameters.some((parameter) => isWithin(identifier, parameter));
  return listOwnCaptures(add, fn, file).some((own) => {
    // What a function beside refers to is kept as well: `on('changed', () => send(text))`.
    const helper = isWithin(own.identifier, fn) ? findFunctionOfBinding(own) : undefined;
    return isHanded(own) || (helper !== undefined && listCaptures(helper, fn, file).some(isHanded));
  });
}

/** An effect of a component may run once for the whole page; one of a hook runs for each user of it. */
function onEffect(effect: FunctionNode): ListenerLeak {
  const call = getOutermostWrapped(effect).parent;
  const list = ts.isCallExpression(call) ? call.arguments[1] : undefined;
  const isOnce = list !== undefined && ts.isArrayLiteralExpression(list) && list.elements.length === 0;
  const user = findEnclosingFunction(effect);
  const isHook = user !== undefined && /^use[A-Z]/.test(nameOfFunction(user));
  return {
    shape: 'effect',
    what: 'each run of the effect',
    ...(isOnce && !isHook && { confidence: 'possible' as const }),
  };
}

function onOwner({ add, file }: ListenerPlace, life: Extract<Life, { kind: 'owner' }>): ListenerLeak | undefined {
  const what = `each ${life.shape.name}`;
  const isRead = isStream(life, file);
  const canEnd = life.isComponent || findDisposer(life.shape.disposers, undefined) !== undefined || isRead;
  // A process has one standard input; whoever reads it is made once.
  if (/^process\.std/.test(add.target ?? '')) return undefined;
  if (processEnd.test(add.event) && runner.test(life.shape.name)) return undefined;
  if (life.isComponent && canEnd) {
    // A component may stand on its page once, for as long as the page; one that cleans up as it goes does not.
    const isSure = isAddedAsItMounts(add, life.shape);
    return { shape: 'owner', what, confidence: isSure ? 'likely' : 'possible' };
  }
  if (file.role === 'ui') return undefined;
  // Each instance adds one as it is made. Without an end of its own it is a part of the process that it ends with.
  const isOfEach = life.shape.constructorNode !== undefined && isWithin(add.call, life.shape.constructorNode);
  const isSure =
    isOfEach && (canEnd || !processEnd.test(add.event)) && !isOwnChannel(add) && (isRead || !hearsEndOnce(add));
  return {
    shape: 'owner',
    what,
    when: canEnd ? isMadeOften(add.call, life, file) : runsRepeatedly(add.call, file),
    ...(isSure && { confidence: 'likely' as const, sureWhen: runsForUsers(add.call, file) }),
  };
}

/** A stream is over when it has been read or written to its end. */
function isStream({ shape }: Extract<Life, { kind: 'owner' }>, file: FileContext): boolean {
  const kind = /^(?:Transform|Readable|Writable|Duplex|PassThrough)$/;
  if (isClassNode(shape.node)) {
    const bases = shape.node.heritageClauses?.flatMap(({ types }) => types) ?? [];
    return bases.some(({ expression }) => kind.test(findMemberPath(expression)?.at(-1) ?? ''));
  }
  return file.nodes('CallExpression').some(({ expression, arguments: [heir, base] }) => {
    if (findMemberPath(expression)?.at(-1) !== 'inherits' || !heir || !base) return false;
    return heir.getText(file.source) === shape.name && kind.test(findMemberPath(base)?.at(-1) ?? '');
  });
}

/** What hears once of the end of what it is a part of cleans up then. */
function hearsEndOnce(add: ListenerCall): boolean {
  return /once/i.test(add.method) && eventKindOf(add.event) === 'last';
}

/** Whoever hears what a thread or child is told is a part of that. */
function isOwnChannel({ target, event }: ListenerCall): boolean {
  return /(?:^|\.)parentPort$/.test(target ?? '') || (target === 'process' && event === 'message');
}

/** The function that makes what has an end of its own: an object with methods, or a function with `shutdown` beside it. */
function findFactory({ add, life, file }: ListenerPlace): FunctionNode | undefined {
  return life.kind === 'factory' ? life.fn : findFactoryOfFunction(add.call, file);
}

/** What a factory makes has an end of its own, and is held by the process until that takes the listener away. */
function onFactory(place: ListenerPlace, fn: FunctionNode): ListenerLeak | undefined {
  const { add, promise, file } = place;
  if (promise || file.role === 'ui' || isStartup(fn, file)) return undefined;
  if (listOwnCaptures(add, fn, file).length === 0) return undefined;
  return {
    shape: 'owner',
    what: `each result of ${nameOfFunction(fn)}()`,
    confidence: 'likely',
    when: anyOf(canBeStartedOften(add.call, place.life, file), isOfLibrary(place.life)),
  };
}

/** Added where a component comes to its page, whose method for the end does something, but not that. */
function isAddedAsItMounts(add: ListenerCall, shape: ClassShape): boolean {
  const method = findMethodAround(add.call, shape);
  const end = shape.disposers.find((fn) => unmountMethod.test(nameOfFunction(fn)));
  const cleansUp = end?.body !== undefined && ts.isBlock(end.body) && end.body.statements.length > 0;
  return cleansUp && method !== undefined && mountMethod.test(nameOfFunction(method));
}

/** That it listens once does not help where the abort never comes. */
function onSignal({ add, promise, fn, file }: ListenerPlace): ListenerLeak | undefined {
  if (add.event !== 'abort' || isOfBrowser(file) || !settlesBeforeAbort(add, fn, promise, file)) return undefined;
  const home = findHomeOf(add.receiver, file) ?? fn;
  if (isNeverHanded(add.receiver, home, file)) return undefined;
  // Each round of a loop in one call leaves one on the signal of that call.
  if (findEnclosingLoop(promise ?? add.call)) return { shape: 'signal', what: 'each round', confidence: 'likely' };
  if (isHandedFresh(add.receiver, home, file)) return undefined;
  const name = nameForSignals(home, file);
  const often = runsUnderLoad(home.body ?? home, file);
  const what = 'each call with the same signal';
  // Whoever hands a signal in has mostly made it for the call.
  if (name === undefined) return { shape: 'signal', what, when: often, confidence: 'possible' };
  const isSame: LinkCondition = { kind: 'project-states', fact: `same-signal:${name}` };
  return { shape: 'signal', what, when: anyOf(isSame, often), sureWhen: isSame, confidence: 'likely' };
}

function onPooled({ add, fn, file }: ListenerPlace): ListenerLeak | undefined {
  const isUnpooled = /\bagent\s*:\s*false\b|\bkeepAlive\s*:\s*false\b/.test(file.text);
  // A socket that is upgraded, or streams events until it is closed, does not come back.
  const isAsked =
    /\.(?:connecting|reusedSocket)\b|['"]upgrade['"]|handleUpgrade|\bhijack|\b(?:event|raw)-stream\b/i.test(file.text);
  if (isUnpooled || isAsked || isEnded(add, file)) return undefined;
  // `if (!known.has(req.socket))` lets the first request of a connection add it only.
  const asked = listConditionsOn(add.call, fn, file).map((at) => at.getText(file.source));
  if (asked.some((text) => text !== add.target && /\b(?:socket|connection)\b/.test(text))) return undefined;
  // So many as a socket serves before it is closed: felt where requests or a library's users make them.
  return {
    shape: 'pooled',
    what: `each request that the ${add.target} serves`,
    confidence: 'likely',
    sureWhen: runsForUsers(add.call, file),
  };
}

function onKept({ add, outermost, file }: ListenerPlace): ListenerLeak | undefined {
  if (isRegistering(outermost) || isFreshlyMade(add, outermost, file)) return undefined;
  if (isEndedByHolder(add, outermost, file)) return undefined;
  // A stream ends once, and whoever waits for its end is the one who reads it.
  if (/once/i.test(add.method) && /^(?:end|finish)$/.test(add.event ?? '')) return undefined;
  if (listOwnCaptures(add, outermost, file).length === 0) return undefined;
  // What is kept by a key may go with the next answer; a signal is kept for those who use it again.
  return {
    shape: 'kept',
    what: 'each call for the same key',
    confidence: add.event === 'abort' ? 'likely' : 'possible',
  };
}

/** A page's signals are as short as what it shows. */
function isOfBrowser(file: FileContext): boolean {
  return file.role === 'ui' || /(?:^|\/)(?:frontend|front-end|browser)\//.test(file.path);
}

/** Handed to an owner that is made again and again, by one that keeps it. */
function onLent({ add, life, promise, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || promise || file.role === 'ui') return undefined;
  const given = findGivenArgument(add.receiver, life.shape, file);
  // What listens for the beginning of an emitter that it is handed is gone with it.
  const goesItself = /once/i.test(add.method) && eventKindOf(add.event) === 'first';
  if (!given || goesItself || isEnded(add, file)) return undefined;
  // An event of its own for each owner may be taken away as a whole, by whoever tells of it.
  if (given.isMember && !add.isEventKnown) return undefined;
  // A part that has an end of its own comes and goes while the whole lives on.
  const goesWithWhole = listGroup(add, file).every(hearsEndOnce) && !hasEnd(life.shape);
  return {
    shape: 'lent',
    what: `each ${life.shape.name}`,
    when: { kind: 'project-states', fact: `lent-${given.index}:${life.shape.name}` },
    ...(goesWithWhole && { confidence: 'possible' as const }),
    sureWhen: runsForUsers(life.shape.constructorNode?.body ?? add.call, file),
  };
}

/** A method that adds, for each call, a listener which serves that call only. */
function onField(place: ListenerPlace): ListenerLeak | undefined {
  const { add, outermost, promise, life, emitter, file } = place;
  if (life.kind !== 'owner' || promise || !/^(?:field|self)$/.test(emitter) || file.role === 'ui') return undefined;
  const method = findMethodAround(add.call, life.shape);
  if (!method || method === life.shape.constructorNode || isRegistering(method)) return undefined;
  if (eventKindOf(add.event) !== 'recurring' || listOwnCaptures(add, method, file).length === 0) return undefined;
  if (isEnded(add, file) || goesWithItsEmitter(add, file)) return undefined;
  return {
    shape: 'call',
    what: 'each call',
    when: runsUnderLoad(outermost.body ?? outermost, file),
    ...((keepsHanded(place, method) || servesResult(place, method)) && {
      confidence: 'likely' as const,
      sureWhen: runsForUsers(add.call, file),
    }),
  };
}

/** Whether a listener works for what a method gives its caller, who is done with it before the emitter goes. */
function servesResult({ add, file }: ListenerPlace, method: FunctionNode): boolean {
  const given = listReturnedValues(method, file).map(skipWrappers);
  return listOwnCaptures(add, method, file).some(({ references }) =>
    given.some((value) => ts.isIdentifier(value) && references.includes(value)),
  );
}
