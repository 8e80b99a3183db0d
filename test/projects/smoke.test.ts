import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../runtime/test/postgres.ts';

const projectsFolder = join(import.meta.dirname, '../../fixtures/projects');
const projects = ['api-gateway', 'auto-scaler', 'connection-pool', 'distributed-cache'];
const forms = ['naive', 'twin'] as const;

/** Imported by computed path: the projects compile under their own settings, not the repository's. */
async function load<Exports>(project: string, form: string): Promise<Exports> {
  return (await import(pathToFileURL(join(projectsFolder, project, form, 'src/index.ts')).href)) as Exports;
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

/** Runs the project's entry, tells it to stop once it listens, and resolves with its exit code. */
async function runUntilTold(project: string, env: Record<string, string>): Promise<number | null> {
  const entry = join(projectsFolder, project, 'twin/src/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', entry], { env: { ...process.env, PORT: '0', ...env } });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => chunk.includes('listening') && resolve());
    exit.then((code) => reject(new Error(`ended with ${code} before it listened`)));
  });
  child.kill('SIGTERM');
  return exit;
}

function listSources(project: string, form: string): string[] {
  const folder = join(projectsFolder, project, form, 'src');
  return readdirSync(folder).map((name) => join(folder, name));
}

function listMarks(project: string, form: string, mark: 'expect' | 'expect-later'): string[] {
  const pattern = new RegExp(`// plimsoll-${mark}: (.+)$`, 'gm');
  const texts = listSources(project, form).map((path) => readFileSync(path, 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, ids]) => (ids ?? '').split(', ')));
}

describe('what the projects promise', () => {
  const sources = new Map<string, ts.SourceFile | undefined>();

  test.each(projects.flatMap((project) => forms.map((form) => [project, form] as const)))(
    '%s/%s compiles under its own strict settings',
    (project, form) => {
      const configPath = join(projectsFolder, project, form, 'tsconfig.json');
      const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
      const config = ts.getParsedCommandLineOfConfigFile(configPath, { noEmit: true }, host);
      if (!config) throw new Error(`${configPath} cannot be read`);
      expect(config.options.strict).toBe(true);
      const compilerHost = ts.createCompilerHost(config.options);
      const read = compilerHost.getSourceFile;
      compilerHost.getSourceFile = (fileName, ...rest) => {
        if (!sources.has(fileName)) sources.set(fileName, read(fileName, ...rest));
        return sources.get(fileName);
      };
      const program = ts.createProgram(config.fileNames, config.options, compilerHost);
      const problems = ts.getPreEmitDiagnostics(program);
      expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    },
  );

  test.each(projects)('%s: the table of planted defects counts the marks', (project) => {
    const readme = readFileSync(join(projectsFolder, 'README.md'), 'utf8');
    const [header = '', , ...rows] = readme.split('\n').filter((line) => line.startsWith('|'));
    const column = header.split('|').findIndex((cell) => cell.trim() === project);
    const marks = listMarks(project, 'naive', 'expect');
    const counted = rows
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .filter((cells) => cells[1]?.startsWith('`no-') && cells[column] !== '0')
      .map((cells) => [cells[1]?.slice(1, -1), Number(cells[column])]);
    const ids = [...new Set(marks)].sort();
    expect(counted.sort()).toEqual(ids.map((id) => [id, marks.filter((mark) => mark === id).length]));
  });

  test.each(projects)('%s: the twin carries no mark', (project) => {
    expect([...listMarks(project, 'twin', 'expect'), ...listMarks(project, 'twin', 'expect-later')]).toEqual([]);
  });
});

interface GatewayExports {
  createGateway(options: {
    services: { name: string; prefix: string; targets: string[] }[];
    upstreamTimeoutMs?: number;
    rateLimit?: { max: number; windowMs: number };
  }): { listen(port: number): Promise<number>; close(): Promise<void> };
}

describe('api-gateway', () => {
  let upstream: Server;
  let upstreamUrl: string;
  let served = 0;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      if (request.url?.includes('/hang')) return;
      served += 1;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        response.writeHead(request.url?.includes('/missing') ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ method: request.method, url: request.url, body }));
      });
    });
    await new Promise<void>((resolve) => upstream.listen(0, resolve));
    upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    upstream.closeAllConnections();
    upstream.close();
  });

  test.each(forms)('%s: routes, caches, forwards bodies, limits and survives a hanging upstream', async (form) => {
    const { createGateway } = await load<GatewayExports>('api-gateway', form);
    const gateway = createGateway({
      services: ['users', 'orders'].map((name) => ({ name, prefix: `/${name}`, targets: [upstreamUrl] })),
      upstreamTimeoutMs: 300,
      rateLimit: { max: 70, windowMs: 60_000 },
    });
    const origin = `http://127.0.0.1:${await gateway.listen(0)}`;
    const get = async (path: string): Promise<[number, unknown]> => {
      const response = await fetch(origin + path);
      return [response.status, await response.json()];
    };

    expect(await get('/users/7?full=1')).toEqual([200, { method: 'GET', url: '/users/7?full=1', body: '' }]);
    const before = served;
    expect(await get('/users/7?full=1')).toEqual([200, { method: 'GET', url: '/users/7?full=1', body: '' }]);
    expect(served).toBe(before);

    const posted = await fetch(`${origin}/orders`, { method: 'POST', body: '{"item":1}' });
    expect(await posted.json()).toEqual({ method: 'POST', url: '/orders', body: '{"item":1}' });
    expect((await get('/users/missing'))[0]).toBe(404);
    expect((await get('/nobody'))[0]).toBe(404);
    expect(await get('/orders/hang')).toEqual([502, { error: 'upstream failed' }]);
    expect((await fetch(`${origin}/orders`, { method: 'POST', body: 'x'.repeat(1_100_000) })).status).toBe(413);

    const many = await Promise.all(Array.from({ length: 60 }, (_, i) => get(`/orders/${i}`)));
    expect(many.map(([status]) => status)).toEqual(Array.from({ length: 60 }, () => 200));
    expect((await get('/-/stats'))[1]).toMatchObject({ requests: 67, failures: 1 });
    await Promise.all(Array.from({ length: 5 }, () => get('/users/1')));
    expect((await get('/users/1'))[0]).toBe(429);
    await gateway.close();
  });

  test('twin: ends by itself once told to', async () => {
    const services = JSON.stringify([{ name: 'users', prefix: '/users', targets: [upstreamUrl] }]);
    expect(await runUntilTold('api-gateway', { SERVICES: services })).toBe(0);
  });
});

interface CacheExports {
  createDistributedCache(options: {
    nodes: string[];
    load: (key: string) => Promise<unknown>;
    save: (key: string, value: unknown) => Promise<void>;
    settleMs: number;
  }): {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<void>;
    delete(key: string): void;
    tagOf(key: string): Promise<string>;
    ownerOf(key: string): string;
    join(nodeId: string): void;
    leave(nodeId: string): void;
    close(): void;
    stats: { snapshot(): { misses: number } };
  };
}

describe('distributed-cache', () => {
  test.each(forms)(
    '%s: reads through, keeps writes and entries while nodes join and leave; only the twin stops its timers',
    async (form) => {
      const { createDistributedCache } = await load<CacheExports>('distributed-cache', form);
      const timers = countTimers();
      const store = new Map<string, unknown>();
      const keys = Array.from({ length: 500 }, (_, i) => `profile:${i}`);
      for (const key of keys) store.set(key, { key });
      const cache = createDistributedCache({
        nodes: ['a', 'b', 'c'],
        load: async (key) => store.get(key),
        save: async (key, value) => {
          store.set(key, value);
        },
        settleMs: 10,
      });

      for (const key of keys) expect(await cache.get(key)).toEqual({ key });
      for (const key of keys) await cache.get(key);
      expect(cache.stats.snapshot().misses).toBe(500);

      const tag = await cache.tagOf('profile:1');
      await cache.set('profile:1', { key: 'changed' });
      expect(await cache.get('profile:1')).toEqual({ key: 'changed' });
      expect(await cache.tagOf('profile:1')).not.toBe(tag);

      cache.join('d');
      cache.leave('a');
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const key of keys.slice(2)) expect(await cache.get(key)).toEqual({ key });
      expect(keys.map((key) => cache.ownerOf(key))).not.toContain('a');

      store.set('profile:2', 'fresh');
      cache.delete('profile:2');
      expect(await cache.get('profile:2')).toBe('fresh');
      cache.close();
      expect(countTimers() - timers > 0).toBe(form === 'naive');
    },
  );
});

interface ScalerExports {
  createFleet(): {
    add(options: {
      service: { name: string; minInstances: number; maxInstances: number; targetCpu: number };
      readLoad: () => { cpu: number; requestsPerSecond: number };
      scale: (service: string, instances: number) => void;
      cooldownMs: number;
    }): {
      evaluate(at: number): unknown;
      collector: { sample(at: number): void };
      journal: { latest(count: number): { to: number }[] };
    };
    shardOf(name: string): number;
    close(): void;
  };
}

describe('auto-scaler', () => {
  test.each(forms)(
    '%s: follows the load up and down between its limits; only the twin stops its timers',
    async (form) => {
      const { createFleet } = await load<ScalerExports>('auto-scaler', form);
      const timers = countTimers();
      const fleet = createFleet();
      let cpu = 0.9;
      const steps: number[] = [];
      const scaler = fleet.add({
        service: { name: 'orders', minInstances: 2, maxInstances: 6, targetCpu: 0.5 },
        readLoad: () => ({ cpu, requestsPerSecond: cpu * 1_000 }),
        scale: (_, instances) => steps.push(instances),
        cooldownMs: 5,
      });
      for (const load of [0.9, 0.9, 0.1, 0.1]) {
        cpu = load;
        const at = 3_600_000 * (1 + steps.length);
        scaler.collector.sample(at);
        scaler.evaluate(at);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(steps).toEqual([4, 6, 2]);
      expect(scaler.journal.latest(4).map(({ to }) => to)).toEqual([4, 6, 2, 2]);
      expect(fleet.shardOf('orders')).toBeGreaterThanOrEqual(0);
      expect(fleet.shardOf('orders')).toBeLessThan(16);
      fleet.close();
      expect(countTimers() - timers > 0).toBe(form === 'naive');
    },
  );
});

interface OrderServiceExports {
  createOrderService(options: { maxConnections: number }): {
    listen(port: number): Promise<number>;
    close(): Promise<void>;
    audit: { flush(): Promise<void> };
  };
}

describe('connection-pool', () => {
  let server: PostgresServer;
  let admin: pg.Client;

  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Client(server.config);
    await admin.connect();
    await admin.query(readFileSync(join(projectsFolder, 'connection-pool/schema.sql'), 'utf8'));
    process.env.DATABASE_URL = server.url;
  });
  afterAll(async () => {
    await admin.end();
    await server[Symbol.asyncDispose]();
  });

  test.each(forms)('%s: serves orders over HTTP from a real database within its connections', async (form) => {
    await admin.query('TRUNCATE orders, order_lines, audit RESTART IDENTITY');
    const { createOrderService } = await load<OrderServiceExports>('connection-pool', form);
    const service = createOrderService({ maxConnections: 4 });
    const origin = `http://127.0.0.1:${await service.listen(0)}`;
    const call = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
      const response = await fetch(origin + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
      return [response.status, await response.json()];
    };
    const lines = [
      { product: 'rope', quantity: 2, price: 3.5 },
      { product: 'sail', quantity: 1, price: 100 },
    ];

    const placed = await Promise.all(
      Array.from({ length: 40 }, (_, i) => call('POST', '/orders', { customer: `c${i % 4}`, lines })),
    );
    expect(placed.map(([status]) => status)).toEqual(Array.from({ length: 40 }, () => 201));
    const { id } = placed[3]![1] as { id: number };
    expect(await call('GET', `/orders/${id}`)).toEqual([200, { id, customer: 'c3', status: 'open', total: 107 }]);
    expect((await call('GET', '/orders/4000'))[0]).toBe(404);
    expect((await call('GET', '/orders?customer=c1'))[1]).toHaveLength(10);
    expect(await call('POST', '/orders/2/cancel')).toEqual([200, { cancelled: true }]);
    expect((await call('GET', '/orders/2'))[1]).toMatchObject({ status: 'cancelled' });
    expect((await call('GET', '/reports/monthly'))[1]).toMatchObject([{ orders: 40, revenue: 4280 }]);
    const bad = await call('POST', '/orders', { customer: 'c0', lines: [{ product: 'rope', quantity: 0, price: 1 }] });
    expect(bad[0]).toBe(500);
    await service.audit.flush();
    const countAudit = async (): Promise<unknown> =>
      (await admin.query<{ count: number }>('SELECT count(*)::int AS count FROM audit')).rows[0]?.count;
    await expect.poll(countAudit, { timeout: 5_000 }).toBe(41);
    await service.close();
  });

  test('twin: ends by itself once told to', async () => {
    expect(await runUntilTold('connection-pool', { DATABASE_URL: server.url })).toBe(0);
  });
});
