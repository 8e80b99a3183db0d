/** mapLimit: `Promise.all(items.map(fn))` with at most `limit` calls in flight. */
import { checkFunction, checkInteger } from './internal.ts';

export interface MapLimitOptions {
  /** Rejects at once with the signal's reason; no further item is started. */
  signal?: AbortSignal;
  /** False: all items are tried, and the failures are thrown together as one AggregateError. Default true. */
  stopOnError?: boolean;
}

/**
 * Maps `items` (an iterable, or an async iterable, which is read no faster than it is used) to the results of `fn`, in
 * the order of the items. Rejects with the first error; no further item is started then, and an iterator is closed.
 * Results take O(items) memory, calls in flight never exceed `limit` (an integer of at least 1, or Infinity).
 *
 * ```ts
 * const users = await mapLimit(ids, 8, (id) => loadUser(id), { signal });
 * ```
 */
export function mapLimit<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  fn: (item: T, index: number) => R | PromiseLike<R>,
  { signal, stopOnError = true }: MapLimitOptions = {},
): Promise<R[]> {
  checkInteger('limit', limit, 1, Number.POSITIVE_INFINITY);
  checkFunction('fn', fn);
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise<R[]>((resolve, reject) => {
    const results: R[] = [];
    const errors: unknown[] = [];
    let running = 0;
    let next = 0;
    let isExhausted = false;
    let isSettled = false;
    let isReading = false;
    let isPumping = false;
    const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    const isAsync = Symbol.asyncIterator in items;

    const onAbort = (): void => fail(signal?.reason, true);
    function settle(): void {
      isSettled = true;
      signal?.removeEventListener('abort', onAbort);
    }

    function fail(error: unknown, closesSource: boolean): void {
      if (isSettled) return;
      settle();
      reject(error);
      if (!closesSource) return;
      try {
        // Its answer, if any, is of no interest.
        Promise.resolve(source.return?.()).catch(() => {});
      } catch {
        // The first error is the one that counts.
      }
    }

    function finishIfDone(): void {
      if (isSettled || running > 0 || !isExhausted) return;
      settle();
      if (errors.length > 0) reject(new AggregateError(errors, `${errors.length} of ${next} items failed`));
      else resolve(results);
    }

    async function work(item: T, index: number): Promise<void> {
      try {
        results[index] = await fn(item, index);
      } catch (error) {
        if (stopOnError) fail(error, true);
        else errors.push(error);
      }
      running--;
      if (!isSettled) pump();
    }

    function take(step: IteratorResult<T>): void {
      if (isSettled) return;
      if (step.done) {
        isExhausted = true;
        return;
      }
      running++;
      void work(step.value, next++);
    }

    function read(): void {
      isReading = true;
      (async () => source.next())().then(
        (step) => {
          isReading = false;
          take(step);
          if (!isSettled) pump();
        },
        (error: unknown) => fail(error, false),
      );
    }

    function pump(): void {
      // A synchronous throw of `fn` comes back here from inside the loop below, which goes on by itself.
      if (isPumping) return;
      isPumping = true;
      // An async iterator is asked for one item at a time: not all of them queue their `next` calls.
      if (isAsync) {
        if (!isExhausted && !isReading && running < limit) read();
      } else {
        try {
          while (!isExhausted && !isSettled && running < limit) take(source.next() as IteratorResult<T>);
        } catch (error) {
          fail(error, false);
        }
      }
      isPumping = false;
      finishIfDone();
    }

    signal?.addEventListener('abort', onAbort, { once: true });
    pump();
  });
}
