/** What the hash-ring benchmarks measure: how even the loads are, and how many keys move. */
import { HashRing, type HashRingOptions } from '../../runtime/src/hash-ring.ts';

/** Keys as services have them; no two alike. */
export function realKeys(count: number): string[] {
  const kinds: ((i: number) => string)[] = [
    (i) => `user:${i}`,
    (i) => `session:${((i * 2_654_435_761) >>> 0).toString(16)}-${i.toString(36)}`,
    (i) => `/api/v2/orders/${i}/items`,
    (i) => `customer-${i}@example.com`,
    (i) => `2026-11-${String(1 + (i % 28)).padStart(2, '0')}/device/${i}`,
  ];
  return Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!(i));
}

/** Ways in which clusters name their nodes. */
export const nameSets: ((count: number) => string[])[] = [
  (i: number) => `cache-${i}.internal:11211`,
  (i: number) => `10.0.${i >> 4}.${i}:6379`,
  (i: number) => `node${i}`,
  (i: number) => `shard-${String(i).padStart(4, '0')}`,
  (i: number) => `redis-eu-west-1${'abc'[i % 3]}-${i}.example.net`,
  (i: number) => `http://127.0.0.1:${8_000 + i}`,
  (i: number) => `${((i + 1) * 2_654_435_761) >>> 0}`,
  (i: number) => String.fromCharCode(97 + (i % 26)).repeat(1 + Math.floor(i / 26)),
  (i: number) => `statefulset-${i}.headless.default.svc.cluster.local`,
].map((name) => (count: number) => Array.from({ length: count }, (_, i) => name(i)));

export interface Router {
  readonly nodes: readonly string[];
  get(key: string): string | undefined;
}

/** Keys a node, in the order of `nodes`. */
export function loads(ring: Router, keys: readonly string[]): number[] {
  const counts = new Map(ring.nodes.map((node) => [node, 0]));
  for (const key of keys) {
    const node = ring.get(key)!;
    counts.set(node, counts.get(node)! + 1);
  }
  return [...counts.values()];
}

/** 100 % less the mean deviation of the nodes' loads from their mean. */
export function uniformity(ring: Router, keys: readonly string[]): number {
  const mean = keys.length / ring.nodes.length;
  const deviation = loads(ring, keys).reduce((sum, load) => sum + Math.abs(load - mean), 0) / ring.nodes.length;
  return 100 * (1 - deviation / mean);
}

/** Keys moved by adding a node and by removing one (the mean over three), over what had to move; `stray` had no need to. */
export function keysMoved(
  nodes: readonly string[],
  options: HashRingOptions,
  keys: readonly string[],
): { added: number; removed: number; stray: number } {
  const ring = new HashRing(nodes, options);
  const before = keys.map((key) => ring.get(key));
  let [moved, stray] = [0, 0];
  const ideal = keys.length / (nodes.length + 1);
  ring.add('joining.internal:11211');
  keys.forEach((key, i) => {
    const node = ring.get(key);
    if (node === before[i]) return;
    moved++;
    if (node !== 'joining.internal:11211') stray++;
  });
  const added = moved / ideal;
  let removed = 0;
  const victims = [nodes[0]!, nodes[nodes.length >> 1]!, nodes[nodes.length - 1]!];
  for (const victim of victims) {
    const rest = new HashRing(nodes, options);
    rest.remove(victim);
    keys.forEach((key, i) => {
      if (rest.get(key) === before[i]) return;
      removed++;
      if (before[i] !== victim) stray++;
    });
  }
  return { added, removed: removed / victims.length / (keys.length / nodes.length), stray };
}
