import { allOf } from '../../src/ast/all-of.ts';
import { findMissedKeyEnd } from '../../src/ast/containers/key-end.ts';
import { type HandlePlace, listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { asksForEnd, findAfterEnd, findOwnerEnd, findTimerRun } from '../../src/ast/life/after-end.ts';
import { findConnection, listClearsOfListeners } from '../../src/ast/life/connection-timer.ts';
import { unlessEndedAtExit } from '../../src/ast/life/ended-at-exit.ts';
import { findHandingOwner } from '../../src/ast/life/handing-owner.ts';
import { onlySetsState, setsStateLate } from '../../src/ast/life/late-state.ts';
import { effectWords, type Life, lifeOf } from '../../src/ast/life/life-cycle.ts';
import { findMissedLoss } from '../../src/ast/life/lost-connection.ts';
import { worksOnEnded } from '../../src/ast/life/works-on-ended.ts';
import { listClearsOfTimeout } from '../../src/ast/timers/clears-of-places.ts';
import {
  isMissedAtEnd,
  isOfFactory,
  listForeignClears,
  listReleasesElsewhere,
} from '../../src/ast/timers/missed-end.ts';
import { isMissedAtModuleEnd } from '../../src/ast/timers/module-end.ts';
import { findOverwrite } from '../../src/ast/timers/overwritten.ts';
import {
  canEnd,
  countsItsRuns,
  findReArming,
  isPutOff,
  namesOfParameters,
  settlesPromise,
} from '../../src/ast/timers/re-arming.ts';
import { findRearmedAfterEnd } from '../../src/ast/timers/rearmed-after-end.ts';
import { isTimerHandedOver, listReturnedPlaces } from '../../src/ast/timers/returned-timer.ts';
import { findSecondBeginning } from '../../src/ast/timers/second-chain.ts';
import { type TimeoutLeak, weighOverwritten, weighTimeout } from '../../src/ast/timers/timer-weight.ts';
import { findDelayMs, findTimerFunction, isAtOnce, isUnrefed } from '../../src/ast/timers/timers.ts';
import { findUnsetClearOfChain } from '../../src/ast/timers/unset-clear.ts';
import type { ts } from '../../src/ast/ts.ts';
import { isGatherer, isStartedWhenUnset } from '../../src/ast/where/latch.ts';
import { mayEndProcess } from '../../src/ast/where/process-end.ts';
import { canBeStartedOften, runsAgain, startsRepeatedly } from '../../src/ast/where/starts-repeatedly.ts';
import { isOfLibrary } from '../../src/ast/where/under-load.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface LeakedTimeout {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
  life: Life;
  leak: TimeoutLeak;
}

/** A shorter wait is over before it can do harm. */
const longMs = 1000;

const what = {
  're-arming': 'starts itself again for ever, and nothing can stop it',
  again: 'goes on beside the next chain when its owner ends and begins again before it fires',
  kept: 'is kept but never cleared, so it fires after its owner has ended',
  missed: 'is not cleared where its owner ends, though it is elsewhere',
  restarts: 'cannot be cancelled, and starts its owner again after the end',
  ends: 'cannot be cancelled, and ends its owner also when that has ended, or begun anew, before',
  connection: 'is not cleared when its connection closes',
  loss: 'is not cleared when its connection is lost, though it is elsewhere',
  state: 'is not cleared when its effect runs again or its component is gone, and sets state then',
  unset: 'starts itself again for ever, and what should stop it clears a handle that nothing keeps',
  rearmed: 'is cleared where its owner ends, but a run that is under way then sets it again, and goes on for ever',
  key: 'is not cleared where what else is kept for its key is dropped, though it is elsewhere',
  overwritten: 'is lost when it is started again before it fired: both fire',
} as const;

export const rule = defineRule<LeakedTimeout>({
  id: 'no-leaked-timeout',
  category: 'resources',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'This timeout {what}.',
  why: 'The pending timer keeps everything its callback refers to alive and runs its work for owners that are gone. What piles up grows with the number of starts: instances, connections, events.',
  advice: 'Keep the handle, clear it before arming it again and where its owner ends (stop, close, dispose).',
  limits: [
    'One-shot timers that end by themselves are left alone, also when they outlive their owner for a moment.',
    'A condition ahead of the re-arming is taken to be able to end it, and a chain that settles a promise ends with that.',
    'A chain that only a flag ends is reported where the owner can begin again before its timer fires, for waits of a second and more.',
    'A chain whose run waits before it sets the next timer is taken to be ended by a flag that a run asks for, by an end that waits for the run, and by one that aborts anything.',
    'A timer that is started only while none is pending, and forgotten when it fires, gathers work: it is `possible` when its owner ends without clearing it.',
    'A timer that sets state when its component may be gone, or its effect has run again, is `possible`: it sets it in vain, or for a moment.',
    'Sure is what fires later than within five seconds and comes with requests or with the use of a library, a reconnection that an event starts, a chain that starts something in the end, or that a request starts, a second start by the same key, item by item of a batch, by messages of a client, or by the error and the close of one connection, and, however soon, what ends its owner after a beginning that may have been tried again. So is what is kept and works on what the end has ended. All else is `possible`: any other second start while the first is pending, any other chain of a plain function, what one service of a process leaves at its end.',
    'What clears the handle of a chain by a member that no place of the file sets clears nothing; whether another file sets it is not asked.',
    'A plain function that starts itself again, and that an owner hands itself to, counts as a part of that owner.',
    'A method that other files call on the instance they have just made is taken to run once for it; an end that whoever makes the owner calls only ahead of `process.exit()` is that of the process.',
  ],
  roles: ['product', 'ui'],
  mentions: ['setTimeout'],
  // Of a page only what an effect starts, or an owner works on, is more than `possible`.
  sureMentionsIn: { ui: ['this.', ...effectWords] },
  visit: {
    CallExpression(call, file) {
      if (findTimerFunction(call, file) !== 'setTimeout') return undefined;
      const direct = listHandlePlaces(call, file);
      const places = isTimerHandedOver(call, file) ? listReturnedPlaces(call, direct, file) : direct;
      if (places.length === 0) return undefined;
      const own = lifeOf(call, file);
      const life = (own.kind === 'call' ? findHandingOwner(call, file) : undefined) ?? own;
      const found = judge(call, places, life, file);
      // What holds no process still works on an owner that has ended.
      const isHarmless = found && !actsAfterEnd(call, found.data.leak, file) && isUnrefed(call, places, file);
      return isHarmless ? undefined : found;
    },
  },
});

function judge(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): Match<LeakedTimeout> | undefined {
  const match = (leak: LeakedTimeout['leak'], ...conditions: (LinkCondition | undefined)[]): Match<LeakedTimeout> => ({
    at: call.expression,
    values: { what: what[leak] },
    when: allOf(...conditions),
    ...weighTimeout(call, life, leak, file),
    data: { call, places, life, leak },
  });
  const clears = listClearsOfTimeout(call, places, file);
  const unset = places.every(({ kind }) => kind === 'dropped') ? findUnsetClearOfChain(call, file) : undefined;
  if (unset) return { ...match('unset'), related: [{ at: unset, note: 'clears a handle that nothing sets' }] };
  if (life.kind === 'process' || life.kind === 'call') {
    const isOfModule = clears.length > 0 && !isAtOnce(call) && isMissedAtModuleEnd(call, places, clears, file);
    if (isOfModule && !isGatherer(call, places, file)) return match('missed', isOfLibrary(life));
  }
  if (life.kind === 'process') return undefined;
  const reArming = findReArming(call, file);
  const isEndless = reArming !== undefined && !canEnd(call, reArming, file);
  const isCleared = clears.some((clear) => !isEndless || !isPutOff(clear, call));
  const canOwnerEnd =
    (life.kind === 'owner' && (life.shape.disposers.length > 0 || life.isComponent)) || life.kind === 'factory';
  const elsewhere = listReleasesElsewhere(places, life, clears.length > 0);
  if (!isCleared) {
    // What may end the process is the work of a command.
    if (reArming && mayEndProcess(reArming.fn, file)) return undefined;
    if (isEndless) {
      if (life.kind === 'owner' && life.isSingleton)
        return canOwnerEnd ? match('re-arming', ...elsewhere, startsRepeatedly(call, life, file)) : undefined;
      if (canOwnerEnd || life.kind === 'effect') return match('re-arming', ...elsewhere);
      return match('re-arming', ...elsewhere, canBeStartedOften(call, life, file));
    }
    const isLong = (findDelayMs(call) ?? longMs) >= longMs && call.arguments.length > 1;
    if (
      reArming &&
      findOwnerEnd(life) &&
      !(life.kind === 'owner' && life.isSingleton) &&
      !settlesPromise(reArming, file) &&
      !countsItsRuns(reArming, file) &&
      !asksForEnd(call, [reArming.fn, ...(reArming.via ? [reArming.via] : [])], life, file, namesOfParameters(reArming))
    )
      return match('re-arming', ...elsewhere);
    if (reArming && isLong && findSecondBeginning(call, reArming, life, file)) return match('again', ...elsewhere);
    const after = reArming ? undefined : findAfterEnd(call, life, file);
    if (after && isLong) return match(after.kind, ...elsewhere);
    const connection = isLong ? findConnection(call, file) : undefined;
    if (connection) return match('connection', ...listClearsOfListeners(connection, places));
    if (isAtOnce(call)) return undefined;
    if (setsStateLate(call, life, file)) return match('state');
    if (!places.some((p) => p.kind === 'field' || (p.kind === 'binding' && isOfFactory(p.binding, life))))
      return undefined;
    if (canOwnerEnd)
      return {
        ...match('kept', ...elsewhere),
        ...(isGatherer(call, places, file) && !worksOnEnded(call, life, file) && { confidence: 'possible' as const }),
      };
  } else if (!isAtOnce(call) && isMissedAtEnd(call, places, life, file)) {
    const isGathering = isStartedWhenUnset(call, places, file) && isGatherer(call, places, file);
    const isHarmless = (isGathering && !worksOnEnded(call, life, file)) || onlySetsState(call, life, file);
    return {
      ...match('missed', ...listForeignClears(places, life, file), unlessEndedAtExit(life, file)),
      ...(isHarmless && { confidence: 'possible' as const }),
    };
  } else {
    const rearmed = findRearmedAfterEnd(call, places, clears, life, file);
    if (rearmed) return { ...match('rearmed'), related: [{ at: rearmed, note: 'what may be under way then' }] };
    const at = (findDelayMs(call) ?? longMs) >= longMs ? findMissedLoss(call, places, life, file) : undefined;
    const elsewhere = (): LinkCondition[] => listForeignClears(places, life, file);
    const drop = findMissedKeyEnd(call, places, clears, life, file);
    if (drop) return { ...match('key', ...elsewhere()), related: [{ at: drop, note: 'leaves it running' }] };
    if (at) return { ...match('loss', ...elsewhere()), related: [{ at, note: 'leaves it running' }] };
  }
  if (file.role === 'ui' || isAtOnce(call) || isTimerHandedOver(call, file)) return undefined;
  const overwrite = findOverwrite(call, places, life, file);
  if (!overwrite) return undefined;
  const again = overwrite.shown === undefined ? runsAgain(call, life, file) : undefined;
  return { ...match('overwritten', again, overwrite.when), ...weighOverwritten(call, overwrite, life, file) };
}

/** What is left running starts its owner anew, or calls what belongs to it. */
function actsAfterEnd(call: ts.CallExpression, leak: TimeoutLeak, file: FileContext): boolean {
  return leak === 'restarts' || leak === 'rearmed' || (leak === 'missed' && findTimerRun(call, file).called.length > 0);
}
