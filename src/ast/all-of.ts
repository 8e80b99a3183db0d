import type { LinkCondition } from '../model/link.ts';

/** One condition that holds where all of these do; undefined where there is none. */
export function allOf(...conditions: readonly (LinkCondition | undefined)[]): LinkCondition | undefined {
  const of = conditions.filter((condition) => condition !== undefined);
  return of.length > 1 ? { kind: 'all', of } : of[0];
}

/** One of several conditions is enough; none of none holds. */
export function anyOf(...of: readonly (LinkCondition | undefined)[]): LinkCondition {
  return { kind: 'any', of: of.filter((condition) => condition !== undefined) };
}

/** A condition that never holds. */
export const never: LinkCondition = anyOf();
