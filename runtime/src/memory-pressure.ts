/** Watches how much of its memory a process has used, against the heap limit and the container's limit. */
import { announce, channel, checkFunction, checkNumber, detached } from './internal.ts';

export type PressureLevel = 'normal' | 'high' | 'critical';

/** One reading of memory, in bytes. */
export interface MemoryReading {
  heapUsedBytes: number;
  /** What V8 may grow the heap to (`--max-old-space-size`). */
  heapLimitBytes: number;
  rssBytes: number;
  /** The container's limit; `Infinity` where there is none. */
  limitBytes: number;
}

export interface PressureEvent {
  level: PressureLevel;
  /** The larger of heap used ÷ heap limit and rss ÷ container limit. */
  ratio: number;
  reading: MemoryReading;
}

export interface MemoryPressureOptions {
  /** Milliseconds between samples once started. Default 1,000. */
  intervalMs?: number;
  /** Ratio at which the level becomes `high`. Default 0.85. */
  high?: number;
  /** Ratio at which the level becomes `critical`. Default 0.95. */
  critical?: number;
  /** How far the ratio must fall below a threshold before the level drops again. Default 0.05. */
  hysteresis?: number;
  /** Milliseconds between reminders while the level stays above normal: freed memory shows only after a collection. Default 10,000. */
  remindMs?: number;
  /** The memory this process may use, in bytes. Default: the container's limit. */
  limitBytes?: number;
  /** Takes a reading. Default: V8's heap statistics and the process's rss. */
  read?: () => MemoryReading;
  /** Monotonic milliseconds. Default `performance.now()`. */
  now?: () => number;
}

export interface MemoryPressureStats extends MemoryReading {
  ratio: number;
  /** 0 normal, 1 high, 2 critical. */
  level: number;
  samples: number;
  /** Times the level rose above normal. */
  raised: number;
  listeners: number;
  /** Listeners that threw. */
  errors: number;
}

interface MemoryHost {
  process?: {
    getBuiltinModule?(id: string): unknown;
    constrainedMemory?(): number | undefined;
    memoryUsage?: { rss(): number };
  };
}
interface HeapModule {
  getHeapStatistics(): { used_heap_size: number; heap_size_limit: number };
}

const levels: readonly PressureLevel[] = ['normal', 'high', 'critical'];
const levelChannel = /* @__PURE__ */ channel('plimsoll:memory-pressure:level');

/** The container's memory limit in bytes, or `Infinity`: cgroups without one report more than the machine has. */
export function containerLimit(): number {
  const { process } = globalThis as unknown as MemoryHost;
  const limit = process?.constrainedMemory?.() ?? 0;
  const os = process?.getBuiltinModule?.('node:os') as { totalmem(): number } | undefined;
  return limit > 0 && os !== undefined && limit < os.totalmem() ? limit : Number.POSITIVE_INFINITY;
}

/** Reads memory: about 8 µs, nearly all of it for rss. Zeroes where there is no `process`. */
export function readMemory(limitBytes: number = containerLimit()): MemoryReading {
  const { process } = globalThis as unknown as MemoryHost;
  const v8 = process?.getBuiltinModule?.('node:v8') as HeapModule | undefined;
  const heap = v8?.getHeapStatistics();
  return {
    heapUsedBytes: heap?.used_heap_size ?? 0,
    heapLimitBytes: heap?.heap_size_limit ?? Number.POSITIVE_INFINITY,
    rssBytes: process?.memoryUsage?.rss() ?? 0,
    limitBytes,
  };
}

/**
 * Samples memory and tells its listeners when it gets tight.
 *
 * ```ts
 * const pressure = new MemoryPressure().start();
 * const unsubscribe = pressure.subscribe(({ level }) => {
 *   if (level !== 'normal') thumbnails.clear();
 * });
 * ```
 *
 * Listeners hear of every change of level, and again each `remindMs` while it is above normal. Starting holds one timer
 * that does not keep the process alive; reading `level` costs a field read, so it may be asked on each request.
 */
export class MemoryPressure {
  readonly #intervalMs: number;
  readonly #thresholds: readonly [number, number];
  readonly #hysteresis: number;
  readonly #remindMs: number;
  readonly #read: () => MemoryReading;
  readonly #now: () => number;
  readonly #listeners = new Set<(event: PressureEvent) => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #level = 0;
  #ratio = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #samples = 0;
  #raised = 0;
  #errors = 0;
  #last: MemoryReading = { heapUsedBytes: 0, heapLimitBytes: 0, rssBytes: 0, limitBytes: 0 };

  /** Starts nothing: call `start()`. Throws a TypeError for a bad option. */
  constructor(options: MemoryPressureOptions = {}) {
    this.#intervalMs = checkNumber('intervalMs', options.intervalMs ?? 1_000, 10, 2 ** 31 - 1);
    const high = checkNumber('high', options.high ?? 0.85, 0, 1);
    this.#thresholds = [high, checkNumber('critical', options.critical ?? Math.max(0.95, high), high, 1)];
    this.#hysteresis = checkNumber('hysteresis', options.hysteresis ?? 0.05, 0, 1);
    this.#remindMs = checkNumber('remindMs', options.remindMs ?? 10_000, 0);
    const limit = options.limitBytes === undefined ? undefined : checkNumber('limitBytes', options.limitBytes, 1);
    this.#read = options.read === undefined ? defaultRead(limit) : checkFunction('read', options.read);
    this.#now = options.now === undefined ? () => performance.now() : checkFunction('now', options.now);
    announce('memory-pressure', this);
  }

  /** The level at the last sample: a field read. */
  get level(): PressureLevel {
    return levels[this.#level]!;
  }

  /** Begins sampling, once. */
  start(): this {
    if (this.#timer === undefined) {
      this.#timer = detached(() => setInterval(() => this.sample(), this.#intervalMs));
      (this.#timer as { unref?(): void }).unref?.();
    }
    return this;
  }

  /** Ends sampling; listeners stay for the next start. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
    this.#listeners.clear();
  }

  /** Adds a listener and returns the function that removes it. One that throws is reported and kept. */
  subscribe(listener: (event: PressureEvent) => void): () => void {
    checkFunction('listener', listener);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a sample now: about 8 µs. */
  sample(): PressureEvent {
    const reading = this.#read();
    this.#last = reading;
    this.#samples++;
    this.#ratio = Math.max(
      share(reading.heapUsedBytes, reading.heapLimitBytes),
      share(reading.rssBytes, reading.limitBytes),
    );
    const before = this.#level;
    this.#level = this.#nextLevel();
    const event: PressureEvent = { level: this.level, ratio: this.#ratio, reading };
    const now = this.#now();
    if (this.#level !== before || (this.#level > 0 && now - this.#toldAt >= this.#remindMs)) {
      if (before === 0) this.#raised++;
      this.#toldAt = now;
      this.#tell(event);
    }
    return event;
  }

  /** A copy of the counters and the last reading. */
  stats(): MemoryPressureStats {
    return {
      ...this.#last,
      ratio: this.#ratio,
      level: this.#level,
      samples: this.#samples,
      raised: this.#raised,
      listeners: this.#listeners.size,
      errors: this.#errors,
    };
  }

  #nextLevel(): number {
    const [high, critical] = this.#thresholds;
    const slack = this.#hysteresis;
    if (this.#ratio >= critical - (this.#level === 2 ? slack : 0)) return 2;
    return this.#ratio >= high - (this.#level >= 1 ? slack : 0) ? 1 : 0;
  }

  #tell(event: PressureEvent): void {
    if (levelChannel.hasSubscribers) levelChannel.publish(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#errors++;
        console.error('A memory-pressure listener failed:', error);
      }
    }
  }
}

function share(used: number, limit: number): number {
  return limit > 0 && limit < Number.POSITIVE_INFINITY ? used / limit : 0;
}

/** The container's limit does not change while a process runs, and asking costs 21 µs: it is asked once. */
function defaultRead(limitBytes: number | undefined): () => MemoryReading {
  let limit = limitBytes;
  return () => {
    limit ??= containerLimit();
    return readMemory(limit);
  };
}
