import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapLimit } from '../src/map-limit.ts';

describe('mapLimit', () => {
  it('is Promise.all of map with at most limit in flight, for arrays, iterables and async iterables', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 50 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('array', 'set', 'async'),
        async (waits, limit, kind) => {
          const items = waits.map((turns, i) => ({ turns, i }));
          async function* stream() {
            for (const item of items) {
              await undefined;
              yield item;
            }
          }
          const source = kind === 'array' ? items : kind === 'set' ? new Set(items) : stream();
          let running = 0;
          const results = await mapLimit(source, limit, async ({ turns, i }, index) => {
            expect(++running).toBeLessThanOrEqual(limit);
            for (let t = 0; t < turns; t++) await undefined;
            running--;
            expect(index).toBe(i);
            return i * 2;
          });
          expect(results).toEqual(items.map(({ i }) => i * 2));
        },
      ),
    );
  });

  it('rejects with the first error, starts nothing more, and closes the iterator', async () => {
    const started: number[] = [];
    let isClosed = false;
    function* numbers() {
      try {
        for (let i = 0; i < 100; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    const run = mapLimit(numbers(), 2, async (n) => {
      started.push(n);
      await turn();
      if (n === 3) throw new Error('three');
    });
    await expect(run).rejects.toThrow('three');
    await turn();
    await turn();
    expect(started.length).toBeLessThanOrEqual(5);
    expect(isClosed).toBe(true);
  });

  it('with stopOnError false tries all and throws the failures together, even 20,000 synchronous ones', async () => {
    const items = Array.from({ length: 20_000 }, (_, i) => i);
    const run = mapLimit(
      items,
      3,
      (n) => {
        throw new Error(String(n));
      },
      { stopOnError: false },
    );
    const error = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toHaveLength(20_000);
  });

  it('abort rejects at once, starts nothing more and removes its listener', async () => {
    const controller = new AbortController();
    let started = 0;
    const run = mapLimit(
      Array.from({ length: 100 }, (_, i) => i),
      2,
      () => {
        started++;
        return new Promise<void>(() => {});
      },
      { signal: controller.signal },
    );
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    expect(started).toBe(2);
    await expect(mapLimit([1], 1, () => 1, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('asks an async source for one item at a time and rejects with its error', async () => {
    let asking = 0;
    let next = 0;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          expect(++asking).toBe(1);
          await turn();
          asking--;
          if (next === 10) throw new Error('stream broke');
          return { done: false, value: next++ };
        },
      }),
    };
    await expect(mapLimit(source, 4, (n) => n)).rejects.toThrow('stream broke');
  });

  it('checks its arguments and handles an empty list', async () => {
    expect(() => mapLimit([1], 0, (n) => n)).toThrow('limit must be an integer of at least 1, got 0');
    expect(await mapLimit([], 3, (n) => n)).toEqual([]);
    expect(await mapLimit([1, 2], Number.POSITIVE_INFINITY, (n) => n + 1)).toEqual([2, 3]);
  });
});
