import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ask, fakeExpress, outcomeOf, program } from './program.ts';

const name = (...names: string[]) => fc.constantFrom(...names);

/** As much of PostgreSQL as the programs ask for: rows of one table, found by one column. */
function fakePg(rows: Record<string, unknown>[] = []) {
  const state = { rows: [...rows], queries: 0, lent: 0, pools: [] as EventEmitter[], options: [] as unknown[] };
  const query = async (sql: string, values: unknown[] = []) => {
    state.queries++;
    if (sql.includes('fail')) throw new Error('syntax error');
    const [, column = '', any] = /WHERE (\w+) = (ANY)?/.exec(sql) ?? [];
    const wanted = any ? (values[0] as unknown[]) : values;
    const isHit = (row: Record<string, unknown>): boolean => column === '' || wanted.includes(row[column]);
    const found = state.rows.filter(isHit);
    if (sql.startsWith('DELETE')) state.rows = state.rows.filter((row) => !isHit(row));
    return { rows: found };
  };
  class Pool extends EventEmitter {
    constructor(options?: unknown) {
      super();
      state.pools.push(this);
      state.options.push(options);
    }
    query = query;
    connect = async () => {
      state.lent++;
      return { query, release: () => state.lent-- };
    };
    end = async () => {};
  }
  class Client extends Pool {}
  return { state, library: { Pool, Client, default: { Pool, Client } } };
}

/** Each fails where the file is missing or is not what it is taken for. */
const syncReads = [
  'fs.readFileSync(path).toString()',
  "readFileSync(path, 'utf8')",
  "zlib.gunzipSync(fs.readFileSync(path + '.gz')).toString()",
  "gunzipSync(readFileSync(path)).toString('utf8')",
  'inflateSync(zlib.deflateSync(readFileSync(path))).toString()',
  "execFileSync('cat', [path], { stdio: 'pipe' }).toString('latin1')",
  "execSync('cat ' + path, { encoding: 'utf8', stdio: 'pipe' })",
];

/** As much of Prisma as the programs ask for: badges by equal columns, or by one that is among some values. */
function fakePrisma(badges: Record<string, string>[]) {
  const state = { queries: 0 };
  const findMany = async ({ where, select, orderBy }: Record<string, Record<string, unknown> | undefined>) => {
    state.queries++;
    const isHit = (badge: Record<string, string>): boolean =>
      Object.entries(where!).every(([column, wanted]) =>
        typeof wanted === 'string'
          ? badge[column] === wanted
          : (wanted as { in: string[] }).in.includes(badge[column]!),
      );
    const found = badges.filter(isHit).map((badge) => ({ ...badge }));
    if (orderBy) found.sort((a, b) => (a.id! < b.id! ? 1 : -1));
    return select
      ? found.map((badge) => Object.fromEntries(Object.entries(badge).filter(([column]) => select[column])))
      : found;
  };
  const findFirst = async (options: Parameters<typeof findMany>[0]) => (await findMany(options))[0] ?? null;
  class PrismaClient {
    badge = { findMany, findFirst };
  }
  return { PrismaClient, state };
}

/** The forms in which rounds read what belongs to a member. */
const badgeReads: Record<string, (one: string, column: string) => string> = {
  'a list in a loop': (one, column) => `    for (const ${one} of members) {
      if (!${one}.${column}) continue;
      const badges = await prisma.badge.findMany({ where: { ownerId: ${one}.${column}, kind }, orderBy: { id: 'desc' } });
      shown.push(${one}.${column}, badges.length, badges);
    }`,
  'a row in a loop': (_, column) => `    for (const { ${column} } of members) {
      shown.push(await prisma.badge.findFirst({ where: { id: ${column}, kind }, select: { kind: true } }));
    }`,
  'a list in callbacks': (one, column) => `    shown.push(...(await Promise.all(members.map(async (${one}) => {
      const ownerId = ${one}.${column};
      return { ${one}, badges: await prisma.badge.findMany({ where: { ownerId, kind: 'tin' }, select: { id: true } }) };
    }))));`,
  'a row in callbacks': (one, column) => `    const found = await Promise.all(
      members.map((${one}) => prisma.badge.findFirst({ where: { id: ${one}.${column} } })),
    );
    shown.push(found);`,
};

export const pooling = [
  program({
    rule: 'no-client-per-request',
    extension: '.ts',
    source: fc
      .record({
        client: name('redis', 'cache'),
        prefix: name('session', 'user'),
        close: name('quit', 'disconnect'),
        load: name(
          '',
          "const Redis = (await import('ioredis')).default;",
          "const { default: Redis } = await import('ioredis');",
          "const { Redis } = await import('ioredis');",
        ),
        port: name('6379', 'port'),
      })
      .map(
        ({ client, prefix, close, load, port }) => `import type { Request, Response } from 'express';
${load === '' ? "import Redis from 'ioredis';\n" : ''}export async function session(req: Request, res: Response): Promise<void> {
  ${load}
  const port = Number(process.env['CACHE_PORT'] ?? 6380);
  const ${client} = new Redis({ host: 'cache', port: ${port} });
  res.json({ user: await ${client}.get(\`${prefix}:\${req.params['id']}\`) });
  await ${client}.${close}();
}
`,
      ),
    input: fc.record({ ids: fc.array(fc.string({ maxLength: 4 }), { maxLength: 6 }), atOnce: fc.boolean() }),
    async observe(load, { ids, atOnce }) {
      let clients = 0;
      class Redis {
        isOpen = true;
        constructor() {
          clients++;
        }
        async get(key: string) {
          if (!this.isOpen) throw new Error('Connection is closed.');
          return key.toUpperCase();
        }
        async quit() {
          this.isOpen = false;
        }
        disconnect = this.quit;
      }
      const { session } = load({ ioredis: { default: Redis, Redis, __esModule: true } });
      const answer = async (id: string): Promise<unknown> => {
        let told: unknown;
        await session({ params: { id } }, { json: (body: unknown) => (told = body) });
        return told;
      };
      const results: unknown[] = atOnce ? await Promise.all(ids.map(answer)) : [];
      if (!atOnce) for (const id of ids) results.push(await answer(id));
      return { results, cost: ids.length === 0 ? 0 : clients };
    },
  }),
  program({
    rule: 'no-naive-pool',
    extension: '.ts',
    source: fc
      .record({ idle: name('idle', 'free'), take: name('checkout', 'acquire'), busy: name('busy', 'inUse') })
      .map(
        ({ idle, take, busy }) => `export interface Session {
  id: number;
}
export interface SessionFactory {
  connect(): Promise<Session>;
  close(session: Session): Promise<void>;
}
interface Slot {
  session: Session;
  ${busy}: boolean;
}
export class SessionPool {
  private slots: Slot[] = [];
  private readonly factory: SessionFactory;

  constructor(factory: SessionFactory) {
    this.factory = factory;
  }

  async ${take}(): Promise<Session> {
    const ${idle} = this.slots.find((slot) => !slot.${busy});
    if (${idle}) {
      ${idle}.${busy} = true;
      return ${idle}.session;
    }
    const session = await this.factory.connect();
    this.slots.push({ session, ${busy}: true });
    return session;
  }

  release(session: Session): void {
    for (const slot of this.slots) {
      if (slot.session === session) slot.${busy} = false;
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.slots.map(({ session }) => this.factory.close(session)));
  }
}
`,
      ),
    input: fc.array(fc.boolean(), { maxLength: 20 }),
    async observe(load, steps) {
      let opened = 0;
      const closed: number[] = [];
      const pool = new (load().SessionPool)({
        connect: async () => ({ id: ++opened }),
        close: async ({ id }: { id: number }) => closed.push(id),
      });
      const take = (): Promise<{ id: number }> => (pool.acquire ?? pool.checkout).call(pool);
      const lent: { id: number }[] = [];
      const results: unknown[] = [];
      for (const isTaken of steps) {
        if (isTaken && lent.length < 10) {
          const session = await take();
          results.push(lent.includes(session) ? 'lent twice' : 'lent');
          lent.push(session);
        } else if (lent.length > 0) pool.release(lent.pop());
      }
      for (const session of lent.splice(0)) pool.release(session);
      await pool.destroy();
      return { results: [results, opened, closed.sort()] };
    },
  }),
  program({
    rule: 'no-unreleased-connection',
    extension: '.mjs',
    source: fc.record({ client: name('client', 'db'), early: fc.boolean(), sql: name('select 1', 'select now()') }).map(
      ({ client, early, sql }) => `import { Pool } from 'pg';
const pool = new Pool();
export async function load(query) {
  const ${client} = await pool.connect();
  await ${client}.query('${sql}');
${early ? `  if (query === '') return undefined;\n` : ''}  const { rows } = await ${client}.query(query);
  ${client}.release();
  return rows.length;
}
`,
    ),
    input: fc.array(name('select all', 'fail', ''), { maxLength: 6 }),
    async observe(load, queries) {
      const { library, state } = fakePg([{ id: 1 }]);
      const module = load({ pg: library });
      const results = [];
      for (const query of queries) results.push(await outcomeOf(() => module.load(query)));
      return { results, cost: state.lent };
    },
  }),
  program({
    rule: 'require-pool-limits',
    extension: '.cjs',
    source: fc.record({ pool: name('pool', 'db'), options: name('', '{ max: 4 }') }).map(
      ({ pool, options }) => `const { Pool } = require('pg');
const ${pool} = new Pool(${options});
module.exports = { query: (sql) => ${pool}.query(sql) };
`,
    ),
    input: fc.array(name('select all', 'fail'), { maxLength: 5 }),
    async observe(load, queries) {
      const { library, state } = fakePg([{ id: 1 }]);
      const { query } = load({ pg: library });
      const results = await Promise.all(queries.map((sql) => outcomeOf(() => query(sql))));
      return { results, cost: JSON.stringify(state.options).includes('connectionTimeoutMillis') ? 0 : 1 };
    },
  }),
  program({
    rule: 'require-pool-error-handler',
    extension: '.mjs',
    source: fc.record({ pool: name('pool', 'db'), isLazy: fc.boolean() }).map(({ pool, isLazy }) =>
      isLazy
        ? `import pg from 'pg';
let ${pool};
export function getRows(sql) {
  if (!${pool}) {
    ${pool} = new pg.Pool();
  }
  return ${pool}.query(sql);
}
`
        : `import pg from 'pg';
const ${pool} = new pg.Pool();
export const getRows = (sql) => ${pool}.query(sql);
`,
    ),
    input: fc.array(name('select all', 'fail'), { minLength: 1, maxLength: 5 }),
    async observe(load, queries) {
      const { library, state } = fakePg([{ id: 1 }]);
      const { getRows } = load({ pg: library, console: { error() {} } });
      const results = await Promise.all(queries.map((sql) => outcomeOf(() => getRows(sql))));
      return { results, cost: state.pools.filter((pool) => pool.listenerCount('error') === 0).length };
    },
  }),
  program({
    rule: 'no-shared-client',
    extension: '.cjs',
    source: fc.record({ client: name('db', 'client'), table: name('items', 'orders') }).map(
      ({ client, table }) => `const express = require('express');
const pg = require('pg');
const ${client} = new pg.Client('postgres://db');
${client}.connect();
const router = express.Router();
router.get('/items', async (req, res) => {
  res.json((await ${client}.query('SELECT * FROM ${table} LIMIT 50')).rows);
});
module.exports = router;
`,
    ),
    input: fc.array(fc.integer(), { maxLength: 6 }),
    async observe(load, ids) {
      const { library, state } = fakePg(ids.map((id) => ({ id })));
      const { library: express, call } = fakeExpress();
      load({ pg: library, express });
      return { results: [await call('GET /items', {}), await call('GET /items', {})], cost: state.lent };
    },
  }),
];

export const database = [
  program({
    rule: 'no-query-in-loop',
    extension: '.ts',
    source: fc
      .record({ one: name('member', 'row'), column: name('id', 'code'), read: name(...Object.keys(badgeReads)) })
      .map(
        ({ one, column, read }) => `import { Pool } from 'pg';
import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
export class Members {
  private readonly pool = new Pool({ max: 10 });
  async removeAll(members: { ${column}: string }[]): Promise<void> {
    for (const ${one} of members) {
      await this.pool.query('DELETE FROM members WHERE ${column} = $1', [${one}.${column}]);
    }
  }
  async listBadges(members: { ${column}: string }[], kind: string): Promise<unknown[]> {
    const shown: unknown[] = [];
${badgeReads[read]!(one, column)}
    return shown;
  }
}
`,
      ),
    input: fc.record({
      stored: fc.array(name('a', 'b', 'c', 'd')),
      asked: fc.array(name('a', 'b', 'c', 'x', '')),
      badges: fc.uniqueArray(
        fc.record({
          id: name('a', 'b', 'c', 'e', 'f', ''),
          ownerId: name('a', 'b', 'x', ''),
          kind: name('gold', 'tin'),
        }),
        { selector: ({ id }) => id },
      ),
    }),
    async observe(load, { stored, asked, badges }) {
      const { library, state } = fakePg(stored.map((id) => ({ id, code: id })));
      const prisma = fakePrisma(badges);
      const { Members } = load({ pg: library, '@prisma/client': prisma });
      const members = asked.map((id) => ({ id, code: id }));
      const shown = await new Members().listBadges(members, 'gold');
      await new Members().removeAll(members);
      const cost = Math.max(1, state.queries) + Math.max(1, prisma.state.queries);
      return { results: [shown, state.rows], cost };
    },
  }),
  program({
    rule: 'no-redis-keys',
    extension: '.ts',
    source: fc.record({ keys: name('keys', 'names'), prefix: name('session', 'cart') }).map(
      ({ keys, prefix }) => `import { Router } from 'express';
import Redis from 'ioredis';
const redis = new Redis();
export const router = Router();
router.get('/sessions/:user', async (req, res) => {
  const ${keys} = await redis.keys(\`${prefix}:\${req.params.user}:*\`);
  res.json(${keys}.length);
});
`,
    ),
    input: fc.array(name('session:a:1', 'session:a:2', 'session:b:1', 'cart:a:1', 'cart:a:2')),
    async observe(load, stored) {
      let blocking = 0;
      const find = (pattern: string): string[] =>
        [...new Set(stored)].filter((key) => key.startsWith(pattern.slice(0, -1)));
      class Redis {
        async keys(pattern: string) {
          blocking++;
          return find(pattern);
        }
        async *scanStream({ match }: { match: string }) {
          for (const key of find(match)) yield [key];
        }
      }
      const { library, call } = fakeExpress();
      load({ express: library, ioredis: { default: Redis, __esModule: true } });
      return { results: await call('GET /sessions/:user', { params: { user: 'a' } }), cost: blocking };
    },
  }),
  program({
    rule: 'no-naive-retry',
    extension: '.mjs',
    source: fc.record({ retries: fc.integer({ min: 2, max: 5 }), url: name('url', 'address') }).map(
      ({ retries, url }) => `import pRetry from 'p-retry';
export const load = (${url}) => pRetry(() => fetch(${url}), { retries: ${retries} });
`,
    ),
    input: fc.integer({ min: 0, max: 7 }),
    async observe(load, failures) {
      let calls = 0;
      let options: { retries?: number; randomize?: boolean } = {};
      const pRetry = async (work: () => Promise<unknown>, given: typeof options) => {
        options = given;
        for (let left = given.retries ?? 10; ; left--) {
          try {
            return await work();
          } catch (error) {
            if (left === 0) throw error;
          }
        }
      };
      const fetch = async () => {
        if (calls++ < failures) throw new Error('refused');
        return calls;
      };
      const module = load({ fetch, 'p-retry': { default: pRetry, __esModule: true } });
      return { results: [await outcomeOf(() => module.load('x')), calls], cost: options.randomize ? 0 : 1 };
    },
  }),
];

export const api = [
  program({
    rule: 'no-cache-stampede',
    extension: '.ts',
    source: fc
      .record({
        cache: name('rateCache', 'cachedRates'),
        rate: name('rate', 'found'),
        // What is declared as a function may be called above it, and while the module loads.
        shape: fc.constantFrom(
          ['const getRate = async (from: string, to: string): Promise<number> => {', '};', ''],
          ['async function getRate(from: string, to: string): Promise<number> {', '}', ''],
          ['export async function getRate(from: string, to: string): Promise<number> {', '}', 'warmUp();'],
        ),
      })
      .map(
        ({ cache, rate, shape: [open, close, above] }) => `import { Router } from 'express';
const ${cache} = new Map<string, number>();
${above}
function warmUp() {
  getRate('a', 'c').catch(() => undefined);
}
${open}
  const key = \`\${from}:\${to}\`;
  let ${rate} = ${cache}.get(key);
  if (${rate} === undefined) {
    const response = await fetch(\`https://rates.internal/\${from}/\${to}\`);
    ${rate} = Number(await response.text());
    ${cache}.set(key, ${rate});
  }
  return ${rate};
${close}
export const router = Router();
router.get('/rates/:from/:to', async (req, res) => {
  res.json(await getRate(req.params.from ?? '', req.params.to ?? ''));
});
`,
      ),
    input: fc.array(fc.array(fc.tuple(name('a', 'b', ':'), name('c', 'down', ':d'))), { maxLength: 4 }),
    async observe(load, batches) {
      let fetches = 0;
      const fetch = async (url: string) => {
        fetches++;
        if (url.endsWith('down')) throw new Error('refused');
        return { text: async () => String(url.length) };
      };
      const { library, call } = fakeExpress();
      load({ express: library, fetch });
      const results = [];
      for (const batch of batches) {
        const calls = batch.map(([from, to]) =>
          outcomeOf(() => call('GET /rates/:from/:to', { params: { from, to } })),
        );
        results.push(await Promise.all(calls));
      }
      return { results, cost: fetches };
    },
  }),
  program({
    rule: 'require-outbound-timeout',
    extension: '.mjs',
    source: fc
      .record({ read: name('readPage', 'load'), options: name('', ", { headers: { accept: 'text/html' } }") })
      .map(
        ({ read, options }) => `import { Router } from 'express';
import got from 'got';
async function ${read}(name) {
  const { body } = await got(\`https://pages.example/\${name}\`${options});
  return body;
}
export const router = Router();
router.get('/pages/:name', async (req, res) => {
  res.json(await ${read}(req.params.name));
});
`,
      ),
    input: fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }),
    async observe(load, names) {
      let endless = 0;
      const got = async (url: string, options: { timeout?: object; headers?: object } = {}) => {
        if (!options.timeout) endless++;
        return { body: [url, options.headers] };
      };
      const { library, call } = fakeExpress();
      load({ express: library, got: { default: got, __esModule: true } });
      const results = await Promise.all(names.map((one) => call('GET /pages/:name', { params: { name: one } })));
      return { results, cost: endless };
    },
  }),
  program({
    rule: 'no-sync-in-request',
    extension: '.ts',
    source: fc.record({ here: name(...syncReads), elsewhere: name(...syncReads) }).map(
      ({ here, elsewhere }) => `import { execFileSync, execSync } from 'node:child_process';
import fs, { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import zlib, { gunzipSync, inflateSync } from 'node:zlib';
function readIt(path: string): string {
  return ${elsewhere};
}
export const server = createServer(async (req, res) => {
  const path = \`\${req.headers['root']}/\${req.url}\`;
  let page = '';
  try {
    page = readIt(path);
  } catch (error) {
    page = String(error);
  }
  res.end(page + ${here});
});
`,
    ),
    input: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.string(), { maxKeys: 1 }),
    async observe(load, pages) {
      const root = mkdtempSync(join(tmpdir(), 'plimsoll-'));
      try {
        mkdirSync(root, { recursive: true });
        for (const [page, text] of Object.entries(pages)) {
          writeFileSync(join(root, page), text);
          writeFileSync(join(root, `${page}.gz`), gzipSync(text));
        }
        const { server } = load();
        const asked = [...Object.keys(pages), 'missing'];
        const answers = asked.map((url) => outcomeOf(() => ask(server, { url, headers: { root } })));
        return { results: JSON.stringify(await Promise.all(answers)).replaceAll(root, '') };
      } finally {
        rmSync(root, { recursive: true });
      }
    },
  }),
  program({
    rule: 'no-linear-route-scan',
    extension: '.mjs',
    source: fc.record({ routes: name('routes', 'table'), path: name('path', 'wanted') }).map(
      ({ routes, path }) => `import { createServer } from 'node:http';
const ${routes} = [];
export function route(pattern, handler) {
  ${routes}.push({ pattern, handler });
}
export const server = createServer((req, res) => {
  const ${path} = req.url.split('?')[0];
  for (const route of ${routes}) {
    const match = route.pattern.exec(${path});
    if (match) {
      route.handler(req, res, match.groups);
      return;
    }
  }
  res.end('none');
});
`,
    ),
    input: fc.tuple(
      fc.array(name('^/a$', '^/a/(?<id>\\w+)$', '^/(?<first>\\w+)/b$', '^/', 'b'), { maxLength: 5 }),
      fc.array(name('/a', '/a/1', '/c/b', '/b?x=1', 'x', '/a/b'), { maxLength: 6 }),
    ),
    async observe(load, [patterns, paths]) {
      const { route, server } = load();
      for (const [at, pattern] of patterns.entries())
        route(new RegExp(pattern), (_: object, res: { end(text: string): void }, groups: object | undefined) =>
          res.end(`${at} ${JSON.stringify({ ...groups })}`),
        );
      const results = [];
      for (const url of paths) results.push(await ask(server, { method: 'GET', url }));
      return { results };
    },
  }),
  program({
    rule: 'require-circuit-breaker',
    extension: '.cjs',
    source: fc.record({ stock: name('stock', 'levels'), router: name('router', 'routes') }).map(
      ({ stock, router }) => `const axios = require('axios');
const express = require('express');
const ${stock} = axios.create({ baseURL: 'https://stock.example.com', timeout: 1_000 });
const ${router} = express.Router();
${router}.get('/products/:id', async (req, res) => {
  const { data } = await ${stock}.get(\`/levels/\${req.params.id}\`);
  res.json(data);
});
${router}.post('/products/:id/reserve', async (req, res) => {
  await ${stock}.post(\`/levels/\${req.params.id}/reserve\`, req.body);
  res.sendStatus(204);
});
module.exports = ${router};
`,
    ),
    // While the service answers now and then, the breaker stays closed and is not to be seen.
    input: fc.array(
      fc.tuple(
        name('GET /products/:id', 'POST /products/:id/reserve'),
        fc.stringMatching(/^[a-z]{1,4}$/),
        fc.boolean(),
      ),
      { maxLength: 4 },
    ),
    async observe(load, requests) {
      let asked = 0;
      let isDown = false;
      const answer = async (path: string) => {
        asked++;
        if (isDown) throw new Error('refused');
        return { data: path.length };
      };
      const { library, call } = fakeExpress();
      load({ express: library, axios: { create: () => ({ get: answer, post: answer }) } });
      const results = [];
      for (const [route, id, fails] of requests) {
        isDown = fails;
        results.push(await outcomeOf(() => call(route, { params: { id }, body: {} })));
      }
      return { results: [results, asked] };
    },
  }),
];
