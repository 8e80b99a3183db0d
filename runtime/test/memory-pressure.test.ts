import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { containerLimit, MemoryPressure, type PressureEvent, readMemory } from '../src/memory-pressure.ts';

function scripted(options: { hysteresis?: number; remindMs?: number } = {}) {
  const state = { ratio: 0, time: 0 };
  const pressure = new MemoryPressure({
    ...options,
    now: () => state.time,
    read: () => ({ heapUsedBytes: state.ratio * 1_000, heapLimitBytes: 1_000, rssBytes: 100, limitBytes: 10_000 }),
  });
  const events: PressureEvent[] = [];
  pressure.subscribe((event) => events.push(event));
  const at = (ratio: number, time: number): string => {
    Object.assign(state, { ratio, time });
    return pressure.sample().level;
  };
  return { pressure, events, at };
}

it('rises at its thresholds and falls only a hysteresis below them', () => {
  const { events, at, pressure } = scripted();
  expect([0.5, 0.84, 0.85, 0.81, 0.79, 0.86, 0.96, 0.91, 0.89, 0.5].map((ratio, time) => at(ratio, time))).toEqual([
    'normal',
    'normal',
    'high',
    'high',
    'normal',
    'high',
    'critical',
    'critical',
    'high',
    'normal',
  ]);
  expect(events.map(({ level }) => level)).toEqual(['high', 'normal', 'high', 'critical', 'high', 'normal']);
  expect(pressure.stats()).toMatchObject({ raised: 2, samples: 10, level: 0 });
});

it('reminds its listeners while pressure lasts, not on each sample', () => {
  const { events, at } = scripted({ remindMs: 5_000 });
  for (let second = 0; second <= 12; second++) at(0.9, second * 1_000);
  expect(events).toHaveLength(3);
});

it('judges by the container when that is the tighter limit', () => {
  const pressure = new MemoryPressure({
    read: () => ({ heapUsedBytes: 10, heapLimitBytes: 1_000, rssBytes: 960, limitBytes: 1_000 }),
  });
  expect(pressure.sample()).toMatchObject({ level: 'critical', ratio: 0.96 });
});

it('survives and counts a listener that throws, and goes on to the next', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { pressure, at } = scripted();
  const heard: string[] = [];
  pressure.subscribe(() => {
    throw new Error('listener');
  });
  const unsubscribe = pressure.subscribe(({ level }) => heard.push(level));
  at(0.9, 1);
  unsubscribe();
  at(0.1, 2);
  expect(heard).toEqual(['high']);
  expect(pressure.stats()).toMatchObject({ errors: 2, listeners: 2 });
  log.mockRestore();
});

it('reads this process: heap, its limit and rss', () => {
  const reading = readMemory();
  expect(reading.heapUsedBytes).toBeGreaterThan(1e6);
  expect(reading.heapLimitBytes).toBeGreaterThan(reading.heapUsedBytes);
  expect(reading.rssBytes).toBeGreaterThan(1e6);
  expect(containerLimit()).toBeGreaterThan(reading.rssBytes);
});

it('sees a real heap fill up', () => {
  const heap = readMemory().heapUsedBytes;
  const pressure = new MemoryPressure({
    read: () => ({ ...readMemory(), heapLimitBytes: heap + 60e6 }),
    high: 0.9,
    hysteresis: 0,
  });
  const held: number[][] = [];
  for (let i = 0; i < 40 && pressure.sample().level === 'normal'; i++) held.push(new Array(500_000).fill(i + 0.5));
  expect(pressure.level).not.toBe('normal');
  expect(held.length).toBeGreaterThan(1);
});

it('samples on its own once started, and leaves no timer when disposed of', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const pressure = new MemoryPressure({ intervalMs: 10 });
  const before = timers();
  pressure.start().start();
  await sleep(100);
  expect(pressure.stats().samples).toBeGreaterThan(2);
  pressure[Symbol.dispose]();
  const samples = pressure.stats().samples;
  await sleep(50);
  expect(pressure.stats().samples).toBe(samples);
  expect(timers()).toBeLessThanOrEqual(before);
});

it('refuses thresholds out of order', () => {
  expect(() => new MemoryPressure({ high: 0.9, critical: 0.8 })).toThrow(/critical must be .*0\.9.* got 0\.8/);
  expect(() => new MemoryPressure({ intervalMs: 0 })).toThrow(/intervalMs/);
});
