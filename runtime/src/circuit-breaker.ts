/**
 * CircuitBreaker: stops calling a dependency that fails, and tries it again with a few calls after a while.
 *
 * It has no timers: the window's buckets and the change to half-open are worked out when a call comes. It keeps counts,
 * never latencies or results, so its memory does not grow with calls.
 */
import { announce, channel, checkFunction, checkInteger, checkNumber } from './internal.ts';

const onChange = channel('plimsoll:circuit-breaker:change');

export type CircuitState = 'closed' | 'open' | 'halfOpen';

export interface CircuitBreakerOptions {
  /** Opens when this share of the window's calls failed, 0 to 100. Default 50. */
  errorThresholdPercentage?: number;
  /** Never opens on fewer calls than this in the window. Default 5. */
  volumeThreshold?: number;
  /** How long it stays open, in milliseconds. Default 30,000. */
  resetTimeout?: number;
  /** Length of the window in milliseconds. Default 10,000. */
  rollingCountTimeout?: number;
  /** Steps in which old calls leave the window. Default 10. */
  rollingCountBuckets?: number;
  /** Calls let through while half-open; it closes when all succeed, opens when one fails. Default 1. */
  halfOpenCalls?: number;
  /** Most calls in flight; further ones are rejected. Default no limit. */
  capacity?: number;
  /** True for errors that are not the dependency's fault: they pass through and count as successes. */
  errorFilter?: (error: unknown) => boolean;
  onStateChange?: (state: CircuitState, previous: CircuitState) => void;
  /** Names the breaker in messages and diagnostics. Default 'circuit'. */
  name?: string;
  /** Clock in milliseconds. Default `performance.now`. */
  now?: () => number;
}

export interface CircuitCallOptions<T> {
  /** Rejects this call at once with the signal's reason; that is not a failure of the dependency. */
  signal?: AbortSignal;
  /** Answers instead of the error: when the call failed, and when it was not made. */
  fallback?: (error: unknown) => T | PromiseLike<T>;
}

export interface CircuitBreakerStats {
  state: CircuitState;
  inFlight: number;
  /** In the window now: */
  windowCalls: number;
  windowFailures: number;
  /** Since construction: */
  successes: number;
  failures: number;
  rejected: number;
  opened: number;
}

/**
 * Rejects calls that were not made. It has no stack, and those refused in one opening get the same one: calls may be
 * refused at any rate, and refusing must cost less than calling.
 */
export class CircuitOpenError extends Error {
  readonly code: 'ERR_CIRCUIT_OPEN' | 'ERR_CIRCUIT_FULL';
  constructor(code: 'ERR_CIRCUIT_OPEN' | 'ERR_CIRCUIT_FULL', message: string) {
    super(message);
    this.code = code;
  }
}

// On the prototype: a field would be defined anew for each error.
Object.defineProperty(CircuitOpenError.prototype, 'name', { value: 'CircuitOpenError', configurable: true });

function withoutStack(code: CircuitOpenError['code'], message: string): CircuitOpenError {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 0;
    return new CircuitOpenError(code, message);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * ```ts
 * const payments = new CircuitBreaker({ errorThresholdPercentage: 50, resetTimeout: 5_000 });
 * const receipt = await payments.run(() => pay(order), { signal, fallback: () => queueForLater(order) });
 * ```
 *
 * Make one for each dependency, not for each request. About 0.5 KiB each; 0.2 µs a call.
 */
export class CircuitBreaker {
  readonly name: string;
  readonly #threshold: number;
  readonly #volume: number;
  readonly #resetTimeout: number;
  readonly #bucketMillis: number;
  readonly #halfOpenCalls: number;
  readonly #capacity: number;
  readonly #errorFilter: ((error: unknown) => boolean) | undefined;
  readonly #onStateChange: CircuitBreakerOptions['onStateChange'];
  readonly #now: () => number;
  readonly #bucketCalls: number[];
  readonly #bucketFailures: number[];
  /** Number of the newest bucket, counted from the clock's zero. */
  #bucket = 0;
  #windowCalls = 0;
  #windowFailures = 0;
  #state: CircuitState = 'closed';
  /** Grows with each change of state: the outcome of a call counts only in the state it was made in. */
  #era = 0;
  #changedAt = 0;
  #probes = 0;
  #probeSuccesses = 0;
  #openError: CircuitOpenError | undefined;
  #inFlight = 0;
  #successes = 0;
  #failures = 0;
  #rejected = 0;
  #opened = 0;

  constructor(options: CircuitBreakerOptions = {}) {
    this.#threshold = checkNumber('errorThresholdPercentage', options.errorThresholdPercentage ?? 50, 0, 100);
    this.#volume = checkInteger('volumeThreshold', options.volumeThreshold ?? 5, 1);
    this.#resetTimeout = checkNumber('resetTimeout', options.resetTimeout ?? 30_000, 0);
    const window = checkNumber('rollingCountTimeout', options.rollingCountTimeout ?? 10_000, 1);
    const buckets = checkInteger('rollingCountBuckets', options.rollingCountBuckets ?? 10, 1, 1_000);
    this.#bucketMillis = window / buckets;
    this.#bucketCalls = new Array<number>(buckets).fill(0);
    this.#bucketFailures = new Array<number>(buckets).fill(0);
    this.#halfOpenCalls = checkInteger('halfOpenCalls', options.halfOpenCalls ?? 1, 1);
    this.#capacity = checkInteger(
      'capacity',
      options.capacity ?? Number.POSITIVE_INFINITY,
      1,
      Number.POSITIVE_INFINITY,
    );
    this.#errorFilter = options.errorFilter && checkFunction('errorFilter', options.errorFilter);
    this.#onStateChange = options.onStateChange && checkFunction('onStateChange', options.onStateChange);
    this.#now = checkFunction('now', options.now ?? (() => performance.now()));
    this.name = options.name ?? 'circuit';
    announce('circuit-breaker', this);
  }

  /** 'open' turns into 'halfOpen' with the first call after `resetTimeout`. */
  get state(): CircuitState {
    return this.#state;
  }

  /** Calls `fn` unless the circuit is open or full, then rejects with a CircuitOpenError. */
  run<T>(fn: (signal: AbortSignal | undefined) => T | PromiseLike<T>, options?: CircuitCallOptions<T>): Promise<T> {
    const signal = options?.signal;
    const fallback = options?.fallback;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#state !== 'closed' && !this.#admit()) {
      this.#openError ??= withoutStack('ERR_CIRCUIT_OPEN', `${this.name} is open`);
      return this.#refuse(this.#openError, fallback);
    }
    if (this.#inFlight >= this.#capacity) {
      if (this.#state === 'halfOpen') this.#probes--;
      const message = `${this.name} has ${this.#inFlight} calls in flight`;
      return this.#refuse(withoutStack('ERR_CIRCUIT_FULL', message), fallback);
    }
    const call = signal ? this.#callUntil(fn, signal) : this.#call(fn);
    return fallback
      ? call.catch((error: unknown) => (signal?.aborted ? Promise.reject(error) : fallback(error)))
      : call;
  }

  /** `fn` behind this breaker. */
  wrap<A extends unknown[], T>(fn: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T> {
    checkFunction('fn', fn);
    return (...args) => this.run(() => fn(...args));
  }

  /** Opens it by hand. */
  open(): void {
    this.#change('open');
  }

  /** Closes it by hand, with an empty window. */
  close(): void {
    this.#change('closed');
  }

  /** Plain counters: O(1). */
  stats(): CircuitBreakerStats {
    this.#roll(this.#now());
    return {
      state: this.#state,
      inFlight: this.#inFlight,
      windowCalls: this.#windowCalls,
      windowFailures: this.#windowFailures,
      successes: this.#successes,
      failures: this.#failures,
      rejected: this.#rejected,
      opened: this.#opened,
    };
  }

  async #call<T>(fn: (signal: AbortSignal | undefined) => T | PromiseLike<T>): Promise<T> {
    const era = this.#era;
    this.#inFlight++;
    try {
      const value = await fn(undefined);
      this.#succeed(era);
      return value;
    } catch (error) {
      this.#fail(era, error);
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  #callUntil<T>(fn: (signal: AbortSignal) => T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
    const era = this.#era;
    this.#inFlight++;
    return new Promise((resolve, reject) => {
      let isAborted = false;
      const onAbort = (): void => {
        isAborted = true;
        // The trial proved nothing: another call may be one.
        if (era === this.#era && this.#state === 'halfOpen') this.#probes--;
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const done = (): void => {
        this.#inFlight--;
        signal.removeEventListener('abort', onAbort);
      };
      (async () => fn(signal))().then(
        (value) => {
          done();
          if (!isAborted) this.#succeed(era);
          resolve(value);
        },
        (error: unknown) => {
          done();
          if (!isAborted) this.#fail(era, error);
          reject(error);
        },
      );
    });
  }

  /** Whether a call may be made though the circuit is not closed. */
  #admit(): boolean {
    const now = this.#now();
    // Trials that never ended make room for others after the same time.
    const isOver = now - this.#changedAt >= this.#resetTimeout;
    if (isOver && (this.#state === 'open' || this.#probes >= this.#halfOpenCalls)) this.#change('halfOpen');
    if (this.#state === 'open' || this.#probes >= this.#halfOpenCalls) return false;
    this.#probes++;
    return true;
  }

  #refuse<T>(error: CircuitOpenError, fallback: ((error: unknown) => T | PromiseLike<T>) | undefined): Promise<T> {
    this.#rejected++;
    return fallback ? (async () => fallback(error))() : Promise.reject(error);
  }

  #succeed(era: number): void {
    this.#successes++;
    if (era !== this.#era) return;
    if (this.#state === 'closed') {
      this.#roll(this.#now());
      this.#count(0);
    } else if (this.#state === 'halfOpen' && ++this.#probeSuccesses >= this.#halfOpenCalls) {
      this.#change('closed');
    }
  }

  #fail(era: number, error: unknown): void {
    if (this.#errorFilter?.(error)) {
      this.#succeed(era);
      return;
    }
    this.#failures++;
    if (era !== this.#era) return;
    if (this.#state === 'halfOpen') {
      this.#change('open');
      return;
    }
    this.#roll(this.#now());
    this.#count(1);
    const isEnough = this.#windowCalls >= this.#volume;
    if (isEnough && this.#windowFailures * 100 >= this.#threshold * this.#windowCalls) this.#change('open');
  }

  #count(failures: 0 | 1): void {
    const index = this.#bucket % this.#bucketCalls.length;
    this.#bucketCalls[index] = (this.#bucketCalls[index] ?? 0) + 1;
    this.#windowCalls++;
    if (failures === 0) return;
    this.#bucketFailures[index] = (this.#bucketFailures[index] ?? 0) + 1;
    this.#windowFailures++;
  }

  /** Empties the buckets that left the window since the last call. */
  #roll(now: number): void {
    const newest = Math.floor(now / this.#bucketMillis);
    const { length } = this.#bucketCalls;
    // A clock that went back leaves the newest bucket in use.
    if (newest <= this.#bucket) return;
    for (let bucket = Math.max(this.#bucket + 1, newest - length + 1); bucket <= newest; bucket++) {
      const index = bucket % length;
      this.#windowCalls -= this.#bucketCalls[index] ?? 0;
      this.#windowFailures -= this.#bucketFailures[index] ?? 0;
      this.#bucketCalls[index] = 0;
      this.#bucketFailures[index] = 0;
    }
    this.#bucket = newest;
  }

  #change(state: CircuitState): void {
    const previous = this.#state;
    this.#state = state;
    this.#era++;
    this.#changedAt = this.#now();
    this.#probes = 0;
    this.#probeSuccesses = 0;
    this.#openError = undefined;
    if (state === 'open') this.#opened++;
    if (state === 'closed') {
      this.#bucketCalls.fill(0);
      this.#bucketFailures.fill(0);
      this.#windowCalls = 0;
      this.#windowFailures = 0;
    }
    if (state === previous) return;
    if (onChange.hasSubscribers) onChange.publish({ name: this.name, state, previous });
    this.#onStateChange?.(state, previous);
  }
}
