import { afterEach, expect, it, vi } from 'vitest';
import { ConnectionPool } from '../src/connection-pool.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** In a file of its own: pools of other tests look through their resources each second, by the clock of this one too. */
it('evicts what lay idle, but keeps min, and lets no timer run then', async () => {
  vi.useFakeTimers();
  let next = 0;
  const ended: number[] = [];
  const pool = new ConnectionPool<{ id: number }>({
    create: async () => ({ id: next++ }),
    destroy: ({ id }) => void ended.push(id),
    min: 2,
    max: 5,
    idleTimeoutMillis: 1_000,
  });
  const leases = await Promise.all(Array.from({ length: 5 }, () => pool.acquire()));
  for (const lease of leases) lease.release();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(pool.stats()).toMatchObject({ idle: 2, destroyed: 3 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(pool.stats()).toMatchObject({ idle: 2, destroyed: 3, created: 5 });
  expect(ended).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});
