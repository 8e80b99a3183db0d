import type { HandlePlace } from './handle-escape.ts';
import type { Life } from './life-cycle.ts';
import { findEnclosingFunction, hasModifier } from './syntax.ts';
import { ts } from './ts.ts';

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
