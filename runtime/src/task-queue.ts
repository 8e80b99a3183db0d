/**
 * TaskQueue: runs at most `concurrency` tasks at a time, by priority, with ageing, and in the adder's async context.
 *
 * - Ageing costs nothing: "priority + waited / agingMillis" orders two tasks the same way at any time, so the key
 *   `priority - addedAt / agingMillis` is fixed when a task is added and an ordinary heap keeps the order.
 * - A task runs as the continuation of a promise its adder made, so AsyncLocalStorage shows the adder's store, not that
 *   of whoever happened to finish before.
 */
import { announce, channel, checkFunction, checkInteger, checkNumber } from './internal.ts';

const onRefuse = channel('plimsoll:task-queue:refuse');
const onTimeout = channel('plimsoll:task-queue:timeout');

export interface TaskQueueOptions {
  /** Most tasks running at a time, 1 or more. */
  concurrency: number;
  /** `add()` is refused when this many tasks wait. Default no limit. */
  maxQueue?: number;
  /** Waiting this long counts as one step of priority, so that no task starves; 0 is off. Default 1,000. */
  agingMillis?: number;
  /** Time-out of each task, see `TaskOptions`. Default none. */
  timeoutMillis?: number;
  /** Whether tasks run before `start()` is called. Default true. */
  autoStart?: boolean;
  /** Names the queue in diagnostics. Default 'queue'. */
  name?: string;
  /** Clock in milliseconds. Default `performance.now`. */
  now?: () => number;
}

export interface TaskOptions {
  /** Higher runs earlier; equal ones in the order they were added. Default 0. */
  priority?: number;
  /** Takes a waiting task out of the queue at once; a running one gets the signal and decides itself. */
  signal?: AbortSignal;
  /** From its start: the promise rejects and the task's signal aborts; its place is free when the task ends. */
  timeoutMillis?: number;
  /** For `setPriority`. */
  id?: string;
}

export interface WaitOptions {
  /** Ends the wait with the signal's reason. */
  signal?: AbortSignal;
}

export interface TaskQueueStats {
  concurrency: number;
  running: number;
  waiting: number;
  /** Since construction: */
  added: number;
  completed: number;
  failed: number;
  refused: number;
  /** Left before they ran: aborted or cleared. */
  aborted: number;
  timeouts: number;
}

/** Rejects `add()` when `maxQueue` tasks wait. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** Rejects the tasks that `clear()` takes out, unless it is given a reason, and `add()` after disposal. */
export class QueueClearedError extends Error {
  override readonly name = 'QueueClearedError';
}

/** Rejects a task that ran longer than `timeoutMillis`. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
}

export type Task<T> = (context: { signal: AbortSignal | undefined }) => T | PromiseLike<T>;

interface Entry {
  readonly key: number;
  readonly order: number;
  /** Both undefined once the entry left: it is skipped when its turn comes. */
  start: (() => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
  rare: RareEntry | undefined;
}

interface RareEntry {
  readonly id: string | undefined;
  readonly signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
}

function runsBefore(a: Entry, b: Entry): boolean {
  return a.key > b.key || (a.key === b.key && a.order < b.order);
}

/**
 * ```ts
 * const queue = new TaskQueue({ concurrency: 4, maxQueue: 1_000 });
 * const body = await queue.add(() => fetchPage(url), { priority: 1, signal });
 * await queue.onIdle();
 * ```
 *
 * Adding and starting are O(1) for tasks of the default priority, O(log n) for others.
 */
export class TaskQueue {
  readonly name: string;
  readonly #maxQueue: number;
  readonly #perMilli: number;
  readonly #timeoutMillis: number;
  readonly #now: () => number;
  #concurrency: number;
  /** Tasks of priority 0, whose order is that of adding; `#first` is the index of the next. */
  #plain: (Entry | undefined)[] = [];
  #first = 0;
  /** Binary heap of all others. */
  #heap: Entry[] = [];
  #dead = 0;
  #order = 0;
  #running = 0;
  #waiting = 0;
  #isPaused: boolean;
  #isClosed = false;
  #watchers: { isDue: () => boolean; resolve: () => void }[] = [];
  #completed = 0;
  #failed = 0;
  #refused = 0;
  #aborted = 0;
  #timeouts = 0;

  constructor(options: TaskQueueOptions) {
    const infinity = Number.POSITIVE_INFINITY;
    this.#concurrency = checkInteger('concurrency', options.concurrency, 1, infinity);
    this.#maxQueue = checkInteger('maxQueue', options.maxQueue ?? infinity, 0, infinity);
    const agingMillis = checkNumber('agingMillis', options.agingMillis ?? 1_000, 0);
    this.#perMilli = agingMillis === 0 ? 0 : 1 / agingMillis;
    this.#timeoutMillis = checkNumber('timeoutMillis', options.timeoutMillis ?? 0, 0, 2_147_483_647);
    this.#isPaused = options.autoStart === false;
    this.#now = checkFunction('now', options.now ?? (() => performance.now()));
    this.name = options.name ?? 'queue';
    announce('task-queue', this);
  }

  /** Tasks waiting. */
  get size(): number {
    return this.#waiting;
  }

  /** Tasks running (as in p-queue). */
  get pending(): number {
    return this.#running;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  /** May change at any time; running tasks are never stopped. */
  set concurrency(value: number) {
    this.#concurrency = checkInteger('concurrency', value, 1, Number.POSITIVE_INFINITY);
    this.#startWaiting();
  }

  /**
   * Runs `task` when its turn comes, at once when there is room, and settles as it does. Rejects with QueueFullError
   * past `maxQueue`, with the signal's reason on abort while waiting, with TaskTimeoutError on time-out, and with
   * QueueClearedError when cleared.
   */
  add<T>(task: Task<T>, options?: TaskOptions): Promise<T> {
    checkFunction('task', task);
    const signal = options?.signal;
    const timeoutMillis = options?.timeoutMillis ?? this.#timeoutMillis;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#isClosed) return Promise.reject(new QueueClearedError(`${this.name} is closed`));
    if (this.#running < this.#concurrency && !this.#isPaused) {
      this.#running++;
      return timeoutMillis > 0 ? this.#runTimed(task, signal, timeoutMillis) : this.#run(task, signal);
    }
    if (this.#waiting >= this.#maxQueue) {
      this.#refused++;
      if (onRefuse.hasSubscribers) onRefuse.publish({ queue: this.name, waiting: this.#waiting });
      return Promise.reject(new QueueFullError(`${this.name}: ${this.#waiting} tasks wait already (maxQueue)`));
    }
    const turn = new Promise<void>((resolve, reject) => this.#enqueue(resolve, reject, options));
    return timeoutMillis > 0
      ? turn.then(() => this.#runTimed(task, signal, timeoutMillis))
      : turn.then(() => this.#run(task, signal));
  }

  /** Adds all; settles as `Promise.all` of them. */
  addAll<T>(tasks: Iterable<Task<T>>, options?: TaskOptions): Promise<T[]> {
    return Promise.all(Array.from(tasks, (task) => this.add(task, options)));
  }

  /** Changes the priority of the waiting task added with `id`; false when none waits. O(n). */
  setPriority(id: string, priority: number): boolean {
    checkNumber('priority', priority, -Number.MAX_VALUE, Number.MAX_VALUE);
    const entry = [...this.#plain, ...this.#heap].find((candidate) => candidate?.start && candidate.rare?.id === id);
    if (!entry) return false;
    const moved: Entry = { ...entry, key: priority - this.#now() * this.#perMilli };
    if (moved.rare?.signal && moved.rare.onAbort) {
      moved.rare.signal.removeEventListener('abort', moved.rare.onAbort);
      this.#watchAbort(moved, moved.rare);
    }
    entry.start = undefined;
    entry.reject = undefined;
    this.#buried();
    this.#sink(moved);
    return true;
  }

  /** No further task starts until `start()`. */
  pause(): void {
    this.#isPaused = true;
  }

  start(): void {
    this.#isPaused = false;
    this.#startWaiting();
  }

  /** Takes all waiting tasks out and rejects them with `reason`; running ones go on. */
  clear(reason: unknown = new QueueClearedError(`${this.name} was cleared`)): void {
    const entries = [...this.#plain, ...this.#heap];
    this.#plain = [];
    this.#first = 0;
    this.#heap = [];
    this.#dead = 0;
    for (const entry of entries) {
      if (!entry?.start) continue;
      this.#waiting--;
      this.#aborted++;
      this.#leave(entry)?.(reason);
    }
    this.#notify();
  }

  /** Clears the queue and refuses further tasks. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.clear(new QueueClearedError(`${this.name} is closed`));
  }

  /** Resolves when nothing runs or waits, also not what finished tasks added. */
  onIdle(options?: WaitOptions): Promise<void> {
    return this.#when(() => this.#running === 0 && this.#waiting === 0, options?.signal);
  }

  /** Resolves when no task waits. */
  onEmpty(options?: WaitOptions): Promise<void> {
    return this.#when(() => this.#waiting === 0, options?.signal);
  }

  /** Resolves when fewer than `limit` tasks wait: await it before adding, and a producer cannot outrun the queue. */
  onSizeLessThan(limit: number, options?: WaitOptions): Promise<void> {
    checkInteger('limit', limit, 1);
    return this.#when(() => this.#waiting < limit, options?.signal);
  }

  /** Plain counters: O(1). */
  stats(): TaskQueueStats {
    return {
      concurrency: this.#concurrency,
      running: this.#running,
      waiting: this.#waiting,
      added: this.#completed + this.#failed + this.#running + this.#waiting + this.#aborted,
      completed: this.#completed,
      failed: this.#failed,
      refused: this.#refused,
      aborted: this.#aborted,
      timeouts: this.#timeouts,
    };
  }

  async #run<T>(task: Task<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      const result = await task({ signal });
      this.#completed++;
      return result;
    } catch (error) {
      this.#failed++;
      throw error;
    } finally {
      this.#running--;
      this.#startWaiting();
    }
  }

  #runTimed<T>(task: Task<T>, signal: AbortSignal | undefined, timeoutMillis: number): Promise<T> {
    const controller = new AbortController();
    const forward = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) forward();
    else signal?.addEventListener('abort', forward, { once: true });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new TaskTimeoutError(`${this.name}: a task took longer than ${timeoutMillis} ms`);
        this.#timeouts++;
        if (onTimeout.hasSubscribers) onTimeout.publish({ queue: this.name, timeoutMillis });
        reject(error);
        controller.abort(error);
      }, timeoutMillis);
      this.#run(task, controller.signal)
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', forward);
        });
    });
  }

  #enqueue(start: () => void, reject: (error: unknown) => void, options: TaskOptions | undefined): void {
    const priority = options?.priority ?? 0;
    if (priority !== 0) checkNumber('priority', priority, -Number.MAX_VALUE, Number.MAX_VALUE);
    const key = this.#perMilli === 0 ? priority : priority - this.#now() * this.#perMilli;
    const entry: Entry = { key, order: this.#order++, start, reject, rare: undefined };
    if (options?.signal || options?.id !== undefined) {
      entry.rare = { id: options.id, signal: options.signal, onAbort: undefined };
      if (options.signal) this.#watchAbort(entry, entry.rare);
    }
    this.#waiting++;
    if (priority === 0) this.#plain.push(entry);
    else this.#sink(entry);
  }

  #watchAbort(entry: Entry, rare: RareEntry): void {
    const { signal } = rare;
    rare.onAbort = () => {
      this.#waiting--;
      this.#aborted++;
      this.#leave(entry)?.(signal?.reason);
      this.#buried();
      this.#notify();
    };
    signal?.addEventListener('abort', rare.onAbort, { once: true });
  }

  /** Ends the waiting of an entry; returns its `reject`. */
  #leave(entry: Entry): ((error: unknown) => void) | undefined {
    const { reject, rare } = entry;
    entry.start = undefined;
    entry.reject = undefined;
    if (rare?.onAbort) rare.signal?.removeEventListener('abort', rare.onAbort);
    return reject;
  }

  /** Counts an entry that left from the middle; once these are the majority they are swept out, O(1) amortised. */
  #buried(): void {
    this.#dead++;
    if (this.#dead < 64 || this.#dead < this.#waiting) return;
    this.#dead = 0;
    this.#plain = this.#plain.slice(this.#first).filter((entry) => entry?.start);
    this.#first = 0;
    const live = this.#heap.filter((entry) => entry.start);
    this.#heap = [];
    for (const entry of live) this.#sink(entry);
  }

  #startWaiting(): void {
    while (this.#running < this.#concurrency && this.#waiting > 0 && !this.#isPaused) {
      const entry = this.#next();
      if (!entry) break;
      const { start } = entry;
      this.#waiting--;
      this.#running++;
      if (entry.rare) this.#leave(entry);
      start?.();
    }
    if (this.#watchers.length > 0) this.#notify();
  }

  #next(): Entry | undefined {
    let plain = this.#plain[this.#first];
    while (plain && !plain.start) {
      this.#advance();
      plain = this.#plain[this.#first];
    }
    let top = this.#heap[0];
    while (top && !top.start) {
      this.#pop();
      top = this.#heap[0];
    }
    if (top && (!plain || runsBefore(top, plain))) {
      this.#pop();
      return top;
    }
    if (plain) this.#advance();
    return plain;
  }

  /** Drops the head of the plain queue; the array is cut when half of it is spent, so that shifting is O(1) amortised. */
  #advance(): void {
    this.#plain[this.#first++] = undefined;
    if (this.#first === this.#plain.length) {
      this.#plain.length = 0;
      this.#first = 0;
    } else if (this.#first >= 4_096 && this.#first * 2 >= this.#plain.length) {
      this.#plain = this.#plain.slice(this.#first);
      this.#first = 0;
    }
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!runsBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    const { length } = heap;
    let at = 0;
    for (let below = 1; below < length; below = 2 * at + 1) {
      const right = heap[below + 1];
      let child = heap[below] as Entry;
      if (right && runsBefore(right, child)) {
        child = right;
        below++;
      }
      if (!runsBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }

  #when(isDue: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (isDue()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#watchers = this.#watchers.filter((other) => other !== watcher);
        reject(signal?.reason);
      };
      const done = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const watcher = { isDue, resolve: done };
      this.#watchers.push(watcher);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #notify(): void {
    if (this.#watchers.length === 0) return;
    this.#watchers = this.#watchers.filter(({ isDue, resolve }) => {
      if (!isDue()) return true;
      resolve();
      return false;
    });
  }
}
