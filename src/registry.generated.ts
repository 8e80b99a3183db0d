import type { Fix, Fixer, RulePair, Skip } from './model/fixer.ts';
import type { FileContext } from './model/file-context.ts';
import type { Match, Rule } from './model/rule.ts';
import { rule as noLeakedHandle } from '../rules/resources/no-leaked-handle.ts';
import { fixer as noLeakedHandleFixer } from '../fixers/no-leaked-handle.ts';
import { rule as noLeakedInterval } from '../rules/resources/no-leaked-interval.ts';
import { fixer as noLeakedIntervalFixer } from '../fixers/no-leaked-interval.ts';
import { rule as noLeakedListener } from '../rules/resources/no-leaked-listener.ts';
import { rule as noLeakedTimeout } from '../rules/resources/no-leaked-timeout.ts';
import { fixer as noLeakedTimeoutFixer } from '../fixers/no-leaked-timeout.ts';
import { rule as noMismatchedRemoval } from '../rules/resources/no-mismatched-removal.ts';
import { fixer as noMismatchedRemovalFixer } from '../fixers/no-mismatched-removal.ts';
import { rule as noRaceInLoop } from '../rules/resources/no-race-in-loop.ts';
import { fixer as noRaceInLoopFixer } from '../fixers/no-race-in-loop.ts';
import { rule as noUnclearedDeadline } from '../rules/resources/no-uncleared-deadline.ts';
import { fixer as noUnclearedDeadlineFixer } from '../fixers/no-uncleared-deadline.ts';
import { rule as noUndisposedSubscription } from '../rules/resources/no-undisposed-subscription.ts';
import { fixer as noUndisposedSubscriptionFixer } from '../fixers/no-undisposed-subscription.ts';
import { rule as noLostEntry } from '../rules/memory/no-lost-entry.ts';
import { fixer as noLostEntryFixer } from '../fixers/no-lost-entry.ts';
import { rule as noSlowEviction } from '../rules/memory/no-slow-eviction.ts';
import { fixer as noSlowEvictionFixer } from '../fixers/no-slow-eviction.ts';
import { rule as noUnboundedCache } from '../rules/memory/no-unbounded-cache.ts';
import { fixer as noUnboundedCacheFixer } from '../fixers/no-unbounded-cache.ts';
import { rule as noUnboundedLog } from '../rules/memory/no-unbounded-log.ts';
import { fixer as noUnboundedLogFixer } from '../fixers/no-unbounded-log.ts';
import { rule as noUnboundedQueue } from '../rules/memory/no-unbounded-queue.ts';
import { fixer as noUnboundedQueueFixer } from '../fixers/no-unbounded-queue.ts';
import { rule as noModuloSharding } from '../rules/hashing/no-modulo-sharding.ts';
import { fixer as noModuloShardingFixer } from '../fixers/no-modulo-sharding.ts';
import { rule as noUnevenRing } from '../rules/hashing/no-uneven-ring.ts';
import { fixer as noUnevenRingFixer } from '../fixers/no-uneven-ring.ts';
import { rule as noWeakHash } from '../rules/hashing/no-weak-hash.ts';
import { fixer as noWeakHashFixer } from '../fixers/no-weak-hash.ts';
import { rule as noClientPerRequest } from '../rules/pooling/no-client-per-request.ts';
import { fixer as noClientPerRequestFixer } from '../fixers/no-client-per-request.ts';
import { rule as noNaivePool } from '../rules/pooling/no-naive-pool.ts';
import { fixer as noNaivePoolFixer } from '../fixers/no-naive-pool.ts';
import { rule as noSharedClient } from '../rules/pooling/no-shared-client.ts';
import { fixer as noSharedClientFixer } from '../fixers/no-shared-client.ts';
import { rule as noUnreleasedConnection } from '../rules/pooling/no-unreleased-connection.ts';
import { fixer as noUnreleasedConnectionFixer } from '../fixers/no-unreleased-connection.ts';
import { rule as requirePoolErrorHandler } from '../rules/pooling/require-pool-error-handler.ts';
import { fixer as requirePoolErrorHandlerFixer } from '../fixers/require-pool-error-handler.ts';
import { rule as requirePoolLimits } from '../rules/pooling/require-pool-limits.ts';
import { fixer as requirePoolLimitsFixer } from '../fixers/require-pool-limits.ts';
import { rule as noNaiveRetry } from '../rules/database/no-naive-retry.ts';
import { fixer as noNaiveRetryFixer } from '../fixers/no-naive-retry.ts';
import { rule as noNetworkInTransaction } from '../rules/database/no-network-in-transaction.ts';
import { rule as noQueryInLoop } from '../rules/database/no-query-in-loop.ts';
import { fixer as noQueryInLoopFixer } from '../fixers/no-query-in-loop.ts';
import { rule as noRedisKeys } from '../rules/database/no-redis-keys.ts';
import { fixer as noRedisKeysFixer } from '../fixers/no-redis-keys.ts';
import { rule as requireQueryLimit } from '../rules/database/require-query-limit.ts';
import { rule as noBlockingJson } from '../rules/performance/no-blocking-json.ts';
import { fixer as noBlockingJsonFixer } from '../fixers/no-blocking-json.ts';
import { rule as noBufferConcatInLoop } from '../rules/performance/no-buffer-concat-in-loop.ts';
import { fixer as noBufferConcatInLoopFixer } from '../fixers/no-buffer-concat-in-loop.ts';
import { rule as noQuadraticAccumulation } from '../rules/performance/no-quadratic-accumulation.ts';
import { fixer as noQuadraticAccumulationFixer } from '../fixers/no-quadratic-accumulation.ts';
import { rule as noQuadraticLookup } from '../rules/performance/no-quadratic-lookup.ts';
import { fixer as noQuadraticLookupFixer } from '../fixers/no-quadratic-lookup.ts';
import { rule as noRegexpCompileInRequest } from '../rules/performance/no-regexp-compile-in-request.ts';
import { fixer as noRegexpCompileInRequestFixer } from '../fixers/no-regexp-compile-in-request.ts';
import { rule as noSequentialAwait } from '../rules/performance/no-sequential-await.ts';
import { fixer as noSequentialAwaitFixer } from '../fixers/no-sequential-await.ts';
import { rule as noShiftQueue } from '../rules/performance/no-shift-queue.ts';
import { fixer as noShiftQueueFixer } from '../fixers/no-shift-queue.ts';
import { rule as noSortOnInsert } from '../rules/performance/no-sort-on-insert.ts';
import { fixer as noSortOnInsertFixer } from '../fixers/no-sort-on-insert.ts';
import { rule as noSyncInRequest } from '../rules/performance/no-sync-in-request.ts';
import { fixer as noSyncInRequestFixer } from '../fixers/no-sync-in-request.ts';
import { rule as noUnboundedFanout } from '../rules/performance/no-unbounded-fanout.ts';
import { fixer as noUnboundedFanoutFixer } from '../fixers/no-unbounded-fanout.ts';
import { rule as noCacheStampede } from '../rules/api/no-cache-stampede.ts';
import { fixer as noCacheStampedeFixer } from '../fixers/no-cache-stampede.ts';
import { rule as noLinearRouteScan } from '../rules/api/no-linear-route-scan.ts';
import { fixer as noLinearRouteScanFixer } from '../fixers/no-linear-route-scan.ts';
import { rule as requireCircuitBreaker } from '../rules/api/require-circuit-breaker.ts';
import { fixer as requireCircuitBreakerFixer } from '../fixers/require-circuit-breaker.ts';
import { rule as requireCompression } from '../rules/api/require-compression.ts';
import { rule as requireGracefulShutdown } from '../rules/api/require-graceful-shutdown.ts';
import { rule as requireOutboundTimeout } from '../rules/api/require-outbound-timeout.ts';
import { fixer as requireOutboundTimeoutFixer } from '../fixers/require-outbound-timeout.ts';
import { rule as requireRuntimeMetrics } from '../rules/monitoring/require-runtime-metrics.ts';

/** A fixer must take all that its rule may hand it: one that drifts from it does not compile. */
interface StrictFixer<Data> extends Fixer<Data> {
  fix: (match: Match<Data>, file: FileContext) => Fix | Skip;
}

function pair<Data>(rule: Rule<Data>, fixer?: StrictFixer<NoInfer<Data>>): RulePair<never> {
  return (fixer ? { rule, fixer } : { rule }) as RulePair<unknown> as RulePair<never>;
}

export const pairs: readonly RulePair<never>[] = [
  pair(noLeakedHandle, noLeakedHandleFixer),
  pair(noLeakedInterval, noLeakedIntervalFixer),
  pair(noLeakedListener),
  pair(noLeakedTimeout, noLeakedTimeoutFixer),
  pair(noMismatchedRemoval, noMismatchedRemovalFixer),
  pair(noRaceInLoop, noRaceInLoopFixer),
  pair(noUnclearedDeadline, noUnclearedDeadlineFixer),
  pair(noUndisposedSubscription, noUndisposedSubscriptionFixer),
  pair(noLostEntry, noLostEntryFixer),
  pair(noSlowEviction, noSlowEvictionFixer),
  pair(noUnboundedCache, noUnboundedCacheFixer),
  pair(noUnboundedLog, noUnboundedLogFixer),
  pair(noUnboundedQueue, noUnboundedQueueFixer),
  pair(noModuloSharding, noModuloShardingFixer),
  pair(noUnevenRing, noUnevenRingFixer),
  pair(noWeakHash, noWeakHashFixer),
  pair(noClientPerRequest, noClientPerRequestFixer),
  pair(noNaivePool, noNaivePoolFixer),
  pair(noSharedClient, noSharedClientFixer),
  pair(noUnreleasedConnection, noUnreleasedConnectionFixer),
  pair(requirePoolErrorHandler, requirePoolErrorHandlerFixer),
  pair(requirePoolLimits, requirePoolLimitsFixer),
  pair(noNaiveRetry, noNaiveRetryFixer),
  pair(noNetworkInTransaction),
  pair(noQueryInLoop, noQueryInLoopFixer),
  pair(noRedisKeys, noRedisKeysFixer),
  pair(requireQueryLimit),
  pair(noBlockingJson, noBlockingJsonFixer),
  pair(noBufferConcatInLoop, noBufferConcatInLoopFixer),
  pair(noQuadraticAccumulation, noQuadraticAccumulationFixer),
  pair(noQuadraticLookup, noQuadraticLookupFixer),
  pair(noRegexpCompileInRequest, noRegexpCompileInRequestFixer),
  pair(noSequentialAwait, noSequentialAwaitFixer),
  pair(noShiftQueue, noShiftQueueFixer),
  pair(noSortOnInsert, noSortOnInsertFixer),
  pair(noSyncInRequest, noSyncInRequestFixer),
  pair(noUnboundedFanout, noUnboundedFanoutFixer),
  pair(noCacheStampede, noCacheStampedeFixer),
  pair(noLinearRouteScan, noLinearRouteScanFixer),
  pair(requireCircuitBreaker, requireCircuitBreakerFixer),
  pair(requireCompression),
  pair(requireGracefulShutdown),
  pair(requireOutboundTimeout, requireOutboundTimeoutFixer),
  pair(requireRuntimeMetrics),
];
