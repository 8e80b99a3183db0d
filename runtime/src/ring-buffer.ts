import { checkInteger } from './internal.ts';

/**
 * A log of the last `capacity` values: pushing onto a full one overwrites the oldest. Made for histories, samples and
 * recent errors that would otherwise grow for as long as the process lives.
 *
 * ```ts
 * const recent = new RingBuffer<string>(2);
 * recent.push('a');
 * recent.push('b');
 * recent.push('c'); // returns 'a', which it overwrote
 * recent.toArray(); // ['b', 'c']
 * ```
 *
 * Cost: 8 bytes a value, grown into as values arrive, nothing allocated ahead. Removed values are released at once.
 */
export class RingBuffer<T> {
  /** The most values it holds. */
  readonly capacity: number = 0;
  // Grows by one slot a push until it has `capacity` of them: the tail is never beyond the end by more than one.
  private slots: (T | undefined)[] = [];
  private head = 0;
  private count = 0;

  /**
   * @param capacity the most values to hold, an integer of at least 1
   * @throws TypeError when `capacity` is anything else
   */
  constructor(capacity: number) {
    this.capacity = checkInteger('capacity', capacity, 1);
  }

  /** Values held. O(1). */
  get length(): number {
    return this.count;
  }

  /** Adds `item` as the newest value. Returns the oldest one if it had to go, else undefined. O(1). */
  push(item: T): T | undefined {
    const { slots, head, count, capacity } = this;
    if (count < capacity) {
      const end = head + count;
      slots[end < capacity ? end : end - capacity] = item;
      this.count = count + 1;
      return undefined;
    }
    const oldest = slots[head];
    slots[head] = item;
    this.head = head + 1 === capacity ? 0 : head + 1;
    return oldest;
  }

  /** Removes and returns the oldest value, or undefined when there is none. O(1). */
  shift(): T | undefined {
    const { slots, head, count } = this;
    if (count === 0) return undefined;
    const item = slots[head];
    slots[head] = undefined;
    this.head = head + 1 === this.capacity ? 0 : head + 1;
    this.count = count - 1;
    return item;
  }

  /** Removes and returns the newest value, or undefined when there is none. O(1). */
  pop(): T | undefined {
    if (this.count === 0) return undefined;
    const index = this.slot(this.count - 1);
    const item = this.slots[index];
    this.slots[index] = undefined;
    this.count -= 1;
    return item;
  }

  /** The oldest value, which `shift()` would remove, or undefined. O(1). */
  peek(): T | undefined {
    return this.count === 0 ? undefined : this.slots[this.head];
  }

  /** The value `index` places after the oldest, or before the end when negative (`at(-1)` is the newest), or undefined. O(1). */
  at(index: number): T | undefined {
    const place = Math.trunc(index) || 0;
    const offset = place < 0 ? place + this.count : place;
    return offset >= 0 && offset < this.count ? this.slots[this.slot(offset)] : undefined;
  }

  /** Removes every value and gives the space back. O(1). */
  clear(): void {
    this.slots = [];
    this.head = 0;
    this.count = 0;
  }

  /** The values from oldest to newest in a new array. O(n). */
  toArray(): T[] {
    return [...this];
  }

  /** What `JSON.stringify` writes: the values as an array. O(n). */
  toJSON(): T[] {
    return [...this];
  }

  /** The values from oldest to newest. Changing the buffer while it runs shifts what is visited. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.count; i++) yield this.slots[this.slot(i)] as T;
  }

  private slot(offset: number): number {
    const index = this.head + offset;
    return index < this.capacity ? index : index - this.capacity;
  }
}
