import type { FileContext } from '../../model/file-context.ts';
import { listHandlePlaces } from '../handles/handle-escape.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { type ListenerCall, listAdds } from '../listeners/listener-calls.ts';
import { findEnclosingFunction, isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { listClearsOf } from './clears-of-places.ts';
import { findTimerFunction } from './timers.ts';
import { isClearedBy } from './uncleared-loss.ts';

/**
 * The listener for the failure or the end of what a function limits by several timers which clears one of them, but not
 * this one, that only other listeners of the function clear: `request.on('error', () => clearTimeout(connecting))`.
 */
export function findMissedBeside(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ListenerCall | undefined {
  const home = findEnclosingFunction(call);
  if (!home || clears.length === 0 || !clears.every((clear) => isWithin(clear, home))) return undefined;
  const adds = listAdds(file).filter((add) => isWithin(add.call, home));
  const isOver = ({ event }: ListenerCall): boolean => event === 'error' || isClosing(event);
  const ends = adds.filter((add) => isOver(add) && findEnclosingFunction(add.call) === home);
  if (adds.some((add) => isOver(add) && isClearedBy(add, clears, file))) return undefined;
  const others = listNodesWithin('CallExpression', home, file).filter(
    (other) =>
      other !== call && findEnclosingFunction(other) === home && findTimerFunction(other, file) === 'setTimeout',
  );
  return ends.find((end) =>
    others.some((other) => isClearedBy(end, listClearsOf(listHandlePlaces(other, file), file), file)),
  );
}
