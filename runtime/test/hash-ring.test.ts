/// <reference path="../../benchmarks/anchors.d.ts" />
import fc from 'fast-check';
import Anchor from 'hashring';
import { expect, test } from 'vitest';
import { HashRing, type HashRingOptions, type Placement } from '../src/hash-ring.ts';

const placements: Placement[] = ['rendezvous', 'anchor', 'ring'];
const named = (count: number, prefix = 'cache-eu-west'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}.internal:11211`);
const keysOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `session:${i}:${(i * 2_654_435_761) >>> 7}`);

function loads(ring: HashRing, keys: string[]): Map<string, number> {
  const counts = new Map(ring.nodes.map((node) => [node, 0]));
  for (const key of keys) counts.set(ring.get(key)!, counts.get(ring.get(key)!)! + 1);
  return counts;
}

/** 100 % less the mean deviation of the nodes' loads from their mean. */
function uniformity(counts: Iterable<number>): number {
  const all = [...counts];
  const mean = all.reduce((sum, count) => sum + count, 0) / all.length;
  return 100 - (100 * all.reduce((sum, count) => sum + Math.abs(count - mean), 0)) / all.length / mean;
}

// The floors are for 200,000 keys, where chance itself leaves more than with the benchmark's 1,000,000.
test.each<[Placement, number, number]>([
  ['rendezvous', 3, 99.4],
  ['rendezvous', 10, 99.2],
  ['rendezvous', 30, 98.5],
  ['anchor', 3, 99.4],
  ['anchor', 30, 98.5],
  ['anchor', 100, 97.5],
  ['ring', 10, 94],
  ['ring', 100, 92],
])('%s spreads keys over %i nodes at least %f %% evenly', (placement, count, floor) => {
  const ring = new HashRing(named(count), { placement });
  expect(uniformity(loads(ring, keysOf(200_000)).values())).toBeGreaterThan(floor);
});

test.each(placements)(
  '%s moves keys only to a new node and only from a removed one, near the ideal number',
  (placement) => {
    const keys = keysOf(20_000);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(39), (count, at) => {
        const nodes = named(count);
        const ring = new HashRing(nodes, { placement, capacity: 200, vnodes: 256 });
        const before = keys.map((key) => ring.get(key));
        expect(ring.add('new:1')).toBe(true);
        let moved = 0;
        keys.forEach((key, i) => {
          const node = ring.get(key);
          if (node === before[i]) return;
          moved++;
          if (node !== 'new:1') throw new Error(`${key} moved from ${before[i]} to ${node}`);
        });
        expect(moved).toBeLessThan((1.5 * keys.length) / (count + 1));
        expect(ring.remove('new:1')).toBe(true);
        keys.forEach((key, i) => {
          if (ring.get(key) !== before[i]) throw new Error(`${key} did not return to ${before[i]}`);
        });
        const victim = nodes[at % count]!;
        ring.remove(victim);
        keys.forEach((key, i) => {
          if (before[i] !== victim && ring.get(key) !== before[i]) throw new Error(`${key} left ${before[i]}`);
        });
      }),
      { numRuns: 15 },
    );
  },
);

test.each(placements)('%s does not care in which order, or how often, nodes are named', (placement) => {
  const nodes = named(12);
  const forward = new HashRing(nodes, { placement });
  const backward = new HashRing([...nodes].reverse().concat(nodes), { placement });
  expect(backward.size).toBe(12);
  expect(backward.nodes).toEqual(forward.nodes);
  for (const key of keysOf(5_000)) expect(backward.get(key)).toBe(forward.get(key));
});

test.each<[Placement, number]>([
  ['rendezvous', 0.02],
  ['anchor', 0.02],
  ['ring', 0.15],
])('%s gives each node keys in proportion to its weight, within %f', (placement, tolerance) => {
  const weights = { a: 1, b: 2, c: 5 };
  const ring = new HashRing(['a', 'b', 'c'], { placement, weights });
  const counts = loads(ring, keysOf(100_000));
  for (const [node, weight] of Object.entries(weights)) {
    expect(Math.abs(counts.get(node)! / ((100_000 * weight) / 8) - 1)).toBeLessThan(tolerance);
  }
  ring.add('d', { weight: 8 });
  expect(Math.abs(loads(ring, keysOf(100_000)).get('d')! / 50_000 - 1)).toBeLessThan(tolerance);
});

test.each(placements)('%s names different nodes for replicas, the owner first', (placement) => {
  const ring = new HashRing(named(7), { placement });
  for (const key of keysOf(300)) {
    const all = ring.getN(key, 100);
    expect(all[0]).toBe(ring.get(key));
    expect(new Set(all)).toEqual(new Set(ring.nodes));
    expect(ring.getN(key, 3)).toEqual(all.slice(0, 3));
    expect(ring.getN(key, 0)).toEqual([]);
  }
});

test.each(placements)('%s works with no node, with one, and through emptying and refilling', (placement) => {
  const ring = new HashRing([], { placement });
  expect([ring.get('a'), ring.getN('a', 2), ring.size]).toEqual([undefined, [], 0]);
  ring.add('only');
  expect(keysOf(100).every((key) => ring.get(key) === 'only')).toBe(true);
  expect([ring.add('only'), ring.has('only'), ring.remove('other')]).toEqual([false, true, false]);
  ring.remove('only');
  expect([ring.get('a'), ring.size]).toEqual([undefined, 0]);
  for (const node of named(5)) ring.add(node);
  expect(uniformity(loads(ring, keysOf(20_000)).values())).toBeGreaterThan(90);
});

test.each(placements)('%s survives any sequence of joins and departures', (placement) => {
  const names = named(10);
  const keys = keysOf(200);
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (toggles) => {
      const ring = new HashRing([], { placement, vnodes: 16 });
      const present = new Set<string>();
      for (const at of toggles) {
        const name = names[at]!;
        if (present.delete(name)) ring.remove(name);
        else {
          present.add(name);
          ring.add(name);
        }
        expect(ring.size).toBe(present.size);
        for (const key of keys) {
          const node = ring.get(key);
          if (present.size > 0 ? !present.has(node!) : node !== undefined) throw new Error(`${key} on ${node}`);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('chooses rendezvous up to 32 nodes and AnchorHash above, once', () => {
  const small = new HashRing(named(32));
  expect(small.placement).toBe('rendezvous');
  small.add('one-more');
  expect(small.placement).toBe('rendezvous');
  expect(new HashRing(named(33)).placement).toBe('anchor');
});

test('places keys exactly where the hashring package does when asked to be ketama', () => {
  const nodes = named(10, '10.0.0');
  const same = new HashRing(nodes, { hash: 'ketama' });
  const anchor = new Anchor(nodes);
  for (const key of keysOf(5_000)) expect(same.get(key)).toBe(anchor.get(key));
  const weights = { 'a:1': { weight: 3 }, 'b:1': { weight: 1 }, 'c:1': { weight: 2 } };
  const weighted = new HashRing(Object.keys(weights), { hash: 'ketama', weights: { 'a:1': 3, 'c:1': 2 } });
  const weightedAnchor = new Anchor(weights);
  for (const key of keysOf(5_000)) expect(weighted.get(key)).toBe(weightedAnchor.get(key));
  for (const key of keysOf(200)) expect(weighted.getN(key, 3)).toEqual(weightedAnchor.range(key, 3));
});

test('accepts bytes as keys and a hash of the caller', () => {
  const ring = new HashRing(named(5));
  for (const key of keysOf(100)) expect(ring.get(new TextEncoder().encode(key))).toBe(ring.get(key));
  const constant = new HashRing(named(5), { placement: 'ring', hash: () => 7 });
  expect(constant.get('a')).toBe(constant.get('b'));
});

test('says when an anchor has no room left, and keeps what it has', () => {
  const ring = new HashRing(['a', 'b'], { placement: 'anchor', capacity: 2 });
  expect(() => ring.add('c')).toThrow(RangeError);
  expect(() => ring.add('c')).toThrow('capacity (2) leaves room for 0 more, not for 1');
  expect([ring.size, ring.has('c')]).toEqual([2, false]);
});

test.each<[HashRingOptions, RegExp]>([
  [{ placement: 'jump' as Placement }, /placement must be one of 'rendezvous', 'anchor', 'ring', got "jump"/],
  [{ placement: 'anchor', hash: 'ketama' }, /placement must be one of 'ring', got "anchor"/],
  [{ vnodes: 0 }, /vnodes must be an integer from 1 to 65536, got 0/],
  [{ placement: 'anchor', capacity: 1 }, /capacity must be an integer from 2 to 1048576, got 1/],
  [{ weights: { a: 0 } }, /weights\["a"\] must be an integer from 1 to 1000, got 0/],
  [{ weights: { z: 1 } }, /weights must name nodes only, got "z"/],
  [{ hash: 5 as never }, /hash must be a function, got 5/],
])('refuses %o by name and range', (options, message) => {
  expect(() => new HashRing(['a', 'b'], options)).toThrow(TypeError);
  expect(() => new HashRing(['a', 'b'], options)).toThrow(message);
});

test('the mistakes of the naive ring do not come back: every node of 100 gets keys, none twenty times its share', () => {
  for (const placement of placements) {
    const counts = [...loads(new HashRing(named(100), { placement }), keysOf(100_000)).values()];
    expect(Math.min(...counts)).toBeGreaterThan(600);
    expect(Math.max(...counts)).toBeLessThan(1_500);
  }
});
