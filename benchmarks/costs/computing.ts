import { pbkdf2, pbkdf2Sync } from 'node:crypto';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Deque, HashRing, hash32, PriorityQueue } from '../../runtime/src/index.ts';
import { random } from '../harness.ts';
import { type CostCase, sleep, time } from './case.ts';

const ids = Array.from({ length: 5_000 }, (_, index) => `user:${index}`);
const keys = Array.from({ length: 20_000 }, (_, index) => `session:${index}`);
const numbers = (() => {
  const next = random(7);
  return Array.from({ length: 2_000 }, () => next());
})();
const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, name: `customer ${id}`, tags: ['a', 'b'] }));
const json = JSON.stringify(rows);
const chunks = Array.from({ length: 300 }, () => Buffer.alloc(16_384, 1));

/** The share of keys that lie elsewhere after a node more, in per cent. */
const moved = (placeOf: (key: string, nodes: number) => string | number) => () =>
  (keys.filter((key) => placeOf(key, 10) !== placeOf(key, 11)).length / keys.length) * 100;

const ringOf = (nodes: number) => new HashRing(Array.from({ length: nodes }, (_, index) => `node-${index}`));
const rings = new Map([10, 11].map((nodes) => [nodes, ringOf(nodes)]));

/** How much more than its share the fullest of ten nodes holds, in per cent of the keys. */
const excess = (nodeOf: (key: string) => string | number) => () => {
  const counts = new Map<string | number, number>();
  for (const key of keys) counts.set(nodeOf(key), (counts.get(nodeOf(key)) ?? 0) + 1);
  return (Math.max(...counts.values()) / keys.length - 0.1) * 100;
};

/** A ring of one point a node, searched point by point. */
const sparse = Array.from({ length: 10 }, (_, node) => ({ at: hash32(`node-${node}`), node })).sort(
  (a, b) => a.at - b.at,
);
const onSparse = (key: string) => (sparse.find(({ at }) => at >= hash32(key)) ?? sparse[0]!).node;

const sum = (key: string) => [...key].reduce((total, letter) => total + letter.charCodeAt(0), 0);

/** How late a timer of 1 ms fires while the work runs: what every other request waits. */
const delay = (work: () => unknown) => async () => {
  const start = performance.now();
  const tick = sleep(1);
  const pending = work();
  await tick;
  const late = performance.now() - start - 1;
  await pending;
  return Math.max(0, late);
};

export const computing: CostCase[] = [
  {
    rule: 'no-shift-queue',
    work: 'a queue of 40,000 entries drained',
    forms: ['`shift()`', 'a Deque'],
    unit: 'ms',
    bad: time(() => {
      const queue = Array.from({ length: 40_000 }, (_, index) => index);
      while (queue.length > 0) queue.shift();
    }),
    good: time(() => {
      const queue = new Deque(Array.from({ length: 40_000 }, (_, index) => index));
      while (queue.length > 0) queue.shift();
    }),
  },
  {
    rule: 'no-quadratic-lookup',
    work: '5,000 ids looked up among 5,000',
    forms: ['`includes()`', 'a Set'],
    unit: 'ms',
    bad: time(() => ids.filter((id) => ids.includes(id)).length),
    good: time(() => {
      const known = new Set(ids);
      return ids.filter((id) => known.has(id)).length;
    }),
  },
  {
    rule: 'no-quadratic-accumulation',
    work: '1,000 keys gathered',
    forms: ['`{ ...all, [key]: value }`', 'an assignment'],
    unit: 'ms',
    // biome-ignore lint/performance/noAccumulatingSpread: it is what is measured
    bad: time(() => ids.slice(0, 1_000).reduce<Record<string, number>>((all, id) => ({ ...all, [id]: 1 }), {})),
    good: time(() =>
      ids.slice(0, 1_000).reduce<Record<string, number>>((all, id) => {
        all[id] = 1;
        return all;
      }, {}),
    ),
  },
  {
    rule: 'no-sort-on-insert',
    work: '2,000 entries added one by one, then taken in order',
    forms: ['`sort()` after each', 'a PriorityQueue'],
    unit: 'ms',
    bad: time(() => {
      const list: number[] = [];
      for (const value of numbers) {
        list.push(value);
        list.sort((a, b) => b - a);
      }
      while (list.length > 0) list.pop();
    }),
    good: time(() => {
      const queue = new PriorityQueue<number>((a, b) => a - b);
      for (const value of numbers) queue.push(value);
      while (queue.length > 0) queue.pop();
    }),
  },
  {
    rule: 'no-buffer-concat-in-loop',
    work: 'an upload of 300 chunks of 16 KB put together',
    forms: ['`Buffer.concat` for each', 'one at the end'],
    unit: 'ms',
    bad: time(() => {
      let all = Buffer.alloc(0);
      for (const chunk of chunks) all = Buffer.concat([all, chunk]);
      return all.length;
    }),
    good: time(() => Buffer.concat(chunks).length),
  },
  {
    rule: 'no-regexp-compile-in-request',
    work: '10,000 requests matched against one pattern',
    forms: ['`new RegExp` for each', 'one made before'],
    unit: 'ms',
    bad: time(() =>
      keys.slice(0, 10_000).filter((key) => new RegExp(`^session:(\\d+)${key.length % 2 ? '' : '$'}`).test(key)),
    ),
    good: (() => {
      const patterns = [/^session:(\d+)$/, /^session:(\d+)/];
      return time(() => keys.slice(0, 10_000).filter((key) => patterns[key.length % 2]!.test(key)));
    })(),
  },
  {
    rule: 'no-blocking-json',
    work: `an unchanged answer of ${Math.round(json.length / 1_000)} kB found unchanged`,
    forms: ['both sides through `JSON.stringify`', 'a compared version'],
    unit: 'ms',
    bad: time(() => JSON.stringify(rows) === JSON.stringify([...rows])),
    good: (() => {
      const [was, now] = [
        { version: 3, rows },
        { version: 3, rows },
      ];
      return time(() => was.version === now.version);
    })(),
  },
  {
    rule: 'no-sync-in-request',
    work: 'every other request held up by one pbkdf2 of 100,000 rounds',
    forms: ['`pbkdf2Sync`', '`pbkdf2`'],
    unit: 'ms',
    bad: delay(() => pbkdf2Sync('secret', 'salt', 100_000, 32, 'sha256')),
    good: delay(() => promisify(pbkdf2)('secret', 'salt', 100_000, 32, 'sha256')),
  },
  {
    rule: 'no-modulo-sharding',
    work: 'an eleventh node added to ten: keys that lie elsewhere',
    forms: ['`hash % nodes`', 'a HashRing'],
    unit: '% of keys',
    bad: moved((key, nodes) => hash32(key) % nodes),
    good: moved((key, nodes) => rings.get(nodes)!.get(key) ?? ''),
  },
  {
    rule: 'no-uneven-ring',
    work: 'the fullest of ten nodes: keys above its share',
    forms: ['a ring of one point a node', 'a HashRing'],
    unit: '% of keys',
    bad: excess(onSparse),
    good: excess((key) => rings.get(10)!.get(key) ?? ''),
  },
  {
    rule: 'no-weak-hash',
    work: 'the fullest of ten shards: keys above its share',
    forms: ['a sum of the character codes modulo 64', '`hash32`'],
    unit: '% of keys',
    bad: excess((key) => (sum(key) % 64) % 10),
    good: excess((key) => hash32(key) % 10),
  },
  {
    rule: 'require-compression',
    work: `an answer of ${Math.round(json.length / 1_000)} kB sent`,
    forms: ['as it is', 'through gzip'],
    unit: 'kB',
    bad: () => json.length / 1_000,
    good: () => gzipSync(json).length / 1_000,
  },
  {
    rule: 'no-linear-route-scan',
    work: '2,000 requests matched against 500 routes',
    forms: ['a pattern after the other', 'a Map of the paths'],
    unit: 'ms',
    bad: (() => {
      const table = Array.from({ length: 500 }, (_, index) => new RegExp(`^/api/route${index}$`));
      return time(() =>
        ids.slice(0, 2_000).map((_, index) => table.find((one) => one.test(`/api/route${index % 500}`))),
      );
    })(),
    good: (() => {
      const table = new Map(Array.from({ length: 500 }, (_, index) => [`/api/route${index}`, index]));
      return time(() => ids.slice(0, 2_000).map((_, index) => table.get(`/api/route${index % 500}`)));
    })(),
  },
];
