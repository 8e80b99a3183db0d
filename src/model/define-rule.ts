import type { Rule } from './rule.ts';

/** Checks a rule against its type and ties its data to its visitors; returns it unchanged. */
export function defineRule<Data>(rule: Rule<Data>): Rule<Data> {
  return rule;
}
