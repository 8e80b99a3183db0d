import type { RulePair } from './fixer.ts';
import type { Rule } from './rule.ts';

/** What a module of rules exports by default. */
export interface Plugin {
  /** Rules, each alone or with its fixer. Their ids must differ from all others. */
  rules: readonly (Rule<unknown> | RulePair<unknown>)[];
}
