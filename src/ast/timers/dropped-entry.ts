import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf } from '../all-of.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { lifeOf } from '../life/life-cycle.ts';
import type { ts } from '../ts.ts';
import { type EntryTimer, findTaken, findUnclearedDrop } from './entry-timer.ts';
import { listReleasesElsewhere } from './missed-end.ts';

/** How the entry of a table that keeps a timer leaves it while the timer lives. */
export interface DroppedEntry {
  at: ts.Node;
  what: string;
  when?: LinkCondition | undefined;
}

/** Undefined where each way out clears the timer, or none is seen. */
export function findDroppedEntry(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  entry: EntryTimer,
  file: FileContext,
): DroppedEntry | undefined {
  if (entry.clears.length > 0) {
    const at = findUnclearedDrop(call, entry, file);
    return at && { at, what: 'not cleared wherever its entry is dropped' };
  }
  const at = findTaken(entry.table, call, file);
  const when = at && allOf(...listReleasesElsewhere(places, lifeOf(call, file)));
  return at && { at, what: 'never cleared, also when its entry is dropped', when };
}
