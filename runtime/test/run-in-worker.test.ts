import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { runInWorker, WorkerThreads } from '../src/run-in-worker.ts';

const module = new URL('./worker-modules/reduce.mjs', import.meta.url);
const pools: WorkerThreads[] = [];

function threads(options?: ConstructorParameters<typeof WorkerThreads>[0]): WorkerThreads {
  const pool = new WorkerThreads(options);
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool[Symbol.asyncDispose]();
});

describe('runInWorker', () => {
  it('runs an exported function on another thread and returns its small result', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, i) => i);
    expect(await runInWorker(module, JSON.stringify(numbers))).toBe(499_500);
    expect(await runInWorker(module.pathname, undefined, { name: 'whereAmI' })).not.toBe(threadId);
  });

  it('uses at most its threads, in order, and uses them again', async () => {
    const pool = threads({ threads: 2 });
    const ids = await Promise.all(Array.from({ length: 12 }, () => pool.run<number>(module, 5, { name: 'pause' })));
    expect(new Set(ids).size).toBe(2);
    expect(pool.stats()).toEqual({ threads: 2, running: 0, waiting: 0, completed: 12, failed: 0 });
  });

  it('rejects with the error of the function, of the import, or of sending', async () => {
    const pool = threads({ threads: 1 });
    await expect(pool.run(module, 'too far', { name: 'fail' })).rejects.toThrow(RangeError);
    await expect(pool.run(module, 1, { name: 'missing' })).rejects.toThrow(/exports no function named missing/);
    await expect(pool.run('/nowhere/none.mjs', 1)).rejects.toThrow(/none\.mjs/);
    await expect(pool.run(module, 1, { name: 'unsendable' })).rejects.toThrow(/the result cannot be sent/);
    await expect(pool.run(module, () => {})).rejects.toThrow(/could not be cloned/);
    expect(await pool.run(module, '[1,2]')).toBe(3);
    expect(pool.stats()).toMatchObject({ threads: 1, running: 0, failed: 5 });
  });

  it('moves transferred buffers', async () => {
    const pool = threads({ threads: 1 });
    const buffer = new ArrayBuffer(1_024);
    expect(await pool.run(module, buffer, { name: 'size', transfer: [buffer] })).toBe(1_024);
    expect(buffer.byteLength).toBe(0);
  });

  it('abort ends even a thread that never returns, and the next task gets a new one', async () => {
    const pool = threads({ threads: 1 });
    const flags = new SharedArrayBuffer(4);
    const controller = new AbortController();
    const stuck = pool.run(module, flags, { name: 'spin', signal: controller.signal });
    const queued = new AbortController();
    const behind = pool.run(module, '[]', { signal: queued.signal });
    const next = pool.run(module, '[7]');
    const view = new Int32Array(flags);
    while (Atomics.load(view, 0) === 0) await sleep(5);
    queued.abort(new Error('behind left'));
    await expect(behind).rejects.toThrow('behind left');
    controller.abort(new Error('stuck left'));
    await expect(stuck).rejects.toThrow('stuck left');
    expect(await next).toBe(7);
    await expect(pool.run(module, '[]', { signal: controller.signal })).rejects.toThrow('stuck left');
  });

  it('a thread that dies rejects its task and is replaced', async () => {
    const pool = threads({ threads: 1 });
    await expect(pool.run(module, 1, { name: 'die' })).rejects.toThrow(/exited with code 3/);
    expect(await pool.run(module, '[1]')).toBe(1);
  });

  it('refuses past maxQueue and after disposal, which rejects what runs', async () => {
    const pool = threads({ threads: 1, maxQueue: 0 });
    const running = pool.run(module, 10_000, { name: 'pause' });
    await expect(pool.run(module, '[]')).rejects.toThrow(/maxQueue/);
    const rejection = expect(running).rejects.toThrow(/closed/);
    await pool[Symbol.asyncDispose]();
    await rejection;
    await expect(pool.run(module, '[]')).rejects.toThrow(/closed/);
  });

  it('idle threads do not keep the process alive', () => {
    const script = `
      import { runInWorker } from ${JSON.stringify(new URL('../src/run-in-worker.ts', import.meta.url).href)};
      console.log(await runInWorker(${JSON.stringify(module.href)}, '[1,2,3]'));`;
    const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs');
    const out = execFileSync(process.execPath, [tsx, '--input-type=module', '-e', script], { timeout: 30_000 });
    expect(out.toString().trim()).toBe('6');
  });

  it('checks its options', () => {
    expect(() => new WorkerThreads({ threads: 0 })).toThrow(/threads must be an integer from 1 to 1024, got 0/);
  });
});
