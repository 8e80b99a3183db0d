import { type HandlePlace, listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { findLeaks, type Leak } from '../../src/ast/handles/release-paths.ts';
import { lifeOf } from '../../src/ast/life/life-cycle.ts';
import { findCallee } from '../../src/ast/names/symbol-ref.ts';
import { findEnclosingFunction, isAsync, isWithin, skipWrappers } from '../../src/ast/syntax.ts';
import { findClearOnFailureOnly } from '../../src/ast/timers/cleared-on-failure.ts';
import { isOnSuccess } from '../../src/ast/timers/cleared-on-success.ts';
import { listClearsOfTimeout } from '../../src/ast/timers/clears-of-places.ts';
import { type Deadline, findDeadline, isLastResort, isOnOwnFiring } from '../../src/ast/timers/deadline.ts';
import { findDroppedEntry } from '../../src/ast/timers/dropped-entry.ts';
import { type EntryTimer, findEntryTimer } from '../../src/ast/timers/entry-timer.ts';
import { findFailedRun } from '../../src/ast/timers/failed-run.ts';
import { findLostRace } from '../../src/ast/timers/lost-race.ts';
import { findMissedBeside } from '../../src/ast/timers/missed-beside.ts';
import { findRacedSleep } from '../../src/ast/timers/raced-sleep.ts';
import { weighDeadline, weighSleep } from '../../src/ast/timers/timer-weight.ts';
import { findDelayMs, findTimerFunction, isUnrefed } from '../../src/ast/timers/timers.ts';
import { findUnclearedOutcome } from '../../src/ast/timers/uncleared-settle.ts';
import { ts } from '../../src/ast/ts.ts';
import { runsAtProcessEnd } from '../../src/ast/where/process-end.ts';
import { isOfCommandLine } from '../../src/ast/where/tooling.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnclearedDeadline {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
  deadline: Deadline | undefined;
  /** The clears that are there already. */
  clears: readonly ts.Node[];
  /** For a clear that some outcome of an async function skips. */
  leak: Leak | undefined;
  /** For a promise, the first place that settles it without clearing. */
  settle: ts.Node | undefined;
}

/** A shorter wait holds nothing for long. */
const shortMs = 500;

export const rule = defineRule<UnclearedDeadline>({
  id: 'no-uncleared-deadline',
  category: 'resources',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'This deadline is {what}: the timer, and all that its callback refers to, stays until it fires.',
  why: 'Each call leaves one more pending timer behind, for the whole length of the deadline. Under load that is calls per second times seconds of timeout, each holding its request alive, and a process that does not exit.',
  advice:
    'Keep the handle and clear it in a finally that covers success, error and early return; AbortSignal.timeout and withDeadline do so by themselves.',
  limits: [
    'Deadlines shorter than half a second, and those in browser code, are left alone.',
    'A deadline of less than five seconds is `possible` only, and so is one of five whose callback only settles its promise or aborts: it holds next to nothing. A longer one that holds no more is `likely` in a library only, whose users it keeps from ending, and there, of less than fifteen, where users set it: a service has room for thousands of them (what an error tells and a default that it settles with are little). One that holds more is `likely` from a minute on, where requests lead there, users of a library set it, or it ends its owner or calls back a second time. One of a beginning that failed is sure however short it is where it ends its owner, which may have begun anew.',
    'One that only failures leave, and that holds no more than that, is `possible` below a minute; so is one that another timer sets as it fires, and one of a page. Where nobody hears of a failure the process ends with it.',
    'A sleep that is raced is `likely` where it is a minute or more, where requests lead there, and in a library whose users say how long it is.',
    'One of less than a minute that only failures leave is `likely` in a library alone, whatever it holds.',
    'A handle kept in a field is looked at only where the function that sets it clears it itself, but for when its work fails; one handed to another function is taken to be cleared there, one on what the function was handed is looked at where an end clears the timer beside it, and one in an entry of a table is followed to where all entries leave it.',
  ],
  mentions: ['setTimeout', 'Promise.race', 'Promise.any'],
  visit: {
    CallExpression(call, file) {
      if (findTimerFunction(call, file) !== 'setTimeout') return judgeSleep(call, file);
      if ((findDelayMs(call) ?? (call.arguments[1] ? shortMs : 0)) < shortMs) return undefined;
      const places = listHandlePlaces(call, file).filter((place) => place.kind !== 'dropped');
      const entry = findEntryTimer(call, places, file);
      const isElsewhere = !entry && places.some(({ kind }) => kind !== 'binding' && kind !== 'field');
      if (isUnrefed(call, places, file)) return undefined;
      if (isOfProcess(call, file)) return undefined;
      const judged = (): Match<UnclearedDeadline> | undefined =>
        isElsewhere ? judgeBeside(call, places, file) : judge(call, places, file);
      const found = entry ? judgeEntry(call, places, entry, file) : judged();
      return found && { ...found, ...weighDeadline(call, found.data.clears.length > 0, file) };
    },
  },
});

function isOfProcess(call: ts.CallExpression, file: FileContext): boolean {
  return isOfCommandLine(file) || lifeOf(call, file).kind === 'process' || runsAtProcessEnd(call, file);
}

/** A sleep that is raced, and not by the command line or at the end of the process. */
function judgeSleep(call: ts.CallExpression, file: FileContext): Match<UnclearedDeadline> | undefined {
  const sleep = findRacedSleep(call, file);
  if (!sleep || (sleep.ms ?? shortMs) < shortMs || isOfProcess(call, file)) return undefined;
  return {
    at: call.expression,
    values: { what: 'never cleared, also when the race is won in time' },
    ...weighSleep(call, sleep.ms, file),
    ...(sleep.when && { when: sleep.when }),
    related: [{ at: sleep.race.expression, note: 'the race' }],
    data: {
      call,
      places: [],
      deadline: { kind: 'sleep', race: sleep.race },
      clears: [],
      leak: undefined,
      settle: undefined,
    },
  };
}

/** One that is kept in an entry of a table, which leaves it while the timer lives. */
function judgeEntry(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  entry: EntryTimer,
  file: FileContext,
): Match<UnclearedDeadline> | undefined {
  const found = findDroppedEntry(call, places, entry, file);
  if (!found) return undefined;
  return {
    at: call.expression,
    values: { what: found.what },
    when: found.when,
    related: [{ at: found.at, note: 'leaves the timer running' }],
    data: { call, places, deadline: undefined, clears: entry.clears, leak: undefined, settle: found.at },
  };
}

/** One that is kept on what the function was handed: `request.timer = setTimeout(…)`. */
function judgeBeside(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): Match<UnclearedDeadline> | undefined {
  const clears = listClearsOfTimeout(call, places, file);
  const end = findMissedBeside(call, clears, file)?.call;
  return (
    end && {
      at: call.expression,
      values: { what: 'not cleared at an end that clears the timer beside it' },
      related: [{ at: end, note: 'leaves the timer running' }],
      data: { call, places, deadline: undefined, clears, leak: undefined, settle: end },
    }
  );
}

/** What is awaited may be a function of another file, which catches what fails in it. */
function whenItCanFail(at: ts.Node, file: FileContext): Pick<Match<UnclearedDeadline>, 'when'> {
  const call = ts.isAwaitExpression(at) ? skipWrappers(at.expression) : undefined;
  const to = call && ts.isCallExpression(call) ? findCallee(call, file) : undefined;
  return to ? { when: { kind: 'not', of: { kind: 'callee-does', to, deeds: ['catches'] } } } : {};
}

function judge(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): Match<UnclearedDeadline> | undefined {
  const deadline = findDeadline(call, file);
  const clears = listClearsOfTimeout(call, places, file);
  const match = (what: string, leak?: Leak, settle?: ts.Node): Match<UnclearedDeadline> => ({
    at: call.expression,
    values: { what },
    ...((leak || settle) && { related: [{ at: (leak?.at ?? settle)!, note: 'leaves the timer running' }] }),
    data: { call, places, deadline, clears, leak, settle },
  });
  const failed = findClearOnFailureOnly(call, clears, file);
  if (failed) return match('not cleared when the work goes well', undefined, failed);
  const isInField = places.some((place) => place.kind === 'field');
  if (clears.length === 0)
    return deadline && !isInField
      ? match(
          'never cleared, also when the work is done in time',
          undefined,
          deadline.kind === 'answer' ? deadline.taken : undefined,
        )
      : undefined;
  const lost = deadline && !isInField && findLostRace(deadline, clears, file);
  if (lost) return match('not cleared when the work fails', lost);
  const fn = findEnclosingFunction(call);
  // A handle that is kept for later runs is no deadline of this one.
  const isOfRun = (place: HandlePlace): boolean =>
    place.kind === 'binding' && findEnclosingFunction(place.binding.identifier) === fn;
  if (!places.every(isOfRun)) {
    const failed = findFailedRun(call, clears, file);
    if (failed && !isLastResort(call, clears, file))
      return { ...match('not cleared when the work fails', failed), ...whenItCanFail(failed.at, file) };
    if (!deadline || isInField) return undefined;
  } else if (fn && isAsync(fn) && clears.some((clear) => findEnclosingFunction(clear) === fn)) {
    const leak = findLeaks(
      fn,
      {
        acquire: call,
        isRelease: (node) => clears.includes(node),
        isGuard: (asked) => clears.some((clear) => isWithin(clear, asked.parent)),
      },
      file,
    ).find(({ at }) => !isOnOwnFiring(at));
    if (!leak || isLastResort(call, clears, file)) return undefined;
    if (leak.outcome !== 'throw') return match('not cleared on every way out', leak);
    return { ...match('not cleared when the work fails', leak), ...whenItCanFail(leak.at, file) };
  }
  if (deadline && clears.every((clear) => isOnSuccess(clear, file)))
    return match('not cleared when the work fails', undefined, clears[0]);
  const settle = findUnclearedOutcome(call, deadline, clears, file);
  return settle && match('not cleared on every outcome', undefined, settle);
}
