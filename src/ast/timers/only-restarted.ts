import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { hasEnd } from '../life/end-of-life.ts';
import type { Life } from '../life/life-cycle.ts';
import { findEnclosingFunction, hasModifier } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listClearsOf } from './clears-of-places.ts';

/** In a static method: one a class, which lives as long as the process. */
export function isStatic(call: ts.Node): boolean {
  const fn = findEnclosingFunction(call);
  return fn !== undefined && hasModifier(fn, ts.SyntaxKind.StaticKeyword);
}

/** Cleared only to be started anew: an instance that has no end leaves its last one running. */
export function isOnlyRestarted(
  call: ts.Node,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Life,
): boolean {
  if (life.kind !== 'owner' || life.isSingleton || life.isComponent || life.shape.disposers.length > 0) return false;
  const fn = findEnclosingFunction(call);
  const isField = places.some((place) => place.kind === 'field') && !isStatic(call);
  return isField && clears.every((clear) => clear.end <= call.pos && findEnclosingFunction(clear) === fn);
}

/**
 * Whether the end of an owner, of which there may be many, leaves a timer running that is cleared to be started anew at
 * most: one that holds no process runs on for that owner all the same.
 */
export function isLeftByEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): boolean {
  if (life.kind !== 'factory' && !(life.kind === 'owner' && !life.isSingleton && hasEnd(life.shape))) return false;
  return listClearsOf(places, file).every((clear) => findEnclosingFunction(clear) === findEnclosingFunction(call));
}
