/** Request traces for caches, as ranks or ids, the same on every run. */
import { random } from './harness.ts';

/** Ranks below `keys`, drawn with probability ∝ 1 ÷ (rank + 1)^alpha. */
export function zipfian(keys: number, alpha: number, seed: number): () => number {
  const cumulative = new Float64Array(keys);
  let sum = 0;
  for (let i = 0; i < keys; i++) {
    sum += 1 / (i + 1) ** alpha;
    cumulative[i] = sum;
  }
  const next = random(seed);
  return () => {
    const target = next() * sum;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export const traces = {
  /** Zipf 0.9: a few keys make most requests. */
  zipf(keys: number, requests: number): number[] {
    return Array.from({ length: requests }, zipfian(keys, 0.9, 1));
  },
  /** Zipf 1.1: fewer still. */
  steep(keys: number, requests: number): number[] {
    return Array.from({ length: requests }, zipfian(keys, 1.1, 5));
  },
  /** Zipf 0.9, and after every 7,000 requests a scan over 3,000 keys never seen again. */
  scan(keys: number, requests: number): number[] {
    const draw = zipfian(keys, 0.9, 2);
    let unseen = keys;
    return Array.from({ length: requests }, (_, i) => (i % 10_000 < 7_000 ? draw() : unseen++));
  },
  /** Zipf 0.9, with 30 % of the requests for keys never seen again. */
  oneHit(keys: number, requests: number): number[] {
    const draw = zipfian(keys, 0.9, 3);
    const next = random(30);
    let unseen = keys;
    return Array.from({ length: requests }, () => (next() < 0.3 ? unseen++ : draw()));
  },
  /** Round and round over 1.2 × `max` keys. */
  loop(max: number, requests: number): number[] {
    return Array.from({ length: requests }, (_, i) => i % Math.floor(1.2 * max));
  },
  /** Zipf 0.9 whose favourites move on by one key every 50 requests. */
  drift(keys: number, requests: number): number[] {
    const draw = zipfian(keys, 0.9, 4);
    return Array.from({ length: requests }, (_, i) => (draw() + Math.floor(i / 50)) % keys);
  },
};

/** The share of the trace that a get-or-set cache answers. */
export function hitRatio(
  cache: { get(key: number): number | undefined; set(key: number, value: number): unknown },
  trace: readonly number[],
): number {
  let hits = 0;
  for (const key of trace) {
    if (cache.get(key) === undefined) cache.set(key, 1);
    else hits++;
  }
  return hits / trace.length;
}
