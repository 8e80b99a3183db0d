import type { Fix, Fixer, RulePair, Skip } from './model/fixer.ts';
import type { FileContext } from './model/file-context.ts';
import type { Match, Rule } from './model/rule.ts';
import { rule as noLeakedInterval } from '../rules/resources/no-leaked-interval.ts';
import { rule as noLeakedTimeout } from '../rules/resources/no-leaked-timeout.ts';

/** A fixer must take all that its rule may hand it: one that drifts from it does not compile. */
interface StrictFixer<Data> extends Fixer<Data> {
  fix: (match: Match<Data>, file: FileContext) => Fix | Skip;
}

function pair<Data>(rule: Rule<Data>, fixer?: StrictFixer<NoInfer<Data>>): RulePair<never> {
  return (fixer ? { rule, fixer } : { rule }) as RulePair<unknown> as RulePair<never>;
}

export const pairs: readonly RulePair<never>[] = [
  pair(noLeakedInterval),
  pair(noLeakedTimeout),
];
