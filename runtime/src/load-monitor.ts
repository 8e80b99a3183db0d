/** Tells whether a process is overloaded, from the event loop and memory, cheaply enough to ask on each request. */
import { announce, channel, checkFunction, checkNumber, detached } from './internal.ts';
import { containerLimit, readMemory } from './memory-pressure.ts';

/** Which limit is passed. */
export type OverloadReason = 'eventLoopUtilization' | 'eventLoopDelay' | 'heapUsedBytes' | 'rssBytes';

/** What one sample measured, over the time since the one before. */
export interface LoadSample {
  /** Busy share of the event loop, 0 to 1. */
  eventLoopUtilization: number;
  /** Longest lateness of a timer, in milliseconds. */
  eventLoopDelay: number;
  heapUsedBytes: number;
  heapLimitBytes: number;
  rssBytes: number;
  /** The container's memory limit; `Infinity` where there is none. */
  limitBytes: number;
}

/** Names after under-pressure; 0 switches a limit off there, `Infinity` does here. */
export interface LoadMonitorOptions {
  /** Milliseconds between samples. Default 1,000. */
  intervalMs?: number;
  /** Milliseconds between checks of the loop's delay; a stall shorter than this may be missed. Default 250. */
  delayIntervalMs?: number;
  /** Busy share of the event loop, 0 to 1. Default 0.98. */
  maxEventLoopUtilization?: number;
  /** Milliseconds of delay. Default 1,000. */
  maxEventLoopDelay?: number;
  /** Bytes of heap in use. Default `Infinity`. */
  maxHeapUsedBytes?: number;
  /** Bytes of resident memory. Default `Infinity`. */
  maxRssBytes?: number;
  /** Share by which every measure must fall below its limit before the overload ends. Default 0.1. */
  hysteresis?: number;
  /** Seconds to put into a Retry-After header. Default 10. */
  retryAfter?: number;
  onOverload?: (reasons: readonly OverloadReason[], sample: LoadSample) => void;
  onRecover?: (sample: LoadSample) => void;
  /** Takes a sample, for tests and other hosts. Default: this process. */
  read?: () => LoadSample;
}

export interface LoadStats extends LoadSample {
  /** 1 while overloaded, else 0. */
  overloaded: number;
  samples: number;
  /** Times an overload began. */
  overloads: number;
  /** Callbacks that threw. */
  errors: number;
}

interface Utilization {
  utilization: number;
}
interface LoopClock {
  now(): number;
  eventLoopUtilization?(now?: Utilization, last?: Utilization): Utilization;
}

const overloadChannel = /* @__PURE__ */ channel('plimsoll:load-monitor:overload');
const measures: readonly OverloadReason[] = ['eventLoopUtilization', 'eventLoopDelay', 'heapUsedBytes', 'rssBytes'];

/**
 * Samples load once a second and remembers the verdict.
 *
 * ```ts
 * const load = new LoadMonitor({ maxEventLoopUtilization: 0.95 }).start();
 * if (load.overloaded) response.writeHead(503, { 'retry-after': String(load.retryAfter) }).end();
 * ```
 *
 * `overloaded` is a field read: nothing, rss least of all, is measured on a request. It turns true with the first
 * sample past a limit, and false once every measure is a `hysteresis` below its limit. Delay is the lateness of a
 * timer each 250 ms, so no histogram of the loop (0.3 to 1.7 % of a core) is kept. What it costs is its
 * five wake-ups a second.
 */
export class LoadMonitor {
  /** Seconds to tell a refused caller to wait. */
  readonly retryAfter: number;
  readonly #intervalMs: number;
  readonly #delayIntervalMs: number;
  readonly #limits: Readonly<Record<OverloadReason, number>>;
  readonly #hysteresis: number;
  readonly #onOverload: LoadMonitorOptions['onOverload'];
  readonly #onRecover: LoadMonitorOptions['onRecover'];
  readonly #read: () => LoadSample;
  #reasons: readonly OverloadReason[] = [];
  #last: LoadSample = {
    eventLoopUtilization: 0,
    eventLoopDelay: 0,
    heapUsedBytes: 0,
    heapLimitBytes: 0,
    rssBytes: 0,
    limitBytes: Number.POSITIVE_INFINITY,
  };
  #timer: ReturnType<typeof setInterval> | undefined;
  #delayTimer: ReturnType<typeof setInterval> | undefined;
  #maxDelay = 0;
  #utilization = (globalThis.performance as unknown as LoopClock).eventLoopUtilization?.();
  #containerLimit: number | undefined;
  #samples = 0;
  #overloads = 0;
  #errors = 0;

  /** Starts nothing: call `start()`. Throws a TypeError for a bad option. */
  constructor(options: LoadMonitorOptions = {}) {
    this.#intervalMs = checkNumber('intervalMs', options.intervalMs ?? 1_000, 10, 2 ** 31 - 1);
    this.#delayIntervalMs = checkNumber('delayIntervalMs', options.delayIntervalMs ?? 250, 5, 2 ** 31 - 1);
    this.#limits = {
      eventLoopUtilization: checkNumber('maxEventLoopUtilization', options.maxEventLoopUtilization ?? 0.98, 0),
      eventLoopDelay: checkNumber('maxEventLoopDelay', options.maxEventLoopDelay ?? 1_000, 0),
      heapUsedBytes: checkNumber('maxHeapUsedBytes', options.maxHeapUsedBytes ?? Number.POSITIVE_INFINITY, 1),
      rssBytes: checkNumber('maxRssBytes', options.maxRssBytes ?? Number.POSITIVE_INFINITY, 1),
    };
    this.#hysteresis = checkNumber('hysteresis', options.hysteresis ?? 0.1, 0, 1);
    this.retryAfter = checkNumber('retryAfter', options.retryAfter ?? 10, 0);
    this.#onOverload = options.onOverload === undefined ? undefined : checkFunction('onOverload', options.onOverload);
    this.#onRecover = options.onRecover === undefined ? undefined : checkFunction('onRecover', options.onRecover);
    this.#read = options.read === undefined ? () => this.#measure() : checkFunction('read', options.read);
    announce('load-monitor', this);
  }

  /** Whether the last sample says to refuse work: a field read. */
  get overloaded(): boolean {
    return this.#reasons.length > 0;
  }

  /** The limits passed; empty while all is well. */
  get reasons(): readonly OverloadReason[] {
    return this.#reasons;
  }

  /** Begins sampling, once; its two timers do not keep the process alive. */
  start(): this {
    if (this.#timer !== undefined) return this;
    const clock = globalThis.performance as unknown as LoopClock;
    this.#utilization = clock.eventLoopUtilization?.();
    let last = clock.now();
    const measure = (): void => {
      const now = clock.now();
      this.#maxDelay = Math.max(this.#maxDelay, now - last - this.#delayIntervalMs);
      last = now;
    };
    this.#delayTimer = detached(() => setInterval(measure, this.#delayIntervalMs));
    this.#timer = detached(() => setInterval(() => this.sample(), this.#intervalMs));
    for (const timer of [this.#timer, this.#delayTimer]) (timer as { unref?(): void }).unref?.();
    return this;
  }

  /** Ends sampling and any overload with it. */
  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#delayTimer);
    this.#timer = this.#delayTimer = undefined;
    this.#reasons = [];
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Takes a sample now, over the time since the last one or the start: about 8 µs, nearly all of it for rss. */
  sample(): LoadSample {
    const sample = this.#read();
    this.#last = sample;
    this.#samples++;
    const share = this.overloaded ? 1 - this.#hysteresis : 1;
    const reasons = measures.filter((name) => sample[name] > this.#limits[name] * share);
    const wasOverloaded = this.overloaded;
    this.#reasons = reasons;
    if (reasons.length > 0 && !wasOverloaded) {
      this.#overloads++;
      if (overloadChannel.hasSubscribers) overloadChannel.publish({ reasons, sample });
      this.#call(() => this.#onOverload?.(reasons, sample));
    } else if (reasons.length === 0 && wasOverloaded) {
      if (overloadChannel.hasSubscribers) overloadChannel.publish({ reasons, sample });
      this.#call(() => this.#onRecover?.(sample));
    }
    return sample;
  }

  /** A copy of the counters and the last sample. */
  stats(): LoadStats {
    return {
      ...this.#last,
      overloaded: this.overloaded ? 1 : 0,
      samples: this.#samples,
      overloads: this.#overloads,
      errors: this.#errors,
    };
  }

  #measure(): LoadSample {
    const clock = globalThis.performance as unknown as LoopClock;
    const now = clock.eventLoopUtilization?.();
    const since = now === undefined ? undefined : clock.eventLoopUtilization?.(now, this.#utilization);
    this.#utilization = now;
    const eventLoopDelay = this.#maxDelay;
    this.#maxDelay = 0;
    this.#containerLimit ??= containerLimit();
    return { eventLoopUtilization: since?.utilization ?? 0, eventLoopDelay, ...readMemory(this.#containerLimit) };
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#errors++;
      console.error('A load-monitor callback failed:', error);
    }
  }
}
