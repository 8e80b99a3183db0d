import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BoundedCache } from '../src/bounded-cache.ts';
import { CircuitBreaker } from '../src/circuit-breaker.ts';
import { ConnectionPool } from '../src/connection-pool.ts';
import { MemoryPressure } from '../src/memory-pressure.ts';
import { WorkerThreads } from '../src/run-in-worker.ts';
import { RuntimeMonitor } from '../src/runtime-monitor.ts';
import { TaskQueue } from '../src/task-queue.ts';
import { TimerRegistry } from '../src/timer-registry.ts';

it('gathers every part it was given, with the numbers at the moment of asking', () => {
  const timers = new TimerRegistry();
  const monitor = new RuntimeMonitor({ parts: { jobs: timers } });
  timers.setInterval(() => {}, 1_000);
  const [part] = monitor.snapshot().parts;
  expect(part).toMatchObject({ kind: 'timer-registry', name: 'jobs', stats: { active: 1, created: 1 } });
  timers.disposeAll();
  expect(monitor.snapshot().parts[0]?.stats).toMatchObject({ active: 0 });
});

it('finds parts created after discover() and does not keep them alive', async () => {
  const monitor = new RuntimeMonitor().discover();
  let changes = 0;
  monitor.onChange(() => changes++);
  (() => new TimerRegistry())();
  const kept = new MemoryPressure();
  expect(monitor.snapshot().parts.map(({ name }) => name)).toEqual(['timer-registry 1', 'memory-pressure 1']);
  expect(changes).toBe(2);
  for (let i = 0; i < 5; i++) {
    await sleep(5);
    globalThis.gc?.();
  }
  expect(monitor.snapshot().parts.map(({ name }) => name)).toEqual(['memory-pressure 1']);
  monitor.stop();
  new TimerRegistry();
  expect(monitor.snapshot().parts).toHaveLength(1);
  expect(kept.level).toBe('normal');
});

it('a name given replaces the one found, and removing it removes the part', () => {
  const monitor = new RuntimeMonitor().discover();
  const timers = new TimerRegistry();
  const remove = monitor.add('jobs', timers);
  expect(monitor.snapshot().parts.map(({ name }) => name)).toEqual(['jobs']);
  remove();
  expect(monitor.snapshot().parts).toEqual([]);
  monitor[Symbol.dispose]();
});

it('leaves out a part whose stats throw, and fields that are neither numbers nor texts', () => {
  const monitor = new RuntimeMonitor();
  monitor.add('broken', {
    stats() {
      throw new Error('stats');
    },
  });
  monitor.add('own', { stats: () => ({ size: 3, label: 'x', nested: {}, nothing: undefined }) }, 'my-part');
  expect(monitor.snapshot().parts).toEqual([
    { kind: 'my-part', name: 'own', stats: { size: 3 }, texts: { label: 'x' } },
  ]);
});

it('measures the loop, memory and CPU of this process', async () => {
  const monitor = new RuntimeMonitor({ intervalMs: 50 }).start();
  monitor.snapshot();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await sleep(100);
  const snapshot = monitor.snapshot();
  expect(snapshot.pid).toBe(process.pid);
  expect(snapshot.cpuUtilization).toBeGreaterThan(0.1);
  expect(snapshot.load.rssBytes).toBeGreaterThan(1e6);
  expect(snapshot.load.eventLoopUtilization).toBeGreaterThanOrEqual(0);
  monitor.stop();
});

it('refuses a part without stats', () => {
  expect(() => new RuntimeMonitor({ parts: { x: {} as TimerRegistry } })).toThrow(/stats of part x must be a function/);
});

it('finds pools, caches, queues, breakers and worker threads, under their own names', () => {
  const monitor = new RuntimeMonitor().discover();
  new BoundedCache({ max: 10 });
  new ConnectionPool({ create: async () => ({}), destroy: async () => {}, max: 1 });
  new TaskQueue({ concurrency: 1, name: 'mails' });
  new TaskQueue({ concurrency: 1, name: 'mails' });
  new CircuitBreaker({ name: 'payments' });
  new WorkerThreads();
  const found = monitor.snapshot().parts.map(({ kind, name }) => [kind, name]);
  expect(found).toEqual(
    expect.arrayContaining([
      ['bounded-cache', expect.any(String)],
      ['connection-pool', expect.any(String)],
      ['task-queue', 'mails'],
      ['task-queue', 'mails 2'],
      ['circuit-breaker', 'payments'],
      ['worker-threads', 'worker-threads 1'],
    ]),
  );
  monitor.stop();
});
