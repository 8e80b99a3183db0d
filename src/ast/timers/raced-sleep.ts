import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { findEnclosingLoop, findMethodCall, getOutermostWrapped, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRaceAround } from './deadline.ts';
import { isPromisedTimeout, isSleep } from './sleep.ts';

/** A sleep that takes part in a race, with what other files must say for it to be one. */
export interface RacedSleep {
  race: ts.CallExpression;
  /** Undefined where it is not written. */
  ms: number | undefined;
  when: LinkCondition | undefined;
}

/** Whether a call is a sleep that stays when something else wins the race it takes part in. */
export function findRacedSleep(call: ts.CallExpression, file: FileContext): RacedSleep | undefined {
  const race = findSleepRace(call, file);
  if (!race) return undefined;
  const ms = findNumber(call.arguments[0]!, file);
  if (isPromisedTimeout(call, file)) return { race, ms, when: undefined };
  const own = findFunctionValue(call.expression, file);
  if (own) return isSleep(own, file) ? { race, ms, when: undefined } : undefined;
  const to = findCallee(call, file);
  return to && { race, ms, when: { kind: 'callee-does', to, deeds: ['sleeps'] } };
}

/**
 * The race that a call takes part in, itself or by what follows it (`sleep(ms).then(…)`), where it may be a sleep that
 * stays when something else wins: it is handed nothing by which to end it. In a loop that races against one promise of
 * a life beyond the loop, the sleep is how each round ends.
 */
function findSleepRace(call: ts.CallExpression, file: FileContext): ts.CallExpression | undefined {
  const most = isPromisedTimeout(call, file) ? 2 : 1;
  if (call.arguments.length === 0 || call.arguments.length > most || call.arguments.some(ts.isSpreadElement))
    return undefined;
  let raced: ts.Node = getOutermostWrapped(call);
  for (let next = followUp(raced); next; next = followUp(raced)) raced = getOutermostWrapped(next);
  if (ts.isConditionalExpression(raced.parent) && raced !== raced.parent.condition)
    raced = getOutermostWrapped(raced.parent);
  const race = findRaceAround(raced);
  if (!race || !ts.isArrayLiteralExpression(raced.parent)) return undefined;
  const loop = findEnclosingLoop(race);
  const others = raced.parent.elements.filter((element) => element !== raced);
  const isEndless = others.every((other) => {
    const binding = ts.isIdentifier(other) ? file.bindingOf(other) : undefined;
    return loop && (binding ? !isWithin(binding.identifier, loop) : ts.isPropertyAccessExpression(other));
  });
  return isEndless ? undefined : race;
}

function followUp(promise: ts.Node): ts.CallExpression | undefined {
  const call = promise.parent.parent;
  const target = findMethodCall(call);
  const isFollowed = target && target.receiver === promise && /^(?:then|catch|finally)$/.test(target.method);
  return isFollowed ? target.call : undefined;
}
