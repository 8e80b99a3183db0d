import { checkFunction } from './internal.ts';

/**
 * A queue that gives back the smallest value first and, among equals, the one pushed first (most heaps give equals back
 * in any order, which starves the unlucky ones).
 *
 * ```ts
 * const jobs = new PriorityQueue<{ name: string; rank: number }>((a, b) => a.rank - b.rank);
 * jobs.push({ name: 'later', rank: 2 });
 * jobs.push({ name: 'now', rank: 0 });
 * jobs.pop()?.name; // 'now'
 * ```
 *
 * Cost: `push` and `pop` O(log n), 16 bytes a value. A removed value is released at once.
 *
 * Source: a binary heap whose ties are broken by a serial number, the shape of tinyqueue otherwise.
 */
export class PriorityQueue<T> {
  private readonly compare: (a: T, b: T) => number = ascending;
  private items: T[] = [];
  // serials[i] belongs to items[i]: two flat arrays cost a third of one array of pairs.
  private serials: number[] = [];
  private serial = 0;

  /**
   * @param compare negative when `a` goes before `b`, as for `Array.prototype.sort`; by default `<` decides
   * @throws TypeError when `compare` is not a function
   */
  constructor(compare?: (a: T, b: T) => number) {
    if (compare !== undefined) this.compare = checkFunction('compare', compare);
  }

  /** Values held. O(1). */
  get length(): number {
    return this.items.length;
  }

  /** Adds `item` and returns the new length. O(log n); if `compare` throws, the queue is unchanged. */
  push(item: T): number {
    const { items, serials, compare } = this;
    // Free slots are searched upwards before anything moves, so a throwing compare cannot lose a value.
    let place = items.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      // The newcomer has the highest serial number: an equal parent stays above it.
      if (compare(item, items[parent]!) >= 0) break;
      place = parent;
    }
    let hole = items.length;
    while (hole > place) {
      const parent = (hole - 1) >> 1;
      items[hole] = items[parent]!;
      serials[hole] = serials[parent]!;
      hole = parent;
    }
    items[place] = item;
    serials[place] = this.serial++;
    return items.length;
  }

  /** Removes and returns the smallest value, the first pushed of equals, or undefined when there is none. O(log n). */
  pop(): T | undefined {
    const { items, serials, compare } = this;
    const last = items.length - 1;
    if (last < 0) return undefined;
    const top = items[0]!;
    const topSerial = serials[0]!;
    const item = items[last]!;
    const serial = serials[last]!;
    const firstLeaf = last >> 1;
    let hole = 0;
    try {
      while (hole < firstLeaf) {
        let child = 2 * hole + 1;
        const right = child + 1;
        let next = items[child]!;
        if (right < last) {
          const order = compare(items[right]!, next);
          if (order < 0 || (order === 0 && serials[right]! < serials[child]!)) {
            child = right;
            next = items[right]!;
          }
        }
        const order = compare(next, item);
        if (order > 0 || (order === 0 && serials[child]! > serial)) break;
        items[hole] = next;
        serials[hole] = serials[child]!;
        hole = child;
      }
    } catch (error) {
      // The way back: a throwing compare leaves the queue as it was.
      for (; hole > 0; hole = (hole - 1) >> 1) {
        items[hole] = items[(hole - 1) >> 1]!;
        serials[hole] = serials[(hole - 1) >> 1]!;
      }
      items[0] = top;
      serials[0] = topSerial;
      throw error;
    }
    items[hole] = item;
    serials[hole] = serial;
    items.pop();
    serials.pop();
    if (last === 0) this.serial = 0;
    return top;
  }

  /** The value `pop()` would remove, or undefined. O(1). */
  peek(): T | undefined {
    return this.items[0];
  }

  /** Removes every value. O(1). */
  clear(): void {
    this.items = [];
    this.serials = [];
    this.serial = 0;
  }

  /** The values in the order `pop` would give them, in a new array. O(n log n). */
  toArray(): T[] {
    const order = this.items.map((_, index) => index);
    const { items, serials, compare } = this;
    order.sort((a, b) => compare(items[a]!, items[b]!) || serials[a]! - serials[b]!);
    return order.map((index) => items[index]!);
  }

  /** The values in the order `pop` would give them; a snapshot, so the queue may change meanwhile. O(n log n). */
  [Symbol.iterator](): IterableIterator<T> {
    return this.toArray()[Symbol.iterator]();
  }
}

function ascending<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
