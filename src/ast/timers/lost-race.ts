import type { FileContext } from '../../model/file-context.ts';
import { findLeaks, type Leak } from '../handles/release-paths.ts';
import { neverRejects } from '../io/cannot-fail.ts';
import { initializerOf } from '../names/initializer.ts';
import {
  findEnclosingFunction,
  findPromiseAround,
  isAsync,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Deadline } from './deadline.ts';

/** The way out on which the function that waits for a race does not come to where it clears the timer of it. */
export function findLostRace(deadline: Deadline, clears: readonly ts.Node[], file: FileContext): Leak | undefined {
  // Who lets the deadline resolve has failures resolve too, as a rule, unless they are caught.
  if (deadline.kind !== 'promise' || !deadline.race) return undefined;
  if (deadline.executor.parameters.length < 2 && !isCaught(deadline.race)) return undefined;
  const acquire = findPromiseAround(deadline.executor);
  const host = findEnclosingFunction(deadline.race);
  if (!acquire || !host || !isAsync(host) || findEnclosingFunction(acquire) !== host) return undefined;
  if (!clears.every((clear) => findEnclosingFunction(clear) === host)) return undefined;
  const raced = deadline.race.arguments[0] && skipWrappers(deadline.race.arguments[0]);
  const isOwn = (one: ts.Expression): boolean => skipWrappers(one) === acquire || initializerOf(one, file) === acquire;
  // When the deadline itself ends the race, it has fired.
  if (
    raced &&
    ts.isArrayLiteralExpression(raced) &&
    raced.elements.every((one) => isOwn(one) || neverRejects(one, file))
  )
    return undefined;
  const isRelease = (node: ts.Node): boolean => clears.includes(node);
  const isGuard = (asked: ts.Node): boolean => clears.some((clear) => isWithin(clear, asked.parent));
  return findLeaks(host, { acquire, isRelease, isGuard }, file)[0];
}

/** Whoever catches what a race fails with expects failures. */
function isCaught(race: ts.Node): boolean {
  for (let at = race; at.parent && !isFunctionNode(at); at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at && at.parent.catchClause) return true;
  return false;
}
