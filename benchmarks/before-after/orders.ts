/** The orders service on a real PostgreSQL. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../runtime/test/postgres.ts';
import { random } from '../harness.ts';
import type { Form } from './forms.ts';
import { type Latencies, summarise } from './numbers.ts';
import { type Request, Sender } from './senders.ts';
import { Subject } from './subject.ts';

export interface OrdersRun {
  bursts: Latencies;
  rush: { perSecond: number };
  busy: Latencies & { perSecond: number };
  errors: { requests: number; answered: number };
  /** Bytes of heap over those of the idle service, by customers looked up. */
  heap: { customers: number; bytes: number }[];
}

const ORDERS = 20_000;
const CUSTOMERS = 2_000;
const shipped = (id: number): boolean => id % 5 === 0;

export async function startDatabase(): Promise<PostgresServer> {
  const server = await startPostgres();
  const admin = new pg.Client(server.config);
  await admin.connect();
  await admin.query(readFileSync('fixtures/projects/connection-pool/schema.sql', 'utf8'));
  await admin.end();
  return server;
}

/** The same rows before every run. */
async function fill(server: PostgresServer): Promise<void> {
  const admin = new pg.Client(server.config);
  await admin.connect();
  await admin.query('TRUNCATE orders, order_lines, audit RESTART IDENTITY');
  await admin.query(
    `INSERT INTO orders (customer, status, total, created_at)
     SELECT 'customer-' || i % $1, CASE WHEN i % 5 = 0 THEN 'shipped' ELSE 'open' END, i % 500, now() - i * interval '1 hour'
     FROM generate_series(1, $2::int) i`,
    [CUSTOMERS, ORDERS],
  );
  await admin.query('ANALYZE orders');
  await admin.end();
}

function requestMaker(seed: number, { withErrors }: { withErrors: boolean }): () => Request {
  const next = random(seed);
  return () => {
    const kind = next();
    const id = 1 + Math.floor(next() * ORDERS);
    if (kind < 0.6) return { method: 'GET', path: `/orders/${id}` };
    if (kind < 0.84) return { method: 'GET', path: `/orders?customer=customer-${id % CUSTOMERS}` };
    if (kind < 0.96) {
      const quantity = withErrors && next() < 1 / 25 ? 0 : 1 + (id % 3);
      const lines = [
        { product: 'rope', quantity, price: 3.5 },
        { product: 'sail', quantity: 1, price: 100 },
      ];
      return {
        method: 'POST',
        path: '/orders',
        body: JSON.stringify({ customer: `customer-${id % CUSTOMERS}`, lines }),
      };
    }
    if (kind < 0.99) {
      const target = withErrors && next() < 0.2 ? 5 * Math.ceil(id / 5) : shipped(id) ? id - 1 : id;
      return { method: 'POST', path: `/orders/${target}/cancel` };
    }
    return { method: 'GET', path: '/reports/monthly' };
  };
}

export async function runOrders(form: Form, server: PostgresServer, { quick }: { quick: boolean }): Promise<OrdersRun> {
  await fill(server);
  const env = { DATABASE_URL: server.url };
  const service = new Subject('orders', [form.entry], env);
  const failing = new Subject('orders', [form.entry], env);
  try {
    const port = await service.call<number>('start');
    const sender = new Sender(port);
    const next = requestMaker(21, { withErrors: false });
    await sender.closed(10, 300, next);
    const bursts = await sender.open(
      Array.from({ length: quick ? 400 : 1_000 }, (_, i) => Math.floor(i / 100) * 500),
      next,
    );
    const rushed = quick ? 500 : 1_500;
    const rush = await sender.open(
      Array.from({ length: rushed }, () => 0),
      next,
    );
    const busy = await sender.closed(50, quick ? 1_000 : 3_000, next);
    sender.close();
    if (bursts.failed + rush.failed + busy.failed > 0) throw new Error(`${form.name}: requests failed without errors`);

    const heap = [{ customers: 0, bytes: 0 }];
    const baseline = await service.call<number>('usedBytes');
    const [parts, count] = quick ? [2, 2_500] : [6, 5_000];
    for (let part = 1; part <= parts; part++) {
      await service.call('lookUp', { first: (part - 1) * count, count });
      heap.push({ customers: part * count, bytes: (await service.call<number>('usedBytes')) - baseline });
    }
    await service.end();

    const failingSender = new Sender(await failing.call<number>('start'), 5_000);
    const requests = quick ? 800 : 1_600;
    const errors = await failingSender.open(
      Array.from({ length: requests }, (_, i) => i * 5),
      requestMaker(22, { withErrors: true }),
    );
    failingSender.close();
    return {
      bursts: summarise(bursts.latencies),
      rush: { perSecond: rushed / rush.seconds },
      busy: { ...summarise(busy.latencies), perSecond: busy.latencies.length / busy.seconds },
      errors: { requests, answered: errors.latencies.length },
      heap,
    };
  } finally {
    await Promise.all([service.end(), failing.end()]);
  }
}
