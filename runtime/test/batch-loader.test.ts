import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BatchLoader } from '../src/batch-loader.ts';

function doubling(options?: ConstructorParameters<typeof BatchLoader<number, number>>[1]) {
  const batches: number[][] = [];
  const loader = new BatchLoader<number, number>(async (keys) => {
    batches.push(keys);
    return keys.map((key) => (key < 0 ? new Error(`no ${key}`) : key * 2));
  }, options);
  return { loader, batches };
}

describe('BatchLoader', () => {
  it('makes one call of the loads of one turn, equal keys once', async () => {
    const { loader, batches } = doubling();
    expect(await Promise.all([loader.load(1), loader.load(2), loader.load(1)])).toEqual([2, 4, 2]);
    expect(batches).toEqual([[1, 2]]);
    expect(loader.stats()).toEqual({ batches: 1, keys: 2, shared: 1 });
  });

  it('lets loads that follow from resolved promises join the batch', async () => {
    const { loader, batches } = doubling();
    const later = Promise.resolve()
      .then(() => undefined)
      .then(() => loader.load(2));
    await Promise.all([loader.load(1), later]);
    expect(batches).toEqual([[1, 2]]);
  });

  it('keeps nothing across batches unless given a cache, from which rejections are removed', async () => {
    const { loader, batches } = doubling();
    await loader.load(1);
    await loader.load(1);
    expect(batches).toHaveLength(2);
    const cacheMap = new Map<number, Promise<number>>();
    const cached = doubling({ cacheMap });
    await cached.loader.load(1);
    await cached.loader.load(1);
    await expect(cached.loader.load(-1)).rejects.toThrow('no -1');
    await turn();
    expect([...cacheMap.keys()]).toEqual([1]);
    cached.loader.prime(5, 50).prime(1, 99).prime(6, new Error('six'));
    expect(await cached.loader.loadMany([5, 1])).toEqual([50, 2]);
    await expect(cached.loader.load(6)).rejects.toThrow('six');
    await cached.loader.clear(1).load(1);
    expect(cached.batches).toEqual([[1], [-1], [1]]);
    cached.loader.clearAll();
    expect(cacheMap.size).toBe(0);
    expect(loader.prime(1, 1).clear(1).clearAll()).toBe(loader);
  });

  it('counts different keys only against maxBatchSize', async () => {
    const { loader, batches } = doubling({ maxBatchSize: 2 });
    await Promise.all([1, 1, 1, 2, 2, 3, 4, 5].map((key) => loader.load(key)));
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('rejects the loads of keys answered with an Error, and only those', async () => {
    const { loader } = doubling();
    const results = await Promise.allSettled([loader.load(1), loader.load(-1)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await loader.loadMany([1, -1])).toEqual([2, expect.objectContaining({ message: 'no -1' })]);
  });

  it('rejects all when the call fails, throws, or answers with another number of values', async () => {
    const answers: ((keys: number[]) => Promise<number[]>)[] = [
      () => Promise.reject(new Error('down')),
      () => {
        throw new Error('sync');
      },
      async () => [1],
      async () => 'no' as never,
    ];
    const messages: string[] = [];
    for (const answer of answers) {
      const loader = new BatchLoader(answer);
      const results = await Promise.allSettled([loader.load(1), loader.load(2)]);
      for (const result of results) messages.push(result.status === 'rejected' ? result.reason.message : 'resolved');
    }
    expect(messages).toEqual([
      'down',
      'down',
      'sync',
      'sync',
      'batch must answer 2 keys with an array of as many values, got 1 values',
      'batch must answer 2 keys with an array of as many values, got 1 values',
      'batch must answer 2 keys with an array of as many values, got string',
      'batch must answer 2 keys with an array of as many values, got string',
    ]);
  });

  it('tells keys apart by cacheKeyFn and runs batches when the scheduler says so', async () => {
    const runs: (() => void)[] = [];
    const batches: { id: number }[][] = [];
    const loader = new BatchLoader<{ id: number }, number, number>(
      async (keys) => {
        batches.push(keys);
        return keys.map(({ id }) => id);
      },
      { cacheKeyFn: ({ id }) => id, batchScheduleFn: (run) => runs.push(run) },
    );
    const loads = [loader.load({ id: 1 }), loader.load({ id: 1 })];
    await turn();
    const third = loader.load({ id: 2 });
    expect(batches).toEqual([]);
    for (const run of runs) run();
    for (const run of runs) run();
    expect(await Promise.all([...loads, third])).toEqual([1, 1, 2]);
    expect(batches).toHaveLength(1);
  });

  it('a load made inside the call goes to the next batch', async () => {
    const batches: number[][] = [];
    const loader: BatchLoader<number, number> = new BatchLoader(async (keys) => {
      batches.push(keys);
      return keys.includes(1) ? [await loader.load(2)] : keys;
    });
    expect(await loader.load(1)).toBe(2);
    expect(batches).toEqual([[1], [2]]);
  });

  it('checks its options', () => {
    expect(() => new BatchLoader(async (keys: number[]) => keys, { maxBatchSize: 0 })).toThrow(/maxBatchSize .* got 0/);
    expect(() => new BatchLoader(3 as never)).toThrow('batch must be a function');
  });
});
