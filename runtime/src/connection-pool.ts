/**
 * ConnectionPool: at most `max` resources, lent out first come first served.
 *
 * - Borrowing and returning are O(1); idle resources are a stack (the warmest is lent first), waiters a queue.
 * - No waiter waits for nothing: when a creation fails and no resource is left to wait for, all waiters get its error.
 *   While the factory fails, one attempt at a time is made, with exponential back-off.
 * - Waiters share one timer; nothing the pool starts keeps the process alive or a request's AsyncLocalStorage store.
 *
 * Where a driver has a pool of its own (pg.Pool, mysql2, undici) prefer it; this is for everything else.
 */
import { announce, channel, checkFunction, checkInteger, checkNumber, detached } from './internal.ts';

const onAcquire = channel('plimsoll:connection-pool:acquire');
const onRelease = channel('plimsoll:connection-pool:release');
const onCreate = channel('plimsoll:connection-pool:create');
const onDestroy = channel('plimsoll:connection-pool:destroy');
const onTimeout = channel('plimsoll:connection-pool:timeout');
const onLeak = channel('plimsoll:connection-pool:leak');
const onError = channel('plimsoll:connection-pool:error');

/** A lease held longer than `leakDetectionMillis`, or still held when a drain ran out of time. */
export interface LeaseReport<R> {
  readonly resource: R;
  /** How long it has been held, in milliseconds. */
  readonly heldMillis: number;
  /** Where it was acquired; only with `captureStack`. */
  readonly stack: string | undefined;
}

export interface ConnectionPoolOptions<R> {
  /** Makes a resource. `signal` aborts when `createTimeoutMillis` has passed; a resource made later is destroyed. */
  create: (context: { signal: AbortSignal }) => R | Promise<R>;
  /** Ends a resource. Errors and time-outs are reported to `onError`; the place in the pool is free at once. */
  destroy: (resource: R) => unknown;
  /** Whether a resource that lay idle is still usable. A throw, a rejection or a time-out counts as no. */
  validate?: (resource: R) => boolean | Promise<boolean>;
  /**
   * Calls `broken(error)` when the resource dies by itself; an idle one is then removed, a lent one destroyed on return.
   * Default: the events `error`, `end` and `close` of a resource that has an `on` method.
   */
  watch?: (resource: R, broken: (error: unknown) => void) => void;
  /** Most resources at a time, 1 or more. Default 10. */
  max?: number;
  /** Resources kept in spite of `idleTimeoutMillis`, and made by `warm()`. Default 0. */
  min?: number;
  /** An idle resource above `min` is destroyed after this long; 0 keeps it. Default 10,000 (as pg). */
  idleTimeoutMillis?: number;
  /** Longest wait of `acquire()`; 0 waits for ever. Default 30,000. */
  connectionTimeoutMillis?: number;
  /** Longest time for `create`. Default 30,000. */
  createTimeoutMillis?: number;
  /** Longest time for `destroy` before a drain goes on without it. Default 5,000. */
  destroyTimeoutMillis?: number;
  /** Longest time for `validate`. Default 5,000. */
  validateTimeoutMillis?: number;
  /** Only a resource idle for this long is validated before it is lent; 0 validates always. Default 500. */
  validateAfterIdleMillis?: number;
  /** First pause after a failed `create`; doubles to 32 times this, less up to a half by chance. Default 200. */
  createRetryIntervalMillis?: number;
  /** A resource is destroyed after being lent this often. Default no limit. */
  maxUses?: number;
  /** A resource older than this is destroyed when not lent; 0 is no limit. Default 0. */
  maxLifetimeSeconds?: number;
  /** Part of the lifetime that is random, 0 to 1, so that resources made together do not end together. Default 0.1. */
  lifetimeJitter?: number;
  /** `acquire()` is refused at once when this many wait already. Default no limit. */
  maxWaitingClients?: number;
  /** A lease held for longer is reported once to `onLeak`; 0 is off. Default 0. */
  leakDetectionMillis?: number;
  /** Record the stack of each acquire for leak and drain reports (tens of microseconds each). Default false. */
  captureStack?: boolean;
  onLeak?: (report: LeaseReport<R>) => void;
  /** Told of failed creations, destructions and validations, and of resources that died. */
  onError?: (error: unknown) => void;
  /** The affinity of an acquire that names none, e.g. `() => storage.getStore()?.tenant`. */
  affinityKey?: () => unknown;
  /** Names the pool in messages and diagnostics. Default 'pool'. */
  name?: string;
  /** Clock in milliseconds. Default `performance.now`. */
  now?: () => number;
}

export interface AcquireOptions {
  /** Gives up the place in the queue; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Instead of the pool's `connectionTimeoutMillis`; 0 waits for ever. */
  timeoutMillis?: number;
  /** Prefer the idle resource that served this key last (prepared statements, caches). */
  affinity?: unknown;
}

export interface DrainOptions {
  /** How long to wait for returns, in milliseconds; 0 waits for ever. Default 10,000. */
  timeoutMillis?: number;
  /** Ends the wait as the time-out would. */
  signal?: AbortSignal;
}

/** The right to use one resource until `release()` or `destroy()`, of which the second call throws. */
export interface Lease<R> {
  readonly resource: R;
  /**
   * Returns the resource. With an error (as in pg) it is suspect: it is validated before it is lent again, or destroyed
   * when the pool has no `validate`. A driver often rejects a query before it says that the connection is gone.
   */
  release(error?: unknown): void;
  /** Returns it as unusable: it is destroyed. */
  destroy(): void;
  /** Releases unless that was done already. */
  [Symbol.dispose](): void;
}

export interface ConnectionPoolStats {
  max: number;
  min: number;
  idle: number;
  used: number;
  creating: number;
  validating: number;
  destroying: number;
  waiting: number;
  /** Since construction: */
  created: number;
  destroyed: number;
  acquired: number;
  released: number;
  timeouts: number;
  createErrors: number;
  validationFailures: number;
  leaks: number;
  /** Sum of the time waiters waited, in milliseconds; acquires served at once add nothing. */
  waitMillis: number;
}

export type PoolErrorCode = 'ERR_POOL_TIMEOUT' | 'ERR_POOL_CLOSED' | 'ERR_POOL_QUEUE_FULL' | 'ERR_POOL_NOT_BORROWED';

/** What the pool itself rejects or throws; errors of `create` pass through as they are. */
export class PoolError extends Error {
  override readonly name = 'PoolError';
  readonly code: PoolErrorCode;
  constructor(code: PoolErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What becomes of a resource on its return: lent again, validated first, or destroyed. */
type Fate = 'good' | 'suspect' | 'bad';

interface Slot<R> {
  readonly resource: R;
  readonly expiresAt: number;
  /** The pool's return desk, here so that a lease needs no second field. */
  readonly giveBack: (slot: Slot<R>, fate: Fate) => void;
  state: 'idle' | 'used' | 'validating' | 'gone';
  lease: Lease<R> | undefined;
  since: number;
  uses: number;
  broken: boolean;
  reported: boolean;
  affinity: unknown;
  stack: string | undefined;
  warmer: Slot<R> | undefined;
  colder: Slot<R> | undefined;
}

/** Kept small: 100,000 of them are what makes a burst slow. */
interface Waiter<R> {
  readonly resolve: (lease: Lease<R>) => void;
  /** Undefined once settled: such a waiter is skipped when its turn comes. */
  reject: ((error: unknown) => void) | undefined;
  readonly since: number;
  readonly rare: RareWaiter | undefined;
}

/** What only some waiters have. */
interface RareWaiter {
  readonly affinity: unknown;
  readonly stack: string | undefined;
  /** Own time-out of this waiter; all others leave by the shared one. */
  readonly ownTimeout: boolean;
  timer: Timer | undefined;
  readonly signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
}

interface Timer {
  unref?(): unknown;
}

/** Node fires longer timers after 1 ms. */
const LONGEST_TIMER = 2_147_483_647;

function startTimer(fn: () => void, millis: number): Timer {
  return detached(() => {
    const timer: Timer = setTimeout(fn, Math.max(millis, 0));
    timer.unref?.();
    return timer;
  });
}

function stopTimer(timer: Timer | undefined): void {
  if (timer) clearTimeout(timer as ReturnType<typeof setTimeout>);
}

/** Settles as `work` does, or rejects after `millis`; the timer is gone either way. */
function within<T>(
  work: () => T | Promise<T>,
  millis: number,
  what: string,
  late?: (error: Error) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => {
      const error = new PoolError('ERR_POOL_TIMEOUT', `${what} took longer than ${millis} ms`);
      reject(error);
      late?.(error);
    }, millis);
    // The async function turns a synchronous throw into a rejection.
    (async () => work())()
      .then(resolve, reject)
      .finally(() => stopTimer(timer));
  });
}

/** Listens for the ways an EventEmitter says that it died. */
function watchEvents(resource: unknown, broken: (error: unknown) => void): void {
  const emitter = resource as { on?: (event: string, listener: (error?: unknown) => void) => unknown } | null;
  if (typeof emitter?.on !== 'function') return;
  emitter.on('error', (error) => broken(error));
  emitter.on('end', () => broken(undefined));
  emitter.on('close', () => broken(undefined));
}

class PoolLease<R> implements Lease<R> {
  readonly resource: R;
  #slot: Slot<R> | undefined;

  constructor(slot: Slot<R>) {
    this.resource = slot.resource;
    this.#slot = slot;
  }

  #end(fate: Fate): void {
    const slot = this.#slot;
    if (!slot) throw new PoolError('ERR_POOL_NOT_BORROWED', 'this lease was returned already');
    this.#slot = undefined;
    slot.giveBack(slot, fate);
  }

  get isHeld(): boolean {
    return this.#slot !== undefined;
  }

  release(error?: unknown): void {
    this.#end(error ? 'suspect' : 'good');
  }

  destroy(): void {
    this.#end('bad');
  }

  [Symbol.dispose](): void {
    if (this.#slot) this.#end('good');
  }
}

/**
 * A pool of connections, or of anything that is costly to make and usable by one caller at a time.
 *
 * ```ts
 * const pool = new ConnectionPool({ create: () => connect(), destroy: (c) => c.end(), max: 10, min: 2 });
 * await pool.warm();
 * const rows = await pool.use((connection) => connection.query('select 1'));
 * await pool.drain();
 * ```
 *
 * Costs 0.2 to 0.5 µs an acquire and release, about 220 bytes a resource and 310 a waiter with its promise.
 */
export class ConnectionPool<R> {
  readonly name: string;
  readonly max: number;
  readonly min: number;
  readonly #options: ConnectionPoolOptions<R>;
  readonly #clock: () => number;
  readonly #idleTimeoutMillis: number;
  readonly #connectionTimeoutMillis: number;
  readonly #createTimeoutMillis: number;
  readonly #destroyTimeoutMillis: number;
  readonly #validateTimeoutMillis: number;
  readonly #validateAfterIdleMillis: number;
  readonly #createRetryIntervalMillis: number;
  readonly #maxUses: number;
  readonly #maxLifetimeMillis: number;
  readonly #lifetimeJitter: number;
  readonly #maxWaitingClients: number;
  readonly #leakDetectionMillis: number;
  readonly #sweepMillis: number;
  readonly #affinityKey: (() => unknown) | undefined;
  readonly #captureStack: boolean;

  readonly #slots = new Map<R, Slot<R>>();
  readonly #byAffinity = new Map<unknown, Slot<R>>();
  readonly #creations = new Map<Promise<void>, AbortController>();
  #warmest: Slot<R> | undefined;
  #coldest: Slot<R> | undefined;
  /** Ring of a power of two of places; the waiters are those from `#head` to `#tail`, settled ones among them. */
  #ringOfWaiters: (Waiter<R> | undefined)[] = new Array(16);
  #head = 0;
  #tail = 0;
  #idle = 0;
  #used = 0;
  #validating = 0;
  #destroying = 0;
  #waiting = 0;
  #created = 0;
  #destroyed = 0;
  #acquired = 0;
  #released = 0;
  #timeouts = 0;
  #createErrors = 0;
  #validationFailures = 0;
  #leaks = 0;
  #waitMillis = 0;

  /** Failures of `create` in a row, the last of them, and when the next attempt may be made. */
  #failures = 0;
  #lastError: unknown;
  #retryAt = 0;
  #retryTimer: Timer | undefined;
  #waitTimer: Timer | undefined;
  #sweepTimer: Timer | undefined;
  /** What a timer's arrival says the clock should show beyond what it shows: faked timers leave `performance` real. */
  #clockLag = 0;
  #warming: Promise<void> | undefined;
  #wasWarmed: boolean;
  #draining: Promise<LeaseReport<R>[]> | undefined;
  #isClosed = false;
  #leaked: LeaseReport<R>[] = [];
  #whenQuiet: (() => void) | undefined;

  constructor(options: ConnectionPoolOptions<R>) {
    checkFunction('create', options.create);
    checkFunction('destroy', options.destroy);
    for (const name of ['validate', 'watch', 'onLeak', 'onError', 'affinityKey', 'now'] as const) {
      if (options[name] !== undefined) checkFunction(name, options[name]);
    }
    const infinity = Number.POSITIVE_INFINITY;
    const orNever = (millis: number): number => (millis === 0 ? infinity : millis);
    this.#options = options;
    this.name = options.name ?? 'pool';
    this.max = checkInteger('max', options.max ?? 10, 1);
    this.min = checkInteger('min', options.min ?? 0, 0, this.max);
    this.#idleTimeoutMillis = orNever(checkNumber('idleTimeoutMillis', options.idleTimeoutMillis ?? 10_000, 0));
    this.#connectionTimeoutMillis = orNever(
      checkNumber('connectionTimeoutMillis', options.connectionTimeoutMillis ?? 30_000, 0, LONGEST_TIMER),
    );
    this.#createTimeoutMillis = checkNumber(
      'createTimeoutMillis',
      options.createTimeoutMillis ?? 30_000,
      1,
      LONGEST_TIMER,
    );
    this.#destroyTimeoutMillis = checkNumber(
      'destroyTimeoutMillis',
      options.destroyTimeoutMillis ?? 5_000,
      1,
      LONGEST_TIMER,
    );
    this.#validateTimeoutMillis = checkNumber(
      'validateTimeoutMillis',
      options.validateTimeoutMillis ?? 5_000,
      1,
      LONGEST_TIMER,
    );
    this.#validateAfterIdleMillis = options.validate
      ? checkNumber('validateAfterIdleMillis', options.validateAfterIdleMillis ?? 500, 0)
      : infinity;
    this.#createRetryIntervalMillis = checkNumber(
      'createRetryIntervalMillis',
      options.createRetryIntervalMillis ?? 200,
      1,
    );
    this.#maxUses = checkInteger('maxUses', options.maxUses ?? infinity, 1, infinity);
    this.#maxLifetimeMillis = orNever(checkNumber('maxLifetimeSeconds', options.maxLifetimeSeconds ?? 0, 0) * 1_000);
    this.#lifetimeJitter = checkNumber('lifetimeJitter', options.lifetimeJitter ?? 0.1, 0, 1);
    this.#maxWaitingClients = checkInteger('maxWaitingClients', options.maxWaitingClients ?? infinity, 0, infinity);
    this.#leakDetectionMillis = orNever(checkNumber('leakDetectionMillis', options.leakDetectionMillis ?? 0, 0));
    const shortest = Math.min(this.#idleTimeoutMillis, this.#maxLifetimeMillis, this.#leakDetectionMillis);
    this.#sweepMillis = Math.min(Math.max(shortest / 4, 10), 1_000);
    this.#affinityKey = options.affinityKey;
    this.#captureStack = options.captureStack ?? false;
    this.#clock = options.now ?? (() => performance.now());
    this.#wasWarmed = this.min === 0;
    announce('connection-pool', this);
  }

  /**
   * Lends a resource: an idle one, else a new one while there are fewer than `max`, else the next that is returned.
   * Rejects with a PoolError on time-out, a full queue or a draining pool, with the signal's reason on abort, and with
   * the error of `create` when that fails and no resource is left to wait for.
   */
  acquire(options?: AcquireOptions): Promise<Lease<R>> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#draining) return Promise.reject(this.#closedError());
    if (!this.#wasWarmed) this.warm().catch(() => {});
    const affinity = options?.affinity ?? this.#affinityKey?.();
    const stack = this.#captureStack ? new Error('acquired').stack : undefined;
    const now = this.#now();
    if (this.#waiting === 0) {
      const slot = this.#takeFresh(affinity, now);
      if (slot) return Promise.resolve(this.#lend(slot, affinity, stack, now));
    }
    if (this.#waiting >= this.#maxWaitingClients) {
      const message = `${this.name}: ${this.#waiting} wait already (maxWaitingClients); ${this.#describe()}`;
      return Promise.reject(new PoolError('ERR_POOL_QUEUE_FULL', message));
    }
    const timeoutMillis = options?.timeoutMillis;
    const isRare = options !== undefined || affinity !== undefined || stack !== undefined;
    return new Promise((resolve, reject) => {
      const rare = isRare
        ? { affinity, stack, ownTimeout: timeoutMillis !== undefined, timer: undefined, signal, onAbort: undefined }
        : undefined;
      const waiter: Waiter<R> = { resolve, reject, since: now, rare };
      if (rare) this.#watchRare(waiter, rare, timeoutMillis);
      this.#enqueue(waiter);
      if (!this.#waitTimer && !rare?.ownTimeout) this.#startWaitTimer(this.#connectionTimeoutMillis, now);
      if (this.#idle > 0 || this.#slots.size < this.max) this.#supply(now);
    });
  }

  /** `acquire()` for code that returns resources by hand with `release(resource)`. */
  async acquireResource(options?: AcquireOptions): Promise<R> {
    return (await this.acquire(options)).resource;
  }

  /** Returns a resource by itself instead of by its lease, see `Lease.release`. Throws a PoolError when it is not lent by this pool. */
  release(resource: R, error?: unknown): void {
    this.#leaseOf(resource)?.release(error);
  }

  /** Returns a resource as unusable: it is destroyed. Throws a PoolError when it is not lent by this pool. */
  destroy(resource: R): void {
    this.#leaseOf(resource)?.destroy();
  }

  /**
   * Runs `fn` with a resource and returns it however `fn` ends; `lease.destroy()` in `fn` returns it as unusable.
   * When `fn` throws and the pool has `validate`, the resource is validated before it is lent again.
   */
  async use<T>(fn: (resource: R, lease: Lease<R>) => T | Promise<T>, options?: AcquireOptions): Promise<T> {
    const lease = (await this.acquire(options)) as PoolLease<R>;
    try {
      return await fn(lease.resource, lease);
    } catch (error) {
      if (this.#options.validate && lease.isHeld) lease.release(error ?? true);
      throw error;
    } finally {
      lease[Symbol.dispose]();
    }
  }

  /**
   * Creates resources in parallel until there are `count` (default `min`). Calls that overlap share one promise; the
   * first acquire starts it in the background. Rejects with the error of `create`, at once while backing off from one.
   */
  warm(count: number = this.min): Promise<void> {
    if (this.#draining) return Promise.reject(this.#closedError());
    checkInteger('count', count, 0, this.max);
    this.#wasWarmed = true;
    this.#warming ??= this.#fill(count).finally(() => {
      this.#warming = undefined;
    });
    return this.#warming;
  }

  /**
   * Closes the pool: refuses new acquires, serves those that wait, and destroys each resource on its return. After
   * `timeoutMillis` or on abort, waiters are rejected and lent resources destroyed; those leases
   * are the result, an empty list otherwise. A second call returns the same promise.
   */
  drain({ timeoutMillis = 10_000, signal }: DrainOptions = {}): Promise<LeaseReport<R>[]> {
    checkNumber('timeoutMillis', timeoutMillis, 0, LONGEST_TIMER);
    this.#draining ??= this.#drain(timeoutMillis);
    if (signal) {
      const force = (): void => this.#force();
      if (signal.aborted) queueMicrotask(force);
      else signal.addEventListener('abort', force, { once: true });
      const forget = (): void => signal.removeEventListener('abort', force);
      this.#draining.then(forget, forget);
    }
    return this.#draining;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** Plain counters: O(1). */
  stats(): ConnectionPoolStats {
    return {
      max: this.max,
      min: this.min,
      idle: this.#idle,
      used: this.#used,
      creating: this.#creations.size,
      validating: this.#validating,
      destroying: this.#destroying,
      waiting: this.#waiting,
      created: this.#created,
      destroyed: this.#destroyed,
      acquired: this.#acquired,
      released: this.#released,
      timeouts: this.#timeouts,
      createErrors: this.#createErrors,
      validationFailures: this.#validationFailures,
      leaks: this.#leaks,
      waitMillis: this.#waitMillis,
    };
  }

  #now(): number {
    return this.#clock() + this.#clockLag;
  }

  /** The time at which a timer due at `due` rang: never before it, even if only timers are faked or the clock went back. */
  #ring(due: number): number {
    const now = this.#now();
    if (now >= due) return now;
    // Real timers ring up to a millisecond early; that must not add up.
    if (due - now > 5) this.#clockLag += due - now;
    return due;
  }

  // Lending

  #lend(slot: Slot<R>, affinity: unknown, stack: string | undefined, now: number): Lease<R> {
    slot.state = 'used';
    slot.since = now;
    slot.stack = stack;
    if (affinity !== undefined && affinity !== slot.affinity) {
      if (this.#byAffinity.get(slot.affinity) === slot) this.#byAffinity.delete(slot.affinity);
      slot.affinity = affinity;
    }
    if (affinity !== undefined) this.#byAffinity.set(affinity, slot);
    this.#used++;
    this.#acquired++;
    if (!this.#sweepTimer && this.#leakDetectionMillis < Number.POSITIVE_INFINITY) this.#startSweep();
    const lease = new PoolLease(slot);
    slot.lease = lease;
    return lease;
  }

  /** An idle resource that may be lent without validation, off the stack; expired ones on the way are destroyed. */
  #takeFresh(affinity: unknown, now: number): Slot<R> | undefined {
    let slot = affinity === undefined ? undefined : this.#byAffinity.get(affinity);
    if (slot?.state !== 'idle') slot = this.#warmest;
    while (slot) {
      if (slot.expiresAt <= now) this.#remove(slot);
      else if (now - slot.since >= this.#validateAfterIdleMillis) return undefined;
      else {
        this.#unstack(slot);
        if (onAcquire.hasSubscribers) this.#publishAcquire(0);
        return slot;
      }
      slot = this.#warmest;
    }
    return undefined;
  }

  #publishAcquire(waited: number): void {
    onAcquire.publish({ 'db.client.connection.pool.name': this.name, 'db.client.connection.wait_time': waited });
  }

  /** Starts whatever the waiters need: validation of an idle resource, else creation. */
  #supply(now: number): void {
    while (this.#waiting > this.#validating) {
      const slot = this.#warmest;
      if (!slot) break;
      if (slot.expiresAt <= now) {
        this.#remove(slot);
        continue;
      }
      this.#unstack(slot);
      if (now - slot.since >= this.#validateAfterIdleMillis) this.#validate(slot);
      else this.#offer(slot, now);
    }
    const wanted = this.#draining ? 0 : this.min - this.#slots.size;
    this.#createMore(
      Math.max(this.#waiting - this.#validating, this.#wasWarmed ? wanted : 0) - this.#creations.size,
      now,
    );
  }

  /** Gives an unlent resource to the first waiter, or puts it on the stack. */
  #offer(slot: Slot<R>, now: number): void {
    const waiter = this.#waiting > 0 ? this.#firstWaiter() : undefined;
    if (waiter) {
      this.#leave(waiter);
      const waited = Math.max(0, now - waiter.since);
      this.#waitMillis += waited;
      if (onAcquire.hasSubscribers) this.#publishAcquire(waited);
      waiter.resolve(this.#lend(slot, waiter.rare?.affinity, waiter.rare?.stack, now));
    } else if (this.#draining) {
      this.#remove(slot);
    } else {
      slot.state = 'idle';
      slot.since = now;
      slot.colder = this.#warmest;
      if (this.#warmest) this.#warmest.warmer = slot;
      else this.#coldest = slot;
      this.#warmest = slot;
      this.#idle++;
      if (!this.#sweepTimer) this.#startSweep();
    }
  }

  readonly #giveBack = (slot: Slot<R>, fate: Fate): void => {
    slot.lease = undefined;
    // A drain that ran out of time has destroyed it already.
    if (slot.state === 'gone') return;
    const now = this.#now();
    this.#used--;
    this.#released++;
    slot.uses++;
    slot.reported = false;
    if (onRelease.hasSubscribers) {
      onRelease.publish({
        'db.client.connection.pool.name': this.name,
        'db.client.connection.use_time': now - slot.since,
      });
    }
    const isSpent = slot.uses >= this.#maxUses || slot.expiresAt <= now;
    if (fate === 'good' && !slot.broken && !isSpent) {
      this.#offer(slot, now);
    } else if (fate === 'suspect' && !slot.broken && !isSpent && this.#options.validate) {
      this.#validate(slot);
    } else {
      this.#remove(slot);
      this.#supply(now);
    }
    if (this.#draining) this.#noteQuiet();
  };

  #leaseOf(resource: R): Lease<R> | undefined {
    const lease = this.#slots.get(resource)?.lease;
    if (!lease && !this.#isClosed) {
      throw new PoolError('ERR_POOL_NOT_BORROWED', `${this.name}: this resource is not lent by this pool`);
    }
    return lease;
  }

  #unstack(slot: Slot<R>): void {
    if (slot.warmer) slot.warmer.colder = slot.colder;
    else this.#warmest = slot.colder;
    if (slot.colder) slot.colder.warmer = slot.warmer;
    else this.#coldest = slot.warmer;
    slot.warmer = undefined;
    slot.colder = undefined;
    this.#idle--;
  }

  // Waiting

  #enqueue(waiter: Waiter<R>): void {
    let ring = this.#ringOfWaiters;
    if (this.#tail - this.#head === ring.length) {
      const live: (Waiter<R> | undefined)[] = [];
      for (let i = this.#head; i < this.#tail; i++) {
        const kept = ring[i & (ring.length - 1)];
        if (kept?.reject) live.push(kept);
      }
      this.#head = 0;
      this.#tail = live.length;
      if (live.length > ring.length / 2) live.length = ring.length * 2;
      else live.length = ring.length;
      this.#ringOfWaiters = live;
      ring = live;
    }
    ring[this.#tail++ & (ring.length - 1)] = waiter;
    this.#waiting++;
  }

  /** The waiter whose turn it is; settled ones before it leave the ring. */
  #firstWaiter(): Waiter<R> | undefined {
    const ring = this.#ringOfWaiters;
    while (this.#head < this.#tail) {
      const place = this.#head & (ring.length - 1);
      const waiter = ring[place];
      if (waiter?.reject) return waiter;
      ring[place] = undefined;
      this.#head++;
    }
    return undefined;
  }

  /** Takes a waiter out of the queue; returns its `reject`. */
  #leave(waiter: Waiter<R>): ((error: unknown) => void) | undefined {
    const { reject, rare } = waiter;
    waiter.reject = undefined;
    this.#waiting--;
    if (rare?.timer) stopTimer(rare.timer);
    if (rare?.onAbort) rare.signal?.removeEventListener('abort', rare.onAbort);
    return reject;
  }

  #watchRare(waiter: Waiter<R>, rare: RareWaiter, timeoutMillis: number | undefined): void {
    if (timeoutMillis !== undefined && checkNumber('timeoutMillis', timeoutMillis, 0, LONGEST_TIMER) > 0) {
      rare.timer = startTimer(() => this.#timeOut(waiter, timeoutMillis), timeoutMillis);
    }
    const { signal } = rare;
    if (!signal) return;
    rare.onAbort = () => {
      this.#leave(waiter)?.(signal.reason);
      this.#noteQuiet();
    };
    signal.addEventListener('abort', rare.onAbort, { once: true });
  }

  /** One timer for all waiters of the common time-out: they queue in the order they fall due. */
  #startWaitTimer(millis: number, now: number): void {
    if (millis === Number.POSITIVE_INFINITY) return;
    const due = now + millis;
    this.#waitTimer = startTimer(() => {
      this.#waitTimer = undefined;
      const rang = this.#ring(due);
      const ring = this.#ringOfWaiters;
      for (let i = this.#head; i < this.#tail; i++) {
        const waiter = ring[i & (ring.length - 1)];
        if (!waiter?.reject || waiter.rare?.ownTimeout) continue;
        const left = waiter.since + this.#connectionTimeoutMillis - rang;
        // Less than a timer can tell, or only what adding floating-point numbers left over.
        if (left >= 1) {
          this.#startWaitTimer(left, rang);
          break;
        }
        this.#timeOut(waiter, this.#connectionTimeoutMillis);
      }
    }, millis);
  }

  #timeOut(waiter: Waiter<R>, millis: number): void {
    const reject = this.#leave(waiter);
    this.#timeouts++;
    if (onTimeout.hasSubscribers)
      onTimeout.publish({ 'db.client.connection.pool.name': this.name, waitMillis: millis });
    const message = `${this.name}: no resource within ${millis} ms; ${this.#describe()}`;
    reject?.(new PoolError('ERR_POOL_TIMEOUT', message, this.#failures > 0 ? { cause: this.#lastError } : undefined));
    this.#noteQuiet();
  }

  #describe(): string {
    const counts = `${this.#used} of ${this.max} lent, ${this.#idle} idle, ${this.#creations.size} being created, ${this.#waiting} waiting`;
    return this.#failures > 0 ? `${counts}, ${this.#failures} failed creations in a row` : counts;
  }

  #closedError(): PoolError {
    return new PoolError('ERR_POOL_CLOSED', `${this.name} is closed`);
  }

  // Creating

  #createMore(count: number, now: number): void {
    const room = this.max - this.#slots.size - this.#creations.size;
    let left = Math.min(count, room);
    if (left <= 0) return;
    if (this.#failures > 0) {
      if (this.#creations.size > 0) return;
      if (now < this.#retryAt) {
        this.#retryLater(now);
        return;
      }
      left = 1;
    }
    while (left-- > 0) this.#create(now);
  }

  #retryLater(now: number): void {
    const due = this.#retryAt;
    this.#retryTimer ??= startTimer(() => {
      this.#retryTimer = undefined;
      this.#supply(this.#ring(due));
    }, due - now);
  }

  #create(startedAt: number): void {
    const controller = new AbortController();
    const { signal } = controller;
    let attempt: Promise<void> | undefined;
    let isLate = false;
    const work = async (): Promise<R> => {
      const resource = await this.#options.create({ signal });
      if (isLate) this.#end(resource);
      return resource;
    };
    const abandon = (error: Error): void => {
      isLate = true;
      controller.abort(error);
    };
    const settle = (): void => {
      if (attempt) this.#creations.delete(attempt);
    };
    attempt = detached(() => within(work, this.#createTimeoutMillis, `${this.name}: create`, abandon)).then(
      (resource) => {
        settle();
        this.#adopt(resource, startedAt);
      },
      (error: unknown) => {
        settle();
        if (this.#draining && signal.aborted) this.#noteQuiet();
        else this.#failCreation(error);
      },
    );
    this.#creations.set(attempt, controller);
  }

  #adopt(resource: R, startedAt: number): void {
    const now = this.#now();
    if (resource === undefined || resource === null || this.#slots.has(resource)) {
      const what = resource === undefined || resource === null ? String(resource) : 'a resource that it made before';
      this.#failCreation(new TypeError(`create must return a new resource, got ${what}`));
      return;
    }
    this.#failures = 0;
    this.#created++;
    if (this.#isClosed) {
      this.#end(resource);
      return;
    }
    const slot: Slot<R> = {
      resource,
      expiresAt: now + this.#maxLifetimeMillis * (1 - this.#lifetimeJitter * Math.random()),
      giveBack: this.#giveBack,
      state: 'validating',
      lease: undefined,
      since: now,
      uses: 0,
      broken: false,
      reported: false,
      affinity: undefined,
      stack: undefined,
      warmer: undefined,
      colder: undefined,
    };
    this.#slots.set(resource, slot);
    if (onCreate.hasSubscribers) {
      onCreate.publish({
        'db.client.connection.pool.name': this.name,
        'db.client.connection.create_time': now - startedAt,
      });
    }
    try {
      (this.#options.watch ?? watchEvents)(resource, (error) => this.#break(slot, error));
    } catch (error) {
      this.#break(slot, error);
    }
    if (slot.broken) this.#remove(slot);
    else this.#offer(slot, now);
    this.#supply(now);
    this.#noteQuiet();
  }

  #failCreation(error: unknown): void {
    const now = this.#now();
    this.#createErrors++;
    this.#backOff(error, now);
    this.#report(error);
    // A waiter may wait for a return, not for nothing.
    if (this.#slots.size === 0 && this.#creations.size === 0) this.#rejectWaiters(error);
    this.#supply(now);
    this.#noteQuiet();
  }

  #backOff(error: unknown, now: number): void {
    this.#failures++;
    this.#lastError = error;
    const pause = this.#createRetryIntervalMillis * 2 ** Math.min(this.#failures - 1, 5);
    this.#retryAt = now + pause * (1 - Math.random() / 2);
  }

  #rejectWaiters(error: unknown): void {
    for (let waiter = this.#firstWaiter(); waiter; waiter = this.#firstWaiter()) this.#leave(waiter)?.(error);
  }

  async #fill(count: number): Promise<void> {
    while (!this.#draining && this.#slots.size < count) {
      const failed = this.#createErrors;
      const now = this.#now();
      if (this.#failures > 0 && now < this.#retryAt) throw this.#lastError;
      this.#createMore(count - this.#slots.size - this.#creations.size, now);
      await Promise.all(this.#creations.keys());
      if (this.#createErrors > failed) throw this.#lastError;
    }
  }

  // Ending

  #break(slot: Slot<R>, error: unknown): void {
    if (slot.state === 'gone' || slot.broken) return;
    slot.broken = true;
    if (error !== undefined) this.#report(error);
    const now = this.#now();
    // A server that accepts and hangs up must not be called again and again without a pause.
    if (slot.uses === 0 && slot.state !== 'used') this.#backOff(error ?? new Error('closed before its first use'), now);
    if (slot.state !== 'idle') return;
    this.#remove(slot);
    this.#supply(now);
  }

  /** Takes a resource out of the pool for good and ends it. */
  #remove(slot: Slot<R>): void {
    if (slot.state === 'idle') this.#unstack(slot);
    slot.state = 'gone';
    this.#slots.delete(slot.resource);
    if (slot.affinity !== undefined && this.#byAffinity.get(slot.affinity) === slot)
      this.#byAffinity.delete(slot.affinity);
    this.#end(slot.resource);
  }

  #end(resource: R): void {
    this.#destroying++;
    const done = (): void => {
      this.#destroying--;
      this.#destroyed++;
      if (onDestroy.hasSubscribers) onDestroy.publish({ 'db.client.connection.pool.name': this.name });
      this.#noteQuiet();
    };
    const failed = (error: unknown): void => {
      this.#report(error);
      done();
    };
    const { destroy } = this.#options;
    detached(() => within(() => destroy(resource), this.#destroyTimeoutMillis, `${this.name}: destroy`)).then(
      done,
      failed,
    );
  }

  #validate(slot: Slot<R>): void {
    slot.state = 'validating';
    this.#validating++;
    const check = async (): Promise<boolean> => (await this.#options.validate?.(slot.resource)) ?? true;
    const settle = (isUsable: boolean): void => {
      const now = this.#now();
      this.#validating--;
      if (isUsable && !slot.broken && !this.#isClosed) this.#offer(slot, now);
      else {
        this.#validationFailures++;
        this.#remove(slot);
      }
      this.#supply(now);
      this.#noteQuiet();
    };
    detached(() => within(check, this.#validateTimeoutMillis, `${this.name}: validate`)).then(
      settle,
      (error: unknown) => {
        this.#report(error);
        settle(false);
      },
    );
  }

  #report(error: unknown): void {
    if (onError.hasSubscribers) onError.publish({ 'db.client.connection.pool.name': this.name, error });
    try {
      this.#options.onError?.(error);
    } catch {
      // The callback's own failure has nobody left to be told.
    }
  }

  // Sweeping: idle eviction, lifetimes and leaks on one coarse timer

  #startSweep(): void {
    const watchesIdle = this.#idleTimeoutMillis < Number.POSITIVE_INFINITY && this.#slots.size > this.min;
    const watchesAll = Math.min(this.#maxLifetimeMillis, this.#leakDetectionMillis) < Number.POSITIVE_INFINITY;
    if (this.#slots.size === 0 || !(watchesIdle || watchesAll)) return;
    const due = this.#now() + this.#sweepMillis;
    this.#sweepTimer = startTimer(() => {
      this.#sweepTimer = undefined;
      this.#sweep(this.#ring(due));
      this.#startSweep();
    }, this.#sweepMillis);
  }

  #sweep(now: number): void {
    for (let slot = this.#coldest; slot; slot = this.#coldest) {
      if (this.#slots.size <= this.min || now - slot.since < this.#idleTimeoutMillis) break;
      this.#remove(slot);
    }
    for (const slot of this.#slots.values()) {
      if (slot.state === 'idle' && slot.expiresAt <= now) this.#remove(slot);
      if (slot.state === 'used' && !slot.reported && now - slot.since >= this.#leakDetectionMillis)
        this.#leak(slot, now);
    }
    this.#supply(now);
  }

  #leak(slot: Slot<R>, now: number): void {
    slot.reported = true;
    this.#leaks++;
    const report = { resource: slot.resource, heldMillis: now - slot.since, stack: slot.stack };
    if (onLeak.hasSubscribers) onLeak.publish({ 'db.client.connection.pool.name': this.name, ...report });
    try {
      this.#options.onLeak?.(report);
    } catch (error) {
      this.#report(error);
    }
  }

  // Draining

  #noteQuiet(): void {
    if (this.#whenQuiet && this.#isQuiet()) this.#whenQuiet();
  }

  #isQuiet(): boolean {
    return this.#slots.size + this.#creations.size + this.#destroying + this.#waiting === 0;
  }

  async #drain(timeoutMillis: number): Promise<LeaseReport<R>[]> {
    // The caller's assignment to #draining must come first: #offer reads it.
    await undefined;
    while (this.#warmest) this.#remove(this.#warmest);
    if (this.#waiting === 0) this.#abandonCreations();
    const quiet = new Promise<void>((resolve) => {
      this.#whenQuiet = resolve;
      this.#noteQuiet();
    });
    const timer = timeoutMillis > 0 ? startTimer(() => this.#force(), timeoutMillis) : undefined;
    await quiet;
    this.#isClosed = true;
    for (const each of [timer, this.#retryTimer, this.#waitTimer, this.#sweepTimer]) stopTimer(each);
    return this.#leaked;
  }

  /** Ends the patience of a drain. */
  #force(): void {
    if (this.#isClosed) return;
    const now = this.#now();
    this.#isClosed = true;
    this.#rejectWaiters(this.#closedError());
    this.#abandonCreations();
    this.#creations.clear();
    for (const slot of this.#slots.values()) {
      if (slot.state !== 'used') continue;
      this.#leaked.push({ resource: slot.resource, heldMillis: now - slot.since, stack: slot.stack });
      this.#used--;
      this.#remove(slot);
    }
    this.#noteQuiet();
  }

  /** Asks creations nobody waits for to give up; what they make all the same is destroyed. */
  #abandonCreations(): void {
    for (const controller of this.#creations.values()) controller.abort(this.#closedError());
  }
}
