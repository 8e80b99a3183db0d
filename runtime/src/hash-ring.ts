import { fmix32, hash32 } from './hash.ts';
import { checkFunction, checkInteger, checkOneOf } from './internal.ts';

export type Placement = 'rendezvous' | 'anchor' | 'ring';

export interface HashRingOptions {
  /**
   * How keys find their node. Default: `rendezvous` up to 32 nodes, `anchor` above, decided once from the nodes given to the
   * constructor. State it where the number of nodes may cross 32: another placement moves nearly every key.
   * - `rendezvous`: as even as chance allows; independent of history; O(nodes) a look-up.
   * - `anchor`: as even, O(1) a look-up; which key goes where depends on the order of later `add` and `remove` calls, so
   *   processes that must agree apply the same ones or are built anew from the same list.
   * - `ring`: the classic ring of virtual nodes; less even; for agreement with ketama clients (`hash: 'ketama'`).
   */
  placement?: Placement;
  /** Shares of the keys by node, integers from 1 to 1,000. Default 1 each. */
  weights?: Readonly<Record<string, number>>;
  /** `ring` only: points a share. Default by the number of nodes, 256 (64 and more) to 1,024 (16 and fewer). */
  vnodes?: number;
  /** `anchor` only: the most shares there can ever be; `add` throws a RangeError beyond. Default 4 × those at the start, at least 128. */
  capacity?: number;
  /**
   * Default `hash32`. `'ketama'` (`ring` only, Node only) places points and keys as libketama and the hashring package do: md5,
   * 40 digests of 4 points a node. A function must return integers that are uniform over 32 bits.
   */
  hash?: 'ketama' | ((text: string) => number);
}

/** How a placement finds the number of a node; numbers follow the sorted names. */
interface Locator {
  /** The node of a key's hash. There is at least one. */
  find(hash: number): number;
  /** The nodes of a key's hash, best first, until `take` says enough. */
  walk(hash: number, take: (node: number) => boolean): void;
}

const GOLDEN = 0x9e3779b9;
const TWO_32 = 4_294_967_296;
/** The most nodes a ring can tell apart. */
const OWNERS = 2 ** 20;

/**
 * Places keys on nodes so that each gets its share and a change of nodes moves only the keys it must: a new node takes its
 * share from the others, a removed one's keys spread over the rest, and no other key moves.
 *
 * ```ts
 * const ring = new HashRing(['cache-a:11211', 'cache-b:11211', 'cache-c:11211']);
 * ring.get('user:42'); // always the same one of the three
 * ring.getN('user:42', 2); // that one and the next best, for a replica
 * ```
 *
 * The order of the nodes given to the constructor does not matter; a name given twice counts once. With 1,000,000 keys the
 * nodes' loads deviate from the mean by 0.2 % (10 nodes) to 0.8 % (100 nodes) on average for `rendezvous` and `anchor`, which
 * is what chance leaves, and by 2 to 5 % for `ring`.
 *
 * Cost: see `placement`; memory 4 bytes a node (rendezvous), 20 a share of capacity (anchor), 8 to 16 a point (ring).
 * `add` and `remove` are O(nodes) (ring: O(points × log points)).
 *
 * Source: rendezvous (Thaler and Ravishankar, 1998), AnchorHash (Mendelson et al., 2020), ketama (Jones, 2007).
 */
export class HashRing {
  /** The placement in use; fixed for the life of the ring. */
  readonly placement: Placement = 'rendezvous';
  private readonly weights: Map<string, number> = new Map();
  private readonly vnodes: number = 0;
  private readonly hash: (key: string | Uint8Array) => number = hash32;
  private readonly isKetama: boolean = false;
  private readonly anchor: Anchor | undefined = undefined;
  private names: readonly string[] = [];
  private locator: Locator | undefined = undefined;

  /** @throws TypeError when an option is out of range, or a weight names no node */
  constructor(nodes: Iterable<string> = [], options: HashRingOptions = {}) {
    const { weights = {}, hash } = options;
    for (const node of nodes) this.weights.set(node, 1);
    for (const node of Object.keys(weights)) {
      if (!this.weights.has(node)) throw new TypeError(`weights must name nodes only, got ${JSON.stringify(node)}`);
      this.weights.set(node, checkInteger(`weights[${JSON.stringify(node)}]`, weights[node], 1, 1_000));
    }
    this.isKetama = hash === 'ketama';
    const usual = this.isKetama ? 'ring' : this.weights.size <= 32 ? 'rendezvous' : 'anchor';
    const allowed: readonly Placement[] = this.isKetama ? ['ring'] : ['rendezvous', 'anchor', 'ring'];
    this.placement = checkOneOf('placement', options.placement ?? usual, allowed);
    if (this.isKetama) this.hash = (key) => md5Points(key)[0]!;
    else if (hash !== undefined) this.hash = checkFunction('hash', hash) as (key: string | Uint8Array) => number;
    const shares = this.shares();
    const points = 2 ** Math.floor(Math.log2(16_384 / Math.max(shares, 1)));
    const vnodes = this.isKetama ? 160 : Math.min(Math.max(points, 256), 1_024);
    this.vnodes = checkInteger('vnodes', options.vnodes ?? vnodes, 1, 65_536);
    if (this.placement === 'anchor') {
      const capacity = options.capacity ?? Math.max(4 * shares, 128);
      this.anchor = new Anchor(checkInteger('capacity', capacity, Math.max(shares, 1), 2 ** 20));
    }
    this.names = [...this.weights.keys()].sort();
    for (const name of this.names) this.anchor?.add(name, this.weights.get(name)!);
    this.rebuild();
  }

  /** Nodes held. O(1). */
  get size(): number {
    return this.weights.size;
  }

  /** The nodes' names, sorted. O(1). */
  get nodes(): readonly string[] {
    return this.names;
  }

  /** Whether `node` is in the ring. O(1). */
  has(node: string): boolean {
    return this.weights.has(node);
  }

  /** The node of `key`, or undefined when there are none. */
  get(key: string | Uint8Array): string | undefined {
    if (this.locator === undefined) return undefined;
    return this.names[this.locator.find(this.hash(key) >>> 0)];
  }

  /** Up to `count` different nodes for `key`, the one of `get` first: where replicas go, and whom to ask next. */
  getN(key: string | Uint8Array, count: number): string[] {
    const wanted = Math.min(checkInteger('count', count, 0), this.names.length);
    const chosen = new Set<number>();
    if (wanted > 0) {
      this.locator!.walk(this.hash(key) >>> 0, (node) => {
        chosen.add(node);
        return chosen.size >= wanted;
      });
    }
    return Array.from(chosen, (node) => this.names[node]!);
  }

  /**
   * Adds a node, which takes its share of the keys from the others; returns whether it was new.
   * @throws TypeError when `weight` is not an integer from 1 to 1,000 (default 1)
   * @throws RangeError when the `capacity` of an `anchor` placement is used up
   */
  add(node: string, { weight = 1 }: { weight?: number } = {}): boolean {
    checkInteger('weight', weight, 1, 1_000);
    if (this.weights.has(node)) return false;
    this.anchor?.add(node, weight);
    this.weights.set(node, weight);
    this.names = [...this.names, node].sort();
    this.rebuild();
    return true;
  }

  /** Removes a node, whose keys spread over the others; returns whether it was there. */
  remove(node: string): boolean {
    if (!this.weights.delete(node)) return false;
    this.anchor?.remove(node);
    this.names = this.names.filter((name) => name !== node);
    this.rebuild();
    return true;
  }

  private shares(): number {
    let shares = 0;
    for (const weight of this.weights.values()) shares += weight;
    return shares;
  }

  private rebuild(): void {
    const { names, anchor } = this;
    const weights = names.map((name) => this.weights.get(name)!);
    if (names.length === 0) this.locator = undefined;
    else if (anchor) this.locator = anchor.over(names);
    else if (this.placement === 'ring') this.locator = new Ring(this.points(names, weights));
    else
      this.locator = new Rendezvous(
        Uint32Array.from(names, (name) => this.hash(name)),
        weights,
      );
  }

  /** For each node the points it has on the ring. */
  private points(names: readonly string[], weights: readonly number[]): number[][] {
    if (!this.isKetama) {
      return names.map((name, node) => {
        const seed = this.hash(name);
        const points = new Array<number>(weights[node]! * this.vnodes);
        for (let i = 0; i < points.length; i++) points[i] = fmix32(seed + Math.imul(i + 1, GOLDEN));
        return points;
      });
    }
    const shares = this.shares();
    return names.map((name, node) => {
      const digests = Math.floor((weights[node]! / shares) * (this.vnodes / 4) * names.length);
      return Array.from({ length: digests }, (_, i) => md5Points(`${name}-${i}`)).flat();
    });
  }
}

/** Every node bids for the key; the highest bid wins. */
class Rendezvous implements Locator {
  private readonly seeds: Uint32Array;
  private readonly weights: readonly number[] | undefined;

  constructor(seeds: Uint32Array, weights: readonly number[]) {
    this.seeds = seeds;
    this.weights = weights.some((weight) => weight !== weights[0]) ? weights : undefined;
  }

  find(hash: number): number {
    const { seeds } = this;
    let best = 0;
    let highest = -1;
    for (let node = 0; node < seeds.length; node++) {
      const bid = this.weights === undefined ? fmix32(hash ^ seeds[node]!) : this.bid(hash, node);
      if (bid > highest) {
        highest = bid;
        best = node;
      }
    }
    return best;
  }

  walk(hash: number, take: (node: number) => boolean): void {
    const bids = Array.from(this.seeds, (_, node) => ({ node, bid: this.bid(hash, node) }));
    bids.sort((a, b) => b.bid - a.bid || a.node - b.node);
    bids.some(({ node }) => take(node));
  }

  /** Grows with the hash, so that equal weights give the order of the hashes themselves. */
  private bid(hash: number, node: number): number {
    const weight = this.weights === undefined ? 1 : this.weights[node]!;
    return -weight / Math.log((fmix32(hash ^ this.seeds[node]!) + 0.5) / TWO_32);
  }
}

/** Points on a circle of 32 bits; a key belongs to the first point at or after its hash. */
class Ring implements Locator {
  private points: Uint32Array;
  private owners: Uint32Array;
  /** For each value of a hash's leading bits, the first point at or after it: the search is over in a step or two. */
  private readonly starts: Uint32Array;
  private readonly shift: number;

  constructor(pointsOfNode: readonly number[][]) {
    // Point and owner in one number of at most 53 bits: sorting is then numeric, and equal points go to the first name.
    const sorted = new Float64Array(pointsOfNode.reduce((sum, points) => sum + points.length, 0));
    let count = 0;
    for (let node = 0; node < pointsOfNode.length; node++) {
      for (const point of pointsOfNode[node]!) sorted[count++] = point * OWNERS + node;
    }
    sorted.sort();
    this.points = new Uint32Array(count);
    this.owners = new Uint32Array(count);
    let kept = 0;
    for (const value of sorted) {
      const point = Math.floor(value / OWNERS);
      if (kept > 0 && this.points[kept - 1] === point) continue;
      this.points[kept] = point;
      this.owners[kept++] = value - point * OWNERS;
    }
    this.points = this.points.subarray(0, kept);
    this.owners = this.owners.subarray(0, kept);
    const bits = Math.min(20, Math.max(1, Math.ceil(Math.log2(kept))));
    this.shift = 32 - bits;
    this.starts = new Uint32Array(2 ** bits);
    let at = 0;
    for (let prefix = 0; prefix < this.starts.length; prefix++) {
      while (at < this.points.length && this.points[at]! < prefix * 2 ** this.shift) at++;
      this.starts[prefix] = at;
    }
  }

  find(hash: number): number {
    return this.owners[this.position(hash)]!;
  }

  walk(hash: number, take: (node: number) => boolean): void {
    const { owners } = this;
    const start = this.position(hash);
    for (let i = 0; i < owners.length; i++) if (take(owners[(start + i) % owners.length]!)) return;
  }

  private position(hash: number): number {
    const { points } = this;
    let at = this.starts[hash >>> this.shift]!;
    while (at < points.length && points[at]! < hash) at++;
    return at === points.length ? 0 : at;
  }
}

/** AnchorHash, with the names of the paper: a removed bucket remembers how many were left and who took its place. */
class Anchor implements Locator {
  /** A[b]: 0 for a bucket in use, else how many were when it was removed. */
  private readonly A: Uint32Array;
  /** K[b]: who took the place of b; W: the buckets in use; L[b]: where b was in W. */
  private readonly K: Uint32Array;
  private readonly W: Uint32Array;
  private readonly L: Uint32Array;
  private readonly removed: number[] = [];
  private readonly buckets: Map<string, number[]> = new Map();
  private readonly owners: Uint32Array;
  private inUse = 0;

  constructor(capacity: number) {
    this.A = Uint32Array.from({ length: capacity }, (_, b) => b);
    this.K = this.A.slice();
    this.W = this.A.slice();
    this.L = this.A.slice();
    this.owners = new Uint32Array(capacity);
    for (let b = capacity - 1; b >= 0; b--) this.removed.push(b);
  }

  add(name: string, shares: number): void {
    const { A, K, W, L, removed } = this;
    if (shares > removed.length) {
      throw new RangeError(`capacity (${A.length}) leaves room for ${removed.length} more, not for ${shares}`);
    }
    const own: number[] = [];
    for (let i = 0; i < shares; i++) {
      const b = removed.pop()!;
      A[b] = 0;
      L[W[this.inUse]!] = this.inUse;
      W[L[b]!] = b;
      K[b] = b;
      this.inUse++;
      own.push(b);
    }
    this.buckets.set(name, own);
  }

  remove(name: string): void {
    const { A, K, W, L, removed } = this;
    for (const b of this.buckets.get(name)!.reverse()) {
      removed.push(b);
      this.inUse--;
      A[b] = this.inUse;
      K[b] = W[this.inUse]!;
      W[L[b]!] = K[b]!;
      L[K[b]!] = L[b]!;
    }
    this.buckets.delete(name);
  }

  /** Itself, with its buckets numbered after `names`. */
  over(names: readonly string[]): this {
    names.forEach((name, node) => {
      for (const b of this.buckets.get(name)!) this.owners[b] = node;
    });
    return this;
  }

  find(hash: number): number {
    const { A, K } = this;
    let b = Math.floor((hash * A.length) / TWO_32);
    while (A[b]! > 0) {
      const left = A[b]!;
      let next = Math.floor((fmix32(hash ^ Math.imul(b + 1, GOLDEN)) * left) / TWO_32);
      while (A[next]! >= left) next = K[next]!;
      b = next;
    }
    return this.owners[b]!;
  }

  walk(hash: number, take: (node: number) => boolean): void {
    if (take(this.find(hash))) return;
    // Fresh hashes name the other nodes in an order of the key's own; the few that chance leaves out come last.
    for (let i = 1; i <= 64 * this.buckets.size; i++) {
      if (take(this.find(fmix32(hash + Math.imul(i, GOLDEN))))) return;
    }
    for (let node = 0; node < this.buckets.size; node++) if (take(node)) return;
  }
}

interface Digests {
  createHash(name: string): { update(data: string | Uint8Array): { digest(): Uint8Array } };
}

/** The four points of a text's md5, as libketama reads them. */
function md5Points(text: string | Uint8Array): number[] {
  const host = globalThis as unknown as { process?: { getBuiltinModule?(id: string): Digests | undefined } };
  const crypto = host.process?.getBuiltinModule?.('node:crypto');
  if (!crypto) throw new TypeError("hash must not be 'ketama' here, got 'ketama': md5 needs node:crypto");
  const digest = crypto.createHash('md5').update(text).digest();
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset, true));
}
