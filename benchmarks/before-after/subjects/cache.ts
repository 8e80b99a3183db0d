import { setImmediate as turn } from 'node:timers/promises';
import { zipfian } from '../../traces.ts';
import { summarise } from '../numbers.ts';
import { countTimers, serve, usedBytes } from '../subject.ts';

interface Cache {
  get(key: string): Promise<unknown>;
  ownerOf(key: string): string;
  join(nodeId: string): void;
  leave(nodeId: string): void;
  close(): void;
}
interface Exports {
  createDistributedCache(options: { nodes: string[]; load: (key: string) => Promise<unknown> }): Cache;
}

const { createDistributedCache } = (await import(process.argv[2]!)) as Exports;

const nodeId = (i: number): string => `cache-${i}.internal:11211`;
const nodeIds = (count: number): string[] => Array.from({ length: count }, (_, i) => nodeId(i));

/** Keys as services have them, four kinds in turn. */
function keyOf(i: number): string {
  if (i % 4 === 0) return `profile:${i}`;
  if (i % 4 === 1) return `session:${((i * 2_654_435_761) >>> 0).toString(16)}${i.toString(16)}`;
  if (i % 4 === 2) return `price:SKU-${i % 97}-${i}`;
  return `cart:customer-${i}@example.com`;
}

/** Loads come a turn of the loop later, with about 200 bytes. */
async function load(key: string): Promise<unknown> {
  await turn();
  return { key, note: `${key} `.repeat(8).slice(0, 120) };
}

serve({
  usedBytes,
  countTimers,
  /** Uniformity in percent, and keys moved by one joining node over those that must move. */
  placement({ nodes, keys }: { nodes: number; keys: number }) {
    const cache = createDistributedCache({ nodes: nodeIds(nodes), load });
    const loads = new Map(nodeIds(nodes).map((id) => [id, 0]));
    const owners: string[] = [];
    for (let i = 0; i < keys; i++) {
      const owner = cache.ownerOf(keyOf(i));
      owners.push(owner);
      loads.set(owner, (loads.get(owner) ?? 0) + 1);
    }
    const mean = keys / nodes;
    const deviation = [...loads.values()].reduce((sum, count) => sum + Math.abs(count - mean), 0) / nodes;
    cache.join(nodeId(nodes));
    let moved = 0;
    for (let i = 0; i < keys; i++) if (cache.ownerOf(keyOf(i)) !== owners[i]) moved++;
    cache.close();
    const shares = [...loads.values()].map((count) => count / mean);
    return { nodes, uniformity: 100 * (1 - deviation / mean), moved: (moved * (nodes + 1)) / keys, shares };
  },
  async traffic({ parts, gets }: { parts: number; gets: number }) {
    const rank = zipfian(1_000_000, 0.9, 31);
    const cache = createDistributedCache({ nodes: nodeIds(5), load });
    const baseline = await usedBytes();
    const heap = [{ gets: 0, bytes: 0 }];
    const latencies: number[] = [];
    let seconds = 0;
    for (let part = 1; part <= parts; part++) {
      let begun = 0;
      const start = performance.now();
      const caller = async (): Promise<void> => {
        while (begun++ < gets) {
          const before = performance.now();
          await cache.get(keyOf(rank()));
          latencies.push(performance.now() - before);
        }
      };
      await Promise.all(Array.from({ length: 20 }, caller));
      seconds += (performance.now() - start) / 1_000;
      const kept = latencies.length * 16;
      heap.push({ gets: part * gets, bytes: (await usedBytes()) - baseline - kept });
      if (part % 2 === 1) cache.join(nodeId(100 + part));
      else cache.leave(nodeId(100 + part - 1));
    }
    const perSecond = latencies.length / seconds;
    cache.close();
    return { ...summarise(latencies), perSecond, heap };
  },
  cycles(count: number) {
    for (let i = 0; i < count; i++) createDistributedCache({ nodes: nodeIds(5), load }).close();
  },
});
