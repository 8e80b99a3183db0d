export { ByteAccumulator, type ByteAccumulatorOptions, type Bytes } from './byte-accumulator.ts';
export { Deque } from './deque.ts';
export { fmix32, fnv1a32, hash32 } from './hash.ts';
export { PriorityQueue } from './priority-queue.ts';
export { RingBuffer } from './ring-buffer.ts';
export {
  type IntervalOptions,
  type TimeoutOptions,
  type TimerHandle,
  TimerRegistry,
  type TimerRegistryOptions,
  type TimerStats,
} from './timer-registry.ts';
