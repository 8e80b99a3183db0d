/** An interval that gives way: it stretches while the event loop is busy, backs off on errors and never overlaps itself. */
import { announce, channel, checkFunction, checkNumber } from './internal.ts';
import { type TimerHandle, TimerRegistry } from './timer-registry.ts';

export interface AdaptiveIntervalOptions {
  /** Longest pause in milliseconds, however busy the loop or long the failure. Default: 32 times `ms`. */
  maxMs?: number;
  /** Event-loop utilisation, 0 to 1, above which the pause doubles; below three quarters of it, it halves. Default 0.8. */
  maxEventLoopUtilization?: number;
  /** Share of each pause, 0 to 1, drawn anew: keeps a fleet from polling in step. Default 0.1. */
  jitter?: number;
  /** `false` keeps the process alive while the interval runs. Default `true`. */
  unref?: boolean;
  /** Stops the interval when it aborts. */
  signal?: AbortSignal;
  /** Receives what the callback threw or rejected with. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** Registry that holds the timer, to share one native timer. Default: a registry of its own. */
  timers?: TimerRegistry;
  /** Utilisation of the event loop since the last call, 0 to 1. Default: `performance.eventLoopUtilization`; 0 in browsers. */
  utilization?: () => number;
}

export interface AdaptiveIntervalStats {
  /** Milliseconds from the end of the last run to the start of the next, before jitter. */
  currentMs: number;
  /** Event-loop utilisation at the last decision, 0 to 1. */
  utilization: number;
  runs: number;
  errors: number;
  /** Errors since the last success: each doubles the pause. */
  consecutiveErrors: number;
  /** Decisions that lengthened the pause because the loop was busy. */
  stretched: number;
  /** 1 while the callback runs, else 0. */
  running: number;
}

const adaptChannel = /* @__PURE__ */ channel('plimsoll:adaptive-interval:adapt');

interface Utilization {
  utilization: number;
}
interface LoopClock {
  eventLoopUtilization?(now?: Utilization, last?: Utilization): Utilization;
}

function loopUtilization(): () => number {
  const clock = globalThis.performance as unknown as LoopClock;
  let last = clock.eventLoopUtilization?.();
  return () => {
    if (last === undefined) return 0;
    const now = clock.eventLoopUtilization?.() ?? last;
    const since = clock.eventLoopUtilization?.(now, last) ?? last;
    last = now;
    return since.utilization;
  };
}

/**
 * Runs a callback again and again, pausing `ms` after each run when all is well.
 *
 * ```ts
 * const poll = new AdaptiveInterval(async (signal) => { await refresh(signal); }, 5_000);
 * await poll.stop(); // waits for the run under way
 * ```
 *
 * The first run is one pause away. The pause is `ms` times the larger of two factors: the stretch (doubled for each run
 * that finds the loop busier than `maxEventLoopUtilization`, halved when it is calm) and 2 to the number of consecutive
 * errors; never more than `maxMs`. Cost a run: one utilisation reading (65 ns) and one timer.
 */
export class AdaptiveInterval {
  readonly #run: (signal: AbortSignal) => unknown;
  readonly #ms: number;
  readonly #maxMs: number;
  readonly #maxUtilization: number;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #utilization: () => number;
  readonly #controller = new AbortController();
  readonly #schedule: () => TimerHandle;
  readonly #outer: AbortSignal | undefined;
  #timer: TimerHandle | undefined;
  #inFlight: Promise<void> | undefined;
  #stretch = 1;
  readonly #stats: AdaptiveIntervalStats;

  /** Starts at once. Throws a TypeError for a bad argument. */
  constructor(run: (signal: AbortSignal) => unknown, ms: number, options: AdaptiveIntervalOptions = {}) {
    this.#run = checkFunction('callback', run);
    this.#ms = checkNumber('ms', ms, 1, Number.MAX_SAFE_INTEGER);
    this.#maxMs = checkNumber('maxMs', options.maxMs ?? ms * 32, ms);
    this.#maxUtilization = checkNumber('maxEventLoopUtilization', options.maxEventLoopUtilization ?? 0.8, 0, 1);
    const jitter = checkNumber('jitter', options.jitter ?? 0.1, 0, 1);
    this.#onError = options.onError === undefined ? undefined : checkFunction('onError', options.onError);
    this.#utilization = options.utilization ?? loopUtilization();
    this.#stats = {
      currentMs: ms,
      utilization: 0,
      runs: 0,
      errors: 0,
      consecutiveErrors: 0,
      stretched: 0,
      running: 0,
    };
    const timers = options.timers ?? new TimerRegistry();
    const unref = options.unref ?? true;
    this.#schedule = () => timers.setTimeout(this.#tick, this.#stats.currentMs, { jitter, unref });
    this.#outer = options.signal;
    if (this.#outer?.aborted) {
      this.#controller.abort(this.#outer.reason);
    } else {
      this.#outer?.addEventListener('abort', this.#abort, { once: true });
      this.#timer = this.#schedule();
    }
    announce('adaptive-interval', this);
  }

  /** Whether it has been stopped. */
  get stopped(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Ends the interval, aborts the signal its callback was given and resolves when the run under way has settled. */
  stop(): Promise<void> {
    this.#end(new DOMException('The interval was stopped', 'AbortError'));
    return this.#inFlight ?? Promise.resolve();
  }

  [Symbol.dispose](): void {
    void this.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A copy of the counters. */
  stats(): AdaptiveIntervalStats {
    return { ...this.#stats };
  }

  readonly #abort = (): void => this.#end(this.#outer?.reason);

  #end(reason: unknown): void {
    this.#timer?.stop();
    this.#outer?.removeEventListener('abort', this.#abort);
    this.#controller.abort(reason);
  }

  readonly #tick = (): void => {
    this.#inFlight = this.#runOnce().finally(() => {
      this.#inFlight = undefined;
    });
  };

  async #runOnce(): Promise<void> {
    const stats = this.#stats;
    stats.runs++;
    stats.running = 1;
    try {
      await this.#run(this.#controller.signal);
      stats.consecutiveErrors = 0;
    } catch (error) {
      if (!this.stopped) this.#report(error);
    }
    stats.running = 0;
    if (this.stopped) return;
    this.#adapt();
    this.#timer = this.#schedule();
  }

  #report(error: unknown): void {
    this.#stats.errors++;
    this.#stats.consecutiveErrors++;
    try {
      if (this.#onError === undefined) console.error('An adaptive interval failed and goes on:', error);
      else this.#onError(error);
    } catch (reportError) {
      console.error('Reporting an error of an adaptive interval failed:', reportError);
    }
  }

  #adapt(): void {
    const stats = this.#stats;
    stats.utilization = this.#utilization();
    if (stats.utilization > this.#maxUtilization) {
      if (this.#ms * this.#stretch < this.#maxMs) this.#stretch *= 2;
      stats.stretched++;
    } else if (stats.utilization < this.#maxUtilization * 0.75) {
      this.#stretch = Math.max(1, this.#stretch / 2);
    }
    const factor = Math.max(this.#stretch, 2 ** stats.consecutiveErrors);
    const next = Math.min(this.#maxMs, this.#ms * factor);
    if (next !== stats.currentMs && adaptChannel.hasSubscribers) {
      adaptChannel.publish({ fromMs: stats.currentMs, toMs: next, utilization: stats.utilization });
    }
    stats.currentMs = next;
  }
}
