import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, setMaxListeners } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConnectionPool, type ConnectionPoolOptions, type Lease } from '../src/connection-pool.ts';

interface Thing {
  id: number;
}

/** A pool of numbered things that counts what it makes and ends. */
function numbered(options: Partial<ConnectionPoolOptions<Thing>> = {}) {
  let next = 0;
  const ended: number[] = [];
  const pool = new ConnectionPool<Thing>({
    create: async () => ({ id: next++ }),
    destroy(thing) {
      ended.push(thing.id);
    },
    ...options,
  });
  return { pool, ended, made: () => next };
}

const settled = async (promise: Promise<unknown>): Promise<string> => {
  let state = 'pending';
  promise.then(
    () => {
      state = 'resolved';
    },
    () => {
      state = 'rejected';
    },
  );
  await turn();
  return state;
};

afterEach(() => {
  vi.useRealTimers();
});

describe('lending', () => {
  it('lends at most max and serves waiters in the order they came', async () => {
    const { pool, made } = numbered({ max: 2 });
    const first = [await pool.acquire(), await pool.acquire()];
    const order: number[] = [];
    const waiting = [0, 1, 2, 3].map((i) =>
      pool.acquire().then((lease) => {
        order.push(i);
        lease.release();
      }),
    );
    await turn();
    expect(pool.stats()).toMatchObject({ used: 2, waiting: 4, idle: 0 });
    for (const lease of first) lease.release();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(made()).toBe(2);
    expect(pool.stats()).toMatchObject({ used: 0, waiting: 0, idle: 2, acquired: 6, released: 6 });
  });

  it('lends the resource returned last, so that the others can go cold', async () => {
    const { pool } = numbered({ max: 3 });
    const [a, b, c] = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    a.release();
    c.release();
    b.release();
    expect((await pool.acquire()).resource).toBe(b.resource);
    expect((await pool.acquire()).resource).toBe(c.resource);
  });

  it('throws on a second release, also of a lease whose resource is lent to someone else by then', async () => {
    const { pool } = numbered({ max: 1 });
    const lease = await pool.acquire();
    lease.release();
    expect(() => lease.release()).toThrow(/returned already/);
    const other = await pool.acquire();
    expect(other.resource).toBe(lease.resource);
    expect(() => lease.destroy()).toThrow(expect.objectContaining({ code: 'ERR_POOL_NOT_BORROWED' }));
    expect(pool.stats().used).toBe(1);
    lease[Symbol.dispose]();
    expect(pool.stats().used).toBe(1);
  });

  it('throws on release after destroy and on a resource it does not lend', async () => {
    const { pool, ended } = numbered();
    const lease = await pool.acquire();
    lease.destroy();
    expect(() => lease.release()).toThrow(/returned already/);
    expect(() => pool.release(lease.resource)).toThrow(/not lent by this pool/);
    expect(() => pool.release({ id: 99 })).toThrow(/not lent by this pool/);
    expect(ended).toEqual([0]);
  });

  it('takes resources back by themselves', async () => {
    const { pool, ended } = numbered({ max: 1 });
    const thing = await pool.acquireResource();
    pool.release(thing);
    expect(() => pool.release(thing)).toThrow(/not lent/);
    expect(await pool.acquireResource()).toBe(thing);
    pool.destroy(thing);
    expect(ended).toEqual([0]);
    expect((await pool.acquireResource()).id).toBe(1);
  });

  it('use() returns the resource when fn throws, and not twice when fn returned it', async () => {
    const { pool, ended } = numbered({ max: 1 });
    await expect(
      pool.use(() => {
        throw new Error('query');
      }),
    ).rejects.toThrow('query');
    expect(await pool.use((thing) => thing.id)).toBe(0);
    await pool.use((_thing, lease) => lease.destroy());
    expect(ended).toEqual([0]);
    expect(pool.stats()).toMatchObject({ used: 0, idle: 0 });
  });

  it('prefers the resource that served an affinity key, and forgets it with the resource', async () => {
    const { pool } = numbered({ max: 2 });
    const [a, b] = await Promise.all([pool.acquire({ affinity: 'a' }), pool.acquire({ affinity: 'b' })]);
    a.release();
    b.release();
    const again = await pool.acquire({ affinity: 'a' });
    expect(again.resource).toBe(a.resource);
    again.destroy();
    expect((await pool.acquire({ affinity: 'a' })).resource).toBe(b.resource);
  });

  it('takes the affinity from a storage the caller passes in', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { pool } = numbered({ max: 2, affinityKey: () => storage.getStore() });
    const [a, b] = await Promise.all([storage.run('a', () => pool.acquire()), storage.run('b', () => pool.acquire())]);
    a.release();
    b.release();
    expect((await storage.run('a', () => pool.acquire())).resource).toBe(a.resource);
  });
});

describe('waiting', () => {
  it('rejects after the time-out with the state of the pool, and never gives that waiter a resource', async () => {
    const { pool } = numbered({ max: 1, connectionTimeoutMillis: 20, name: 'db' });
    const lease = await pool.acquire();
    const late = pool.acquire();
    await expect(late).rejects.toThrow('db: no resource within 20 ms; 1 of 1 lent, 0 idle, 0 being created, 0 waiting');
    await expect(late).rejects.toMatchObject({ code: 'ERR_POOL_TIMEOUT' });
    lease.release();
    expect(pool.stats()).toMatchObject({ idle: 1, used: 0, timeouts: 1 });
  });

  it('times each waiter out by its own time-out, in any order', async () => {
    vi.useFakeTimers();
    const { pool } = numbered({ max: 1, connectionTimeoutMillis: 100 });
    await pool.acquire();
    const log: string[] = [];
    const note = (name: string, promise: Promise<unknown>) => promise.catch(() => log.push(name));
    note('own 150', pool.acquire({ timeoutMillis: 150 }));
    note('common', pool.acquire());
    note('own 50', pool.acquire({ timeoutMillis: 50 }));
    const forever = pool.acquire({ timeoutMillis: 0 });
    await vi.advanceTimersByTimeAsync(60);
    note('common later', pool.acquire());
    expect(log).toEqual(['own 50']);
    await vi.advanceTimersByTimeAsync(50);
    expect(log).toEqual(['own 50', 'common']);
    await vi.advanceTimersByTimeAsync(60);
    expect(log).toEqual(['own 50', 'common', 'own 150', 'common later']);
    await vi.advanceTimersByTimeAsync(1e6);
    expect(pool.stats()).toMatchObject({ waiting: 1, timeouts: 4 });
    void forever;
  });

  for (const toFake of [
    undefined,
    ['setTimeout', 'clearTimeout', 'Date'],
    ['setTimeout', 'clearTimeout', 'performance'],
  ] as const) {
    it(`keeps time under fake timers (${toFake ?? 'default'})`, async () => {
      vi.useFakeTimers(toFake ? { toFake: [...toFake] } : {});
      const { pool, ended } = numbered({ max: 2, connectionTimeoutMillis: 30_000, idleTimeoutMillis: 10_000 });
      const a = await pool.acquire();
      const b = await pool.acquire();
      const late = pool.acquire();
      const rejection = expect(late).rejects.toThrow(/30000 ms/);
      // A clock that is not faked goes on between the acquires: what has passed there comes on top.
      await vi.advanceTimersByTimeAsync(31_000);
      await rejection;
      a.release();
      b.release();
      await vi.advanceTimersByTimeAsync(9_000);
      expect(ended).toEqual([]);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(ended.sort()).toEqual([0, 1]);
    });
  }

  it('is not confused by a clock that jumps back', async () => {
    let time = 1e9;
    const { pool } = numbered({ max: 1, connectionTimeoutMillis: 20, now: () => time });
    const lease = await pool.acquire();
    const late = pool.acquire();
    time -= 3_600_000;
    await expect(late).rejects.toThrow(/no resource within/);
    lease.release();
  });

  it('abort gives up the place at once, removes its listener, and leaves the other waiters in order', async () => {
    const { pool } = numbered({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    const order: string[] = [];
    const one = pool.use(() => void order.push('one'));
    const two = pool.acquire({ signal: controller.signal });
    const three = pool.use(() => void order.push('three'));
    controller.abort(new Error('gone'));
    await expect(two).rejects.toThrow('gone');
    expect(pool.stats().waiting).toBe(2);
    expect(removed).toHaveBeenCalledOnce();
    lease.release();
    await Promise.all([one, three]);
    expect(order).toEqual(['one', 'three']);
    await expect(pool.acquire({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('refuses at once when maxWaitingClients wait', async () => {
    const { pool } = numbered({ max: 1, maxWaitingClients: 1 });
    const lease = await pool.acquire();
    const waiter = pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_QUEUE_FULL' });
    lease.release();
    (await waiter).release();
  });

  it('keeps a ring of waiters small though a hundred thousand came and went', async () => {
    const { pool } = numbered({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const waiting = Array.from({ length: 1_000 }, () =>
      pool.acquire({ signal: controller.signal }).catch(() => 'aborted'),
    );
    controller.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['aborted']));
    const order: number[] = [];
    const served = Array.from({ length: 100_000 }, async (_, i) => {
      const mine = await pool.acquire();
      order.push(i);
      mine.release();
    });
    lease.release();
    await Promise.all(served);
    expect(order.every((value, i) => value === i)).toBe(true);
    expect(pool.stats()).toMatchObject({ waiting: 0, used: 0, idle: 1 });
  });
});

describe('creating', () => {
  it('rejects all waiters with the error of create when there is nothing left to wait for', async () => {
    const errors: unknown[] = [];
    const pool = new ConnectionPool<Thing>({
      create: () => Promise.reject(new Error('refused')),
      destroy() {},
      max: 2,
      onError: (error) => errors.push(error),
    });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => pool.acquire()));
    expect(results.every((r) => r.status === 'rejected' && r.reason.message === 'refused')).toBe(true);
    expect(errors.length).toBeLessThanOrEqual(2);
  });

  it('never storms a failing factory: at most max attempts, then one a pause', async () => {
    vi.useFakeTimers();
    let attempts = 0;
    const pool = new ConnectionPool<Thing>({
      create() {
        attempts++;
        throw new Error('refused');
      },
      destroy() {},
      max: 10,
      createRetryIntervalMillis: 200,
    });
    for (let i = 0; i < 1_000; i++) {
      pool.acquire().catch(() => {});
      await vi.advanceTimersByTimeAsync(10);
    }
    // 10 s of one acquire each 10 ms; pauses 200, 400 … 6,400 ms less up to a half.
    expect(attempts).toBeGreaterThan(2);
    expect(attempts).toBeLessThanOrEqual(10 + 9);
  });

  it('recovers when the factory does, with the waiters that came meanwhile', async () => {
    let down = true;
    const pool = new ConnectionPool<Thing>({
      create: async () => {
        if (down) throw new Error('down');
        return { id: 1 };
      },
      destroy() {},
      createRetryIntervalMillis: 5,
    });
    await expect(pool.acquire()).rejects.toThrow('down');
    down = false;
    const lease = await pool.acquire();
    expect(lease.resource.id).toBe(1);
    lease.release();
  });

  it('lets waiters wait for a return while others are lent, and names the failure when they time out', async () => {
    let made = 0;
    const pool = new ConnectionPool<Thing>({
      create: async () => {
        if (made > 0) throw new Error('too many clients');
        return { id: made++ };
      },
      destroy() {},
      max: 5,
      connectionTimeoutMillis: 30,
    });
    const lease = await pool.acquire();
    const served = pool.acquire();
    await turn();
    lease.release();
    const second = await served;
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'ERR_POOL_TIMEOUT',
      cause: expect.objectContaining({ message: 'too many clients' }),
    });
    second.release();
  });

  it('gives up a hanging create, aborts its signal, frees the place, and destroys what arrives too late', async () => {
    const ended: number[] = [];
    let finish: ((thing: Thing) => void) | undefined;
    let signal: AbortSignal | undefined;
    let calls = 0;
    const pool = new ConnectionPool<Thing>({
      create(context) {
        if (calls++ > 0) return { id: 2 };
        signal = context.signal;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
      destroy: (thing) => ended.push(thing.id),
      max: 1,
      createTimeoutMillis: 20,
      createRetryIntervalMillis: 1,
    });
    await expect(pool.acquire()).rejects.toThrow(/create took longer than 20 ms/);
    expect(signal?.aborted).toBe(true);
    const lease = await pool.acquire();
    expect(lease.resource.id).toBe(2);
    finish?.({ id: 1 });
    await turn();
    expect(ended).toEqual([1]);
    expect(pool.stats()).toMatchObject({ used: 1, idle: 0, creating: 0 });
  });

  it('refuses a factory that returns nothing or the same resource twice', async () => {
    const same = { id: 0 };
    const twice = new ConnectionPool<Thing>({ create: () => same, destroy() {}, connectionTimeoutMillis: 20 });
    await twice.acquire();
    await expect(twice.acquire()).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('made before') }),
    });
    const nothing = new ConnectionPool<Thing | undefined>({ create: () => undefined, destroy() {} });
    await expect(nothing.acquire()).rejects.toThrow('create must return a new resource, got undefined');
  });
});

describe('warming', () => {
  it('creates min once and in parallel, however often it is asked', async () => {
    let running = 0;
    let most = 0;
    let made = 0;
    const pool = new ConnectionPool<Thing>({
      async create() {
        most = Math.max(most, ++running);
        await sleep(5);
        running--;
        return { id: made++ };
      },
      destroy() {},
      min: 4,
      max: 8,
    });
    const first = pool.warm();
    expect(pool.warm()).toBe(first);
    await first;
    expect([most, made]).toEqual([4, 4]);
    await pool.warm();
    for (let i = 0; i < 100; i++) await pool.use(() => {});
    expect(made).toBe(4);
  });

  it('is started by the first acquire, in the background', async () => {
    const { pool, made } = numbered({ min: 3 });
    expect(made()).toBe(0);
    (await pool.acquire()).release();
    await turn();
    expect(made()).toBe(3);
    expect(pool.stats()).toMatchObject({ idle: 3 });
  });

  it('rejects with the error of create, and at once while backing off, without another attempt', async () => {
    let attempts = 0;
    const pool = new ConnectionPool<Thing>({
      create() {
        attempts++;
        throw new Error('down');
      },
      destroy() {},
      min: 3,
    });
    await expect(pool.warm()).rejects.toThrow('down');
    expect(attempts).toBe(3);
    for (let i = 0; i < 20; i++) await expect(pool.warm()).rejects.toThrow('down');
    expect(attempts).toBe(3);
    await pool.drain();
  });

  it('does not hammer a server that accepts and hangs up', async () => {
    vi.useFakeTimers();
    let attempts = 0;
    const pool = new ConnectionPool<EventEmitter>({
      async create() {
        attempts++;
        const resource = new EventEmitter();
        setTimeout(() => resource.emit('close'), 1);
        return resource;
      },
      destroy() {},
      min: 2,
    });
    pool.warm().catch(() => {});
    await vi.advanceTimersByTimeAsync(2_000);
    expect(attempts).toBeLessThan(2 + 2 * 20 + 2);
    expect(attempts).toBeGreaterThan(3);
  });
});

describe('health', () => {
  it('validates only a resource that lay idle for the window, and replaces one that fails', async () => {
    let time = 0;
    const checked: number[] = [];
    const { pool, ended } = numbered({
      now: () => time,
      validateAfterIdleMillis: 500,
      validate: async (thing) => {
        checked.push(thing.id);
        return thing.id !== 0;
      },
    });
    (await pool.acquire()).release();
    time = 499;
    (await pool.acquire()).release();
    expect(checked).toEqual([]);
    time = 999;
    const lease = await pool.acquire();
    expect(checked).toEqual([0]);
    expect(ended).toEqual([0]);
    expect(lease.resource.id).toBe(1);
    expect(pool.stats().validationFailures).toBe(1);
  });

  it('counts a validation that throws or hangs as failed', async () => {
    const errors: unknown[] = [];
    const { pool } = numbered({
      validateAfterIdleMillis: 0,
      validateTimeoutMillis: 10,
      validate: (thing) => {
        if (thing.id === 0) throw new Error('broken pipe');
        return thing.id === 1 ? new Promise<boolean>(() => {}) : true;
      },
      onError: (error) => {
        errors.push(error);
        throw new Error('callbacks may throw');
      },
    });
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) await pool.use((thing) => ids.push(thing.id));
    expect(ids).toEqual([0, 1, 2]);
    expect(errors.map(String)).toEqual([
      'Error: broken pipe',
      expect.stringContaining('validate took longer than 10 ms'),
    ]);
  });

  it('removes a resource that dies idle and does not crash the process; keeps min', async () => {
    const pool = new ConnectionPool<EventEmitter>({ create: () => new EventEmitter(), destroy() {}, min: 1, max: 2 });
    await pool.warm();
    const first = await pool.acquire();
    first.release();
    first.resource.emit('error', new Error('ECONNRESET'));
    first.resource.emit('close');
    await turn();
    const second = await pool.acquire();
    expect(second.resource).not.toBe(first.resource);
    expect(pool.stats()).toMatchObject({ used: 1, created: 2, destroyed: 1 });
  });

  it('destroys a resource that died while lent, on its return', async () => {
    const ended: EventEmitter[] = [];
    const pool = new ConnectionPool<EventEmitter>({ create: () => new EventEmitter(), destroy: (r) => ended.push(r) });
    const lease = await pool.acquire();
    lease.resource.emit('end');
    expect(ended).toEqual([]);
    lease.release();
    expect(ended).toEqual([lease.resource]);
    expect(() => lease.resource.emit('error', new Error('late'))).not.toThrow();
  });

  it('frees the place of a resource whose destroy hangs or throws', async () => {
    const errors: unknown[] = [];
    let next = 0;
    const pool = new ConnectionPool<Thing>({
      create: () => ({ id: next++ }),
      destroy: (thing) => {
        if (thing.id === 0) throw new Error('socket');
        return new Promise(() => {});
      },
      max: 1,
      destroyTimeoutMillis: 20,
      onError: (error) => errors.push(error),
    });
    for (let i = 0; i < 3; i++) (await pool.acquire()).destroy();
    (await pool.acquire()).release();
    expect(await pool.drain()).toEqual([]);
    expect(errors.map(String)).toEqual([
      'Error: socket',
      ...Array(3).fill(expect.stringContaining('destroy took longer than 20 ms')),
    ]);
    expect(pool.stats()).toMatchObject({ destroying: 0, destroyed: 4 });
  });

  it('release(error) validates before lending again, or destroys where there is no validate', async () => {
    let usable = true;
    const checked: number[] = [];
    const { pool, ended } = numbered({ max: 1, validate: (thing) => checked.push(thing.id) > 0 && usable });
    (await pool.acquire()).release(new Error('query'));
    const again = await pool.acquire();
    expect([checked, again.resource.id]).toEqual([[0], 0]);
    usable = false;
    const waiter = pool.acquire();
    again.release(new Error('socket'));
    expect((await waiter).resource.id).toBe(1);
    expect(ended).toEqual([0]);
    const plain = numbered({ max: 1 });
    plain.pool.release(await plain.pool.acquireResource(), new Error('query'));
    expect(plain.ended).toEqual([0]);
  });

  it('use() validates after a throw, so that a dead connection is not handed on before its end is noticed', async () => {
    const { pool, ended } = numbered({ max: 1, validate: (thing) => thing.id > 0 });
    const failed = pool.use(() => Promise.reject(new Error('query')));
    const next = pool.use((thing) => thing.id);
    await expect(failed).rejects.toThrow('query');
    expect(await next).toBe(1);
    expect(ended).toEqual([0]);
  });

  it('retires resources after maxUses', async () => {
    const { pool, ended } = numbered({ maxUses: 2 });
    for (let i = 0; i < 5; i++) await pool.use(() => {});
    expect(ended).toEqual([0, 1]);
  });

  it('spreads the ends of resources made together by the jitter', async () => {
    let time = 0;
    const { pool } = numbered({
      now: () => time,
      max: 200,
      maxLifetimeSeconds: 100,
      lifetimeJitter: 0.5,
      idleTimeoutMillis: 0,
    });
    const leases = await Promise.all(Array.from({ length: 200 }, () => pool.acquire()));
    for (const lease of leases) lease.release();
    const alive = async (at: number): Promise<number> => {
      time = at;
      const taken: Lease<Thing>[] = [];
      for (let i = pool.stats().idle; i > 0; i--) {
        const lease = await pool.acquire();
        taken.push(lease);
      }
      for (const lease of taken) lease.release();
      return 200 - pool.stats().destroyed;
    };
    expect(await alive(49_000)).toBe(200);
    const half = await alive(75_000);
    expect(half).toBeGreaterThan(60);
    expect(half).toBeLessThan(140);
    time = 100_001;
    await pool.acquire();
    expect(200 - pool.stats().destroyed).toBeLessThanOrEqual(half);
  });

  it('reports a lease held too long, once, with the stack of its acquire', async () => {
    vi.useFakeTimers();
    const reports: { heldMillis: number; stack: string | undefined }[] = [];
    const { pool } = numbered({
      leakDetectionMillis: 1_000,
      captureStack: true,
      onLeak: (report) => reports.push(report),
    });
    async function whoForgets() {
      return await pool.acquire();
    }
    const lease = await whoForgets();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.heldMillis).toBeGreaterThanOrEqual(1_000);
    expect(reports[0]?.stack).toContain('whoForgets');
    expect(pool.stats().leaks).toBe(1);
    lease.release();
  });
});

describe('draining', () => {
  it('refuses new acquires, serves those that wait, destroys each resource on return', async () => {
    const { pool, ended } = numbered({ max: 1 });
    const lease = await pool.acquire();
    const waiter = pool.acquire();
    const drained = pool.drain();
    expect(pool.drain()).toBe(drained);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
    await expect(pool.warm()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
    lease.release();
    const served = await waiter;
    expect(await settled(drained)).toBe('pending');
    served.release();
    expect(await drained).toEqual([]);
    expect(ended).toEqual([0]);
    expect(pool.stats()).toMatchObject({ used: 0, idle: 0, waiting: 0, destroying: 0 });
  });

  it('after its time-out reports what was not returned, with stacks, destroys it and rejects waiters', async () => {
    const { pool, ended } = numbered({ max: 1, captureStack: true });
    const lease = await (async function borrower() {
      return await pool.acquire();
    })();
    const waiter = pool.acquire();
    const drained = pool.drain({ timeoutMillis: 20 });
    await expect(waiter).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' });
    const [report] = await drained;
    expect(report?.resource).toBe(lease.resource);
    expect(report?.stack).toContain('borrower');
    expect(ended).toEqual([0]);
    lease.release();
    expect(() => pool.release(lease.resource)).not.toThrow();
    expect(ended).toEqual([0]);
  });

  it('a signal ends the wait for returns', async () => {
    const { pool, ended } = numbered({ max: 2 });
    const leases = [await pool.acquire(), await pool.acquire()];
    const controller = new AbortController();
    const drained = pool.drain({ timeoutMillis: 0 });
    expect(pool.drain({ signal: controller.signal })).toBe(drained);
    await turn();
    controller.abort();
    expect((await drained).map(({ resource }) => resource)).toEqual(leases.map(({ resource }) => resource));
    expect(ended).toEqual([0, 1]);
    const other = numbered();
    const lease = await other.pool.acquire();
    expect(await other.pool.drain({ signal: AbortSignal.abort() })).toHaveLength(1);
    lease.release();
  });

  it('is not held up by a create that hangs', async () => {
    const pool = new ConnectionPool<Thing>({ create: () => new Promise<Thing>(() => {}), destroy() {}, min: 1 });
    pool.warm().catch(() => {});
    await turn();
    expect(await pool.drain({ timeoutMillis: 20 })).toEqual([]);
  });

  it('happens at the end of an `await using` scope', async () => {
    const { pool, ended } = numbered();
    await pool.use(() => {});
    await pool[Symbol.asyncDispose]();
    expect(ended).toEqual([0]);
  });
});

describe('surroundings', () => {
  it('names the option, the value and the range in its TypeErrors', () => {
    const create = () => ({ id: 0 });
    const destroy = () => {};
    expect(() => new ConnectionPool({ create, destroy, max: 0 })).toThrow(
      /max must be an integer of at least 1, got 0/,
    );
    expect(() => new ConnectionPool({ create, destroy, max: 2, min: 3 })).toThrow(/min must be .* from 0 to 2, got 3/);
    expect(() => new ConnectionPool({ create, destroy, idleTimeoutMillis: -1 })).toThrow(TypeError);
    expect(() => new ConnectionPool({ create, destroy, connectionTimeoutMillis: 2 ** 31 })).toThrow(TypeError);
    expect(() => new ConnectionPool({ create, destroy, maxUses: Number.NaN })).toThrow(TypeError);
    expect(() => new ConnectionPool({ destroy } as never)).toThrow(/create must be a function/);
    expect(() => new ConnectionPool({ create, destroy, validate: 1 as never })).toThrow(/validate/);
  });

  it('keeps the context of each waiter, and creates outside any', async () => {
    const storage = new AsyncLocalStorage<number>();
    const seen: (number | undefined)[] = [];
    const pool = new ConnectionPool<Thing>({
      create: async () => {
        seen.push(storage.getStore());
        return { id: 0 };
      },
      destroy() {},
      max: 1,
    });
    const after = await Promise.all(
      [1, 2, 3].map((n) =>
        storage.run(n, async () => {
          const lease = await pool.acquire();
          const mine = storage.getStore();
          lease.release();
          return mine;
        }),
      ),
    );
    expect(after).toEqual([1, 2, 3]);
    expect(seen).toEqual([undefined]);
  });

  it('does not keep the AsyncLocalStorage stores of requests alive', async () => {
    const storage = new AsyncLocalStorage<object>();
    const { pool } = numbered({ max: 2, idleTimeoutMillis: 60_000, leakDetectionMillis: 60_000 });
    const stores: WeakRef<object>[] = [];
    const request = async () => {
      const store = { big: new Array(1_000).fill(0) };
      stores.push(new WeakRef(store));
      await storage.run(store, () => pool.use(() => turn()));
    };
    await Promise.all(Array.from({ length: 50 }, request));
    await sleep(5);
    (globalThis as { gc?: () => void }).gc?.();
    await sleep(5);
    (globalThis as { gc?: () => void }).gc?.();
    expect(stores.filter((ref) => ref.deref() === undefined).length).toBeGreaterThanOrEqual(49);
  });

  it('publishes its events with OpenTelemetry names', async () => {
    const events: [string, unknown][] = [];
    const names = ['acquire', 'create', 'release', 'destroy'].map((event) => `plimsoll:connection-pool:${event}`);
    const note = (message: unknown, name: string | symbol) => void events.push([String(name), message]);
    for (const name of names) subscribe(name, note);
    const { pool } = numbered({ name: 'orders' });
    (await pool.acquire()).destroy();
    await pool.drain();
    for (const name of names) unsubscribe(name, note);
    expect(events.map(([name]) => name.split(':')[2])).toEqual(['create', 'acquire', 'release', 'destroy']);
    expect(events[1]?.[1]).toEqual({
      'db.client.connection.pool.name': 'orders',
      'db.client.connection.wait_time': expect.any(Number),
    });
  });
});

/** What the commands below share: the pool, the leases they hold, and the waiters whose turn is to come. */
interface World {
  pool: ConnectionPool<Thing>;
  factoryFails: boolean;
  validationFails: boolean;
  time: number;
  attempts: number;
  alive: Set<number>;
  held: Lease<Thing>[];
  waiters: { id: number; settledTimes: number; gaveUp: boolean; abort: AbortController }[];
  served: number[];
  next: number;
}

const MAX = 3;

async function check(world: World): Promise<void> {
  for (let i = 0; i < 12; i++) await undefined;
  await turn();
  const stats = world.pool.stats();
  expect(stats.used + stats.idle + stats.creating + stats.validating).toBeLessThanOrEqual(MAX);
  expect(stats.used).toBe(world.held.length);
  expect(world.alive.size).toBe(stats.used + stats.idle + stats.validating);
  expect(new Set(world.held.map((lease) => lease.resource.id)).size).toBe(world.held.length);
  for (const waiter of world.waiters) expect(waiter.settledTimes).toBeLessThanOrEqual(1);
  expect(stats.waiting).toBe(world.waiters.filter((waiter) => waiter.settledTimes === 0).length);
  // First come, first served, among those who did not give up.
  expect(world.served).toEqual([...world.served].sort((a, b) => a - b));
  if (stats.waiting > 0) expect(stats.idle).toBe(0);
}

function acquire(world: World): void {
  const waiter = { id: world.next++, settledTimes: 0, gaveUp: false, abort: new AbortController() };
  world.waiters.push(waiter);
  world.pool.acquire({ signal: waiter.abort.signal }).then(
    (lease) => {
      waiter.settledTimes++;
      expect(waiter.gaveUp).toBe(false);
      world.served.push(waiter.id);
      world.held.push(lease);
    },
    () => {
      waiter.settledTimes++;
    },
  );
}

const command = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'acquire' as const, n: 0 }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), n: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('destroy' as const), n: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), n: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), n: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'double release' as const, n: 0 }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('factory' as const), n: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('validation' as const), n: fc.nat(1) }) },
);

describe('model', () => {
  it('holds its invariants under any sequence of commands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const world: World = {
          factoryFails: false,
          validationFails: false,
          time: 0,
          attempts: 0,
          alive: new Set(),
          held: [],
          waiters: [],
          served: [],
          next: 0,
          pool: new ConnectionPool<Thing>({
            async create() {
              world.attempts++;
              if (world.factoryFails) throw new Error('factory');
              const thing = { id: world.next++ };
              world.alive.add(thing.id);
              return thing;
            },
            destroy: (thing) => world.alive.delete(thing.id),
            validate: async () => !world.validationFails,
            validateAfterIdleMillis: 500,
            max: MAX,
            maxUses: 4,
            maxLifetimeSeconds: 5,
            idleTimeoutMillis: 0,
            createRetryIntervalMillis: 1e6,
            now: () => world.time,
          }),
        };
        let failures = 0;
        for (const { kind, n } of commands) {
          const lease = world.held[n % Math.max(world.held.length, 1)];
          switch (kind) {
            case 'acquire':
              acquire(world);
              break;
            case 'release':
            case 'destroy':
              if (!lease) break;
              world.held.splice(world.held.indexOf(lease), 1);
              lease[kind]();
              break;
            case 'double release':
              if (!lease) break;
              world.held.splice(world.held.indexOf(lease), 1);
              lease.release();
              expect(() => lease.release()).toThrow();
              break;
            case 'abort': {
              const pending = world.waiters.filter((waiter) => waiter.settledTimes === 0);
              const waiter = pending[n % Math.max(pending.length, 1)];
              if (!waiter) break;
              waiter.gaveUp = true;
              waiter.abort.abort();
              break;
            }
            case 'pass':
              world.time += n;
              break;
            case 'factory':
              world.factoryFails = n === 1;
              break;
            case 'validation':
              world.validationFails = n === 1;
              break;
          }
          await check(world);
          failures = world.pool.stats().createErrors;
        }
        // No storm: what was made, and the failures of one round of attempts; the pause here is longer than the test.
        expect(world.attempts).toBe(world.pool.stats().created + failures);
        expect(failures).toBeLessThanOrEqual(MAX * (1 + world.pool.stats().created));
        for (const lease of world.held.splice(0)) lease.release();
        const drained = world.pool.drain({ timeoutMillis: 1 });
        // Waiters behind a failing factory are rejected by the drain; those served return at once.
        const giveBack = setInterval(() => {
          for (const lease of world.held.splice(0)) lease.release();
        }, 0);
        await drained;
        clearInterval(giveBack);
        await turn();
        expect(world.waiters.every((waiter) => waiter.settledTimes === 1)).toBe(true);
        expect(world.alive.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
