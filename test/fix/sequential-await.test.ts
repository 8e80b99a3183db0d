import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const pair = pairs.filter(({ rule }) => rule.id === 'no-sequential-await');

/** What the fixer says of three reads between the first two of which other statements stand. */
async function fixOf(between: string, rest = '') {
  const text = `import { createServer } from 'node:http';
import { PLANS, Status, settings, tidy } from './own.js';
import { userRepository } from './users.js';
let answered = 0;
const limits = { users: 3 };
export const server = createServer(async (req, res) => {
  const filters = { role: 'any', tags: ['a'], page: 1 };
  const load = (id) => userRepository.getById(id, known);
  function later() {
    return below;
  }
  let turn = 1;
  turn = answered++;
  const user = await userRepository.getById(req.url);
  ${between}
  const posts = await userRepository.listPosts(filters.tags, turn${rest});
  const likes = await userRepository.countLikes(req.url);
  res.end(JSON.stringify([user, posts, likes]));
});
`;
  const { findings } = await scanFiles({ 'src/server.js': text }, pair);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

test.each([
  'const name = user?.name ?? "nobody";',
  'const [first] = user.tags, count = user.tags.length;',
  'const { role = PLANS.free.role, ...others } = user;',
  'const byId = new Map(user.tags.map((tag) => [tag.id, tag]));',
  'const tags = [...user.tags].sort((a, b) => a.age - b.age).join(", ");',
  'const shown = user.tags.filter((tag) => { const { age } = tag; if (!age) return false; return age > 3; });',
  'const sum = user.tags.reduce((total, tag) => total + Number(tag.count), 0).toFixed(2);',
  'const isOpen = user.status === Status.Open && filters.page > 1;',
  `const written = \`\${filters.role} \${turn} \${filters}\`;`,
  'const later = () => { answered++; tidy(user); };',
  'const entries = Object.entries(user ?? {}).map(([key, value]) => key + value);',
  'const since = new Date(user.since).toISOString().slice(0, 10);',
  'let total = 0; const page = filters.page;',
  'const below = user.id;',
])('what only computes goes below the reads: %s', async (between) => {
  const { fix } = await fixOf(between);
  expect(fix?.note).toBe('all of them are started even if the first fails, or what was computed between them throws');
  expect(fix!.edits.at(-1)!.text).toContain(between);
});

test.each([
  ['const tidied = tidy(user);', /`tidy` is called between the reads: move that below/],
  ['const tags = user.tags.map(tidy);', /`user\.tags\.map` is called/],
  ['const tags = user.tags.map((tag) => tidy(tag));', /`tidy` is called/],
  ['const tags = user.tags.sort();', /`user\.tags\.sort` is called/],
  ['const started = userRepository.find({ id: 1 });', /`userRepository\.find` is called/],
  ['const at = Date.now();', /`Date\.now` is called/],
  ['const at = new Date();', /`Date` is called/],
  ['const id = Math.random();', /`Math\.random` is called/],
  ['const row = JSON.parse(user.row);', /`JSON\.parse` is called/],
  [`const text = tag\`\${user}\`;`, /does more than declare a value/],
  ['const all = user.tags.map((tag) => (tag.seen = true));', /does more than declare a value/],
  ['const next = answered++;', /does more than declare a value/],
  ['const seen = answered;', /`answered`, of which something is used.*may change meanwhile/],
  ['const most = limits.users;', /`limits`, of which/],
  ['const most = settings.limit;', /`settings`, of which/],
  ['const env = process.env.NODE_ENV;', /`process`, of which/],
  ['const tag = filters.tags[0];', /`filters`, of which/],
  ['const keys = Object.keys(filters.tags);', /`filters`, of which/],
  ['const url = (filters.tags ?? []).length;', /`filters`, of which/],
  ['const known = user.id;', /a function that `posts` may be read with uses `known`/],
])('what does more, or may come out otherwise, stays: %s', async (between, why) => {
  const { fix } = await fixOf(between);
  expect(fix?.note).toMatch(why);
  expect(fix?.note).toMatch(/^all of them are started even if the first fails; not all can be joined: /);
  expect(fix!.edits.map(({ text }) => text).join('')).toContain('const [posts, likes] = await Promise.all([');
});

test('what a read is handed as a whole may be changed by it, whichever part is looked at', async () => {
  expect((await fixOf('const page = filters.page;', ', filters')).fix?.note).toMatch(/`filters`, of which/);
  expect((await fixOf('const page = filters.page;', ', () => filters.role')).fix?.note).not.toMatch(/not all/);
  expect((await fixOf('const below = user.id;', ', later()')).fix?.note).toMatch(
    /uses `below`, which is declared first/,
  );
});

/** What the fixer says of what a handler reads for its answer. */
async function fixIn(body: string) {
  const text = `import { Router } from 'express';
import { orderService, scoped } from './services.js';
export const router = Router();
router.get('/orders', async (req, res) => {
  ${body}
});
`;
  const { findings } = await scanFiles({ 'src/server.js': text }, pair);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

test('what a list of settled calls tells otherwise without its `await`', async () => {
  const { fix } = await fixIn(
    'res.json(await Promise.allSettled([await orderService.countOrders(), await orderService.listOrders()]));',
  );
  expect(fix?.note).toBe(
    'all of them are started even if the first fails; a failure is no longer thrown but told with the outcomes',
  );
});

test.each([
  ['await orderService.createOrder(req.body), await orderService.listOrders()', /one of them writes/],
  ['await orderService.listOrders(), await orderService.countOrders(await scoped(req))', /waits for something else/],
  ['await orderService.listOrders(), (await scoped(req)).countOrders()', /waits for something else/],
])('what keeps its `await` in a list: %s', async (list, why) => {
  const { fix, skip } = await fixIn(`res.json(await Promise.all([${list}]));`);
  expect(fix).toBeUndefined();
  expect(skip).toMatch(why);
});

test('what waits first may be the first of a list', async () => {
  const list = 'await orderService.listOrders(await scoped(req)), await orderService.countOrders()';
  expect((await fixIn(`res.json(await Promise.all([${list}]));`)).fix?.edits).toHaveLength(2);
});

test('a value of an object that waits first needs a name of its own', async () => {
  const { skip } = await fixIn(`const all = {
    orders: await orderService.listOrders(),
    users: await orderService.listUsers(await scoped(req)),
    sum: await orderService.countOrders(),
  };
  res.json(all);`);
  expect(skip).toMatch(/`users` first waits for something else/);
});
