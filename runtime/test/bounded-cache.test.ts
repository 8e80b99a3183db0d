import diagnostics from 'node:diagnostics_channel';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { random } from '../../benchmarks/harness.ts';
import { hitRatio, traces } from '../../benchmarks/traces.ts';
import { BoundedCache, type BoundedCacheOptions, type RemovalReason } from '../src/bounded-cache.ts';

afterEach(() => {
  vi.useRealTimers();
});

type Policy = 'lru' | 'sieve' | 's3fifo';
const policies: Policy[] = ['lru', 'sieve', 's3fifo'];

interface Entry {
  key: unknown;
  value: unknown;
  size: number;
  uses: number;
  isSmall: boolean;
}

/** The three policies written with plain arrays (oldest first), as slowly and as plainly as possible. */
class Model {
  entries: Entry[] = [];
  ghosts: unknown[] = [];
  hand: Entry | undefined = undefined;
  max: number;
  readonly maxSize: number;
  readonly policy: Policy;

  constructor(policy: Policy, max: number, maxSize: number) {
    this.policy = policy;
    this.max = max;
    this.maxSize = maxSize;
  }

  find(key: unknown): Entry | undefined {
    return this.entries.find((entry) => Object.is(entry.key, key));
  }

  bytes(): number {
    return this.entries.reduce((sum, { size }) => sum + size, 0);
  }

  use(entry: Entry): void {
    if (this.policy === 'lru') this.moveToEnd(entry);
    else entry.uses = Math.min(entry.uses + 1, 3);
  }

  moveToEnd(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.entries.push(entry);
  }

  remove(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (this.hand === entry) this.hand = this.entries[at + 1];
    this.entries.splice(at, 1);
  }

  set(key: unknown, value: unknown, size: number): void {
    let entry = this.find(key);
    if (entry && this.bytes() + size - entry.size > this.maxSize) {
      this.remove(entry);
      entry = undefined;
    }
    if (entry) {
      Object.assign(entry, { value, size });
      this.use(entry);
      return;
    }
    if (size > this.maxSize) return;
    const ghost = this.ghosts.findIndex((old) => Object.is(old, key));
    const isGhost = ghost >= 0 && this.policy === 's3fifo';
    if (isGhost) this.ghosts[ghost] = Model;
    while (this.entries.length >= this.max || this.bytes() + size > this.maxSize) this.evict();
    this.entries.push({ key, value, size, uses: 0, isSmall: this.policy === 's3fifo' && !isGhost });
  }

  evict(): void {
    const victim = this.victim();
    this.remove(victim);
    if (!victim.isSmall) return;
    this.ghosts.push(victim.key);
    while (this.ghosts.length > this.entries.length) this.ghosts.shift();
  }

  victim(): Entry {
    if (this.policy === 'lru') return this.entries[0]!;
    if (this.policy === 'sieve') {
      let entry = this.hand ?? this.entries[0]!;
      while (entry.uses > 0) {
        entry.uses = 0;
        entry = this.entries[this.entries.indexOf(entry) + 1] ?? this.entries[0]!;
      }
      this.hand = this.entries[this.entries.indexOf(entry) + 1];
      return entry;
    }
    const weight = (entry: Entry): number => (this.maxSize === Number.POSITIVE_INFINITY ? 1 : entry.size);
    const room = 0.1 * (this.maxSize === Number.POSITIVE_INFINITY ? this.max : this.maxSize);
    for (;;) {
      const small = this.entries.filter((entry) => entry.isSmall);
      const main = this.entries.find((entry) => !entry.isSmall);
      const isFull = small.reduce((sum, entry) => sum + weight(entry), 0) > room;
      const oldest = isFull || !main ? small[0]! : main;
      if (oldest.uses === 0) return oldest;
      oldest.uses = oldest.isSmall ? 0 : oldest.uses - 1;
      oldest.isSmall = false;
      this.moveToEnd(oldest);
    }
  }
}

const someKeys: unknown[] = [Number.NaN, undefined, null, '', 'a', 0, 1, {}, Symbol('s'), 1n, ...Array(15).keys()];
const names = ['get', 'get', 'set', 'set', 'set', 'set', 'has', 'peek', 'delete', 'resize', 'shrink', 'clear'] as const;

/** 2,000 operations from a seed, which says more in a failure than the operations would. */
function operationsOf(seed: number): { name: (typeof names)[number]; key: unknown; number: number }[] {
  const next = random(seed);
  const pick = (count: number): number => Math.floor(next() * count);
  return Array.from({ length: 2_000 }, () => ({
    name: names[pick(names.length)]!,
    key: someKeys[pick(someKeys.length)],
    number: pick(41),
  }));
}

test.each(
  policies.flatMap((policy) => [
    { policy, budget: false },
    { policy, budget: true },
  ]),
)('$policy evicts as its reference does under any operations (budget: $budget)', ({ policy, budget }) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), fc.nat(2_000), (seed, max, clearAt) => {
      const maxSize = budget ? 60 : Number.POSITIVE_INFINITY;
      const cache = new BoundedCache<unknown, unknown>({ max, policy, ...(budget ? { maxSize } : {}) });
      const model = new Model(policy, max, maxSize);
      operationsOf(seed).forEach(({ name, key, number }, step) => {
        const entry = model.find(key);
        if (name === 'get') {
          if (cache.get(key) !== entry?.value) throw new Error(`get ${String(key)}`);
          if (entry) model.use(entry);
        } else if (name === 'set') {
          const value = number === 0 ? undefined : number;
          const size = number > 35 ? number * 2 : number % 20;
          cache.set(key, value, budget ? { size } : undefined);
          model.set(key, value, budget ? size : 0);
        } else if (name === 'has') {
          if (cache.has(key) !== (entry !== undefined)) throw new Error(`has ${String(key)}`);
        } else if (name === 'peek') {
          if (cache.peek(key) !== entry?.value) throw new Error(`peek ${String(key)}`);
        } else if (name === 'delete') {
          if (cache.delete(key) !== (entry !== undefined)) throw new Error(`delete ${String(key)}`);
          if (entry) model.remove(entry);
        } else if (name === 'resize' && number % 4 === 0) {
          model.max = 1 + (number >> 1);
          cache.resize(model.max);
          while (model.entries.length > model.max) model.evict();
        } else if (name === 'shrink' && number % 8 === 0) {
          const left = Math.floor((number / 40) * model.entries.length);
          cache.shrink(number / 40);
          while (model.entries.length > left) model.evict();
        } else if (name === 'clear' && step === clearAt) {
          cache.clear();
          Object.assign(model, { entries: [], ghosts: [], hand: undefined });
        }
        const { size, bytes } = cache.stats();
        if (size > model.max || size !== model.entries.length) throw new Error(`size ${size} at step ${step}`);
        if (budget && (bytes > maxSize || bytes !== model.bytes())) throw new Error(`bytes ${bytes} at step ${step}`);
      });
      const held = new Map(model.entries.map(({ key, value }) => [key, value]));
      expect(new Map(cache)).toEqual(held);
    }),
    { numRuns: 60 },
  );
});

test('iterates as a Map holding the same entries would: insertion order, updates in place', () => {
  for (const policy of policies) {
    const cache = new BoundedCache<string, number>({ max: 100, policy });
    const map = new Map<string, number>();
    for (const [key, value] of [
      ['b', 1],
      ['a', 2],
      ['c', 3],
      ['b', 4],
      ['d', 5],
    ] as const) {
      cache.set(key, value);
      map.set(key, value);
    }
    cache.get('a');
    cache.delete('c');
    map.delete('c');
    expect([...cache]).toEqual([...map]);
    expect([...cache.entries()]).toEqual([...map.entries()]);
    expect([...cache.keys()]).toEqual([...map.keys()]);
    expect([...cache.values()]).toEqual([...map.values()]);
    const seen: unknown[] = [];
    cache.forEach(function (this: unknown, value, key, self) {
      seen.push([key, value, self === cache, this]);
    }, 'me');
    expect(seen).toEqual([...map].map(([key, value]) => [key, value, true, 'me']));
    expect(cache.size).toBe(map.size);
    expect(Object.prototype.toString.call(cache)).toBe('[object BoundedCache]');
  }
});

test('iterates in insertion order although evicted keys are remembered and come back', () => {
  const cache = new BoundedCache<number, number>({ max: 4 });
  for (let i = 0; i < 8; i++) cache.set(i, i);
  const order = [...cache.keys()];
  cache.set(1, 1);
  expect([...cache.keys()]).toEqual([...order.filter((key) => cache.has(key)), 1]);
  expect(new Set(cache.keys()).size).toBe(cache.size);
});

test('stands in for a Map in typed code', () => {
  const map: Map<string, number> = new BoundedCache<string, number>({ max: 10 });
  expect(map.set('a', 1).get('a')).toBe(1);
});

test('an entry larger than the budget is refused, and the older value of that key goes', () => {
  const gone: [string, RemovalReason][] = [];
  const cache = new BoundedCache<string, string>({
    maxSize: 10,
    sizeCalculation: (value) => value.length,
    dispose: (_, key, reason) => gone.push([key, reason]),
  });
  cache.set('a', '12345').set('a', '12345678901');
  expect([cache.has('a'), cache.size, cache.stats().bytes, cache.stats().rejected]).toEqual([false, 0, 0, 1]);
  expect(gone).toEqual([['a', 'set']]);
  cache.set('b', '1'.repeat(10)).set('c', '', { size: 10 });
  expect([...cache.keys()]).toEqual(['c']);
});

test('a budget needs a size for every entry', () => {
  const cache = new BoundedCache<string, string>({ maxSize: 10 });
  expect(() => cache.set('a', 'b')).toThrow(/size must be an integer of at least 0, got undefined/);
  expect(() => cache.set('a', 'b', { size: Number.NaN })).toThrow(TypeError);
  expect(cache.size).toBe(0);
});

test('every value that leaves is disposed of exactly once, with its reason', () => {
  for (const policy of policies) {
    let at = 0;
    const disposed = new Map<number, RemovalReason>();
    const evicted: number[] = [];
    const cache = new BoundedCache<string, number>({
      max: 5,
      policy,
      ttl: 1_000,
      now: () => at,
      dispose(value, _, reason) {
        expect(disposed.has(value)).toBe(false);
        disposed.set(value, reason);
      },
      onEvict: (_, value) => evicted.push(value),
    });
    for (let value = 0; value < 500; value++) {
      at += 7;
      const key = `k${(value * value) % 11}`;
      if (value % 3 === 0) cache.get(key);
      if (value % 13 === 0) cache.delete(key);
      else cache.set(key, value);
      if (value % 100 === 99) at += 2_000;
    }
    const held = new Set(cache.values());
    cache.clear();
    expect(disposed.size).toBe(500 - Math.ceil(500 / 13));
    expect(new Set(disposed.values())).toEqual(new Set(['set', 'delete', 'evict', 'expire']));
    const lost = [...disposed]
      .filter(([, reason]) => reason === 'evict' || reason === 'expire')
      .map(([value]) => value);
    expect(evicted).toEqual(lost);
    for (const value of held) expect(disposed.get(value)).toBe('delete');
  }
});

test('callbacks may use the cache, and one that throws reaches the caller after the operation is complete', () => {
  const cache: BoundedCache<string, number> = new BoundedCache<string, number>({
    max: 2,
    policy: 'lru',
    onEvict(key, value) {
      if (key === 'bad') throw new Error('callback');
      if (value < 10) cache.set(key, value + 10);
    },
  });
  cache.set('a', 1).set('b', 2).set('c', 3);
  expect(cache.size).toBe(2);
  cache.clear();
  cache.set('bad', 20).set('x', 21);
  expect(() => cache.set('y', 22)).toThrow('callback');
  expect([...cache]).toEqual([
    ['x', 21],
    ['y', 22],
  ]);
});

const clocks: [string, Parameters<typeof vi.useFakeTimers>[0]][] = [
  ['all fake', {}],
  ['Date and performance fake', { toFake: ['Date', 'performance'] }],
];
test.each(clocks)('expires by the clock of the test: %s', (_, config) => {
  vi.useFakeTimers(config);
  const cache = new BoundedCache<string, number>({ max: 10, ttl: 100 });
  cache.set('a', 1);
  vi.advanceTimersByTime(99);
  expect(cache.get('a')).toBe(1);
  vi.advanceTimersByTime(1);
  expect([cache.get('a'), cache.has('a'), cache.peek('a'), cache.size]).toEqual([undefined, false, undefined, 0]);
});

test('expires when only performance is fake, from one turn of the event loop to the next', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const cache = new BoundedCache<string, number>({ max: 10, ttl: 100 });
  cache.set('a', 1);
  await Promise.resolve();
  vi.advanceTimersByTime(100);
  expect(cache.get('a')).toBeUndefined();
});

test('is not frozen by fake timers that leave the clock real', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  const cache = new BoundedCache<string, number>({ max: 10, ttl: 5 });
  cache.set('a', 1);
  const until = performance.now() + 20;
  while (performance.now() < until) await Promise.resolve();
  expect(cache.get('a')).toBeUndefined();
});

test('a ttl counts from the last set, not from get, from a clock that starts at 0', () => {
  let at = 0;
  const cache = new BoundedCache<string, number>({ max: 10, ttl: 10, now: () => at });
  cache.set('a', 1);
  at = 6;
  expect(cache.get('a')).toBe(1);
  cache.set('b', 1);
  at = 10;
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 1]);
  cache.set('b', 2);
  at = 19;
  expect(cache.get('b')).toBe(2);
  at = 20;
  expect(cache.get('b')).toBeUndefined();
});

test('get restarts the ttl only where updateAgeOnGet asks for it, and never that of an entry without one', () => {
  let at = 0;
  const cache = new BoundedCache<string, number>({ max: 10, ttl: 10, updateAgeOnGet: true, now: () => at });
  cache.set('a', 1).set('b', 1, { ttl: 3 }).set('c', 1, { ttl: 0 });
  at = 2;
  for (const key of ['a', 'b', 'c']) cache.get(key);
  at = 4;
  expect([cache.get('b'), cache.peek('a'), cache.get('c')]).toEqual([1, 1, 1]);
  at = 11;
  expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  at = 1e9;
  expect([cache.get('a'), cache.get('c')]).toEqual([undefined, 1]);
});

test('no expired entry is immortal: later sets sweep them all out, whatever keys they use', () => {
  for (const policy of policies) {
    let at = 0;
    const gone: RemovalReason[] = [];
    const cache = new BoundedCache<string, object>({
      max: 10_000,
      policy,
      now: () => at,
      dispose: (_, _key, reason) => gone.push(reason),
    });
    for (let i = 0; i < 1_000; i++) cache.set(`short:${i}`, {}, { ttl: 100 });
    at = 200;
    for (let i = 0; i < 600; i++) cache.set('one', {});
    expect(cache.size).toBe(1);
    expect(cache.stats().expirations).toBe(1_000);
    for (let i = 0; i < 500; i++) cache.set(`more:${i}`, {}, { ttl: 100 });
    at = 400;
    expect([...cache].length).toBe(1);
    expect([cache.purgeStale(), cache.size]).toEqual([500, 1]);
  }
});

test('100 callers share one load', async () => {
  const cache = new BoundedCache<string, number>({ max: 10 });
  let loads = 0;
  const load = async (): Promise<number> => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 42;
  };
  const values = await Promise.all(Array.from({ length: 100 }, () => cache.getOrLoad('a', load)));
  expect([loads, new Set(values)]).toEqual([1, new Set([42])]);
  expect(await cache.getOrLoad('a', load)).toBe(42);
  expect([loads, cache.get('a'), cache.stats().loading]).toEqual([1, 42, 0]);
});

test('a rejected or throwing load reaches every caller and is not kept', async () => {
  const cache = new BoundedCache<string, number>({ max: 10 });
  const failing = (): number => {
    throw new Error('down');
  };
  const results = await Promise.allSettled([cache.getOrLoad('a', failing), cache.getOrLoad('a', failing)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([cache.has('a'), cache.stats().loads, cache.stats().loadFailures]).toEqual([false, 1, 1]);
  expect(await cache.getOrLoad('a', () => 1)).toBe(1);
});

test('one caller that aborts leaves the others waiting; the last one to abort ends the load', async () => {
  const cache = new BoundedCache<string, number>({ max: 10 });
  const [first, second] = [new AbortController(), new AbortController()];
  let loadSignal: AbortSignal | undefined;
  const load = (_: string, { signal }: { signal: AbortSignal }): Promise<number> => {
    loadSignal = signal;
    return new Promise((resolve) => setTimeout(() => resolve(7), 20));
  };
  const a = cache.getOrLoad('a', load, { signal: first.signal });
  const b = cache.getOrLoad('a', load, { signal: second.signal });
  const c = cache.getOrLoad('a', load);
  await Promise.resolve();
  first.abort(new Error('gone'));
  await expect(a).rejects.toThrow('gone');
  expect(loadSignal?.aborted).toBe(false);
  expect([await b, await c, cache.get('a')]).toEqual([7, 7, 7]);

  const alone = new AbortController();
  const d = cache.getOrLoad('d', load, { signal: alone.signal });
  await Promise.resolve();
  alone.abort();
  await expect(d).rejects.toThrow();
  expect([loadSignal?.aborted, cache.stats().loading]).toEqual([true, 0]);
  await expect(cache.getOrLoad('d', load, { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow('early');
  expect(await cache.getOrLoad('d', load)).toBe(7);
});

test('what was set or deleted during a load wins over what was loaded', async () => {
  const cache = new BoundedCache<string, number>({ max: 10 });
  const slow = (): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(1), 5));
  const a = cache.getOrLoad('a', slow);
  cache.set('a', 2);
  const b = cache.getOrLoad('b', slow);
  cache.delete('b');
  const c = cache.getOrLoad('c', slow);
  cache.clear();
  expect([await a, await b, await c]).toEqual([1, 1, 1]);
  expect([...cache]).toEqual([]);
  cache.set('d', 2);
  expect(await cache.getOrLoad('d', slow)).toBe(2);
});

test('loads an undefined value once', async () => {
  const cache = new BoundedCache<string, undefined>({ max: 10 });
  await cache.getOrLoad('a', () => undefined);
  let again = 0;
  await cache.getOrLoad('a', () => {
    again++;
    return undefined;
  });
  expect([again, cache.has('a')]).toEqual([0, true]);
});

test('sheds entries under memory pressure and stops listening when disposed', () => {
  let tell: ((event: { level: string }) => void) | undefined;
  const pressure = {
    subscribe(listener: (event: { level: string }) => void) {
      tell = listener;
      return () => {
        tell = undefined;
      };
    },
  };
  const cache = new BoundedCache<number, number>({ max: 100, pressure });
  for (let i = 0; i < 100; i++) cache.set(i, i);
  tell!({ level: 'high' });
  expect(cache.size).toBe(50);
  tell!({ level: 'critical' });
  expect(cache.size).toBe(5);
  tell!({ level: 'normal' });
  expect([cache.size, cache.max]).toEqual([5, 100]);
  cache[Symbol.dispose]();
  expect([tell, cache.size]).toEqual([undefined, 0]);
});

test('keeps the promised hit ratios on the six traces', () => {
  const ratio = (policy: Policy, max: number, trace: number[]): number =>
    100 * hitRatio(new BoundedCache<number, number>({ max, policy }), trace);
  const lead = (trace: number[], max = 1_000): number => ratio('s3fifo', max, trace) - ratio('lru', max, trace);
  const [keys, requests] = [100_000, 300_000];
  expect(lead(traces.zipf(keys, requests))).toBeGreaterThan(5);
  expect(lead(traces.scan(keys, requests))).toBeGreaterThan(5);
  expect(lead(traces.oneHit(keys, requests))).toBeGreaterThan(8);
  expect(ratio('s3fifo', 1_000, traces.loop(1_000, requests))).toBeGreaterThan(60);
  expect(lead(traces.drift(keys, requests))).toBeGreaterThan(-2);
  expect(lead(traces.drift(keys, requests), 10_000)).toBeGreaterThan(-2);
  expect(lead(traces.steep(keys, requests))).toBeGreaterThan(2);
});

test('allocates nothing ahead and lets go of what left', async () => {
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const cache = new BoundedCache<object, object>({ max: 10_000_000 });
  globalThis.gc!();
  expect(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before).toBeLessThan(500_000);
  const refs = Array.from({ length: 50 }, () => {
    const value = {};
    const key = {};
    cache.set(key, value);
    cache.delete(key);
    return new WeakRef(value);
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
  expect(cache.size).toBe(0);
});

test('counts what happens and publishes evictions', () => {
  const events: unknown[] = [];
  const listener = (message: unknown): number => events.push(message);
  diagnostics.subscribe('plimsoll:bounded-cache:evict', listener);
  const cache = new BoundedCache<string, number>({ max: 1, policy: 'lru' });
  cache.set('a', 1).set('b', 2);
  diagnostics.unsubscribe('plimsoll:bounded-cache:evict', listener);
  cache.set('c', 3);
  cache.get('c');
  cache.get('x');
  expect(events).toEqual([{ cache, key: 'a', reason: 'evict' }]);
  expect(cache.stats()).toMatchObject({ size: 1, max: 1, bytes: 0, hits: 1, misses: 1, evictions: 2, expirations: 0 });
});

test.each<[Partial<Record<keyof BoundedCacheOptions<string, string>, unknown>>, RegExp]>([
  [{}, /max or maxSize must be given/],
  [{ max: 0 }, /max must be an integer from 1 to 16000000, got 0/],
  [{ max: 1.5 }, /max must be an integer/],
  [{ max: '5' }, /max must be an integer from 1 to 16000000, got "5"/],
  [{ maxSize: -1 }, /maxSize must be an integer of at least 1, got -1/],
  [{ max: 1, ttl: -1 }, /ttl must be a number of at least 0, got -1/],
  [{ max: 1, policy: 'fifo' }, /policy must be one of 'lru', 'sieve', 's3fifo', got "fifo"/],
  [{ max: 1, dispose: 1 }, /dispose must be a function, got 1/],
  [{ max: 1, onEvict: 1 }, /onEvict must be a function/],
  [{ max: 1, sizeCalculation: 1 }, /sizeCalculation must be a function/],
  [{ max: 1, now: 1 }, /now must be a function/],
])('refuses %o by name and range', (options, message) => {
  expect(() => new BoundedCache(options as BoundedCacheOptions<string, string>)).toThrow(TypeError);
  expect(() => new BoundedCache(options as BoundedCacheOptions<string, string>)).toThrow(message);
});
