import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TaskQueue } from '../src/task-queue.ts';

/** A task that ends when told to. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, task: () => opened };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('TaskQueue', () => {
  it('never runs more than concurrency, runs all, and keeps the order of equal priorities', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(3), { maxLength: 60 }), async (limit, waits) => {
        const queue = new TaskQueue({ concurrency: limit });
        let running = 0;
        const started: number[] = [];
        const results = waits.map((turns, i) =>
          queue.add(async () => {
            expect(++running).toBeLessThanOrEqual(limit);
            started.push(i);
            for (let t = 0; t < turns; t++) await undefined;
            running--;
            return i;
          }),
        );
        expect(await Promise.all(results)).toEqual(waits.map((_, i) => i));
        expect(started).toEqual(waits.map((_, i) => i));
        expect(queue.stats()).toMatchObject({ running: 0, waiting: 0, completed: waits.length, added: waits.length });
      }),
    );
  });

  it('starts tasks as a stable sort by priority would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 80 }), async (priorities) => {
        const queue = new TaskQueue({ concurrency: 1, autoStart: false, agingMillis: 0 });
        const started: number[] = [];
        const all = priorities.map((priority, i) => queue.add(() => void started.push(i), { priority }));
        queue.start();
        await Promise.all(all);
        const wanted = priorities.map((_, i) => i).sort((a, b) => (priorities[b] ?? 0) - (priorities[a] ?? 0) || a - b);
        expect(started).toEqual(wanted);
      }),
    );
  });

  it('ages: a waiting task overtakes later ones of a higher priority', async () => {
    let time = 0;
    const queue = new TaskQueue({ concurrency: 1, autoStart: false, agingMillis: 1_000, now: () => time });
    const started: string[] = [];
    queue.add(() => void started.push('low'), { priority: -1 });
    queue.add(() => void started.push('old'));
    time = 2_500;
    queue.add(() => void started.push('new'), { priority: 1 });
    queue.add(() => void started.push('urgent'), { priority: 9 });
    queue.start();
    await queue.onIdle();
    expect(started).toEqual(['urgent', 'old', 'low', 'new']);
  });

  it('runs each task in the async context of its adder', async () => {
    const storage = new AsyncLocalStorage<number>();
    const queue = new TaskQueue({ concurrency: 2 });
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        storage.run(i, () =>
          queue.add(
            async () => {
              await turn();
              return storage.getStore();
            },
            { priority: i % 3 },
          ),
        ),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('turns a synchronous throw into a rejection and goes on', async () => {
    const queue = new TaskQueue({ concurrency: 1 });
    const boom = queue.add(() => {
      throw new Error('boom');
    });
    const next = queue.add(() => 1);
    await expect(boom).rejects.toThrow('boom');
    expect(await next).toBe(1);
    expect(queue.stats()).toMatchObject({ failed: 1, completed: 1 });
  });

  it('abort settles a waiting task at once and frees its place; a running one gets the signal', async () => {
    const queue = new TaskQueue({ concurrency: 1, maxQueue: 1 });
    const first = gate();
    const running = new AbortController();
    let inner: AbortSignal | undefined;
    const one = queue.add(
      ({ signal }) => {
        inner = signal;
        return first.task();
      },
      { signal: running.signal },
    );
    const controller = new AbortController();
    const two = queue.add(() => 'two', { signal: controller.signal });
    await expect(queue.add(() => 'full')).rejects.toMatchObject({ name: 'QueueFullError' });
    controller.abort(new Error('gave up'));
    expect(queue.size).toBe(0);
    await expect(two).rejects.toThrow('gave up');
    const three = queue.add(() => 'three');
    running.abort();
    expect(inner?.aborted).toBe(true);
    first.open();
    await one;
    expect(await three).toBe('three');
    await expect(queue.add(() => 1, { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late');
  });

  it('many aborted tasks are swept out, and the order of the others stays', async () => {
    const queue = new TaskQueue({ concurrency: 1, autoStart: false });
    const started: number[] = [];
    const settled: Promise<unknown>[] = [];
    for (let i = 0; i < 1_000; i++) {
      const controller = new AbortController();
      const options = { signal: controller.signal, priority: i % 2 };
      settled.push(queue.add(() => void started.push(i), options).catch(() => {}));
      if (i % 10 !== 0) controller.abort();
    }
    expect(queue.size).toBe(100);
    queue.start();
    await Promise.all(settled);
    expect(started).toEqual(Array.from({ length: 100 }, (_, i) => i * 10));
  });

  it('clear() rejects what waits; dispose refuses what comes', async () => {
    const queue = new TaskQueue({ concurrency: 1 });
    const first = gate();
    const one = queue.add(first.task);
    const waiting = [queue.add(() => 1), queue.add(() => 2, { priority: 5 })];
    queue.clear();
    for (const task of waiting) await expect(task).rejects.toMatchObject({ name: 'QueueClearedError' });
    queue[Symbol.dispose]();
    await expect(queue.add(() => 3)).rejects.toMatchObject({ name: 'QueueClearedError' });
    first.open();
    await one;
    await queue.onIdle();
  });

  it('a timed-out task rejects and sees its signal abort, but keeps its place until it ends', async () => {
    const queue = new TaskQueue({ concurrency: 1, timeoutMillis: 10 });
    const first = gate();
    let reason: unknown;
    const slow = queue.add(async ({ signal }) => {
      signal?.addEventListener('abort', () => {
        reason = signal.reason;
      });
      await first.task();
    });
    const next = queue.add(() => 'next');
    await expect(slow).rejects.toMatchObject({ name: 'TaskTimeoutError' });
    expect(reason).toMatchObject({ name: 'TaskTimeoutError' });
    expect([queue.pending, queue.size]).toEqual([1, 1]);
    first.open();
    expect(await next).toBe('next');
  });

  it('onIdle waits for what a task adds; onSizeLessThan holds a producer back', async () => {
    const queue = new TaskQueue({ concurrency: 2 });
    const done: string[] = [];
    queue.add(async () => {
      await turn();
      queue.add(async () => {
        await turn();
        done.push('nested');
      });
    });
    await queue.onIdle();
    expect(done).toEqual(['nested']);
    let most = 0;
    for (let i = 0; i < 50; i++) {
      await queue.onSizeLessThan(5);
      queue.add(() => turn());
      most = Math.max(most, queue.size);
    }
    expect(most).toBeLessThanOrEqual(5);
    const controller = new AbortController();
    const given = [queue.onIdle({ signal: controller.signal }), queue.onSizeLessThan(1, { signal: controller.signal })];
    controller.abort(new Error('waited enough'));
    for (const wait of given) await expect(wait).rejects.toThrow('waited enough');
    await queue.onEmpty({ signal: new AbortController().signal });
    expect(queue.size).toBe(0);
  });

  it('pauses, resumes, and takes a new concurrency while running', async () => {
    const queue = new TaskQueue({ concurrency: 1 });
    queue.pause();
    const tasks = [gate(), gate(), gate()];
    const all = tasks.map(({ task }) => queue.add(task));
    await turn();
    expect(queue.pending).toBe(0);
    queue.start();
    expect(queue.pending).toBe(1);
    queue.concurrency = 3;
    expect(queue.pending).toBe(3);
    for (const { open } of tasks) open();
    await Promise.all(all);
  });

  it('changes the priority of a waiting task, abort still reaching it', async () => {
    const queue = new TaskQueue({ concurrency: 1, autoStart: false });
    const started: string[] = [];
    const controller = new AbortController();
    queue.add(() => void started.push('a'), { id: 'a' });
    queue.add(() => void started.push('b'), { id: 'b' });
    const c = queue.add(() => void started.push('c'), { id: 'c', signal: controller.signal });
    expect(queue.setPriority('b', 1)).toBe(true);
    expect(queue.setPriority('c', 2)).toBe(true);
    expect(queue.setPriority('nobody', 1)).toBe(false);
    controller.abort(new Error('c'));
    await expect(c).rejects.toThrow('c');
    queue.start();
    await queue.onIdle();
    expect(started).toEqual(['b', 'a']);
  });

  it('names option, value and range', () => {
    expect(() => new TaskQueue({ concurrency: 0 })).toThrow('concurrency must be an integer of at least 1, got 0');
    expect(() => new TaskQueue({ concurrency: 1, maxQueue: -1 })).toThrow(TypeError);
    expect(() => new TaskQueue({ concurrency: 1, agingMillis: Number.NaN })).toThrow(TypeError);
  });

  it('lets go of requests: no store is kept once a task is done', async () => {
    const storage = new AsyncLocalStorage<object>();
    const queue = new TaskQueue({ concurrency: 2 });
    const refs: WeakRef<object>[] = [];
    const request = async () => {
      const store = { big: new Array(1_000).fill(0) };
      refs.push(new WeakRef(store));
      await storage.run(store, () => queue.add(() => turn()));
    };
    await Promise.all(Array.from({ length: 50 }, request));
    await sleep(5);
    (globalThis as { gc?: () => void }).gc?.();
    await sleep(5);
    (globalThis as { gc?: () => void }).gc?.();
    expect(refs.filter((ref) => ref.deref() === undefined).length).toBeGreaterThanOrEqual(49);
  });
});
