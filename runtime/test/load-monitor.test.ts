import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { LoadMonitor, type LoadMonitorOptions, type LoadSample } from '../src/load-monitor.ts';

const calm: LoadSample = {
  eventLoopUtilization: 0.2,
  eventLoopDelay: 1,
  heapUsedBytes: 100,
  heapLimitBytes: 1_000,
  rssBytes: 200,
  limitBytes: 2_000,
};

function scripted(options: LoadMonitorOptions = {}) {
  let current = calm;
  const log: string[] = [];
  const monitor = new LoadMonitor({
    onOverload: (reasons) => log.push(`overload ${reasons.join()}`),
    onRecover: () => log.push('recover'),
    ...options,
    read: () => current,
  });
  const see = (change: Partial<LoadSample>): boolean => {
    current = { ...calm, ...change };
    monitor.sample();
    return monitor.overloaded;
  };
  return { monitor, see, log };
}

it('is overloaded past a limit and recovers only when every measure is a tenth below its limit', () => {
  const { monitor, see, log } = scripted({ maxEventLoopUtilization: 0.9, maxHeapUsedBytes: 500 });
  expect(see({})).toBe(false);
  expect(see({ eventLoopUtilization: 0.95 })).toBe(true);
  expect(see({ eventLoopUtilization: 0.85 })).toBe(true);
  expect(see({ eventLoopUtilization: 0.5, heapUsedBytes: 470 })).toBe(true);
  expect(monitor.reasons).toEqual(['heapUsedBytes']);
  expect(see({ eventLoopUtilization: 0.8, heapUsedBytes: 440 })).toBe(false);
  expect(log).toEqual(['overload eventLoopUtilization', 'recover']);
  expect(monitor.stats()).toMatchObject({ overloads: 1, overloaded: 0, samples: 5 });
});

it('does not flap around a limit', () => {
  const { see, log } = scripted({ maxEventLoopDelay: 100 });
  for (let i = 0; i < 100; i++) see({ eventLoopDelay: i % 2 === 0 ? 105 : 95 });
  expect(log).toHaveLength(1);
});

it('survives callbacks that throw', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { monitor, see } = scripted({
    onOverload: () => {
      throw new Error('callback');
    },
  });
  expect(see({ eventLoopDelay: 5_000 })).toBe(true);
  expect(monitor.stats().errors).toBe(1);
  log.mockRestore();
});

it('measures a loop that is really blocked', async () => {
  const monitor = new LoadMonitor({ intervalMs: 50, delayIntervalMs: 10, maxEventLoopDelay: 100 }).start();
  await sleep(30);
  const until = performance.now() + 300;
  while (performance.now() < until);
  await vi.waitFor(() => expect(monitor.stats().overloads).toBe(1));
  monitor.stop();
  expect(monitor.overloaded).toBe(false);
});

it('never reads memory when asked, only when it samples', () => {
  const read = vi.spyOn(process.memoryUsage, 'rss');
  const monitor = new LoadMonitor({ maxEventLoopUtilization: Number.POSITIVE_INFINITY });
  monitor.sample();
  const calls = read.mock.calls.length;
  for (let i = 0; i < 1_000; i++) if (monitor.overloaded) throw new Error('overloaded');
  monitor.stats();
  expect(read.mock.calls.length).toBe(calls);
  read.mockRestore();
});

it('starts once and leaves no timer behind', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const monitor = new LoadMonitor().start().start();
  monitor[Symbol.dispose]();
  expect(timers()).toBeLessThanOrEqual(before);
});

it('refuses bad options by name, value and range', () => {
  expect(() => new LoadMonitor({ intervalMs: 1 })).toThrow(/intervalMs must be a number from 10 .* got 1/);
  expect(() => new LoadMonitor({ hysteresis: -1 })).toThrow(/hysteresis/);
  expect(() => new LoadMonitor({ onOverload: 5 as unknown as () => void })).toThrow(/onOverload must be a function/);
});
