/**
 * Timers that are counted, cleared together and never outlive their owner.
 *
 * All timers of a registry share one native timer, created in the root async context, so a timer started inside a
 * request does not keep that request's AsyncLocalStorage store alive.
 */
import { announce, channel, checkFunction, checkNumber, checkOneOf, detached } from './internal.ts';

/** A started timer. Everything is O(1). */
export interface TimerHandle {
  /** True until the timer is stopped, has expired or, for a timeout, has begun to run. */
  readonly active: boolean;
  /** Stops the timer for good; stopping twice is harmless. A run already under way finishes. */
  stop(): void;
  /** Starts the delay anew from now; revives a timeout that has run, but not a stopped timer. */
  refresh(): this;
  /** Lets this timer keep the process alive while it is active. */
  ref(): this;
  /** Lets the process exit although this timer is active: the default. */
  unref(): this;
  /** Whether this timer would keep the process alive while active. */
  hasRef(): boolean;
  [Symbol.dispose](): void;
}

export interface TimeoutOptions {
  /** `false` keeps the process alive while the timer is active, as a native timer does. Default `true`. */
  unref?: boolean;
  /** Shown in error reports. Default: the callback's own name. */
  name?: string;
  /** Share of the delay, 0 to 1, drawn anew for each run: 0.1 spreads 1,000 ms over 900 to 1,100 ms. Default 0. */
  jitter?: number;
}

export interface IntervalOptions extends TimeoutOptions {
  /**
   * What happens when the next run is due while the promise of the last one is pending: `skip` it and count it, or
   * `allow` both at once as a native interval does. Default `skip`.
   */
  overrun?: 'skip' | 'allow';
  /** Milliseconds after which the interval stops at its next due time instead of running. Needs `onExpire`. Default: none. */
  maxLifetime?: number;
  /** Told when `maxLifetime` has stopped the interval: an interval never ends unnoticed. */
  onExpire?: (handle: TimerHandle) => void;
}

export interface TimerRegistryOptions {
  /** Active timers above which a warning is raised, once until the count has halved. `Infinity`: never. Default 1,000. */
  warnAbove?: number;
  /** Receives that warning. Default: `process.emitWarning`, or `console.warn` where there is none. */
  onWarn?: (message: string, active: number) => void;
  /** Receives what a callback threw or rejected with; the timer goes on. Default: `console.error`. */
  onError?: (error: unknown, name: string) => void;
  /** Monotonic milliseconds. Default: `performance.now()`, or `Date.now()` while fake timers are installed. */
  now?: () => number;
}

export interface TimerStats {
  /** Timers waiting now. */
  active: number;
  /** Of those, the ones that keep the process alive. */
  referenced: number;
  /** Timers started since the registry was made. */
  created: number;
  /** Callbacks run. */
  fired: number;
  /** Timers stopped before their end. */
  stopped: number;
  /** Runs left out because the last one was pending. */
  skipped: number;
  /** Callbacks that threw or rejected. */
  errors: number;
  /** Intervals ended by `maxLifetime`. */
  expired: number;
}

const maxNativeDelay = 2 ** 31 - 1;
const referenced = 1;
const linked = 2;
const repeating = 4;
const due = 8;
const running = 16;
const overlapping = 32;
const stopped = 64;

const errorChannel = /* @__PURE__ */ channel('plimsoll:timer-registry:error');
const warnChannel = /* @__PURE__ */ channel('plimsoll:timer-registry:warn');

interface NativeTimer {
  ref?(): void;
  unref?(): void;
}
interface Host {
  process?: { emitWarning?(message: string, type: string): void };
}
const host = globalThis as unknown as Host;
/** Fake timers replace the global; they fake `Date` too, but not always `performance`. */
const realSetTimeout = globalThis.setTimeout;

function defaultNow(): number {
  return globalThis.setTimeout === realSetTimeout ? performance.now() : Date.now();
}

/** Timers of one delay: due times ascend from head to tail, because time does. */
interface DelayList {
  readonly registry: Scheduler;
  readonly delay: number;
  head: Entry | undefined;
  tail: Entry | undefined;
  /** Never later than the head's due time; may be earlier after a removal, which costs one idle wake-up. */
  wakeAt: number;
}

interface Rare {
  name: string | undefined;
  period: number;
  jitter: number;
  expireAt: number;
  onExpire: ((handle: TimerHandle) => void) | undefined;
}

interface Scheduler {
  refresh(entry: Entry): void;
  forget(entry: Entry): void;
  reference(entry: Entry, on: boolean): void;
}

/** Seven fields, 80 bytes: what is rarely set lives in `rare`. */
class Entry implements TimerHandle {
  run: () => unknown;
  list: DelayList;
  previous: Entry | undefined = undefined;
  next: Entry | undefined = undefined;
  dueAt = 0;
  flags: number;
  rare: Rare | undefined;

  constructor(run: () => unknown, list: DelayList, flags: number, rare: Rare | undefined) {
    this.run = run;
    this.list = list;
    this.flags = flags;
    this.rare = rare;
  }

  get active(): boolean {
    return (this.flags & (linked | due)) !== 0;
  }

  stop(): void {
    this.list.registry.forget(this);
  }

  refresh(): this {
    this.list.registry.refresh(this);
    return this;
  }

  ref(): this {
    this.list.registry.reference(this, true);
    return this;
  }

  unref(): this {
    this.list.registry.reference(this, false);
    return this;
  }

  hasRef(): boolean {
    return (this.flags & referenced) !== 0;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}

function unlink(entry: Entry): void {
  const { list, previous, next } = entry;
  if (previous === undefined) list.head = next;
  else previous.next = next;
  if (next === undefined) list.tail = previous;
  else next.previous = previous;
  entry.previous = entry.next = undefined;
  entry.flags &= ~linked;
}

function linkAfter(list: DelayList, previous: Entry | undefined, entry: Entry): void {
  const next = previous === undefined ? list.head : previous.next;
  entry.list = list;
  entry.previous = previous;
  entry.next = next;
  if (previous === undefined) list.head = entry;
  else previous.next = entry;
  if (next === undefined) list.tail = entry;
  else next.previous = entry;
  entry.flags |= linked;
}

/** Binary heap on `wakeAt`: the earliest list on top. */
function pushList(heap: DelayList[], list: DelayList): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]!.wakeAt <= list.wakeAt) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = list;
}

function popList(heap: DelayList[]): void {
  const last = heap.pop()!;
  const size = heap.length;
  if (size === 0) return;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap[child + 1]!.wakeAt < heap[child]!.wakeAt) child++;
    if (heap[child]!.wakeAt >= last.wakeAt) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}

/**
 * Starts, counts and clears timers.
 *
 * ```ts
 * const timers = new TimerRegistry();
 * timers.setInterval(() => flush(), 1_000);
 * timers.disposeAll(); // on shutdown
 * ```
 *
 * - Timers do not keep the process alive unless started with `unref: false`.
 * - An interval has no hidden end: it runs until it is stopped, or until its explicit `maxLifetime`.
 * - A callback that throws or rejects is reported, and its timer goes on.
 * - Delays past 2^31 - 1 ms (24.8 days) are kept, not cut to 1 ms as native timers do.
 * - Intervals do not drift: after a stall they run once, leave out the runs missed and keep their phase.
 * - Callbacks due in the same millisecond run in one batch, in the root async context; promise reactions follow it.
 *
 * Cost: 80 bytes a timer (native: about 150), plus about 150 bytes a distinct delay; O(1) to start, stop and refresh,
 * O(log delays) for the first timer of a delay.
 */
export class TimerRegistry {
  readonly #lists = new Map<number, DelayList>();
  #heap: DelayList[] = [];
  /** What is due now; kept between batches, so that running timers allocates nothing. */
  #batch: (Entry | undefined)[] = [];
  #batchSize = 0;
  #isRunning = false;
  #native: NativeTimer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #lastNow: number;
  #timeLost = 0;
  #hasWarned = false;
  readonly #origin: number;
  readonly #now: () => number;
  readonly #warnAbove: number;
  readonly #onWarn: ((message: string, active: number) => void) | undefined;
  readonly #onError: ((error: unknown, name: string) => void) | undefined;
  readonly #stats: TimerStats = {
    active: 0,
    referenced: 0,
    created: 0,
    fired: 0,
    stopped: 0,
    skipped: 0,
    errors: 0,
    expired: 0,
  };
  readonly #scheduler: Scheduler = {
    refresh: (entry) => this.#refresh(entry),
    forget: (entry) => this.#forget(entry),
    reference: (entry, on) => this.#reference(entry, on),
  };

  /** Starts no timer by itself. Throws a TypeError for a bad option. */
  constructor(options: TimerRegistryOptions = {}) {
    this.#warnAbove = checkNumber('warnAbove', options.warnAbove ?? 1_000, 1);
    this.#onWarn = options.onWarn === undefined ? undefined : checkFunction('onWarn', options.onWarn);
    this.#onError = options.onError === undefined ? undefined : checkFunction('onError', options.onError);
    this.#now = options.now === undefined ? defaultNow : checkFunction('now', options.now);
    this.#lastNow = this.#origin = this.#now();
    announce('timer-registry', this);
  }

  /** Runs `run` every `ms` milliseconds (0 counts as 1; fractions are dropped). Throws a TypeError for a bad argument. */
  setInterval(run: () => unknown, ms: number, options: IntervalOptions = {}): TimerHandle {
    const overrun = checkOneOf('overrun', options.overrun ?? 'skip', ['skip', 'allow']);
    return this.#start(run, ms, overrun === 'skip' ? repeating : repeating | overlapping, options);
  }

  /** Runs `run` once after `ms` milliseconds (0, the default, counts as 1). Throws a TypeError for a bad argument. */
  setTimeout(run: () => unknown, ms = 0, options: TimeoutOptions = {}): TimerHandle {
    return this.#start(run, ms, overlapping, options);
  }

  /** Stops `handle`, as `handle.stop()` does; `undefined` and `null` are ignored, as native clear functions do. */
  clear(handle: TimerHandle | undefined | null): void {
    handle?.stop();
  }

  /** Stops every timer: O(timers). The registry stays usable, so an owner can stop and start again. */
  disposeAll(): void {
    for (let i = 0; i < this.#batchSize; i++) {
      const entry = this.#batch[i];
      if (entry !== undefined && (entry.flags & due) !== 0) this.#forget(entry);
    }
    for (const list of this.#lists.values()) while (list.head !== undefined) this.#forget(list.head);
  }

  [Symbol.dispose](): void {
    this.disposeAll();
  }

  /** A copy of the counters. */
  stats(): TimerStats {
    return { ...this.#stats };
  }

  #start(run: () => unknown, ms: number, kind: number, options: IntervalOptions): TimerHandle {
    checkFunction('callback', run);
    const delay = Math.max(1, Math.trunc(checkNumber('ms', ms, 0, Number.MAX_SAFE_INTEGER)));
    const flags = options.unref === false ? kind | referenced : kind;
    const { name, jitter, maxLifetime, onExpire } = options;
    let rare: Rare | undefined;
    if (name !== undefined || jitter !== undefined || maxLifetime !== undefined) {
      if (maxLifetime !== undefined) checkFunction('onExpire', onExpire);
      const lifetime =
        maxLifetime === undefined ? Number.POSITIVE_INFINITY : checkNumber('maxLifetime', maxLifetime, 1);
      rare = {
        name,
        period: delay,
        jitter: checkNumber('jitter', jitter ?? 0, 0, 1),
        expireAt: this.#clock() + lifetime,
        onExpire,
      };
    }
    const firstDelay = spread(delay, rare);
    const entry = new Entry(run, this.#list(firstDelay), flags, rare);
    this.#stats.created++;
    this.#add(entry, firstDelay);
    return entry;
  }

  /** Whole milliseconds since the registry was made; a clock that is set back stands still instead. */
  #clock(): number {
    const now = this.#now();
    if (now < this.#lastNow) this.#timeLost += this.#lastNow - now;
    this.#lastNow = now;
    return Math.trunc(now - this.#origin + this.#timeLost);
  }

  #list(delay: number): DelayList {
    let list = this.#lists.get(delay);
    if (list === undefined) {
      list = { registry: this.#scheduler, delay, head: undefined, tail: undefined, wakeAt: -1 };
      this.#lists.set(delay, list);
    }
    return list;
  }

  #add(entry: Entry, delay: number): void {
    entry.dueAt = this.#clock() + delay;
    this.#append(this.#list(delay), entry);
    const active = ++this.#stats.active;
    if ((entry.flags & referenced) !== 0) this.#countReference(1);
    if (active > this.#warnAbove && !this.#hasWarned) this.#warn(active);
  }

  #append(list: DelayList, entry: Entry): void {
    linkAfter(list, list.tail, entry);
    if (list.wakeAt !== -1) return;
    list.wakeAt = entry.dueAt;
    pushList(this.#heap, list);
    if (entry.dueAt < this.#armedFor && !this.#isRunning) this.#arm();
  }

  /** A waiting timer only moves to the tail of its list: nothing is counted or looked up anew. */
  #refresh(entry: Entry): void {
    if ((entry.flags & stopped) !== 0) return;
    entry.flags &= ~due;
    const { list } = entry;
    if ((entry.flags & linked) === 0) {
      this.#add(entry, list.delay);
      return;
    }
    entry.dueAt = this.#clock() + list.delay;
    if (entry === list.tail) return;
    unlink(entry);
    linkAfter(list, list.tail, entry);
  }

  #remove(entry: Entry): void {
    if ((entry.flags & linked) !== 0) {
      unlink(entry);
      this.#ended(entry);
    }
  }

  #forget(entry: Entry): void {
    if ((entry.flags & stopped) !== 0) return;
    if (entry.active) this.#stats.stopped++;
    entry.flags = (entry.flags | stopped) & ~due;
    this.#remove(entry);
    if (this.#stats.active === 0 && !this.#isRunning) this.#rest();
  }

  #ended(entry: Entry): void {
    const active = --this.#stats.active;
    if ((entry.flags & referenced) !== 0) this.#countReference(-1);
    if (active < this.#warnAbove / 2) this.#hasWarned = false;
  }

  /** With nothing active no native timer stays behind. */
  #rest(): void {
    this.#lists.clear();
    this.#heap = [];
    this.#batch = [];
    clearTimeout(this.#native as ReturnType<typeof setTimeout> | undefined);
    this.#native = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #reference(entry: Entry, on: boolean): void {
    if (((entry.flags & referenced) !== 0) === on) return;
    entry.flags ^= referenced;
    if ((entry.flags & linked) !== 0) this.#countReference(on ? 1 : -1);
  }

  #countReference(change: 1 | -1): void {
    this.#stats.referenced += change;
    const count = this.#stats.referenced;
    if (count === 0) this.#native?.unref?.();
    else if (count === 1 && change === 1) this.#native?.ref?.();
  }

  #arm(): void {
    clearTimeout(this.#native as ReturnType<typeof setTimeout> | undefined);
    this.#native = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const first = this.#heap[0];
    if (first === undefined) return;
    const now = this.#clock();
    const delay = Math.min(Math.max(first.wakeAt - now, 1), maxNativeDelay);
    this.#armedFor = now + delay;
    this.#native = detached(() => setTimeout(this.#wake, delay) as unknown as NativeTimer);
    if (this.#stats.referenced === 0) this.#native.unref?.();
  }

  readonly #wake = (): void => {
    let now = this.#clock();
    // Native timers count in whole milliseconds and may be a fraction early.
    if (now === this.#armedFor - 1) now++;
    this.#isRunning = true;
    this.#collect(now);
    const batch = this.#batch;
    for (let i = 0; i < this.#batchSize; i++) {
      const entry = batch[i]!;
      batch[i] = undefined;
      if ((entry.flags & due) === 0) continue;
      entry.flags &= ~due;
      this.#run(entry, now);
    }
    this.#batchSize = 0;
    this.#isRunning = false;
    if (this.#stats.active === 0) this.#rest();
    else this.#arm();
  };

  #collect(now: number): void {
    const heap = this.#heap;
    for (let list = heap[0]; list !== undefined && list.wakeAt <= now; list = heap[0]) {
      popList(heap);
      list.wakeAt = -1;
      const from = this.#batchSize;
      let isOutOfOrder = false;
      for (let entry = list.head; entry !== undefined && entry.dueAt <= now; entry = list.head) {
        unlink(entry);
        entry.flags |= due;
        this.#batch[this.#batchSize++] = entry;
        const nextDue = entry.dueAt + list.delay;
        if ((entry.flags & repeating) === 0) {
          this.#ended(entry);
        } else if (nextDue <= now || (list.tail?.dueAt ?? 0) > nextDue || entry.rare?.jitter) {
          isOutOfOrder = true;
        } else {
          entry.dueAt = nextDue;
          linkAfter(list, list.tail, entry);
        }
      }
      if (isOutOfOrder) this.#repeat(list, from, now);
      if (list.head === undefined) {
        this.#lists.delete(list.delay);
      } else {
        list.wakeAt = list.head.dueAt;
        pushList(heap, list);
      }
    }
  }

  /** Links again what does not go to the tail: late or jittered. Latest first, so that finding each place is O(1) amortised. */
  #repeat(list: DelayList, from: number, now: number): void {
    const again: Entry[] = [];
    for (let i = from; i < this.#batchSize; i++) {
      const entry = this.#batch[i]!;
      if ((entry.flags & (repeating | linked)) !== repeating) continue;
      if (entry.rare?.jitter) {
        const delay = spread(list.delay, entry.rare);
        entry.dueAt = now + delay;
        if (delay === list.delay) again.push(entry);
        else this.#append(this.#list(delay), entry);
      } else {
        // Runs missed in a stall are left out, and the phase is kept.
        entry.dueAt += list.delay * Math.max(1, Math.ceil((now + 1 - entry.dueAt) / list.delay));
        again.push(entry);
      }
    }
    again.sort((a, b) => a.dueAt - b.dueAt);
    let place = list.tail;
    for (let i = again.length - 1; i >= 0; i--) {
      while (place !== undefined && place.dueAt > again[i]!.dueAt) place = place.previous;
      linkAfter(list, place, again[i]!);
    }
  }

  #run(entry: Entry, now: number): void {
    const { rare } = entry;
    if (rare !== undefined && now >= rare.expireAt) {
      this.#forget(entry);
      this.#stats.stopped--;
      this.#stats.expired++;
      this.#attempt(entry, () => rare.onExpire?.(entry));
    } else if ((entry.flags & (running | overlapping)) === running) {
      this.#stats.skipped++;
    } else {
      this.#stats.fired++;
      this.#attempt(entry, entry.run);
    }
  }

  #attempt(entry: Entry, run: () => unknown): void {
    try {
      const result = run() as PromiseLike<unknown> | undefined;
      if (typeof result?.then !== 'function') return;
      entry.flags |= running;
      result.then(
        () => {
          entry.flags &= ~running;
        },
        (error: unknown) => {
          entry.flags &= ~running;
          this.#report(error, entry);
        },
      );
    } catch (error) {
      this.#report(error, entry);
    }
  }

  #report(error: unknown, entry: Entry): void {
    this.#stats.errors++;
    const name = entry.rare?.name ?? (entry.run.name || 'anonymous');
    if (errorChannel.hasSubscribers) errorChannel.publish({ error, name });
    try {
      if (this.#onError === undefined) console.error(`Timer "${name}" failed and goes on:`, error);
      else this.#onError(error, name);
    } catch (reportError) {
      console.error(`Reporting an error of timer "${name}" failed:`, reportError);
    }
  }

  #warn(active: number): void {
    this.#hasWarned = true;
    const message = `${active} timers are active, more than ${this.#warnAbove}: are they started for each request and never stopped?`;
    if (warnChannel.hasSubscribers) warnChannel.publish({ active, warnAbove: this.#warnAbove });
    if (this.#onWarn !== undefined) {
      try {
        this.#onWarn(message, active);
      } catch (error) {
        console.error('Reporting too many timers failed:', error);
      }
    } else if (host.process?.emitWarning !== undefined) host.process.emitWarning(message, 'TimerRegistryWarning');
    else console.warn(message);
  }
}

/** The delay of the next run: the period, or a whole number of milliseconds around it. */
function spread(delay: number, rare: Rare | undefined): number {
  if (!rare?.jitter) return delay;
  return Math.max(1, Math.round(rare.period * (1 + rare.jitter * (2 * Math.random() - 1))));
}
