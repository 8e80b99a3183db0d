import { EventEmitter } from 'node:events';
import { BoundedCache, RingBuffer } from '../../runtime/src/index.ts';
import { type CostCase, kept, time } from './case.ts';

const count = 10_000;
const times = <T>(many: number, make: (index: number) => T): T[] =>
  Array.from({ length: many }, (_, index) => make(index));
/** What a request, an instance or a client holds: 1 KB that nothing shares. */
const payload = (index: number) => Buffer.alloc(1_024, index & 255);

const clearAll = (held: unknown) => {
  for (const timer of held as NodeJS.Timeout[]) clearTimeout(timer);
};

const interval = (clear: boolean) =>
  kept(
    () =>
      times(count, (index) => {
        const own = payload(index);
        const timer = setInterval(() => own.length, 60_000);
        if (clear) clearInterval(timer);
        return clear ? undefined : timer;
      }),
    (held) => clearAll((held as (NodeJS.Timeout | undefined)[]).filter(Boolean)),
  );

const timeout = (clear: boolean) =>
  kept(
    () =>
      times(count, (index) => {
        const own = payload(index);
        const timer = setTimeout(() => own.length, 30_000);
        if (clear) clearTimeout(timer);
        return clear ? undefined : timer;
      }),
    (held) => clearAll((held as (NodeJS.Timeout | undefined)[]).filter(Boolean)),
  );

const listeners = (remove: 'same' | 'other' | 'none') =>
  kept(() => {
    const emitter = new EventEmitter().setMaxListeners(0);
    for (let index = 0; index < count; index++) {
      const own = payload(index);
      const listener = () => own.length;
      emitter.on('change', listener);
      if (remove === 'same') emitter.off('change', listener);
      if (remove === 'other') emitter.off('change', () => own.length);
    }
    return emitter;
  });

const race = (raced: boolean) =>
  kept(async () => {
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    for (let round = 0; round < count; round++) {
      const own = Promise.resolve(payload(round));
      await (raced ? Promise.race([stopped, own]) : own);
    }
    return [stop, stopped];
  });

const map = (bounded: boolean) =>
  kept(() => {
    const cache = bounded ? new BoundedCache<string, Buffer>({ max: 500 }) : new Map<string, Buffer>();
    for (let index = 0; index < count; index++) cache.set(`user:${index}`, payload(index));
    return cache;
  });

const eviction = (bounded: boolean) =>
  time(() => {
    const max = 5_000;
    if (bounded) {
      const cache = new BoundedCache<number, number>({ max });
      for (let index = 0; index < 4 * max; index++) cache.set(index, index);
      return cache.size;
    }
    const cache = new Map<number, number>();
    for (let index = 0; index < 4 * max; index++) {
      if (cache.size >= max) cache.delete(cache.keys().next().value ?? 0);
      cache.set(index, index);
    }
    return cache.size;
  });

export const keeping: CostCase[] = [
  {
    rule: 'no-leaked-interval',
    work: '10,000 starts of what holds 1 KB each: memory that stays',
    forms: ['an interval that nothing clears', 'one cleared at the end'],
    unit: 'MB',
    bad: interval(false),
    good: interval(true),
  },
  {
    rule: 'no-leaked-timeout',
    work: '10,000 owners of 1 KB each that have ended: memory that stays',
    forms: ['a pending timeout each', 'a cleared one'],
    unit: 'MB',
    bad: timeout(false),
    good: timeout(true),
  },
  {
    rule: 'no-uncleared-deadline',
    work: '10,000 calls answered at once under a deadline of 30 s, 1 KB each: memory that stays',
    forms: ['the timer left', 'the timer cleared'],
    unit: 'MB',
    bad: timeout(false),
    good: timeout(true),
  },
  {
    rule: 'no-leaked-listener',
    work: '10,000 requests of 1 KB each that listen to one emitter: memory that stays',
    forms: ['the listener left', 'the listener taken off'],
    unit: 'MB',
    bad: listeners('none'),
    good: listeners('same'),
  },
  {
    rule: 'no-mismatched-removal',
    work: '10,000 listeners of 1 KB each added and removed: memory that stays',
    forms: ['`off()` with another function', '`off()` with the same one'],
    unit: 'MB',
    bad: listeners('other'),
    good: listeners('same'),
  },
  {
    rule: 'no-undisposed-subscription',
    work: '10,000 subscribers of 1 KB each that are gone: memory that stays',
    forms: ['subscribed for ever', 'unsubscribed'],
    unit: 'MB',
    bad: listeners('none'),
    good: listeners('same'),
  },
  {
    rule: 'no-race-in-loop',
    work: '10,000 rounds that read 1 KB each: memory that stays',
    forms: ['`Promise.race` with a promise that stays pending', 'without the race'],
    unit: 'MB',
    bad: race(true),
    good: race(false),
  },
  {
    rule: 'no-unbounded-cache',
    work: '10,000 different keys with 1 KB each: memory that stays',
    forms: ['a Map', 'a BoundedCache of 500'],
    unit: 'MB',
    bad: map(false),
    good: map(true),
  },
  {
    rule: 'no-lost-entry',
    work: '10,000 operations of 1 KB each that failed: memory that stays',
    forms: ['the entry taken out on success only', 'taken out in `finally`'],
    unit: 'MB',
    bad: map(false),
    good: kept(() => {
      const running = new Map<string, Buffer>();
      for (let index = 0; index < count; index++) {
        running.set(`job:${index}`, payload(index));
        running.delete(`job:${index}`);
      }
      return running;
    }),
  },
  {
    rule: 'no-unbounded-log',
    work: '10,000 samples of 1 KB each: memory that stays',
    forms: ['an array', 'a RingBuffer of 500'],
    unit: 'MB',
    bad: kept(() => times(count, payload)),
    good: kept(() => {
      const log = new RingBuffer<Buffer>(500);
      for (let index = 0; index < count; index++) log.push(payload(index));
      return log;
    }),
  },
  {
    rule: 'no-unbounded-queue',
    work: '10,000 messages of 1 KB each while the other side is away: memory that stays',
    forms: ['all kept', 'the last 500 kept'],
    unit: 'MB',
    bad: kept(() => times(count, payload)),
    good: kept(() => {
      const queue = new RingBuffer<Buffer>(500);
      for (let index = 0; index < count; index++) queue.push(payload(index));
      return queue;
    }),
  },
  {
    rule: 'no-slow-eviction',
    work: '15,000 evictions from a cache of 5,000',
    forms: ['`map.keys().next()`', 'a BoundedCache'],
    unit: 'ms',
    bad: eviction(false),
    good: eviction(true),
  },
];
