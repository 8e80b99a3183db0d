import { Agent, createServer, get, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mapLimit, SingleFlight } from '../../runtime/src/index.ts';
import { type CostCase, sleep, time } from './case.ts';

/** A service that answers after a millisecond, or 50 where the path says so, and counts what it holds. */
export class SlowService {
  readonly #server = createServer((request, response) => {
    this.asked++;
    this.peak = Math.max(this.peak, ++this.#now);
    response.on('close', () => this.#now--);
    if (request.url === '/never') return;
    setTimeout(() => response.end('{}'), request.url === '/slow' ? 50 : 1);
  }).on('connection', () => this.connections++);
  #now = 0;
  asked = 0;
  peak = 0;
  connections = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  ask(options: RequestOptions = {}): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, agent, ...options }, (response) => {
        response.resume().on('end', resolve).on('error', reject);
      });
      request.on('error', options.timeout === undefined ? reject : () => resolve());
      if (options.timeout !== undefined) request.on('timeout', () => request.destroy(new Error('time-out')));
    });
  }

  get running(): number {
    return this.#now;
  }

  /** What `read` says after some work, of this service from zero. */
  count(read: 'asked' | 'peak' | 'connections' | 'running', work: () => Promise<unknown>) {
    return async () => {
      Object.assign(this, { asked: 0, peak: 0, connections: 0 });
      await work();
      return this[read];
    };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    agent.destroy();
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

export function waiting(service: SlowService): CostCase[] {
  const oneByOne = (count: number, path = '/') =>
    time(async () => {
      for (const _ of many(count)) await service.ask({ path });
    });
  const together = (count: number, path = '/') => time(() => Promise.all(many(count).map(() => service.ask({ path }))));
  const flight = new SingleFlight<string, void>();
  return [
    {
      rule: 'no-query-in-loop',
      work: '200 rows, each with what belongs to it, from a service that answers in 1 ms',
      forms: ['a query a row', 'one query for all'],
      unit: 'ms',
      bad: oneByOne(200),
      good: oneByOne(1),
    },
    {
      rule: 'no-sequential-await',
      work: 'five reads of 50 ms that do not need each other',
      forms: ['one after another', 'together'],
      unit: 'ms',
      bad: oneByOne(5, '/slow'),
      good: together(5, '/slow'),
    },
    {
      rule: 'no-unbounded-fanout',
      work: '300 items sent to one service: most at once',
      forms: ['`Promise.all`', '`mapLimit` of 10'],
      unit: 'requests',
      bad: service.count('peak', () => Promise.all(many(300).map(() => service.ask()))),
      good: service.count('peak', () => mapLimit(many(300), 10, () => service.ask())),
    },
    {
      rule: 'no-client-per-request',
      work: '200 requests: connections that they open',
      forms: ['an agent each', 'one kept agent'],
      unit: 'connections',
      bad: service.count('connections', async () => {
        for (const _ of many(200)) {
          const own = new Agent({ keepAlive: true });
          await service.ask({ agent: own });
          own.destroy();
        }
      }),
      good: service.count('connections', () => mapLimit(many(200), 1, () => service.ask())),
    },
    {
      rule: 'no-cache-stampede',
      work: '100 requests that miss one entry of a cache at once: what the service is asked',
      forms: ['each asks', 'one asks for all'],
      unit: 'requests',
      bad: service.count('asked', () => Promise.all(many(100).map(() => service.ask()))),
      good: service.count('asked', () => Promise.all(many(100).map(() => flight.do('key', () => service.ask())))),
    },
    {
      rule: 'require-outbound-timeout',
      work: '100 requests to a service that hangs: still waiting after 200 ms',
      forms: ['without a time-out', 'with one of 100 ms'],
      unit: 'requests',
      bad: service.count('running', async () => {
        const own = new Agent();
        for (const _ of many(100)) service.ask({ path: '/never', agent: own }).catch(() => {});
        await sleep(200);
        setTimeout(() => own.destroy(), 0);
      }),
      good: service.count('running', async () => {
        const own = new Agent();
        for (const _ of many(100)) service.ask({ path: '/never', agent: own, timeout: 100 }).catch(() => {});
        await sleep(200);
        own.destroy();
      }),
    },
    {
      rule: 'no-naive-retry',
      work: 'a service that is down for 100 ms: what one caller asks of it meanwhile',
      forms: ['again at once', 'pauses that double from 10 ms'],
      unit: 'requests',
      bad: service.count('asked', async () => {
        for (const end = performance.now() + 100; performance.now() < end; ) await service.ask();
      }),
      good: service.count('asked', async () => {
        const end = performance.now() + 100;
        for (let pause = 10; performance.now() < end; pause *= 2) {
          await service.ask();
          await sleep(pause);
        }
      }),
    },
  ];
}
