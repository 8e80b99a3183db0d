import type { FileContext } from '../../model/file-context.ts';
import { type HandlePlace, listHandlePlaces } from '../handles/handle-escape.ts';
import { listCallsOf } from '../names/functions.ts';
import { findEnclosingFunction, isHiddenMethod } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Whether a timer goes to who called: other methods, or other code, that keep it are the ones to look at. */
export function isTimerHandedOver(timer: ts.CallExpression, file: FileContext): boolean {
  return listHandlePlaces(timer, file).some(({ kind }) => kind === 'handed-over');
}

/**
 * Where a timer goes that a private method returns to the other methods of its class: `this.timer = this._arm()`.
 * Nothing where others can call that method, or where some call keeps the handle elsewhere than in a field.
 */
export function listReturnedPlaces(
  timer: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): readonly HandlePlace[] {
  const isReturned = places.every((place) => place.kind === 'handed-over' && place.how === 'returned');
  const fn = isReturned ? findEnclosingFunction(timer) : undefined;
  if (!fn || !ts.isMethodDeclaration(fn) || !isHiddenMethod(fn)) return [];
  const kept = listCallsOf(fn, file).map((call) => listHandlePlaces(call, file));
  return kept.every((of) => of.every((place) => place.kind === 'field')) ? kept.flat() : [];
}
