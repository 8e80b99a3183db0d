import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { type HandlePlace, isKeptByModule } from '../handles/handle-escape.ts';
import { withCallees } from '../life/after-end.ts';
import { findBegunAnew } from '../life/begun-anew.ts';
import { findMethodAround, hasEnd } from '../life/end-of-life.ts';
import type { Life } from '../life/life-cycle.ts';
import type { ts } from '../ts.ts';
import { runsAtEachConnect } from '../where/each-connect.ts';
import { isStartedWhenUnset } from '../where/latch.ts';
import { isOnceAProcess } from '../where/once-guard.ts';
import { startsWithOnlyInstance } from '../where/singleton.ts';
import {
  canBeCalledOften,
  canBeStartedOften,
  notMadeOnce,
  startsRepeatedly,
  unlessMadeOnce,
  whenMadeOften,
} from '../where/starts-repeatedly.ts';
import { comesWithRequests } from '../where/under-load.ts';
import { isStartup, runsRepeatedly } from '../where/where.ts';
import { findEntryTimer, findTaken } from './entry-timer.ts';

/** What must hold so that an interval which nothing clears is a defect; undefined where it never is. */
export function whenNeverCleared(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): LinkCondition[] | undefined {
  switch (life.kind) {
    case 'effect':
      // One a page, which the module keeps for good.
      return isKeptByModule(places) && isStartedWhenUnset(call, places, file) ? undefined : [];
    case 'factory':
      // What brings a process up may give out how to end it, and runs once all the same.
      return isStartup(life.fn, file) ? [startsRepeatedly(call, life, file)] : [];
    case 'owner':
      return whenOwned(call, places, life, file);
    case 'call':
      // A page lives as long as its scripts.
      return file.role === 'ui' || isOnceAProcess(call, life.fn, file)
        ? undefined
        : [anyOf(canBeCalledOften(call, life, file), runsAtEachConnect(call, life, file))];
    default:
      return undefined;
  }
}

function whenOwned(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): LinkCondition[] | undefined {
  if (startsWithOnlyInstance(call, life.shape, file)) return undefined;
  const canEnd = hasEnd(life.shape);
  if (canEnd || life.isComponent) {
    // The only instance starts one for the life of the process, unless what starts it runs again.
    const again = life.isSingleton && canEnd ? [startsRepeatedly(call, life, file)] : [];
    return [...again, ...unlessMadeOnce(call, life, file)];
  }
  const isLatched = isStartedWhenUnset(call, places, file);
  // A gateway, say, of which there is one, starts one for each who connects.
  if (life.isSingleton) return isLatched ? undefined : [comesWithRequests(call, file)];
  const often = isLatched ? whenMadeOften(life, file) : canBeStartedOften(call, life, file);
  const isOften = often && allOf(often, notMadeOnce(life));
  if (isLatched) return isOften && [isOften];
  const again = isStartedApart(call, life, file) ? [runsRepeatedly(call, file)] : [];
  return [anyOf(isOften, ...again, runsAtEachConnect(call, life, file))];
}

/** Whether a method starts it that making the instance does not lead to: on the only one, each call of it starts one more. */
function isStartedApart(call: ts.CallExpression, life: Extract<Life, { kind: 'owner' }>, file: FileContext): boolean {
  const { shape } = life;
  const method = findMethodAround(call, shape);
  if (!method || !shape.constructorNode || method === shape.constructorNode) return false;
  return !withCallees([shape.constructorNode], file).includes(method);
}

/**
 * What shows that an interval which nothing clears stays behind for good: it is kept in an entry of a table, and here
 * that entry goes; or the loss of a connection begins anew what has started it.
 */
export function findLeftForGood(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): ts.Node | undefined {
  const entry = findEntryTimer(call, places, file);
  return (entry && findTaken(entry.table, call, file)) ?? findBegunAnew(call, [], file)?.at;
}
