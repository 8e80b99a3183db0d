/**
 * BatchLoader: single loads of one turn of the event loop become one call, as in DataLoader.
 *
 * Unlike DataLoader it keeps nothing by default: equal keys share a load within a batch, and a cache across batches is
 * what the caller passes in, with the caller's bound. `maxBatchSize` counts different keys only.
 */
import { checkFunction, checkInteger } from './internal.ts';

/** What the loader needs of a cache: a Map for one request, a BoundedCache for longer. */
export interface LoadCache<C, V> {
  get(key: C): Promise<V> | undefined;
  set(key: C, value: Promise<V>): unknown;
  delete(key: C): unknown;
  clear(): unknown;
}

export interface BatchLoaderOptions<K, V, C = K> {
  /** Most keys in one call. Default no limit. */
  maxBatchSize?: number;
  /** When to run a batch: calls `run` once, later. Default: when the promises settled in this turn have had their say. */
  batchScheduleFn?: (run: () => void) => void;
  /** What tells keys apart. Default: the key itself, as a Map compares. */
  cacheKeyFn?: (key: K) => C;
  /** Keeps loads across batches; rejected ones are removed. Default none. */
  cacheMap?: LoadCache<C, V>;
}

export interface BatchLoaderStats {
  batches: number;
  /** Keys sent in them. */
  keys: number;
  /** Loads that joined another of their batch, or came from the cache. */
  shared: number;
}

/** A call in the making: three lists of one length, and the loads by key. */
class Batch<K, V, C> {
  readonly keys: K[] = [];
  readonly resolves: ((value: V) => void)[] = [];
  readonly rejects: ((error: unknown) => void)[] = [];
  readonly loads = new Map<C, Promise<V>>();
  isSent = false;
}

const ready = Promise.resolve();

/** After the microtasks of this turn: loads made by continuations of earlier loads join the batch. */
function afterPromises(run: () => void): void {
  ready.then(() => {
    if (typeof process === 'object' && typeof process.nextTick === 'function') process.nextTick(run);
    else setTimeout(run, 0);
  });
}

/**
 * ```ts
 * const users = new BatchLoader((ids: string[]) => findUsersInOrder(ids), { maxBatchSize: 100 });
 * const [a, b] = await Promise.all([users.load('a'), users.load('b')]); // one call
 * ```
 *
 * `batch` gets the different keys and answers with one value, or an Error, for each, in their order. It runs in the
 * async context of the batch's first load: make a loader for each request where that matters.
 */
export class BatchLoader<K, V, C = K> {
  readonly #batchFn: (keys: K[]) => PromiseLike<readonly (V | Error)[]>;
  readonly #maxBatchSize: number;
  readonly #schedule: (run: () => void) => void;
  readonly #cacheKeyFn: ((key: K) => C) | undefined;
  readonly #cacheMap: LoadCache<C, V> | undefined;
  #batch: Batch<K, V, C> | undefined;
  #batches = 0;
  #keys = 0;
  #shared = 0;

  constructor(batch: (keys: K[]) => PromiseLike<readonly (V | Error)[]>, options: BatchLoaderOptions<K, V, C> = {}) {
    this.#batchFn = checkFunction('batch', batch);
    const infinity = Number.POSITIVE_INFINITY;
    this.#maxBatchSize = checkInteger('maxBatchSize', options.maxBatchSize ?? infinity, 1, infinity);
    this.#schedule = checkFunction('batchScheduleFn', options.batchScheduleFn ?? afterPromises);
    if (options.cacheKeyFn) checkFunction('cacheKeyFn', options.cacheKeyFn);
    this.#cacheKeyFn = options.cacheKeyFn;
    this.#cacheMap = options.cacheMap;
  }

  /** The value of `key`. Rejects with the Error answered for it, or with the error of the whole call. O(1). */
  load(key: K): Promise<V> {
    const id = this.#cacheKeyFn ? this.#cacheKeyFn(key) : (key as unknown as C);
    const cached = this.#cacheMap?.get(id);
    if (cached) {
      this.#shared++;
      return cached;
    }
    let batch = this.#batch;
    if (!batch || batch.isSent || batch.keys.length >= this.#maxBatchSize) {
      const same = batch && !batch.isSent ? batch.loads.get(id) : undefined;
      if (same) {
        this.#shared++;
        return same;
      }
      batch = this.#startBatch();
    } else {
      const same = batch.loads.get(id);
      if (same) {
        this.#shared++;
        return same;
      }
    }
    const { keys, resolves, rejects, loads } = batch;
    keys.push(key);
    const load = new Promise<V>((resolve, reject) => {
      resolves.push(resolve);
      rejects.push(reject);
    });
    loads.set(id, load);
    if (this.#cacheMap) this.#keep(this.#cacheMap, id, load);
    return load;
  }

  /** The values of many keys, an Error in the place of each that failed: never rejects. */
  loadMany(keys: readonly K[]): Promise<(V | Error)[]> {
    return Promise.all(
      keys.map((key) =>
        this.load(key).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
      ),
    );
  }

  /** Takes a key out of the cache. */
  clear(key: K): this {
    this.#cacheMap?.delete(this.#cacheKeyFn ? this.#cacheKeyFn(key) : (key as unknown as C));
    return this;
  }

  clearAll(): this {
    this.#cacheMap?.clear();
    return this;
  }

  /** Puts a value, or the Error to reject with, into the cache unless the key is there. Without a cache it does nothing. */
  prime(key: K, value: V | Error): this {
    const cache = this.#cacheMap;
    const id = this.#cacheKeyFn ? this.#cacheKeyFn(key) : (key as unknown as C);
    if (!cache || cache.get(id)) return this;
    const load = value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    // Nobody may ever ask for it.
    load.catch(() => {});
    cache.set(id, load);
    return this;
  }

  /** Plain counters: O(1). */
  stats(): BatchLoaderStats {
    return { batches: this.#batches, keys: this.#keys, shared: this.#shared };
  }

  #keep(cache: LoadCache<C, V>, id: C, load: Promise<V>): void {
    cache.set(id, load);
    load.catch(() => {
      if (cache.get(id) === load) cache.delete(id);
    });
  }

  #startBatch(): Batch<K, V, C> {
    const batch = new Batch<K, V, C>();
    this.#batch = batch;
    this.#schedule(() => void this.#send(batch));
    return batch;
  }

  async #send(batch: Batch<K, V, C>): Promise<void> {
    if (batch.isSent) return;
    batch.isSent = true;
    const { keys, resolves, rejects } = batch;
    this.#batches++;
    this.#keys += keys.length;
    try {
      const values = await this.#batchFn(keys.slice());
      if (!Array.isArray(values) || values.length !== keys.length) {
        const got = Array.isArray(values) ? `${values.length} values` : typeof values;
        throw new TypeError(`batch must answer ${keys.length} keys with an array of as many values, got ${got}`);
      }
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as V | Error;
        if (value instanceof Error) rejects[i]?.(value);
        else resolves[i]?.(value);
      }
    } catch (error) {
      for (const reject of rejects) reject(error);
    }
  }
}
