import fc from 'fast-check';
import { ask, outcomeOf, program } from './program.ts';

const name = (...names: string[]) => fc.constantFrom(...names);
const key = fc.string({ maxLength: 6 });

export const hashing = [
  program({
    rule: 'no-weak-hash',
    extension: '.cjs',
    source: fc.record({ hash: name('hash', 'h'), radix: fc.constantFrom(16, 36) }).map(
      ({ hash, radix }) => `exports.etagOf = function (body) {
  let ${hash} = 0;
  for (let i = 0; i < body.length; i++) {
    const code = body.charCodeAt(i);
    ${hash} = ${hash} * 31 + code;
  }
  return \`W/"\${${hash}.toString(${radix})}"\`;
};
`,
    ),
    input: fc.array(key, { maxLength: 8 }),
    observe(load, bodies) {
      const { etagOf } = load();
      const tags: string[] = bodies.map(etagOf);
      // Other values, but of the same form, and the same for the same text.
      return {
        results: [tags.every((tag) => /^W\/"[\da-z]+"$/.test(tag)), bodies.map((body, i) => etagOf(body) === tags[i])],
      };
    },
  }),
  program({
    rule: 'no-modulo-sharding',
    extension: '.ts',
    source: fc.record({ servers: name('servers', 'nodes'), hash: name('hashOf', 'digest') }).map(
      ({ servers, hash }) => `import { createHash } from 'node:crypto';
function ${hash}(text: string): number {
  return createHash('md5').update(text).digest().readUInt32BE(0);
}
export class CacheClient {
  constructor(private readonly ${servers}: string[]) {}
  serverOf(key: string): string | undefined {
    return this.${servers}[${hash}(key) % this.${servers}.length];
  }
}
`,
    ),
    input: fc.tuple(
      fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 6 }),
      fc.uniqueArray(key, { maxLength: 20 }),
    ),
    observe(load, [servers, keys]) {
      const { CacheClient } = load();
      const chosen: unknown[] = keys.map((one) => new CacheClient(servers).serverOf(one));
      const isHome = (server: unknown): boolean => servers.includes(server as string);
      const fewer = servers.slice(1);
      const moved = keys.filter(
        (one, i) => fewer.length > 0 && chosen[i] !== servers[0] && new CacheClient(fewer).serverOf(one) !== chosen[i],
      );
      // Another server, but always one of them, and always the same.
      const again = keys.every((one, i) => new CacheClient(servers).serverOf(one) === chosen[i]);
      return { results: [servers.length === 0 ? chosen : chosen.every(isHome), again], cost: moved.length };
    },
  }),
  program({
    rule: 'no-uneven-ring',
    extension: '.cjs',
    source: fc
      .record({
        replicas: fc.integer({ min: 1, max: 40 }),
        empty: name("throw new Error('no nodes')", 'return null'),
        search: fc.constantFrom<keyof typeof searches>('find', 'walk', 'halving'),
        isMap: fc.boolean(),
      })
      .map(({ replicas, empty, search, isMap }) => ringOf(replicas, empty, searches[search](isMap), isMap)),
    input: fc.record({
      nodes: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 6 }),
      keys: fc.array(key, { maxLength: 30 }),
      leaving: fc.nat(5),
    }),
    async observe(load, { nodes, keys, leaving }) {
      const ring = new (load().HashRing)();
      const placeAll = () => Promise.all(keys.map((one) => outcomeOf(() => ring.nodeOf(one))));
      const empty = await placeAll();
      for (const node of nodes) ring.add(node);
      const placed = (await placeAll()) as { gave?: string }[];
      const again = await placeAll();
      const gone = nodes[leaving];
      if (gone !== undefined) ring.remove(gone);
      const left = (await placeAll()) as { gave?: string }[];
      const rest = nodes.filter((node) => node !== gone);
      // Another node than before the fix, but one that is there; and only the keys of the node that leaves move.
      return {
        results: [
          empty,
          nodes.length === 0 ? placed : placed.every(({ gave }) => nodes.includes(gave!)),
          JSON.stringify(again) === JSON.stringify(placed),
          rest.length === 0 ? left : left.every(({ gave }) => rest.includes(gave!)),
          rest.length === 0 || placed.every(({ gave }, i) => gave === gone || gave === left[i]!.gave),
        ],
      };
    },
  }),
];

const searches = {
  find: (isMap: boolean) => {
    const test = isMap ? '(one) => one >= hash' : '(one) => one.hash >= hash';
    const found = `const found = this.points.find(${test}) ?? this.points[0];`;
    return `${found}\n    return ${isMap ? 'this.owners.get(found)' : 'found.node'};`;
  },
  walk: (isMap: boolean) => {
    const node = (point: string) => (isMap ? `this.owners.get(${point})` : `${point}.node`);
    const hash = isMap ? 'point' : 'point.hash';
    return `for (const point of this.points) if (${hash} >= hash) return ${node('point')};\n    return ${node('this.points[0]')};`;
  },
  halving: (isMap: boolean) => `let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.points[middle]${isMap ? '' : '.hash'} < hash) low = middle + 1;
      else high = middle;
    }
    const at = low === this.points.length ? 0 : low;
    return ${isMap ? 'this.owners.get(this.points[at])' : 'this.points[at].node'};`,
};

function ringOf(replicas: number, empty: string, search: string, isMap: boolean): string {
  const put = isMap
    ? 'this.owners.set(hash, node);\n      this.points.push(hash);'
    : 'this.points.push({ hash, node });';
  const remove = isMap
    ? `for (const [hash, owner] of this.owners) if (owner === node) this.owners.delete(hash);
    this.points = this.points.filter((hash) => this.owners.has(hash));`
    : 'this.points = this.points.filter((point) => point.node !== node);';
  return `const { createHash } = require('node:crypto');
class HashRing {
  constructor(replicas = ${replicas}) {
    this.replicas = replicas;
    this.points = [];${isMap ? '\n    this.owners = new Map();' : ''}
  }
  add(node) {
    for (let i = 0; i < this.replicas; i++) {
      const hash = this.hashOf(\`\${node}-\${i}\`);
      ${put}
    }
    this.points.sort(${isMap ? '(a, b) => a - b' : '(a, b) => a.hash - b.hash'});
  }
  remove(node) {
    ${remove}
  }
  nodeOf(key) {
    if (this.points.length === 0) ${empty};
    const hash = this.hashOf(key);
    ${search}
  }
  hashOf(text) {
    return createHash('md5').update(text).digest().readUInt32BE(0);
  }
}
exports.HashRing = HashRing;
`;
}

/** What stands between two reads, by what shows it: the last is not known to do nothing else. */
const computedOfUser = {
  id: 'const id = USER?.id ?? 0; // of the one who asks',
  name: 'const { name = "nobody", ...others } = USER;',
  most: 'let most = Math.max(...[req.user, 3].filter((n) => n > 1).map(Number));',
  'label()': 'const label = () => USER.id + tens;',
};
const computedOfPosts = {
  sorted: 'const sorted = [...POSTS].sort((a, b) => b - a), first = POSTS[0];',
  '[...byPost]': '/* each once */ const byPost = new Map(POSTS.map((post, i) => [post, i]));',
  isLong: 'const isLong = POSTS.length > tens;',
  rest: 'const rest = shorten(POSTS);',
};

export const performance = [
  program({
    rule: 'no-blocking-json',
    extension: '.mjs',
    source: fc.record({ copy: name('copy', 'sorted'), field: name('total', 'count') }).map(
      ({ copy, field }) => `import { createServer } from 'node:http';
export const server = createServer(async (req, res) => {
  const orders = await req.json();
  const ${copy} = JSON.parse(JSON.stringify(orders));
  ${copy}.sort((a, b) => a.${field} - b.${field});
  ${copy}.push({ ${field}: 1 });
  res.end(JSON.stringify(${copy}));
});
`,
    ),
    input: fc.array(fc.record({ total: fc.integer(), count: fc.integer(), tags: fc.array(fc.string()) }), {
      maxLength: 8,
    }),
    async observe(load, orders) {
      const stored = structuredClone(orders);
      return { results: [await ask(load().server, { json: async () => stored }), stored] };
    },
  }),
  program({
    rule: 'no-buffer-concat-in-loop',
    extension: '.mjs',
    source: fc
      .record({ packed: name('packed', 'out'), start: name('Buffer.alloc(0)', "Buffer.from('')"), each: fc.boolean() })
      .map(
        ({ packed, start, each }) => `export function packRecords(records) {
  let ${packed} = ${start};
  ${each ? 'for (const record of records) {' : 'for (let i = 0; i < records.length; i++) {\n    const record = records[i];'}
    const head = Buffer.from([record.kind]);
    ${packed} = Buffer.concat([${packed}, head, record.bytes]);
  }
  return ${packed};
}
`,
      ),
    input: fc.array(fc.record({ kind: fc.nat(255), bytes: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 10 }),
    observe(load, records) {
      const packed: Buffer = load().packRecords(records);
      return { results: [Buffer.isBuffer(packed), packed.toString('hex')] };
    },
  }),
  program({
    rule: 'no-quadratic-accumulation',
    extension: '.mjs',
    source: fc
      .record({
        tags: name('tags', 'all'),
        step: name('[...TAGS, ...row.tags]', '[...TAGS, row.tags.length]'),
      })
      .map(
        ({ tags, step }) => `import { createServer } from 'node:http';
export function flatten(rows) {
  let ${tags} = [];
  for (const row of rows) {
    ${tags} = ${step.replace('TAGS', tags)};
  }
  return ${tags};
}
export const server = createServer((req, res) => res.end(flatten(req.rows).join()));
`,
      ),
    input: fc.array(
      fc.record({ tags: fc.array(fc.oneof(fc.string(), fc.array(fc.integer(), { maxLength: 2 })), { maxLength: 4 }) }),
      { maxLength: 8 },
    ),
    observe(load, rows) {
      const given = structuredClone(rows);
      const results = load().flatten(given);
      return { results: [results, given] };
    },
  }),
  program({
    rule: 'no-quadratic-lookup',
    extension: '.ts',
    source: fc.record({ negated: name('!', ''), field: name('id', 'name') }).map(
      ({ negated, field }) => `import { createServer } from 'node:http';
interface Message {
  ${field}: number;
}
export function choose(messages: readonly Message[], samples: readonly Message[]): Message[] {
  return messages.filter((message) => ${negated}samples.some((sample) => sample.${field} === message.${field}));
}
export const server = createServer((_req, res) => {
  res.end(String(choose([], []).length));
});
`,
    ),
    input: fc.tuple(fc.array(fc.nat(9)), fc.array(fc.nat(9))),
    observe(load, [left, right]) {
      const of = (ids: number[]) => ids.map((id) => ({ id, name: id }));
      return { results: load().choose(of(left), of(right)) };
    },
  }),
  program({
    rule: 'no-regexp-compile-in-request',
    extension: '.ts',
    source: fc.record({ flags: name("'i'", "''", "'u'"), method: name('filter', 'some', 'find') }).map(
      ({ flags, method }) => `import { createServer } from 'node:http';
export function search(messages: readonly string[], term: string) {
  return messages.${method}((message) => new RegExp(term, ${flags}).test(message));
}
export const server = createServer((req, res) => res.end(String(search([], req.url ?? ''))));
`,
    ),
    input: fc.tuple(fc.array(fc.string()), name('a', 'b+', '(', '^.', '')),
    observe: async (load, [messages, term]) => ({ results: await outcomeOf(() => load().search(messages, term)) }),
  }),
  program({
    rule: 'no-sequential-await',
    extension: '.mjs',
    source: fc
      .record({
        user: name('user', 'owner'),
        posts: name('posts', 'articles'),
        ofUser: fc.subarray(Object.keys(computedOfUser)),
        ofPosts: fc.subarray(Object.keys(computedOfPosts)),
        isObject: fc.boolean(),
      })
      .map(({ user, posts, ofUser, ofPosts, isObject }) => {
        const lines = (values: string[], computed: Record<string, string>) =>
          values.map((value) => `\n  ${computed[value]}`.replaceAll('USER', user).replaceAll('POSTS', posts)).join('');
        const statements = `const ${user} = await userRepository.getById(req.user);${lines(ofUser, computedOfUser)}
  const ${posts} = await userRepository.listPosts(req.user);${lines(ofPosts, computedOfPosts)}
  const { likes } = await userRepository.countLikes(req.user);
  res.end(JSON.stringify([${[user, posts, 'likes', ...ofUser, ...ofPosts].join(', ')}]));`;
        const object = `res.end(JSON.stringify({
    asked: req.user,
    ${user}: await userRepository.getById(req.user),
    ${posts}: await userRepository.listPosts(req.user),
    counted: await userRepository.countLikes(req.user),
    tens: shorten([tens]),
  }));`;
        return `import { createServer } from 'node:http';
import { shorten } from './shorten.js';
import { userRepository } from './users.js';
const tens = 10;
export const server = createServer(async (req, res) => {
  ${isObject ? object : statements}
});
`;
      }),
    input: fc.tuple(fc.integer(), fc.constantFrom(undefined, 'getById', 'listPosts', 'countLikes')),
    async observe(load, [id, failing]) {
      const answer = (method: string, value: unknown) => async () => {
        if (method === failing) throw new Error(`${method} failed`);
        return value;
      };
      const userRepository = {
        getById: answer('getById', { id }),
        listPosts: answer('listPosts', [id + 1, id]),
        countLikes: answer('countLikes', { likes: id + 2 }),
      };
      const shorten = (posts: number[]) => posts.splice(1);
      const { server } = load({ './users.js': { userRepository }, './shorten.js': { shorten } });
      return { results: await outcomeOf(() => ask(server, { user: id })) };
    },
  }),
  program({
    rule: 'no-shift-queue',
    extension: '.mjs',
    source: fc
      .record({
        queue: name('queue', 'events'),
        drain: name(
          'while ((event = QUEUE.shift())) write(event);',
          'while (QUEUE.length > 0) { event = QUEUE.shift(); write(event); }',
        ),
      })
      .map(
        ({ queue, drain }) => `let ${queue} = [];
export function record(event) {
  ${queue}.push(event);
}
export function flush(write) {
  let event;
  ${drain.replaceAll('QUEUE', queue)}
}
export function reset() {
  ${queue}.length = 0;
}
`,
      ),
    input: fc.array(fc.oneof(fc.nat(9), fc.constantFrom('flush', 'reset', 'flush and fail')), { maxLength: 30 }),
    async observe(load, steps) {
      const { record, flush, reset } = load();
      const written: unknown[] = [];
      const results: unknown[] = [];
      for (const step of steps) {
        if (step === 'reset') reset();
        else if (typeof step === 'number') record(step);
        else {
          const write = (event: unknown): void => {
            if (step !== 'flush' && event === 3) throw new Error('full');
            written.push(event);
          };
          results.push(await outcomeOf(() => flush(write)));
        }
      }
      return { results: [results, written] };
    },
  }),
  program({
    rule: 'no-unbounded-fanout',
    extension: '.mjs',
    source: fc.record({ orders: name('orders', 'rows'), index: name('(order, index)', '(order)') }).map(
      ({ orders, index }) => `import { createServer } from 'node:http';
export const server = createServer(async (req, res) => {
  const ${orders} = req.orders;
  const states = await Promise.all(${orders}.map(${index} => fetch(\`https://ship.example/${index.includes('index') ? `\${index}/` : ''}\${order.id}\`)));
  res.end(JSON.stringify(states));
});
`,
    ),
    input: fc.tuple(fc.array(fc.nat(99), { maxLength: 40, size: 'max' }), fc.nat(60)),
    async observe(load, [ids, failing]) {
      let running = 0;
      let most = 0;
      let calls = 0;
      const fetch = async (url: string) => {
        most = Math.max(most, ++running);
        const isFailing = calls++ === failing;
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (isFailing) throw new Error('refused');
        return url;
      };
      const { server } = load({ fetch });
      return { results: await outcomeOf(() => ask(server, { orders: ids.map((id) => ({ id })) })), cost: most };
    },
  }),
  program({
    rule: 'no-sort-on-insert',
    extension: '.ts',
    source: fc.record({ timers: name('timers', 'waiting'), order: name('a.at - b.at', 'b.at - a.at') }).map(
      ({ timers, order }) => `import { createServer } from 'node:http';
interface Timer {
  at: number;
}
class Scheduler {
  private ${timers}: Timer[] = [];
  add(timer: Timer): void {
    this.${timers}.push(timer);
    this.${timers}.sort((a, b) => ${order});
  }
  next(): Timer | undefined {
    return this.${timers}.shift();
  }
}
export const scheduler = new Scheduler();
export const server = createServer((_req, res) => {
  scheduler.add({ at: Date.now() });
  res.end();
});
`,
    ),
    input: fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 30 }),
    observe(load, steps) {
      const { scheduler } = load();
      return { results: steps.map((at) => (at === null ? scheduler.next()?.at : scheduler.add({ at }))) };
    },
  }),
];
