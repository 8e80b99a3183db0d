/** The API gateway under autocannon. */
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon, { type RequestParts } from 'autocannon';
import { median, random } from '../harness.ts';
import { zipfian } from '../traces.ts';
import type { Form } from './forms.ts';
import { type Latencies, summarise } from './numbers.ts';
import { type Request, Sender } from './senders.ts';
import { Subject } from './subject.ts';

export interface GatewayRun {
  busy: Latencies & { perSecond: number };
  steady: Latencies;
  /** Bytes of heap over those of the idle gateway, after each part of the busy load; the last one after the silence. */
  heap: { requests: number; bytes: number }[];
  upstreamConnections: { busy: number; silent: number };
  failed: number;
}

/** The same requests in the same order for every form. */
function requestMaker(): () => Request {
  const next = random(11);
  const product = zipfian(100_000, 0.9, 12);
  const user = JSON.stringify({ name: 'Ada', note: 'y'.repeat(1_000) });
  return () => {
    const headers: Record<string, string> = {
      'x-client-id': `client-${Math.floor(next() * 5_000)}`,
      'user-agent': `probe/${Math.floor(next() * 20)}`,
    };
    const kind = next();
    const { method, path, body } =
      kind < 0.6
        ? { method: 'GET', path: `/orders/${Math.floor(next() * 1e6)}`, body: undefined }
        : kind < 0.9
          ? { method: 'GET', path: `/catalogue/${product()}`, body: undefined }
          : { method: 'POST', path: '/users', body: user };
    if (kind < 0.6) headers.authorization = 'Bearer a-token';
    if (body) headers['content-type'] = 'application/json';
    return { method, path, headers, ...(body ? { body } : {}) };
  };
}

async function sendBusy(
  port: number,
  connections: number,
  amount: number,
  next: () => Request,
): Promise<{ latencies: number[]; failed: number; perSecond: number }> {
  const latencies: number[] = [];
  let failed = 0;
  const start = performance.now();
  let most = 0;
  const instance = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    amount,
    timeout: 20,
    requests: [{ setupRequest: (request: RequestParts) => ({ ...request, ...next() }) }],
  });
  instance.on('response', (_client, status, _bytes, milliseconds) => {
    latencies.push(milliseconds);
    if (latencies.length === Math.ceil(amount * 0.95)) most = performance.now() - start;
    if (status >= 500) failed++;
  });
  await instance;
  return { latencies, failed, perSecond: (amount * 0.95 * 1_000) / most };
}

export async function runGateway(form: Form, { quick }: { quick: boolean }): Promise<GatewayRun> {
  const upstreams = new Subject('upstreams', []);
  const gateway = new Subject('gateway', [form.entry]);
  try {
    const services = await upstreams.call('start');
    const port = await gateway.call<number>('start', services);
    const next = requestMaker();
    await sendBusy(port, 20, 500, next);
    const baseline = await gateway.call<number>('usedBytes');
    const parts = quick ? 3 : 6;
    const amount = quick ? 1_500 : 2_500;
    const heap = [{ requests: 0, bytes: 0 }];
    const latencies: number[] = [];
    const rates: number[] = [];
    let failed = 0;
    for (let part = 1; part <= parts; part++) {
      const sent = await sendBusy(port, 100, amount, next);
      latencies.push(...sent.latencies);
      rates.push(sent.perSecond);
      failed += sent.failed;
      heap.push({ requests: part * amount, bytes: (await gateway.call<number>('usedBytes')) - baseline });
    }
    const busyConnections = await upstreams.call<number>('countConnections');
    const sender = new Sender(port);
    const steady = await sender.open(
      Array.from({ length: (quick ? 3 : 6) * 250 }, (_, i) => i * 4),
      next,
    );
    sender.close();
    await sleep(3_000);
    heap.push({
      requests: latencies.length + steady.latencies.length,
      bytes: (await gateway.call<number>('usedBytes')) - baseline,
    });
    const silent = await upstreams.call<number>('countConnections');
    return {
      busy: { ...summarise(latencies), perSecond: median(rates) },
      steady: summarise(steady.latencies),
      heap,
      upstreamConnections: { busy: busyConnections, silent },
      failed,
    };
  } finally {
    await Promise.all([gateway.end(), upstreams.end()]);
  }
}
