/** singleFlight: callers that ask for the same key while a call is in flight share it. Nothing outlives the call. */
import { checkFunction } from './internal.ts';

/** What a shared call is given. */
export interface FlightContext {
  /** Aborts when every caller has given up; never when one of them passed no signal. */
  readonly signal: AbortSignal;
}

export interface FlightOptions {
  /** Ends this caller's wait with the signal's reason; the others are not touched. */
  signal?: AbortSignal;
}

export interface SingleFlightStats {
  /** Keys in flight now. */
  inFlight: number;
  /** Calls made, and calls spared, since construction. */
  calls: number;
  shared: number;
}

class Flight<V> implements FlightContext {
  promise!: Promise<V>;
  isStarting = true;
  /** Callers that still wait; those without a signal never give up. */
  callers = 0;
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Returns whether nobody waits any more. */
  leave(reason: unknown): boolean {
    if (--this.callers > 0) return false;
    this.#controller?.abort(reason);
    return true;
  }
}

/**
 * Shares calls by key (compared as Map keys are). Neither results nor rejections are kept.
 *
 * ```ts
 * const flights = new SingleFlight<string, User>();
 * const user = await flights.do(id, () => loadUser(id), { signal: request.signal });
 * ```
 */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Flight<V>>();
  #calls = 0;
  #shared = 0;

  /** The result of the call in flight for `key`, or of a new call of `fn`. A throw of `fn` is a rejection. O(1). */
  do(key: K, fn: (context: FlightContext) => V | PromiseLike<V>, options?: FlightOptions): Promise<V> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    let flight = this.#flights.get(key);
    if (flight) {
      this.#shared++;
      // Waiting for itself, the call could never end.
      if (flight.isStarting) return Promise.reject(new Error('a call may not ask for its own key'));
    } else {
      flight = this.#start(key, fn);
    }
    flight.callers++;
    return signal ? this.#wait(key, flight, signal) : flight.promise;
  }

  /** Lets the next call for `key` start anew; callers of the one in flight still get its result. */
  forget(key: K): void {
    this.#flights.delete(key);
  }

  /** Plain counters: O(1). */
  stats(): SingleFlightStats {
    return { inFlight: this.#flights.size, calls: this.#calls, shared: this.#shared };
  }

  #start(key: K, fn: (context: FlightContext) => V | PromiseLike<V>): Flight<V> {
    const flight = new Flight<V>();
    this.#flights.set(key, flight);
    this.#calls++;
    flight.promise = this.#call(key, flight, fn);
    flight.isStarting = false;
    return flight;
  }

  async #call(key: K, flight: Flight<V>, fn: (context: FlightContext) => V | PromiseLike<V>): Promise<V> {
    try {
      return await fn(flight);
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }

  #wait(key: K, flight: Flight<V>, signal: AbortSignal): Promise<V> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(signal.reason);
        // A call that was told to stop is not one to join.
        if (flight.leave(signal.reason) && this.#flights.get(key) === flight) this.#flights.delete(key);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }
}

/** Wraps `fn` so that calls with an equal key share one; the key is the first argument unless `keyOf` says otherwise. */
export function singleFlight<A extends unknown[], V>(
  fn: (...args: A) => V | PromiseLike<V>,
  options: { keyOf?: (...args: A) => unknown } = {},
): ((...args: A) => Promise<V>) & { forget(...args: A): void; stats(): SingleFlightStats } {
  checkFunction('fn', fn);
  const keyOf = checkFunction('keyOf', options.keyOf ?? ((...args: A): unknown => args[0]));
  const flights = new SingleFlight<unknown, V>();
  const shared = (...args: A): Promise<V> => flights.do(keyOf(...args), () => fn(...args));
  return Object.assign(shared, {
    forget: (...args: A): void => flights.forget(keyOf(...args)),
    stats: (): SingleFlightStats => flights.stats(),
  });
}
