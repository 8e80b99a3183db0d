import type { RulePair } from './fixer.ts';
import type { Plugin } from './plugin.ts';
import type { Rule } from './rule.ts';

/** Checks a rule against its type and ties its data to its visitors; returns it unchanged. */
export function defineRule<Data>(rule: Rule<Data>): Rule<Data> {
  return rule;
}

/** Checks a rule and the fixer that takes its data against each other; returns them unchanged. */
export function definePair<Data>(pair: RulePair<Data>): RulePair<Data> {
  return pair;
}

/** What a module named under `plugins` in the configuration exports by default. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
