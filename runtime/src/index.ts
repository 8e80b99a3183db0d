export {
  type IntervalOptions,
  type TimeoutOptions,
  type TimerHandle,
  TimerRegistry,
  type TimerRegistryOptions,
  type TimerStats,
} from './timer-registry.ts';
