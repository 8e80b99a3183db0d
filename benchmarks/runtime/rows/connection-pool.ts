import { EventEmitter } from 'node:events';
import generic from 'generic-pool';
import pg from 'pg';
import { Pool as TarnPool } from 'tarn';
import { ConnectionPool } from '../../../runtime/src/connection-pool.ts';
import { atLeast, atMost, type Comparison, compare, type MeasureOptions, median, type Row } from '../../harness.ts';

export const part = 'connection-pool';
export const anchors = ['tarn', 'generic-pool', 'pg', 'pg-pool'];

const MAX = 10;
const OPERATIONS = 20_000;

/** What pg-pool needs of a client: it connects at once and does nothing. */
class IdleClient extends EventEmitter {
  connect(done: (error?: Error) => void): void {
    process.nextTick(done);
  }
  end(done?: () => void): void {
    process.nextTick(() => {
      this.emit('end');
      done?.();
    });
  }
  ref(): void {}
  unref(): void {}
}

const makePlimsoll = () => new ConnectionPool({ create: async () => ({}), destroy() {}, max: MAX });
const makeTarn = () => new TarnPool({ create: async () => ({}), destroy() {}, min: 0, max: MAX });
const makeGeneric = () =>
  generic.createPool(
    { create: async () => ({}), destroy: async () => {} },
    { max: MAX, acquireTimeoutMillis: 30_000, maxWaitingClients: 1_000_000 },
  );
const makePg = () =>
  new pg.Pool({ max: MAX, idleTimeoutMillis: 10_000, connectionTimeoutMillis: 30_000, Client: IdleClient as never });

/** `workers` loops, each borrowing and returning; a contender has a loop of its own, so that call sites stay monomorphic. */
function workers(count: number, rounds: number): Promise<Comparison> {
  const each = Math.ceil(OPERATIONS / count);
  const all = (loop: () => Promise<void>) => () => Promise.all(Array.from({ length: count }, loop));
  return compare(
    [
      {
        name: 'plimsoll',
        create() {
          const pool = makePlimsoll();
          return all(async () => {
            for (let i = 0; i < each; i++) (await pool.acquire()).release();
          });
        },
      },
      {
        name: 'tarn',
        create() {
          const pool = makeTarn();
          return all(async () => {
            for (let i = 0; i < each; i++) pool.release(await pool.acquire().promise);
          });
        },
      },
      {
        name: 'generic-pool',
        create() {
          const pool = makeGeneric();
          return all(async () => {
            for (let i = 0; i < each; i++) await pool.release(await pool.acquire());
          });
        },
      },
      {
        name: 'pg-pool',
        create() {
          const pool = makePg();
          return all(async () => {
            for (let i = 0; i < each; i++) (await pool.connect()).release();
          });
        },
      },
    ],
    { rounds },
  );
}

/** Nanoseconds a waiter when `count` queue at once. */
async function burst(pool: ConnectionPool<object>, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < count; i++) waiting.push(pool.acquire().then((lease) => lease.release()));
  await Promise.all(waiting);
  return Number(process.hrtime.bigint() - start) / count;
}

export async function measure({ rounds, quick }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of quick ? [1, 100] : [1, 10, 100, 1_000]) {
    const result = await workers(count, rounds);
    const cost = `${((result.milliseconds('plimsoll') * 1e6) / OPERATIONS).toFixed(0)} ns an acquire and release`;
    const bar = `ConnectionPool, ${count} workers ÷`;
    rows.push(atLeast(`${bar} tarn`, 6, result.ratio('plimsoll', 'tarn'), cost));
    rows.push(atLeast(`${bar} generic-pool with time-out`, 2, result.ratio('plimsoll', 'generic-pool')));
    rows.push(atLeast(`${bar} pg-pool with time-outs`, 3, result.ratio('plimsoll', 'pg-pool')));
  }
  const pool = makePlimsoll();
  await burst(pool, 20_000);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < 7; i++) {
    for (let k = 0; k < 15; k++) small.push(await burst(pool, 1_000));
    large.push(await burst(pool, 100_000));
  }
  const note = `${median(small).toFixed(0)} ns a waiter at 1 k, ${median(large).toFixed(0)} ns at 100 k`;
  rows.push(atMost('ConnectionPool, cost a waiter at 100 k ÷ at 1 k', 8, median(large) / median(small), note));
  return rows;
}
