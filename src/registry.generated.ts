import type { Fix, Fixer, RulePair, Skip } from './model/fixer.ts';
import type { FileContext } from './model/file-context.ts';
import type { Match, Rule } from './model/rule.ts';
import { rule as noLeakedInterval } from '../rules/resources/no-leaked-interval.ts';
import { fixer as noLeakedIntervalFixer } from '../fixers/no-leaked-interval.ts';
import { rule as noLeakedTimeout } from '../rules/resources/no-leaked-timeout.ts';
import { fixer as noLeakedTimeoutFixer } from '../fixers/no-leaked-timeout.ts';
import { rule as noUnclearedDeadline } from '../rules/resources/no-uncleared-deadline.ts';
import { rule as noUnboundedCache } from '../rules/memory/no-unbounded-cache.ts';
import { rule as noClientPerRequest } from '../rules/pooling/no-client-per-request.ts';
import { fixer as noClientPerRequestFixer } from '../fixers/no-client-per-request.ts';
import { rule as noNaivePool } from '../rules/pooling/no-naive-pool.ts';
import { fixer as noNaivePoolFixer } from '../fixers/no-naive-pool.ts';
import { rule as noUnreleasedConnection } from '../rules/pooling/no-unreleased-connection.ts';
import { fixer as noUnreleasedConnectionFixer } from '../fixers/no-unreleased-connection.ts';

/** A fixer must take all that its rule may hand it: one that drifts from it does not compile. */
interface StrictFixer<Data> extends Fixer<Data> {
  fix: (match: Match<Data>, file: FileContext) => Fix | Skip;
}

function pair<Data>(rule: Rule<Data>, fixer?: StrictFixer<NoInfer<Data>>): RulePair<never> {
  return (fixer ? { rule, fixer } : { rule }) as RulePair<unknown> as RulePair<never>;
}

export const pairs: readonly RulePair<never>[] = [
  pair(noLeakedInterval, noLeakedIntervalFixer),
  pair(noLeakedTimeout, noLeakedTimeoutFixer),
  pair(noUnclearedDeadline),
  pair(noUnboundedCache),
  pair(noClientPerRequest, noClientPerRequestFixer),
  pair(noNaivePool, noNaivePoolFixer),
  pair(noUnreleasedConnection, noUnreleasedConnectionFixer),
];
