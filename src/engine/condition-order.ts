import type { LinkCondition } from '../model/link.ts';

/** By what it takes to answer: one look at summaries, then the callers of callers. */
function costOf(condition: LinkCondition): number {
  switch (condition.kind) {
    case 'on-request-path':
    case 'runs-repeatedly':
    case 'open-to-users':
    case 'called-on-request-path':
    case 'handed-many':
    case 'handed-by-requests':
      return 1;
    case 'not':
      return costOf(condition.of);
    case 'all':
    case 'any':
      return Math.max(0, ...condition.of.map(costOf));
    default:
      return 0;
  }
}

export function cheapestFirst(conditions: readonly LinkCondition[]): LinkCondition[] {
  return [...conditions].sort((a, b) => costOf(a) - costOf(b));
}

/** The conditions that a condition is built of, itself among them. */
export function* listParts(condition: LinkCondition): Generator<LinkCondition> {
  yield condition;
  if (condition.kind === 'not') yield* listParts(condition.of);
  if (condition.kind === 'all' || condition.kind === 'any') for (const part of condition.of) yield* listParts(part);
}
