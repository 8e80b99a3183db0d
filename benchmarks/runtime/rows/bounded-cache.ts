import { LRUCache } from 'lru-cache';
import { BoundedCache } from '../../../runtime/src/bounded-cache.ts';
import {
  atLeast,
  atMost,
  type Comparison,
  compare,
  heapGrowth,
  type MeasureOptions,
  type Row,
  random,
} from '../../harness.ts';
import { hitRatio, traces } from '../../traces.ts';

export const part = 'bounded-cache';
export const anchors = ['lru-cache'];

type Policy = 'lru' | 'sieve' | 's3fifo';
const policies: readonly Policy[] = ['lru', 'sieve', 's3fifo'];

/** Operations in one round: enough to time, few enough that rounds stay short. */
const OPERATIONS = 50_000;

interface Surface {
  get(key: string): number | undefined;
  set(key: string, value: number): unknown;
}
type Work = () => unknown;

/**
 * One loop an operation, made anew from source for each contender: functions of the same source text would share their
 * inline caches, so each carries its contender's name in a comment.
 */
function loop(name: string, body: string): (cache: Surface, keys: string[], from: { at: number }) => Work {
  return new Function(
    'cache',
    'keys',
    'from',
    `/* ${name} */ const length = keys.length; return () => {
      let i = from.at, found = 0;
      for (let n = 0; n < ${OPERATIONS}; n++) { const key = keys[i]; ${body} if (++i === length) i = 0; }
      from.at = i;
      return found;
    };`,
  ) as (cache: Surface, keys: string[], from: { at: number }) => Work;
}

const bodies = {
  hit: 'if (cache.get(key) !== undefined) found++;',
  update: 'cache.set(key, n);',
  evict: 'cache.set(key, n);',
  zipf: 'if (cache.get(key) === undefined) cache.set(key, n); else found++;',
};

/** The floor of every cache of this kind: a Map and a ring of its keys, first in, first out, and nothing else. */
class MapAndRing implements Surface {
  private readonly map = new Map<string, number>();
  private readonly ring: string[];
  private at = 0;

  constructor(max: number) {
    this.ring = new Array<string>(max).fill('');
  }

  get(key: string): number | undefined {
    return this.map.get(key);
  }

  set(key: string, value: number): void {
    const { map, ring, at } = this;
    const size = map.size;
    map.set(key, value);
    if (map.size === size) return;
    map.delete(ring[at]!);
    ring[at] = key;
    this.at = at + 1 === ring.length ? 0 : at + 1;
  }
}

function shuffled(keys: string[]): string[] {
  const next = random(7);
  for (let i = keys.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [keys[i], keys[j]] = [keys[j]!, keys[i]!];
  }
  return keys;
}

/** Flat strings of their own: concatenations would be flattened, and hashed, by whoever comes first. */
function keysOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`${prefix}:${i}`).toString('latin1'));
}

async function against(
  max: number,
  kind: keyof typeof bodies,
  lookup: string[],
  rounds: number,
  ttl: number | undefined,
  fill: string[],
): Promise<Comparison> {
  const make = (name: string, build: () => Surface) => ({
    name,
    create() {
      const cache = build();
      for (const key of fill) cache.set(key, 1);
      return loop(`${name} ${max} ${kind} ${ttl} ${lookup === fill}`, bodies[kind])(cache, lookup, { at: 0 });
    },
  });
  const life = ttl === undefined ? {} : { ttl };
  return compare(
    [
      make('lru-cache', () => new LRUCache<string, number>({ max, ...life })),
      make('map', () => new MapAndRing(max)),
      ...policies.map((policy) => make(policy, () => new BoundedCache<string, number>({ max, policy, ...life }))),
    ],
    { rounds },
  );
}

async function speed(max: number, rounds: number): Promise<Row[]> {
  const present = keysOf('user', max);
  const mixed = shuffled([...present]);
  const absent = shuffled(keysOf('absent', max));
  const more = keysOf('more', 3 * max);
  const zipfKeys = keysOf('zipf', Math.min(20 * max, 4_000_000));
  const zipf = traces.zipf(zipfKeys.length, 400_000).map((rank) => zipfKeys[rank]!);
  const label = max >= 1_000_000 ? `${max / 1_000_000}M` : `${max / 1_000}k`;
  const hit = await against(max, 'hit', mixed, rounds, undefined, present);
  const miss = await against(max, 'hit', absent, rounds, undefined, present);
  const update = await against(max, 'update', mixed, rounds, undefined, present);
  const evict = await against(max, 'evict', more, rounds, undefined, present);
  const getOrSet = await against(max, 'zipf', zipf, rounds, undefined, present);
  const bars: [string, Comparison, Record<Policy, number>][] = [
    ['hit', hit, { lru: 1, sieve: 1.1, s3fifo: 1.1 }],
    ['miss', miss, { lru: 0.95, sieve: 0.95, s3fifo: 0.95 }],
    ['update', update, { lru: 1.15, sieve: 1.3, s3fifo: 1.3 }],
    ['set+evict', evict, { lru: 1, sieve: 1, s3fifo: 0.5 }],
    ['zipf 0.9 get-or-set', getOrSet, { lru: 1.1, sieve: 1.25, s3fifo: 0.75 }],
  ];
  return bars.flatMap(([name, result, wanted]) => {
    const ceiling = `a bare Map and a ring of keys: ${result.ratio('map', 'lru-cache').toFixed(2)}×`;
    return policies.map((policy) => {
      const bar = `BoundedCache ${policy} ${name} ${label} ÷ lru-cache`;
      return atLeast(bar, wanted[policy], result.ratio(policy, 'lru-cache'), ceiling);
    });
  });
}

async function withTtl(max: number, rounds: number): Promise<Row[]> {
  const present = keysOf('user', max);
  const mixed = shuffled([...present]);
  const hit = await against(max, 'hit', mixed, rounds, 600_000, present);
  const update = await against(max, 'update', mixed, rounds, 600_000, present);
  return policies.flatMap((policy) => [
    atLeast(`BoundedCache ${policy} ttl hit ${max / 1_000}k ÷ lru-cache`, 1, hit.ratio(policy, 'lru-cache')),
    atLeast(`BoundedCache ${policy} ttl update ${max / 1_000}k ÷ lru-cache`, 1.3, update.ratio(policy, 'lru-cache')),
  ]);
}

/** The idiom `map.delete(map.keys().next().value)`, which walks over everything deleted before. */
async function againstMapIdiom(max: number, wanted: number, rounds: number): Promise<Row> {
  const keys = keysOf('user', 3 * max);
  const operations = 20_000;
  const result = await compare(
    [
      {
        name: 'cache',
        create() {
          const cache = new BoundedCache<string, number>({ max, policy: 'lru' });
          for (let i = 0; i < max; i++) cache.set(keys[i]!, i);
          let at = max;
          return () => {
            for (let n = 0; n < operations; n++) {
              cache.set(keys[at]!, n);
              if (++at === keys.length) at = 0;
            }
          };
        },
      },
      {
        name: 'map',
        create() {
          const map = new Map<string, number>();
          for (let i = 0; i < max; i++) map.set(keys[i]!, i);
          let at = max;
          return () => {
            for (let n = 0; n < operations; n++) {
              map.set(keys[at]!, n);
              if (map.size > max) map.delete(map.keys().next().value!);
              if (++at === keys.length) at = 0;
            }
          };
        },
      },
    ],
    { rounds },
  );
  return atLeast(`BoundedCache lru set+evict ${max / 1_000}k ÷ Map idiom`, wanted, result.ratio('cache', 'map'));
}

function memory(): Row[] {
  const max = 100_000;
  // Seven times over, so that the ghosts of s3fifo are full as well.
  const keys = Array.from({ length: 7 * max }, (_, i) => i);
  const filled = (cache: { set(key: number, value: number): unknown }): unknown => {
    for (const key of keys) cache.set(key, key);
    return cache;
  };
  heapGrowth(() => filled(new LRUCache<number, number>({ max })));
  const anchor = heapGrowth(() => filled(new LRUCache<number, number>({ max }))) / max;
  const wanted = { lru: 1, sieve: 1, s3fifo: 1.9 };
  const rows = policies.map((policy) => {
    const bytes = heapGrowth(() => filled(new BoundedCache<number, number>({ max, policy }))) / max;
    const note = `${bytes.toFixed(1)} bytes an entry, lru-cache ${anchor.toFixed(1)}`;
    return atMost(`BoundedCache ${policy} bytes an entry, 100k full ÷ lru-cache`, wanted[policy], bytes / anchor, note);
  });
  heapGrowth(() => new BoundedCache<number, number>({ max: 1 }));
  const ahead = heapGrowth(() => new BoundedCache<number, number>({ max: 1_000_000 }));
  rows.push(atMost('BoundedCache max 1M: bytes before the first entry', 8_192, ahead, 'lru-cache 28 MB', ' B'));
  return rows;
}

function ratios(requests: number): Row[] {
  const rows: Row[] = [];
  const keys = 200_000;
  const names = ['zipf', 'scan', 'oneHit', 'loop', 'drift', 'steep'] as const;
  const floors = { zipf: 5, scan: 5, oneHit: 8, loop: 60, drift: -2, steep: 2 };
  for (const name of names) {
    for (const share of [0.01, 0.1]) {
      const max = keys * share;
      const trace = name === 'loop' ? traces.loop(max, requests) : traces[name](keys, requests);
      const of = (policy: Policy): number => 100 * hitRatio(new BoundedCache<number, number>({ max, policy }), trace);
      const [lru, sieve, s3fifo] = [of('lru'), of('sieve'), of('s3fifo')];
      const floor = share === 0.01 || name === 'loop' || name === 'drift' ? floors[name] : -2;
      const note = `lru ${lru.toFixed(1)} %, sieve ${sieve.toFixed(1)} %, s3fifo ${s3fifo.toFixed(1)} %`;
      const bar = `BoundedCache s3fifo hit ratio − lru, ${name} at ${100 * share} %`;
      rows.push(atLeast(bar, floor, s3fifo - lru, note, ' points'));
    }
  }
  return rows;
}

export async function measure({ quick, rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const max of quick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000]) rows.push(...(await speed(max, rounds)));
  for (const max of [1_000, 100_000]) rows.push(...(await withTtl(max, rounds)));
  rows.push(await againstMapIdiom(1_000, 2, rounds), await againstMapIdiom(100_000, 30, 3));
  rows.push(...memory(), ...ratios(quick ? 300_000 : 2_000_000));
  return rows;
}
