export { AdaptiveInterval, type AdaptiveIntervalOptions, type AdaptiveIntervalStats } from './adaptive-interval.ts';
export {
  AutoScaler,
  type AutoScalerOptions,
  type AutoScalerStats,
  type PredictivePolicy,
  type ScaleDecision,
  type ScaleLoop,
  type ScalePolicy,
  type ScaleReason,
  type ScaleSample,
  type StepPolicy,
  type TargetPolicy,
} from './auto-scaler.ts';
export { BatchLoader, type BatchLoaderOptions, type BatchLoaderStats, type LoadCache } from './batch-loader.ts';
export {
  BoundedCache,
  type BoundedCacheOptions,
  type BoundedCacheStats,
  type LoadOptions,
  type RemovalReason,
  type SetOptions,
} from './bounded-cache.ts';
export { ByteAccumulator, type ByteAccumulatorOptions, type Bytes } from './byte-accumulator.ts';
export {
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerStats,
  type CircuitCallOptions,
  CircuitOpenError,
  type CircuitState,
} from './circuit-breaker.ts';
export {
  type AcquireOptions,
  ConnectionPool,
  type ConnectionPoolOptions,
  type ConnectionPoolStats,
  type DrainOptions,
  type Lease,
  type LeaseReport,
  PoolError,
  type PoolErrorCode,
} from './connection-pool.ts';
export { Deque } from './deque.ts';
export { fmix32, fnv1a32, hash32 } from './hash.ts';
export { HashRing, type HashRingOptions, type Placement } from './hash-ring.ts';
export {
  LoadMonitor,
  type LoadMonitorOptions,
  type LoadSample,
  type LoadStats,
  type OverloadReason,
} from './load-monitor.ts';
export { type MapLimitOptions, mapLimit } from './map-limit.ts';
export {
  MemoryPressure,
  type MemoryPressureOptions,
  type MemoryPressureStats,
  type MemoryReading,
  type PressureEvent,
  type PressureLevel,
} from './memory-pressure.ts';
export {
  type CapacityOptions,
  type CapacityPlan,
  type CapacitySlot,
  type InstanceType,
  planCapacity,
} from './plan-capacity.ts';
export { PriorityQueue } from './priority-queue.ts';
export { type FailedAttempt, RetryBudget, type RetryOptions, retry } from './retry.ts';
export { RingBuffer } from './ring-buffer.ts';
export { RouteCache, type RouteCacheOptions, type RouteCacheStats, type RouteMatch } from './route-cache.ts';
export {
  type RunInWorkerOptions,
  runInWorker,
  WorkerThreads,
  type WorkerThreadsOptions,
  type WorkerThreadsStats,
} from './run-in-worker.ts';
export {
  type Observable,
  type PartSnapshot,
  RuntimeMonitor,
  type RuntimeMonitorOptions,
  type RuntimeSnapshot,
} from './runtime-monitor.ts';
export {
  type FlightContext,
  type FlightOptions,
  SingleFlight,
  type SingleFlightStats,
  singleFlight,
} from './single-flight.ts';
export { type StringifySlicedOptions, stringifySliced } from './stringify-sliced.ts';
export {
  QueueClearedError,
  QueueFullError,
  type Task,
  type TaskOptions,
  TaskQueue,
  type TaskQueueOptions,
  type TaskQueueStats,
  TaskTimeoutError,
  type WaitOptions,
} from './task-queue.ts';
export {
  type IntervalOptions,
  type TimeoutOptions,
  type TimerHandle,
  TimerRegistry,
  type TimerRegistryOptions,
  type TimerStats,
} from './timer-registry.ts';
export { DeadlineError, type DeadlineOptions, withDeadline } from './with-deadline.ts';
