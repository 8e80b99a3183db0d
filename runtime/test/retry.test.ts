import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RetryBudget, type RetryOptions, retry } from '../src/retry.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The pauses between attempts of a call that always fails, in fake milliseconds. */
async function pausesOf(options: RetryOptions, error: unknown = new Error('down')): Promise<number[]> {
  vi.useFakeTimers();
  const times: number[] = [];
  const run = retry(() => {
    times.push(Date.now());
    throw error;
  }, options).catch(() => {});
  await vi.runAllTimersAsync();
  await run;
  vi.useRealTimers();
  return times.slice(1).map((time, i) => time - (times[i] ?? 0));
}

describe('retry', () => {
  it('returns the first success and passes the number of the attempt', async () => {
    const attempts: number[] = [];
    const value = await retry(
      async (attempt) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error('not yet');
        return 'ok';
      },
      { minTimeout: 1 },
    );
    expect([value, attempts]).toEqual(['ok', [1, 2, 3]]);
  });

  it('pauses stay within the bounds of their jitter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 6, maxLength: 6 }),
        async (chances) => {
          let at = 0;
          const random = () => chances[at++ % 6] ?? 0;
          const common = { retries: 6, minTimeout: 100, maxTimeout: 2_000, random };
          let last = 100;
          for (const pause of await pausesOf(common)) {
            expect(pause).toBeGreaterThanOrEqual(99);
            expect(pause).toBeLessThanOrEqual(Math.min(2_000, last * 3 + 4));
            last = Math.max(100, pause);
          }
          const full = await pausesOf({ ...common, jitter: 'full' });
          for (const [i, pause] of full.entries()) expect(pause).toBeLessThanOrEqual(Math.min(2_000, 100 * 2 ** i));
        },
      ),
      { numRuns: 30 },
    );
    expect(await pausesOf({ retries: 5, minTimeout: 100, maxTimeout: 500, jitter: 'none' })).toEqual([
      100, 200, 400, 500, 500,
    ]);
  });

  it('does not fall into step by default, not even at the longest pause', async () => {
    const pauses = await pausesOf({ retries: 60, minTimeout: 100, maxTimeout: 300 });
    expect(new Set(pauses).size).toBeGreaterThan(30);
  });

  it('heeds Retry-After in seconds or as a date, in any of the usual places', async () => {
    const after = { retries: 1, minTimeout: 1 };
    const withHeaders = (headers: unknown) => Object.assign(new Error('429'), { response: { headers } });
    expect(await pausesOf(after, withHeaders(new Headers({ 'retry-after': '7' })))).toEqual([7_000]);
    expect(await pausesOf(after, Object.assign(new Error('429'), { headers: { 'retry-after': '2' } }))).toEqual([
      2_000,
    ]);
    expect(await pausesOf({ ...after, retryAfter: () => 1_234 })).toEqual([1_234]);
    const [pause] = await pausesOf(after, withHeaders({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
    expect(pause).toBeGreaterThan(50_000);
    expect(pause).toBeLessThanOrEqual(61_000);
  });

  it('starts no attempt after maxRetryTime', async () => {
    const pauses = await pausesOf({ retries: 100, minTimeout: 100, jitter: 'none', factor: 1, maxRetryTime: 1_000 });
    expect(pauses.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1_000);
    expect(pauses.length).toBeGreaterThanOrEqual(9);
  });

  it('abort during a pause rejects within a tick, clears the timer and removes the listener', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const run = retry(() => Promise.reject(new Error('down')), { minTimeout: 60_000, signal: controller.signal });
    await turn();
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error('closing'));
    expect(vi.getTimerCount()).toBe(0);
    await expect(run).rejects.toThrow('closing');
    const passing = new AbortController();
    const listens = vi.spyOn(passing.signal, 'addEventListener');
    const unlistens = vi.spyOn(passing.signal, 'removeEventListener');
    let attempts = 0;
    const recovers = retry(() => (++attempts < 4 ? Promise.reject(new Error('down')) : 'up'), {
      signal: passing.signal,
    });
    await vi.runAllTimersAsync();
    expect(await recovers).toBe('up');
    expect(listens.mock.calls.length).toBe(3);
    expect(unlistens.mock.calls.length).toBe(3);
    expect(removed.mock.calls.length).toBeLessThanOrEqual(1);
    await expect(retry(() => 1, { signal: controller.signal })).rejects.toThrow('closing');
  });

  it('does not retry programming errors or aborts, but does failed fetches', async () => {
    const attemptsOf = async (error: unknown): Promise<number> => (await pausesOf({ retries: 2 }, error)).length + 1;
    expect(await attemptsOf(new TypeError("Cannot read properties of undefined (reading 'x')"))).toBe(1);
    expect(await attemptsOf(new RangeError('bad'))).toBe(1);
    expect(await attemptsOf(new DOMException('stopped', 'AbortError'))).toBe(1);
    expect(await attemptsOf(new TypeError('fetch failed'))).toBe(3);
    expect(await attemptsOf('a string')).toBe(3);
  });

  it('asks shouldRetry and tells onFailedAttempt, whose throw ends it', async () => {
    const told: [number, number][] = [];
    await expect(
      retry(() => Promise.reject(new Error('down')), {
        retries: 3,
        minTimeout: 1,
        onFailedAttempt: ({ attemptNumber, retriesLeft }) => told.push([attemptNumber, retriesLeft]),
      }),
    ).rejects.toThrow('down');
    expect(told).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
      [4, 0],
    ]);
    const no = retry(() => Promise.reject(new Error('fatal')), { shouldRetry: async () => false });
    await expect(no).rejects.toThrow('fatal');
    const thrown = retry(() => Promise.reject(new Error('down')), {
      onFailedAttempt: () => {
        throw new Error('enough');
      },
    });
    await expect(thrown).rejects.toThrow('enough');
  });

  it('a budget bounds the retries of all calls together', async () => {
    const budget = new RetryBudget({ ratio: 0.1, burst: 5 });
    let attempts = 0;
    for (let i = 0; i < 100; i++) {
      await retry(
        () => {
          attempts++;
          throw new Error('down');
        },
        { budget, minTimeout: 0, maxTimeout: 0, retries: 3 },
      ).catch(() => {});
    }
    expect(attempts).toBeLessThanOrEqual(100 + 5 + 10);
    expect(attempts).toBeGreaterThanOrEqual(100 + 10);
    expect(budget.stats().refused).toBeGreaterThan(0);
  });

  it('names option, value and range', async () => {
    await expect(retry(() => 1, { retries: -1 })).rejects.toThrow('retries must be an integer of at least 0, got -1');
    await expect(retry(() => 1, { jitter: 'some' as never })).rejects.toThrow(/jitter must be one of/);
    await expect(retry(() => 1, { minTimeout: 100, maxTimeout: 50 })).rejects.toThrow(/maxTimeout/);
    expect(() => new RetryBudget({ ratio: 2 })).toThrow(TypeError);
  });
});
