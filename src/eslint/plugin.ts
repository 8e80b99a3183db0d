import type { Rule } from 'eslint';
import type { RuleFacts } from '../model/rule-facts.ts';
import { ruleFacts } from '../rule-facts.generated.ts';
import { version } from '../version.ts';
import { eslintRule } from './rule.ts';

export type { PlimsollSettings } from './settings.ts';

/** What fails a scan fails ESLint: the severe findings of stable rules. */
function levelOf({ severity, lifecycle }: RuleFacts): 'error' | 'warn' {
  return severity === 'high' && lifecycle === 'stable' ? 'error' : 'warn';
}

const rules: Record<string, Rule.RuleModule> = Object.fromEntries(
  ruleFacts.map((facts) => [facts.id, eslintRule(facts)]),
);
const levels: Record<string, 'error' | 'warn'> = Object.fromEntries(
  ruleFacts.map((facts) => [`plimsoll/${facts.id}`, levelOf(facts)]),
);

/** Plimsoll's rules for ESLint 9 and later: one rule each, `plimsoll/<id>`. */
const plugin = {
  meta: { name: 'plimsoll', version, namespace: 'plimsoll' },
  rules,
  configs: {
    /** Every rule: an error where a scan would fail, else a warning. */
    recommended: {
      name: 'plimsoll/recommended',
      get plugins(): Record<string, { rules: typeof rules }> {
        return { plimsoll: plugin };
      },
      rules: levels,
    },
  },
};

export default plugin;
