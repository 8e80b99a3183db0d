import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { type HandlePlace, listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { findBegunAnew } from '../../src/ast/life/begun-anew.ts';
import { unlessEndedAtExit } from '../../src/ast/life/ended-at-exit.ts';
import { takesWhile } from '../../src/ast/life/gone-meanwhile.ts';
import { type Life, lifeOf } from '../../src/ast/life/life-cycle.ts';
import { findMissedLoss } from '../../src/ast/life/lost-connection.ts';
import { isOfTable } from '../../src/ast/names/table-calls.ts';
import { type FunctionNode, nameOfFunction } from '../../src/ast/syntax.ts';
import { listClearsOf } from '../../src/ast/timers/clears-of-places.ts';
import { isPollOfEffect } from '../../src/ast/timers/effect-poll.ts';
import { findLeftByComponent } from '../../src/ast/timers/hook-timer.ts';
import { isKeepAlive } from '../../src/ast/timers/keep-alive.ts';
import { findLateEnd } from '../../src/ast/timers/late-end.ts';
import { findOutcomeLeft } from '../../src/ast/timers/left-by-run.ts';
import { isMissedAtEnd, listForeignClears, listReleasesElsewhere } from '../../src/ast/timers/missed-end.ts';
import { isMissedAtModuleEnd } from '../../src/ast/timers/module-end.ts';
import { findLeftForGood, whenNeverCleared } from '../../src/ast/timers/never-cleared.ts';
import { isLeftByEnd, isOnlyRestarted, isStatic } from '../../src/ast/timers/only-restarted.ts';
import { findOptionalClear } from '../../src/ast/timers/optional-clear.ts';
import { findOverwrite } from '../../src/ast/timers/overwritten.ts';
import { findSiblingClear } from '../../src/ast/timers/sibling-clear.ts';
import { type IntervalLeak, weighInterval } from '../../src/ast/timers/timer-weight.ts';
import { findTimerFunction, isUnrefed } from '../../src/ast/timers/timers.ts';
import { findUnsetClearOfOwner } from '../../src/ast/timers/unset-clear.ts';
import type { ts } from '../../src/ast/ts.ts';
import { drawsOnTerminal } from '../../src/ast/where/on-screen.ts';
import { mayEndProcess } from '../../src/ast/where/process-end.ts';
import { runsUntilExit } from '../../src/ast/where/runs-until-exit.ts';
import {
  canBeCalledOften,
  canBeStartedOften,
  runsAgain,
  startsRepeatedly,
  unlessMadeOnce,
  whenMadeOften,
} from '../../src/ast/where/starts-repeatedly.ts';
import { isOfCommandLine } from '../../src/ast/where/tooling.ts';
import { isOfLibrary } from '../../src/ast/where/under-load.ts';
import { openToUsers } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface LeakedInterval {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
  life: Life;
  leak: IntervalLeak;
}

const what = {
  never: 'is never cleared',
  dropped: 'can never be cleared, its handle is dropped',
  overwritten: 'is lost when it is started a second time',
  missed: 'is not cleared where its owner ends, though it is elsewhere',
  outcome: 'is not cleared on every outcome',
  loss: 'is not cleared when its connection is lost, though it is elsewhere',
  unmount: 'is not cleared when its component goes',
  late: 'is left for good when its client has gone before its end was listened for',
  option: 'is started always, but cleared only where an option is set',
} as const;

export const rule = defineRule<LeakedInterval>({
  id: 'no-leaked-interval',
  category: 'resources',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'This interval {what}: it runs, and keeps all it refers to alive, after {owner} is gone.',
  why: 'Each start leaves one more timer that fires for the rest of the process. CPU and memory grow with the number of starts: requests, connections, instances or mounts.',
  advice:
    'Keep the handle and clear it where its owner ends (stop, close, dispose, the clean-up of the effect), on every outcome.',
  limits: [
    'A class of an application counts as created many times only when the project does so; what a published package offers may be created by its users as often as they like (a platform of Homebridge, which the host makes one of, once).',
    'Sure is what an effect or a component leaves running, and what requests, users of a library, or an owner that ends without its part leave more than one of, and what works on a thing that the end has closed. Where nothing says so, in the one service of a process or in a function that is called once, it is `possible`.',
    'What runs each time that a client has connected (of Mongoose, Redis, MQTT, Socket.IO and others that connect anew by themselves) starts one more each time; so does a method that whoever has made an instance calls once more on it, later.',
    'An owner that is told of the end of the socket which it was handed as it was made counts as one of many.',
    'That a client has gone before a handler listens for its end is asked of timers that this end alone clears.',
    'One that is kept by a key is lost with the next start for that key where several functions of the file bring it, or requests do; what there is one of for each use (a connection, a job, a round) comes once.',
    'A handle passed to a function, returned or kept in an object of another file is taken to be cleared there.',
  ],
  roles: ['product', 'ui'],
  mentions: ['setInterval'],
  visit: {
    CallExpression(call, file) {
      if (findTimerFunction(call, file) !== 'setInterval') return undefined;
      const places = listHandlePlaces(call, file);
      const life = lifeOf(call, file);
      const component = life.kind === 'call' && findLeftByComponent(call, places, file);
      if (component) return match(call, places, life, 'unmount', unlessAtRoot(component), file);
      if (places.some((place) => place.kind === 'handed-over')) return undefined;
      if (isOfCommandLine(file) || drawsOnTerminal(call, file) || isKeepAlive(call, file)) return undefined;
      if ((call.arguments[0] && mayEndProcess(call.arguments[0], file)) || runsUntilExit(call, file)) return undefined;
      const found = judge(call, places, life, file);
      if (!found || !isUnrefed(call, places, file)) return found;
      const isLeft = /^(?:never|missed)$/.test(found.data.leak) && isLeftByEnd(call, places, life, file);
      return isLeft ? { ...found, when: allOf(found.when, found.sureWhen) } : undefined;
    },
  },
});

function judge(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): Match<LeakedInterval> | undefined {
  const clears = listClearsOf(places, file);
  const report = (leak: IntervalLeak, when: LinkCondition | undefined, at?: ts.Node): Match<LeakedInterval> => ({
    ...match(call, places, life, leak, when, file),
    ...(at && { related: [{ at, note: leak === 'late' ? 'it may go meanwhile' : 'leaves it running' }] }),
  });
  const isOfModule = life.kind === 'process' || life.kind === 'call';
  if (isOfModule && clears.length > 0 && isMissedAtModuleEnd(call, places, clears, file))
    return report('missed', anyOf(openToUsers(call, file), isOfLibrary(life)));
  if (life.kind === 'process') return undefined;
  if (isPollOfEffect(call, clears, life, file)) return report('unmount', undefined);
  if (clears.length > 0) {
    const onlyRestarted = isOnlyRestarted(call, places, clears, life) && whenMadeOften(life, file);
    if (onlyRestarted) return report('never', allOf(onlyRestarted, ...listReleasesElsewhere(places, life, true)));
    const elsewhere = (): LinkCondition[] => listForeignClears(places, life, file);
    const late = life.kind === 'effect' ? undefined : findLateEnd(call, clears, file);
    if (late) return report('late', allOf(canBeStartedOften(call, life, file), takesWhile(late, file)), late);
    const option = findOptionalClear(call, clears, file);
    if (option) return report('option', allOf(...elsewhere()), option);
    if (isMissedAtEnd(call, places, life, file))
      return report(
        'missed',
        allOf(...elsewhere(), ...unlessMadeOnce(call, life, file), unlessEndedAtExit(life, file)),
      );
    const loss = findMissedLoss(call, places, life, file);
    if (loss) return report('loss', allOf(...elsewhere()), loss);
    const beside = findOutcomeLeft(call, places, clears, file);
    const often = (): LinkCondition =>
      life.kind === 'call' ? canBeCalledOften(call, life, file) : canBeStartedOften(call, life, file);
    if (beside) return report('outcome', often(), beside);
    const anew = findBegunAnew(call, clears, file);
    if (anew?.isCleared) return undefined;
    if (anew) return { ...report('overwritten', allOf(...elsewhere()), anew.at), sureWhen: undefined };
    const overwrite = findOverwrite(call, places, life, file);
    if (!overwrite) return undefined;
    const again = isStatic(call) ? startsRepeatedly(call, life, file) : runsAgain(call, life, file);
    const isAsked = overwrite.shown === 'request';
    const found = report('overwritten', allOf(isAsked && isOfTable(call, file) ? undefined : again, overwrite.when));
    return isAsked ? { ...found, sureWhen: undefined } : found;
  }
  return neverCleared(call, places, life, file);
}

function neverCleared(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): Match<LeakedInterval> | undefined {
  const left = findLeftForGood(call, places, file);
  const sibling = left ? undefined : (findSiblingClear(call, places, life, file) ?? findUnsetClearOfOwner(life, file));
  const conditions = left || sibling ? [] : whenNeverCleared(call, places, life, file);
  const when = allOf(...listReleasesElsewhere(places, life), ...(conditions ?? []));
  const found = match(call, places, life, 'never', when, file);
  if (left) return { ...found, sureWhen: undefined, related: [{ at: left, note: 'leaves it running' }] };
  if (sibling) return { ...found, sureWhen: undefined, related: [{ at: sibling, note: 'clears another timer' }] };
  return conditions && found;
}

function match(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  leak: LeakedInterval['leak'],
  when: LinkCondition | undefined,
  file: FileContext,
): Match<LeakedInterval> {
  const isDropped = leak === 'never' && places.every((place) => place.kind === 'dropped');
  return {
    at: call.expression,
    values: { what: what[isDropped ? 'dropped' : leak], owner: nameOfOwner(life, leak) },
    when,
    ...weighInterval(call, life, leak, file),
    data: { call, places, life, leak },
  };
}

/** What stands at the root of a page once goes with the page; a hook has many users. */
function unlessAtRoot(component: FunctionNode): LinkCondition | undefined {
  const name = nameOfFunction(component);
  if (name.startsWith('use')) return undefined;
  return { kind: 'not', of: { kind: 'project-states', fact: `made-once:${name}` } };
}

function nameOfOwner(life: Life, leak: IntervalLeak): string {
  if (leak === 'unmount') return 'it';
  if (life.kind === 'owner') return `its ${life.shape.name}`;
  if (life.kind === 'effect') return 'its component';
  return life.kind === 'factory' ? 'what the factory made' : 'the call that started it';
}
