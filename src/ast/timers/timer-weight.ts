import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { findTimerRun, isOpening, listEnds, startsAgain, withCallees } from '../life/after-end.ts';
import { findMethodAround, hasEnd } from '../life/end-of-life.ts';
import { type Life, lifeOf } from '../life/life-cycle.ts';
import { standsForSocket } from '../life/link-of-owner.ts';
import { throwsWhenEnded, worksOnEnded } from '../life/works-on-ended.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { runsAtEachConnect } from '../where/each-connect.ts';
import { isNoLastCall } from '../where/last-call.ts';
import { isSeldomAsked } from '../where/seldom.ts';
import { isWholeByName } from '../where/singleton.ts';
import { isPartOfClosable } from '../where/starts-repeatedly.ts';
import { isInBrowser } from '../where/tooling.ts';
import {
  comesWithRequests,
  comesWithUse,
  comesWithUsers,
  isMadeWithRequests,
  isOfLibrary,
} from '../where/under-load.ts';
import { runsAsItLives, runsRepeatedly } from '../where/where.ts';
import { isOneOfTries } from './counted-rounds.ts';
import {
  isDelayGiven,
  isGoneInTime,
  isGoneSoon,
  isSettlerParameter,
  knownDelay,
  staysLong,
  usualDelay,
  weightOf,
} from './light-deadline.ts';
import type { Overwrite } from './overwritten.ts';
import { findTimerFunction } from './timers.ts';

/** How sure a timer that is left running is a defect: as sure as its rule says where nothing else is said. */
export interface TimerWeight {
  confidence?: 'possible';
  /** What must hold in the project for more than `possible`. */
  sureWhen?: LinkCondition | undefined;
}

/**
 * `never`: nothing clears it; `overwritten`: a second start loses the first handle; `missed`: its owner's end does not
 * clear it; `outcome`: what it is started for can come to an end beside it, which leaves it running; `loss`: its owner
 * clears it, but not when what it works on closes by itself; `unmount`: a handler of a component starts it, and nothing
 * clears it when that goes; `option`: what clears it asks for an option that its start does not ask for.
 */
export type IntervalLeak = 'never' | 'overwritten' | 'missed' | 'outcome' | 'loss' | 'unmount' | 'option' | 'late';

/**
 * `again`: a chain that only a flag ends goes on beside the next one when that begins before it has fired; `re-arming`:
 * starts itself again and nothing can stop it; `kept`: kept in a field that nothing clears although its
 * owner can end; `overwritten`: a second start loses the first handle; `missed`: cleared here and there, but not where
 * its owner ends; `restarts`, `ends`: nothing can cancel it, and it starts or ends its owner after the end;
 * `connection`: it works on a connection that has closed; `state`: it sets the state of a component that is gone;
 * `loss`: its owner clears it, but not when what it works on closes by itself; `rearmed`: the end clears it, and a run
 * under way sets it again; `key`: it is one of many, and stays where what else is kept for its key is dropped;
 * `unset`: starts itself again, and what should stop it clears a handle that nothing keeps.
 */
export type TimeoutLeak =
  | 'again'
  | 're-arming'
  | 'kept'
  | 'overwritten'
  | 'missed'
  | 'restarts'
  | 'ends'
  | 'connection'
  | 'state'
  | 'loss'
  | 'rearmed'
  | 'unset'
  | 'key';

const unsure: TimerWeight = { confidence: 'possible' };

/**
 * Of an interval: effects, components and what a page's factories make come and go. Else something has to say that more
 * than one is left: requests lead there, users of a library make as many as they like, or its owner, which has an end of
 * its own, is a part of one that ends without it. One is enough where it works on what the end has ended; what stands for one connection is one of
 * many. Of a plain function, users of a library leave what they have handed in.
 */
export function weighInterval(call: ts.CallExpression, life: Life, leak: IntervalLeak, file: FileContext): TimerWeight {
  const made = (): LinkCondition => isMadeWithRequests(call, life, file);
  if (leak === 'overwritten' || leak === 'late')
    return {
      sureWhen: anyOf(
        isOfLibrary(life),
        comesWithRequests(call, file),
        runsAtEachConnect(call, life, file),
        isCalledAgain(call, life),
      ),
    };
  if (leak === 'unmount' || life.kind === 'effect' || (life.kind === 'factory' && file.role === 'ui')) return {};
  if (life.kind === 'owner' && leak === 'never' && isWholeByName(life.shape)) return { sureWhen: made() };
  if (life.kind === 'call' && leak === 'never')
    return {
      sureWhen: anyOf(
        keepsHanded(call, life.fn, file) ? comesWithUse(call, life, file) : comesWithRequests(call, file),
        runsAtEachConnect(call, life, file),
      ),
    };
  // What its end leaves running holds the process of whoever uses a library, be it one only.
  if (life.kind === 'call' && leak === 'missed') return { sureWhen: anyOf(isOfLibrary(life), made()) };
  if (life.kind === 'call') return { sureWhen: comesWithUse(call, life, file) };
  if (life.kind === 'owner' && life.isComponent) return {};
  if ((leak === 'never' || leak === 'missed') && worksOnEnded(call, life, file)) return {};
  if (leak !== 'option' && standsForSocket(life, file)) return {};
  const often = [isOfLibrary(life), made()];
  if (leak === 'never') often.push(runsAtEachConnect(call, life, file));
  if (life.kind === 'owner' && leak === 'never' && hasEnd(life.shape)) often.push(isPartOfClosable(life));
  return { sureWhen: anyOf(...often) };
}

/** "Who makes the owner calls the method around once more on that instance": `feed.on('down', () => feed.connect())`. */
function isCalledAgain(call: ts.CallExpression, life: Life): LinkCondition | undefined {
  const method = life.kind === 'owner' ? findMethodAround(call, life.shape) : undefined;
  if (!method || life.kind !== 'owner') return undefined;
  return { kind: 'project-states', fact: `calls-again:${life.shape.name}.${nameOfFunction(method)}` };
}

/**
 * Of a timeout: what fires within five seconds, sets a state in vain, or is left by a page is `possible`. Else something has to say that many are left: requests lead there, or users of a library
 * make as many as they like. What its owner's end cannot stop from starting it anew is sure where an event does so,
 * however soon, and so is what throws then; one is enough of a chain that starts something, or of what ends a second try of its owner.
 */
export function weighTimeout(call: ts.CallExpression, life: Life, leak: TimeoutLeak, file: FileContext): TimerWeight {
  const [, delay] = call.arguments;
  // See `weighOverwritten`.
  if (leak === 'overwritten') return {};
  if (leak === 'unset') return file.role === 'ui' ? unsure : {};
  // A state that is set late is set in vain, or for a moment.
  if (leak === 'state') return unsure;
  // Set again by a run of so many, it ends by itself.
  if (leak === 'rearmed' && isOneOfTries(call, file)) return unsure;
  if (leak === 'rearmed' && (life.kind === 'effect' || life.kind === 'call')) return {};
  if (leak === 'missed' && throwsWhenEnded(call, life, file)) return {};
  if ((leak === 'kept' || leak === 'missed') && worksOnEnded(call, life, file)) return {};
  const isOfBeginning = leak === 'ends' && isInOpening(call);
  if (leak === 're-arming') {
    if (life.kind === 'effect') return {};
    if (life.kind !== 'owner' && life.kind !== 'factory') return { sureWhen: comesWithRequests(call, file) };
  } else if (leak !== 'restarts' && leak !== 'rearmed' && !isOfBeginning && isGoneSoon(knownDelay(delay, file)))
    return unsure;
  if (leak === 'key' && file.role !== 'ui') return {};
  // How long an end waits may be what it is asked for.
  if (leak === 'ends' && isDelayGiven(delay, file)) return unsure;
  if (file.role === 'ui') return unsure;
  if (isOfBeginning || (leak === 're-arming' && startsAgain(call, file))) return {};
  if (leak === 'connection') return { sureWhen: comesWithRequests(call, file) };
  const often = anyOf(isOfLibrary(life), isMadeWithRequests(call, life, file));
  return { sureWhen: leak === 'restarts' ? anyOf(often, runsAsItLives(call, file)) : often };
}

/**
 * Of a timeout whose handle a second start loses: sure where one loss of a connection makes two of what connects anew,
 * and, for what stays five seconds and more, where each item of a batch, each message of a client, or each time that requests bring its key, leaves one.
 */
export function weighOverwritten(
  call: ts.CallExpression,
  { shown }: Overwrite,
  life: Life,
  file: FileContext,
): TimerWeight {
  if (file.role === 'ui' || shown === undefined) return unsure;
  if (shown === 'loss') return {};
  if (isGoneSoon(knownDelay(call.arguments[1], file))) return unsure;
  if (shown === 'request') return {};
  return {
    sureWhen: shown === 'key' ? comesWithRequests(call, file) : anyOf(isOfLibrary(life), comesWithRequests(call, file)),
  };
}

/**
 * Of a deadline, which surely stays until it fires: what is over soon is `possible`. One that holds next to nothing is sure
 * in a library, whose users it keeps from ending, but where failures alone leave it; a service has room for thousands of
 * them. What holds more is sure where it stays for a minute, where it ends its owner, and where requests or a library's users set
 * it; what failures alone leave, in a library. What ends its owner after a beginning that failed ends the next one too,
 * however soon it fires.
 */
export function weighDeadline(call: ts.CallExpression, isCleared: boolean, file: FileContext): TimerWeight {
  const [, delay] = call.arguments;
  const ms = usualDelay(delay, file);
  const weight = weightOf(call, file);
  const life = lifeOf(call, file);
  if (isCleared && isInOpening(call) && endsOwner(call, life, file)) return {};
  if (weight === 'nothing' || isGoneSoon(ms) || isSeldomAsked(file) || isOfLateTimer(call, file)) return unsure;
  if (weight === 'little' && isInShutdown(call)) return unsure;
  if (isInBrowser(file) && !/\.server\.[cm]?[jt]sx?$/.test(file.path)) return unsure;
  // What goes well clears it, and failures are few.
  if (weight === 'little' && isCleared && !staysLong(ms)) return unsure;
  if (weight === 'little') {
    const isShort = isGoneInTime(knownDelay(delay, file));
    return { sureWhen: isShort ? comesWithUsers(call, life, file) : isOfLibrary(life) };
  }
  // What ends its owner late ends what has begun since; what calls back late does so twice.
  if (endsOwner(call, life, file) || (!isCleared && callsBack(call, file))) return {};
  // Behind a last call the process ends, and the timer with it.
  if (staysLong(ms))
    return { sureWhen: anyOf(isNoLastCall(call), comesWithUse(call, life, file), runsRepeatedly(call, file)) };
  if (!isCleared) return { sureWhen: comesWithUse(call, life, file) };
  // What goes well clears it: a service has room for the failures of a minute.
  return { sureWhen: isOfLibrary(life) };
}

/** Whether another timer sets this one as it fires, `SIGKILL` some seconds after `SIGTERM`: few come so far. */
function isOfLateTimer(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const timer = fn && getOutermostWrapped(fn).parent;
  return (
    timer !== undefined &&
    ts.isCallExpression(timer) &&
    timer.arguments[0] === getOutermostWrapped(fn!) &&
    findTimerFunction(timer, file) === 'setTimeout'
  );
}

/** Whether a timer is set where its owner connects, opens or starts, by the name of that: there may be a second try. */
function isInOpening(call: ts.CallExpression): boolean {
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) if (isOpening(fn)) return true;
  return false;
}

/** Whether a timer calls, whatever has come meanwhile, a callback that the function around it was handed. */
function callsBack(call: ts.CallExpression, file: FileContext): boolean {
  const { callback } = findTimerRun(call, file);
  const isCallback = (name: ts.Expression): boolean => {
    const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
    return (
      declaration !== undefined &&
      ts.isParameter(declaration) &&
      !isSettlerParameter(declaration) &&
      !isWithin(declaration, callback!)
    );
  };
  const visit = (node: ts.Node): boolean => {
    if (ts.isIfStatement(node) || isFunctionNode(node)) return false;
    if (ts.isCallExpression(node) && isCallback(node.expression)) return true;
    return ts.forEachChild(node, (child) => visit(child) || undefined) === true;
  };
  return callback?.body !== undefined && visit(callback.body);
}

/** Within a function that, by its name, ends the process or a client of it: once, and the timer with it. */
function isInShutdown(call: ts.CallExpression): boolean {
  const fn = findEnclosingFunction(call);
  for (let at = fn; at; at = findEnclosingFunction(at))
    if (/^_?graceful|shutdown$/i.test(nameOfFunction(at))) return true;
  return false;
}

/** Whether a timer ends its owner when it fires, itself or by what it calls. */
function endsOwner(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const { callback, called } = findTimerRun(call, file);
  const run = withCallees([...(callback ? [callback] : []), ...called], file);
  return listEnds(life).some((end) => run.includes(end));
}

/** Whether a timer refers to what the function that starts it was handed, so that it works on for what its caller has ended. */
function keepsHanded(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const [run] = call.arguments;
  return file.bindings.some(
    ({ identifier, references }) =>
      fn.parameters.some((parameter) => isWithin(identifier, parameter)) &&
      references.some((reference) => run && isWithin(reference, run)),
  );
}

/**
 * Of a sleep that lost its race, which holds little: sure where it is long, where requests lead there, or where a library
 * offers it for whatever work.
 */
export function weighSleep(call: ts.CallExpression, ms: number | undefined, file: FileContext): TimerWeight {
  if (isSeldomAsked(file) || isGoneInTime(ms)) return unsure;
  if (staysLong(ms)) return {};
  const often = [comesWithRequests(call, file)];
  if (isDelayGiven(call.arguments[0], file)) often.push(isOfLibrary(lifeOf(call, file)));
  return { sureWhen: anyOf(...often) };
}
