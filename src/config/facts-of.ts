import type { RulePair } from '../model/fixer.ts';
import type { RuleFacts } from '../model/rule-facts.ts';

/** What a rule and its fixer say of themselves, as plain data. */
export function factsOf({ rule, fixer }: Pick<RulePair<never>, 'rule' | 'fixer'>): RuleFacts {
  const { id, category, severity, confidence, lifecycle, effort, message, why, advice, limits, options, page } = rule;
  return {
    id,
    category,
    severity,
    confidence,
    lifecycle,
    ...(effort === undefined ? {} : { effort }),
    message,
    why,
    advice,
    limits,
    options: options ?? {},
    ...(page === undefined ? {} : { page }),
    ...(fixer ? { fix: { safety: fixer.safety, changes: fixer.changes } } : {}),
  };
}
