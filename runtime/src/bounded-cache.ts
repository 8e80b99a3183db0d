import { announce, channel, checkFunction, checkInteger, checkNumber, checkOneOf } from './internal.ts';

/** Why an entry left: overwritten (`set`), removed by the caller (`delete`), out of room (`evict`) or out of time (`expire`). */
export type RemovalReason = 'set' | 'delete' | 'evict' | 'expire';

export interface BoundedCacheOptions<K, V> {
  /** The most entries to hold. This or `maxSize` is needed. Nothing is allocated ahead, so a generous number costs nothing. */
  max?: number;
  /** The most the sizes of all entries may add up to, in the unit the sizes are given in (bytes, say). */
  maxSize?: number;
  /** The size of an entry that is set without `size`, an integer of at least 0. Costs what it costs: prefer `size`. */
  sizeCalculation?: (value: V, key: K) => number;
  /** Milliseconds an entry lives after it was last set. Default: for ever. */
  ttl?: number;
  /** Whether `get` restarts an entry's `ttl`. Default false. */
  updateAgeOnGet?: boolean;
  /**
   * Who goes when room is needed. `s3fifo` (default): entries used once go first, which survives scans; `sieve`: least
   * bookkeeping, weaker when interests drift; `lru`: the least recently used.
   */
  policy?: 's3fifo' | 'sieve' | 'lru';
  /** Called once for every value that leaves, whatever the reason, after the operation that removed it is complete. */
  dispose?: (value: V, key: K, reason: RemovalReason) => void;
  /** Called once for every entry that had to go for lack of room or time. */
  onEvict?: (key: K, value: V, reason: 'evict' | 'expire') => void;
  /** Sheds half of the entries at level `high` and nine tenths at `critical`: pass a MemoryPressure. */
  pressure?: { subscribe(listener: (event: { level: string }) => void): () => void };
  /** Monotonic milliseconds, called when needed. Default: `performance.now()`, read once a turn of the event loop. */
  now?: () => number;
}

export interface SetOptions {
  /** This entry's size against `maxSize`, an integer of at least 0. */
  size?: number;
  /** Milliseconds this entry lives, instead of the cache's `ttl`. */
  ttl?: number;
}

export interface LoadOptions extends SetOptions {
  /** Ends this caller's wait. The load itself is aborted once every caller that waits for it has gone. */
  signal?: AbortSignal;
}

export interface BoundedCacheStats {
  /** Entries held, expired ones not yet swept included. */
  size: number;
  max: number;
  /** Sum of the sizes held; 0 without `maxSize`. */
  bytes: number;
  maxSize: number;
  hits: number;
  misses: number;
  evictions: number;
  expirations: number;
  /** Entries refused because they were larger than `maxSize`. */
  rejected: number;
  loads: number;
  loadFailures: number;
  /** Loads under way. */
  loading: number;
}

interface Flight<V> {
  promise: Promise<V>;
  controller: AbortController;
  waiting: number;
}

const LRU = 0;
const SIEVE = 1;
const S3FIFO = 2;
/** Slots 0 and 1 close the two circular lists, older than the oldest and newer than the newest: S3-FIFO's newcomers are on the small one, all else on the main one. */
const MAIN = 0;
const SMALL = 1;
const FIRST_SLOT = 2;
const INITIAL_SLOTS = 8;
/** A Map cannot hold more than 2^24. */
const MOST = 16_000_000;
/** A slot's mark: uses (0 to 3) in the low two bits, and whether it is on the small list. */
const USES = 3;
const IS_SMALL = 4;
/** Reading the clock costs several look-ups: it is read once a turn of the event loop, and every 64 uses within one. */
const READS = 64;
const nativeDate = Date;
/** Stands where a ghost was. */
const NOBODY: unique symbol = Symbol();

const evictChannel = /* @__PURE__ */ channel('plimsoll:bounded-cache:evict');

/**
 * A cache that cannot outgrow its limits, with the methods of a Map and the options of lru-cache.
 *
 * ```ts
 * const users = new BoundedCache<string, { name: string }>({ max: 10_000, ttl: 60_000 });
 * users.set('42', { name: 'Ada' });
 * users.get('42')?.name; // 'Ada'
 * const user = await users.getOrLoad('7', async (id) => ({ name: `user ${id}` }));
 * ```
 *
 * Iteration is in insertion order, as a Map's; it neither counts as use nor yields expired entries. Keys compare as a Map's.
 * Expired entries leave when they are asked for, and every `set` looks at two more, so that none stays for ever and no timer
 * is needed. A callback that throws does so to the caller of the operation, once that is complete.
 *
 * Cost: every operation O(1) (amortised); about 60 bytes an entry beside key and value (s3fifo 90: it remembers the keys of
 * as many evicted entries; a byte limit adds 8, a ttl 16), grown into as entries arrive.
 *
 * Source: S3-FIFO (Yang et al., SOSP 2023), SIEVE (Zhang et al., NSDI 2024).
 */
export class BoundedCache<K, V> {
  // A flat layout: slot s has its key at store[2s], its value at store[2s + 1], its neighbours in links[2s] (older) and
  // links[2s + 1] (newer). Plain private fields: `#fields` become WeakMap look-ups where the copied source is compiled
  // below ES2022. Initialised where declared, which keeps their representation (small integers stay unboxed).
  /** The slot of each key, or the negative mark of a ghost. */
  private readonly index: Map<K, number> = new Map();
  private store: unknown[] = [];
  private links: Int32Array = new Int32Array(0);
  private marks: Uint8Array = new Uint8Array(0);
  private sizes: Float64Array | undefined = undefined;
  /** Expiry at [2s], ttl at [2s + 1]; undefined until the first ttl. */
  private times: Float64Array | undefined = undefined;
  private used = FIRST_SLOT;
  private free = 0;
  private hand = 0;
  private sweep = FIRST_SLOT;
  private bytes = 0;
  private smallWeight = 0;
  private count = 0;
  // The keys last evicted from the small list: the one numbered g is at ghosts[g % length] and has -1 - g in the index, so
  // that one look-up tells present, remembered and unknown keys apart.
  private ghosts: unknown[] = [];
  private firstGhost = 0;
  private nextGhost = 0;
  private readonly flights: Map<K, Flight<V>> = new Map();
  private removed: { value: V; key: K; reason: RemovalReason }[] = [];

  private readonly policy: number = S3FIFO;
  private limit = 0;
  private readonly maxSize: number = 0;
  private readonly sizeCalculation: ((value: V, key: K) => number) | undefined = undefined;
  private readonly ttl: number = 0;
  private readonly updateAgeOnGet: boolean = false;
  private readonly dispose: BoundedCacheOptions<K, V>['dispose'] = undefined;
  private readonly onEvict: BoundedCacheOptions<K, V>['onEvict'] = undefined;
  private readonly isWatched: boolean = false;
  private readonly clock: (() => number) | undefined = undefined;
  private readonly unsubscribe: (() => void) | undefined = undefined;
  private time = 0;
  /** How often `time` may still be used before the clock is read again. */
  private reads = 0;
  private readonly endTurn: () => void = () => {
    this.reads = 0;
  };
  private hits = 0;
  private misses = 0;
  private evictions = 0;
  private expirations = 0;
  private rejected = 0;
  private loads = 0;
  private loadFailures = 0;

  /** @throws TypeError when an option is out of range, or neither `max` nor `maxSize` is given */
  constructor(options: BoundedCacheOptions<K, V>) {
    const { max, maxSize, sizeCalculation, ttl, dispose, onEvict, now } = options;
    if (max === undefined && maxSize === undefined) throw new TypeError('max or maxSize must be given, got neither');
    this.limit = max === undefined ? MOST : checkInteger('max', max, 1, MOST);
    if (maxSize !== undefined) this.maxSize = checkInteger('maxSize', maxSize, 1);
    if (sizeCalculation !== undefined) this.sizeCalculation = checkFunction('sizeCalculation', sizeCalculation);
    if (ttl !== undefined) this.ttl = checkNumber('ttl', ttl, 0);
    if (dispose !== undefined) this.dispose = checkFunction('dispose', dispose);
    if (onEvict !== undefined) this.onEvict = checkFunction('onEvict', onEvict);
    if (now !== undefined) this.clock = checkFunction('now', now);
    this.isWatched = dispose !== undefined || onEvict !== undefined;
    this.updateAgeOnGet = options.updateAgeOnGet === true;
    const policies = ['lru', 'sieve', 's3fifo'] as const;
    this.policy = policies.indexOf(checkOneOf('policy', options.policy ?? 's3fifo', policies));
    this.reset();
    this.unsubscribe = options.pressure?.subscribe(({ level }) => {
      if (level !== 'normal') this.shrink(level === 'critical' ? 0.1 : 0.5);
    });
    announce('bounded-cache', this);
  }

  /** Entries held; expired ones count until they are swept. O(1). */
  get size(): number {
    return this.count;
  }

  /** The most entries it holds; see `resize`. */
  get max(): number {
    return this.limit;
  }

  /** The value of `key`, or undefined; counts as a use of the entry. O(1). */
  get(key: K): V | undefined {
    const slot = this.index.get(key);
    if (slot === undefined || slot < 0 || (this.times !== undefined && this.expire(slot))) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    if (this.updateAgeOnGet && this.times !== undefined) this.times[2 * slot] = this.now() + this.times[2 * slot + 1]!;
    this.touch(slot);
    return this.store[2 * slot + 1] as V;
  }

  /** The value of `key`, or undefined, without counting as a use or in the statistics. O(1). */
  peek(key: K): V | undefined {
    const slot = this.find(key);
    return slot === 0 ? undefined : (this.store[2 * slot + 1] as V);
  }

  /** Whether `key` has an entry (its value may be undefined); not a use. O(1). */
  has(key: K): boolean {
    return this.find(key) !== 0;
  }

  /**
   * Stores `value` and makes room for it. An entry larger than `maxSize` is not stored, and one there was of that key goes.
   * Ends the wait of no `getOrLoad`, but what that loads will not overwrite this. O(1) amortised.
   * @throws TypeError when there is a `maxSize` and the size is unknown or not an integer of at least 0
   */
  set(key: K, value: V, options?: SetOptions): this {
    const size = this.sizes === undefined ? 0 : this.sizeOf(key, value, options);
    const ttl = options?.ttl === undefined ? this.ttl : checkNumber('ttl', options.ttl, 0);
    if (this.flights.size > 0) this.flights.delete(key);
    let slot = this.index.get(key) ?? 0;
    if (this.sizes !== undefined && slot > 0 && this.bytes + size - this.sizes[slot]! > this.maxSize) {
      // Leaves before others are evicted, lest it be chosen itself while it grows.
      this.remove(slot, 'set');
      slot = 0;
    }
    if (slot > 0) {
      if (this.isWatched) this.note(slot, 'set');
      this.store[2 * slot + 1] = value;
      if (this.sizes !== undefined) this.resized(slot, size);
      this.touch(slot);
    } else if (this.sizes === undefined || size <= this.maxSize) {
      slot = this.insert(key, value, size, slot);
    } else {
      this.rejected++;
    }
    if (slot > 0 && (ttl > 0 || this.times !== undefined)) this.age(slot, ttl);
    if (this.removed.length > 0) this.flush();
    return this;
  }

  /** Removes the entry of `key`; returns whether there was one. O(1). */
  delete(key: K): boolean {
    if (this.flights.size > 0) this.flights.delete(key);
    const slot = this.find(key);
    if (slot !== 0) this.remove(slot, 'delete');
    if (this.removed.length > 0) this.flush();
    return slot !== 0;
  }

  /** Removes every entry and gives the space back. O(1), or O(n) with callbacks. */
  clear(): void {
    if (this.dispose) {
      for (const [key, slot] of this.index) {
        if (slot > 0) this.removed.push({ value: this.store[2 * slot + 1] as V, key, reason: 'delete' });
      }
    }
    this.flights.clear();
    this.reset();
    this.flush();
  }

  /**
   * The value of `key`, loaded when there is none. Callers that ask while it loads share one load. A rejection reaches
   * all of them and is not kept. What was set or deleted meanwhile wins over what was loaded.
   * @param load gets the key and a signal that aborts when nobody waits any more
   */
  getOrLoad(
    key: K,
    load: (key: K, context: { signal: AbortSignal }) => V | PromiseLike<V>,
    options: LoadOptions = {},
  ): Promise<V> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const slot = this.find(key);
    if (slot !== 0) return Promise.resolve(this.get(key) as V);
    this.misses++;
    const flight = this.flights.get(key) ?? this.launch(key, load, options);
    flight.waiting++;
    return signal ? this.wait(key, flight, signal) : flight.promise;
  }

  /** Changes `max` and evicts what is too much. O(entries evicted). */
  resize(max: number): void {
    this.limit = checkInteger('max', max, 1, MOST);
    this.shrinkTo(max);
  }

  /** Evicts until `share` (0 to 1) of the entries is left; the limits stay. O(entries evicted). */
  shrink(share: number): void {
    this.shrinkTo(Math.floor(checkNumber('share', share, 0, 1) * this.count));
  }

  /** Removes every expired entry now and returns how many. O(n): `set` does this a little at a time. */
  purgeStale(): number {
    const before = this.expirations;
    if (this.times) for (const slot of this.index.values()) if (slot > 0) this.expire(slot);
    return this.expirations - before;
  }

  /** Calls `callback` for each entry in insertion order. O(n). */
  forEach(callback: (value: V, key: K, cache: this) => void, thisArg?: unknown): void {
    for (const [key, value] of this) callback.call(thisArg, value, key, this);
  }

  /** The entries in insertion order. */
  *entries(): ReturnType<Map<K, V>['entries']> {
    for (const [key, slot] of this.index) {
      if (slot > 0 && !this.isExpired(slot)) yield [key, this.store[2 * slot + 1] as V];
    }
  }

  /** The keys in insertion order. */
  *keys(): ReturnType<Map<K, V>['keys']> {
    for (const [key] of this.entries()) yield key;
  }

  /** The values in insertion order. */
  *values(): ReturnType<Map<K, V>['values']> {
    for (const entry of this.entries()) yield entry[1];
  }

  [Symbol.iterator](): ReturnType<Map<K, V>['entries']> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'BoundedCache';
  }

  /** Counters since it was made, and what it holds. O(1). */
  stats(): BoundedCacheStats {
    const { hits, misses, evictions, expirations, rejected, loads, loadFailures, bytes, limit, maxSize } = this;
    const counts = { hits, misses, evictions, expirations, rejected, loads, loadFailures };
    return { size: this.count, max: limit, bytes, maxSize, ...counts, loading: this.flights.size };
  }

  /** Removes every entry and stops listening to `pressure`. */
  [Symbol.dispose](): void {
    this.unsubscribe?.();
    this.clear();
  }

  private sizeOf(key: K, value: V, options: SetOptions | undefined): number {
    return checkInteger('size', options?.size ?? this.sizeCalculation?.(value, key), 0);
  }

  /** The slot of `key`, or 0 when there is none that lives. */
  private find(key: K): number {
    const slot = this.index.get(key);
    return slot === undefined || slot < 0 || this.expire(slot) ? 0 : slot;
  }

  private touch(slot: number): void {
    if (this.policy === LRU) {
      if (this.links[0] !== slot) {
        this.unlink(slot);
        this.link(MAIN, slot);
      }
      return;
    }
    const mark = this.marks[slot]!;
    if ((mark & USES) < USES) this.marks[slot] = mark + 1;
  }

  private insert(key: K, value: V, size: number, ghost: number): number {
    if (ghost < 0) this.exorcise(key, ghost);
    while (this.count >= this.limit || (this.sizes !== undefined && this.bytes + size > this.maxSize)) this.evict();
    const slot = this.allocate();
    this.count++;
    this.index.set(key, slot);
    this.store[2 * slot] = key;
    this.store[2 * slot + 1] = value;
    if (this.sizes !== undefined) this.sizes[slot] = size;
    this.bytes += size;
    const isNew = this.policy === S3FIFO && ghost === 0;
    this.marks[slot] = isNew ? IS_SMALL : 0;
    if (isNew) this.smallWeight += this.weight(slot);
    this.link(isNew ? SMALL : MAIN, slot);
    return slot;
  }

  private resized(slot: number, size: number): void {
    const sizes = this.sizes!;
    const growth = size - sizes[slot]!;
    sizes[slot] = size;
    this.bytes += growth;
    if ((this.marks[slot]! & IS_SMALL) !== 0) this.smallWeight += growth;
  }

  /** What an entry takes of the limit that the small list has a tenth of. */
  private weight(slot: number): number {
    return this.sizes === undefined ? 1 : this.sizes[slot]!;
  }

  private evict(): void {
    this.evictions++;
    this.remove(
      this.policy === S3FIFO ? this.s3Victim() : this.policy === SIEVE ? this.sieveVictim() : this.links[1]!,
      'evict',
    );
  }

  /** The hand walks from old to new, sparing what was used since it last came by, and stays where it evicted. */
  private sieveVictim(): number {
    const { links, marks } = this;
    let slot = this.hand === MAIN ? links[1]! : this.hand;
    while (marks[slot] !== 0) {
      marks[slot] = 0;
      slot = links[2 * slot + 1] === MAIN ? links[1]! : links[2 * slot + 1]!;
    }
    this.hand = links[2 * slot + 1]!;
    return slot;
  }

  private s3Victim(): number {
    const { links, marks } = this;
    const room = 0.1 * (this.sizes === undefined ? this.limit : this.maxSize);
    for (;;) {
      const oldest = links[2 * MAIN + 1]!;
      if (this.smallWeight > room || oldest === MAIN) {
        const slot = links[2 * SMALL + 1]!;
        if ((marks[slot]! & USES) === 0) return slot;
        marks[slot] = 0;
        this.smallWeight -= this.weight(slot);
        this.unlink(slot);
        this.link(MAIN, slot);
      } else if (marks[oldest] === 0) {
        return oldest;
      } else {
        marks[oldest] = marks[oldest]! - 1;
        this.unlink(oldest);
        this.link(MAIN, oldest);
      }
    }
  }

  /** Remembers an evicted key, at most as many as there are entries, so that its return puts it on the main list. */
  private haunt(key: K): void {
    const { ghosts, index } = this;
    if (this.nextGhost - this.firstGhost === ghosts.length) this.growGhosts();
    this.ghosts[this.nextGhost & (this.ghosts.length - 1)] = key;
    index.set(key, -1 - this.nextGhost++);
    while (this.nextGhost - this.firstGhost > this.count) {
      const place = this.firstGhost++ & (this.ghosts.length - 1);
      if (this.ghosts[place] !== NOBODY) index.delete(this.ghosts[place] as K);
      this.ghosts[place] = NOBODY;
    }
    // Their numbers start again long before they would leave the small integers.
    if (this.nextGhost > 2 ** 30) this.forget();
  }

  private exorcise(key: K, ghost: number): void {
    this.ghosts[(-1 - ghost) & (this.ghosts.length - 1)] = NOBODY;
    // Deleted, not overwritten: iteration is in the order in which entries were inserted.
    this.index.delete(key);
  }

  private growGhosts(): void {
    const { ghosts, firstGhost, nextGhost } = this;
    const grown = new Array<unknown>(Math.max(8, 2 * ghosts.length)).fill(NOBODY);
    for (let i = firstGhost; i < nextGhost; i++) grown[i & (grown.length - 1)] = ghosts[i & (ghosts.length - 1)];
    this.ghosts = grown;
  }

  private forget(): void {
    for (const key of this.ghosts) if (key !== NOBODY) this.index.delete(key as K);
    this.ghosts = [];
    this.firstGhost = 0;
    this.nextGhost = 0;
  }

  private remove(slot: number, reason: RemovalReason): void {
    if (this.isWatched || evictChannel.hasSubscribers) this.note(slot, reason);
    const isSmall = (this.marks[slot]! & IS_SMALL) !== 0;
    if (isSmall) this.smallWeight -= this.weight(slot);
    if (this.sizes !== undefined) this.bytes -= this.sizes[slot]!;
    if (this.times !== undefined) this.times[2 * slot] = Number.POSITIVE_INFINITY;
    if (this.hand === slot) this.hand = this.links[2 * slot + 1]!;
    this.unlink(slot);
    this.links[2 * slot] = this.free;
    this.free = slot;
    this.count--;
    const key = this.store[2 * slot] as K;
    if (isSmall && reason === 'evict') this.haunt(key);
    else this.index.delete(key);
    this.store[2 * slot] = undefined;
    this.store[2 * slot + 1] = undefined;
  }

  /** Remembers a value that is about to leave, for the callbacks. */
  private note(slot: number, reason: RemovalReason): void {
    const isLoss = reason === 'evict' || reason === 'expire';
    if (this.dispose || (isLoss && this.onEvict)) {
      this.removed.push({ value: this.store[2 * slot + 1] as V, key: this.store[2 * slot] as K, reason });
    }
    if (isLoss && evictChannel.hasSubscribers) {
      evictChannel.publish({ cache: this, key: this.store[2 * slot], reason });
    }
  }

  /** Runs the callbacks for what left; they may use the cache. All run, then the first error is thrown. */
  private flush(): void {
    const { removed } = this;
    this.removed = [];
    const errors: unknown[] = [];
    for (const { value, key, reason } of removed) {
      try {
        this.dispose?.(value, key, reason);
        if (reason === 'evict' || reason === 'expire') this.onEvict?.(key, value, reason);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  private link(list: number, slot: number): void {
    const { links } = this;
    const newest = links[2 * list]!;
    links[2 * slot] = newest;
    links[2 * slot + 1] = list;
    links[2 * newest + 1] = slot;
    links[2 * list] = slot;
  }

  private unlink(slot: number): void {
    const { links } = this;
    const older = links[2 * slot]!;
    const newer = links[2 * slot + 1]!;
    links[2 * older + 1] = newer;
    links[2 * newer] = older;
  }

  private allocate(): number {
    const slot = this.free;
    if (slot !== 0) {
      this.free = this.links[2 * slot]!;
      return slot;
    }
    if (this.used === this.marks.length) this.grow(Math.min(2 * this.used, this.limit + FIRST_SLOT));
    return this.used++;
  }

  private grow(slots: number): void {
    const { store, used } = this;
    this.store = new Array(2 * slots);
    for (let i = 0; i < 2 * used; i++) this.store[i] = store[i];
    const { links, marks, sizes, times } = this;
    this.links = new Int32Array(2 * slots);
    this.links.set(links);
    this.marks = new Uint8Array(slots);
    this.marks.set(marks);
    if (sizes) {
      this.sizes = new Float64Array(slots);
      this.sizes.set(sizes);
    }
    if (times) {
      this.times = new Float64Array(2 * slots).fill(Number.POSITIVE_INFINITY);
      this.times.set(times);
    }
  }

  private reset(): void {
    this.index.clear();
    this.store = new Array(2 * INITIAL_SLOTS);
    this.links = new Int32Array(2 * INITIAL_SLOTS);
    this.links.fill(SMALL, 2 * SMALL, 2 * SMALL + 2);
    this.marks = new Uint8Array(INITIAL_SLOTS);
    this.sizes = this.maxSize > 0 ? new Float64Array(INITIAL_SLOTS) : undefined;
    this.times = undefined;
    this.used = FIRST_SLOT;
    this.free = 0;
    this.hand = MAIN;
    this.sweep = FIRST_SLOT;
    this.bytes = 0;
    this.smallWeight = 0;
    this.count = 0;
    this.ghosts = [];
    this.firstGhost = 0;
    this.nextGhost = 0;
  }

  private shrinkTo(count: number): void {
    while (this.count > count) this.evict();
    if (this.removed.length > 0) this.flush();
  }

  /** Starts the life of an entry (a ttl of 0 is endless) and sweeps two other slots. */
  private age(slot: number, ttl: number): void {
    this.times ??= new Float64Array(2 * this.marks.length).fill(Number.POSITIVE_INFINITY);
    const { times } = this;
    const now = this.now();
    const life = ttl > 0 ? ttl : Number.POSITIVE_INFINITY;
    times[2 * slot] = now + life;
    times[2 * slot + 1] = life;
    const first = this.sweep < this.used ? this.sweep : FIRST_SLOT;
    this.sweep = first + 2;
    if (times[2 * first]! <= now) this.expire(first);
    if (first + 1 < this.used && times[2 * first + 2]! <= now) this.expire(first + 1);
  }

  private isExpired(slot: number): boolean {
    return this.times !== undefined && this.times[2 * slot]! <= this.now();
  }

  /** Removes the entry if its time is over, and says so. */
  private expire(slot: number): boolean {
    if (!this.isExpired(slot)) return false;
    this.expirations++;
    this.remove(slot, 'expire');
    if (this.removed.length > 0) this.flush();
    return true;
  }

  private now(): number {
    // Under a test's fake clock, which may jump between two statements, every call reads it.
    if (this.reads === 0 || Date !== nativeDate) return this.readClock();
    this.reads--;
    return this.time;
  }

  private readClock(): number {
    if (this.clock) return this.clock();
    this.reads = READS;
    this.time = performance.now();
    Promise.resolve().then(this.endTurn);
    return this.time;
  }

  private launch(
    key: K,
    load: (key: K, context: { signal: AbortSignal }) => V | PromiseLike<V>,
    options: SetOptions,
  ): Flight<V> {
    const controller = new AbortController();
    const isCurrent = (): boolean => this.flights.get(key) === flight;
    const promise = Promise.resolve()
      .then(() => load(key, { signal: controller.signal }))
      .then(
        (value) => {
          if (isCurrent()) this.set(key, value, options);
          return value;
        },
        (error: unknown) => {
          this.loadFailures++;
          if (isCurrent()) this.flights.delete(key);
          throw error;
        },
      );
    const flight: Flight<V> = { promise, controller, waiting: 0 };
    this.flights.set(key, flight);
    this.loads++;
    return flight;
  }

  private wait(key: K, flight: Flight<V>, signal: AbortSignal): Promise<V> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        if (--flight.waiting > 0) return;
        if (this.flights.get(key) === flight) this.flights.delete(key);
        flight.controller.abort(signal.reason);
      };
      const settled = (): void => signal.removeEventListener('abort', leave);
      signal.addEventListener('abort', leave);
      flight.promise.then(resolve, reject).then(settled);
    });
  }
}
