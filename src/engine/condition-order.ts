import type { LinkCondition } from '../model/link.ts';

/**
 * What it takes to answer: what is known of packages and imports, some summaries, the callers to a few
 * calls, all of them; last what a request path mostly implies.
 */
export const cost = { known: 0, summaries: 1, nearCallers: 2, allCallers: 3, implied: 4 } as const;

export function costOf(condition: LinkCondition): number {
  switch (condition.kind) {
    case 'in-library':
      return cost.known;
    case 'project-states':
      return condition.fact.startsWith('import:') ? cost.known : cost.summaries;
    case 'handed-many':
    case 'handed-by-requests':
      return cost.nearCallers;
    case 'on-request-path':
      return condition.within === undefined ? cost.allCallers : cost.nearCallers;
    case 'called-on-request-path':
      return cost.allCallers;
    case 'runs-repeatedly':
    case 'open-to-users':
      return cost.implied;
    case 'not':
      return costOf(condition.of);
    case 'all':
    case 'any':
      return Math.max(cost.known, ...condition.of.map(costOf));
    default:
      return cost.summaries;
  }
}

export function cheapestFirst(conditions: readonly LinkCondition[]): LinkCondition[] {
  return [...conditions].sort((a, b) => costOf(a) - costOf(b));
}

/** The conditions that all have to hold, those that are written as one taken apart; cheapest first. */
export function listNeeded(conditions: readonly (LinkCondition | undefined)[]): LinkCondition[] {
  const apart = (condition: LinkCondition | undefined): LinkCondition[] =>
    condition?.kind === 'all' ? condition.of.flatMap(apart) : condition ? [condition] : [];
  return cheapestFirst(conditions.flatMap(apart));
}

/** The conditions that a condition is built of, itself among them. */
export function* listParts(condition: LinkCondition): Generator<LinkCondition> {
  yield condition;
  if (condition.kind === 'not') yield* listParts(condition.of);
  if (condition.kind === 'all' || condition.kind === 'any') for (const part of condition.of) yield* listParts(part);
}
