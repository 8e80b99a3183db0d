import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdaptiveInterval } from '../src/adaptive-interval.ts';

describe('under fake timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('doubles its pause while the loop is busy, holds it in between, and halves it when calm', async () => {
    let load = 0.9;
    const starts: number[] = [];
    const interval = new AdaptiveInterval(() => void starts.push(Date.now()), 100, {
      jitter: 0,
      maxMs: 800,
      utilization: () => load,
    });
    const begin = Date.now();
    await vi.advanceTimersByTimeAsync(100 + 200 + 400 + 800 + 800);
    expect(starts.map((at) => at - begin)).toEqual([100, 300, 700, 1_500, 2_300]);
    load = 0.7;
    await vi.advanceTimersByTimeAsync(800);
    expect(interval.stats().currentMs).toBe(800);
    load = 0.1;
    await vi.advanceTimersByTimeAsync(800 + 400 + 200 + 100);
    expect(interval.stats()).toMatchObject({ currentMs: 100, stretched: 5, utilization: 0.1 });
    await interval.stop();
  });

  it('doubles its pause for each error in a row and returns to normal with the first success', async () => {
    const errors: unknown[] = [];
    let fails = 3;
    const interval = new AdaptiveInterval(
      async () => {
        if (fails-- > 0) throw new Error('down');
      },
      100,
      { jitter: 0, utilization: () => 0, onError: (error) => errors.push(error) },
    );
    await vi.advanceTimersByTimeAsync(100 + 200 + 400);
    expect(interval.stats()).toMatchObject({ runs: 3, errors: 3, consecutiveErrors: 3, currentMs: 800 });
    await vi.advanceTimersByTimeAsync(800);
    expect(interval.stats()).toMatchObject({ runs: 4, consecutiveErrors: 0, currentMs: 100 });
    expect(errors).toHaveLength(3);
    await interval.stop();
  });

  it('never runs twice at once: a pause begins when the run has ended', async () => {
    let inside = 0;
    let most = 0;
    const interval = new AdaptiveInterval(
      async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        inside--;
      },
      10,
      { jitter: 0, utilization: () => 0 },
    );
    await vi.advanceTimersByTimeAsync(5_000);
    expect(most).toBe(1);
    expect(interval.stats().runs).toBe(5);
    const stopping = interval.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopping;
    expect(interval.stats().running).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('survives an onError that throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const interval = new AdaptiveInterval(() => Promise.reject(new Error('x')), 10, {
      utilization: () => 0,
      maxMs: 10,
      onError: () => {
        throw new Error('reporter');
      },
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(interval.stats().errors).toBeGreaterThan(3);
    await interval.stop();
    log.mockRestore();
  });
});

it('aborts the run under way when stopped, and stop waits for it', async () => {
  const events: string[] = [];
  const interval = new AdaptiveInterval(async (signal) => {
    events.push('run');
    await sleep(60_000, undefined, { signal }).catch(() => events.push('aborted'));
  }, 1);
  await vi.waitFor(() => expect(events).toEqual(['run']));
  await interval.stop();
  expect(events).toEqual(['run', 'aborted']);
  expect(interval.stopped).toBe(true);
});

it('stops when its signal aborts and lets go of the signal when stopped', async () => {
  const controller = new AbortController();
  const interval = new AdaptiveInterval(() => {}, 1, { signal: controller.signal });
  controller.abort();
  expect(interval.stopped).toBe(true);
  const late = new AdaptiveInterval(() => {}, 1, { signal: controller.signal });
  expect(late.stopped).toBe(true);
  await sleep(20);
  expect(late.stats().runs).toBe(0);
});

it('stretches under a really busy loop', async () => {
  const interval = new AdaptiveInterval(() => {}, 5, { jitter: 0, maxMs: 1_000, maxEventLoopUtilization: 0.5 });
  for (let i = 0; i < 20; i++) {
    const until = performance.now() + 20;
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(interval.stats().stretched).toBeGreaterThan(0);
  expect(interval.stats().currentMs).toBeGreaterThan(5);
  await interval.stop();
});

it('refuses bad options by name, value and range', () => {
  expect(() => new AdaptiveInterval(() => {}, 0)).toThrow(/ms must be a number .* got 0/);
  expect(() => new AdaptiveInterval(() => {}, 10, { maxMs: 5 })).toThrow(/maxMs must be .* 10.* got 5/);
  expect(() => new AdaptiveInterval(() => {}, 10, { maxEventLoopUtilization: 2 })).toThrow(/from 0 to 1, got 2/);
});
