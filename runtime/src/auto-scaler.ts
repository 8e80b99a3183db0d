/** Decides how many replicas a service needs, with a reason; something else (HPA, KEDA, your code) carries it out. */
import { announce, channel, checkFunction, checkInteger, checkNumber, checkOneOf } from './internal.ts';
import { TimerRegistry } from './timer-registry.ts';

/** What is known at one moment. */
export interface ScaleSample {
  /** Load offered to all replicas together, in any unit: requests a second, jobs queued, cores wanted. */
  load: number;
  /** Replicas that run or are starting. */
  replicas: number;
}

/** Keep the load of each replica at `target`. */
export interface TargetPolicy {
  type: 'target';
  target: number;
}

/** Add or remove a fixed number, by how far the load of a replica is from `target`. */
export interface StepPolicy {
  type: 'step';
  target: number;
  /** The first step that holds is taken: `above` and `below` are shares of `target`. */
  steps: readonly ({ above: number; add: number } | { below: number; remove: number })[];
}

/** Keep each replica at `target` for the load expected when replicas started now will be ready. */
export interface PredictivePolicy {
  type: 'predictive';
  target: number;
  /** Milliseconds to look ahead: the time a replica takes to become ready, plus the time between samples. */
  horizonMs: number;
  /** Length of the load's cycle in milliseconds (a day: 86,400,000): what followed last time is expected again. Default: none. */
  periodMs?: number;
}

export type ScalePolicy = TargetPolicy | StepPolicy | PredictivePolicy;

export interface AutoScalerOptions {
  policy: ScalePolicy;
  /** Fewest replicas. Default 1. */
  min?: number;
  /** Most replicas. */
  max: number;
  /** Hysteresis: how far demand must be from the replicas there are, as a share, before anything changes. Default 0.1. */
  tolerance?: number;
  /** Standard errors by which a change must exceed the load's own noise. 0 acts on noise. Default 2. */
  significance?: number;
  /** Milliseconds over which load is averaged. Default 60,000. */
  smoothMs?: number;
  /** Milliseconds after adding replicas before adding more. Default 0; 60,000 for steps, which are relative. */
  scaleOutCooldownMs?: number;
  /** Milliseconds after any change before removing replicas, and the span whose highest need is kept. Default 300,000. */
  scaleInCooldownMs?: number;
  /** Told every decision, holds included. */
  onDecision?: (decision: ScaleDecision) => void;
  /** Receives what `read`, `apply` or `onDecision` threw. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** Monotonic milliseconds. Default `performance.now()`. */
  now?: () => number;
}

/** Why a decision is what it is. */
export type ScaleReason =
  | 'demand'
  | 'surge'
  | 'forecast'
  | 'step'
  | 'idle'
  | 'within-tolerance'
  | 'not-significant'
  | 'cooling-down'
  | 'stabilizing'
  | 'at-limit'
  | 'bounds'
  | 'no-data';

export interface ScaleDecision {
  action: 'out' | 'in' | 'hold';
  /** Replicas at the time of the sample. */
  current: number;
  /** Replicas there should be; equal to `current` when holding. */
  desired: number;
  reason: ScaleReason;
  /** The reason in a sentence, with its numbers. */
  detail: string;
  /** Smoothed load. */
  load: number;
  /** Standard deviation of the load around its own course. */
  noise: number;
  /** Load expected at the policy's horizon; the smoothed load for other policies. */
  forecast: number;
}

export interface AutoScalerStats {
  current: number;
  /** The metric to publish: `plimsoll_auto_scaler_desired`. */
  desired: number;
  load: number;
  noise: number;
  forecast: number;
  decisions: number;
  scaledOut: number;
  scaledIn: number;
  errors: number;
}

export interface ScaleLoop {
  /** Reads load and replicas. A rejection is reported, and nothing is decided. */
  read(signal: AbortSignal): ScaleSample | PromiseLike<ScaleSample>;
  /** Carries out a change; holds are not passed on. Default: nothing, the stats are published instead. */
  apply?(decision: ScaleDecision, signal: AbortSignal): unknown;
  /** Milliseconds between decisions. Default 15,000. */
  intervalMs?: number;
}

const decisionChannel = /* @__PURE__ */ channel('plimsoll:auto-scaler:decision');
/** Residuals further out than this many standard deviations are no noise: the load has changed. */
const surgeDeviations = 4;
const minSamples = 4;
const buckets = 288;

/** Level, trend and noise of a load by double exponential smoothing over uneven intervals, and last cycle's course. */
class Course {
  level = 0;
  /** Load a millisecond. */
  trend = 0;
  variance = 0;
  samples = 0;
  /** Share the last sample had in the level: its standard error is noise × sqrt(share ÷ (2 − share)). */
  share = 1;
  /** Load a surge that goes on will have gained by the next sample; 0 otherwise: one outlier is no climb. */
  momentum = 0;
  #wasSurge = false;
  #at = 0;
  readonly #smoothMs: number;
  readonly #periodMs: number;
  readonly #history: Float64Array | undefined;
  #firstAt = 0;

  constructor(smoothMs: number, periodMs: number | undefined) {
    this.#smoothMs = smoothMs;
    this.#periodMs = periodMs ?? 0;
    this.#history = periodMs === undefined ? undefined : new Float64Array(buckets).fill(Number.NaN);
  }

  get noise(): number {
    // Until the noise is known it is taken to be a tenth of the load.
    return this.samples < minSamples ? this.level / 10 : Math.sqrt(this.variance);
  }

  /** Takes a sample in; returns whether it was a surge, upon which the level jumps to it. */
  add(load: number, now: number): boolean {
    if (this.samples === 0) {
      this.level = load;
      this.#at = this.#firstAt = now;
      this.samples = 1;
      return false;
    }
    const elapsed = Math.max(1, now - this.#at);
    this.#at = now;
    // A fall is followed late on purpose: extrapolating it would undershoot when it ends.
    const expected = this.level + Math.max(0, this.trend) * elapsed;
    const residual = load - expected;
    const isSurge =
      this.samples >= minSamples &&
      residual > surgeDeviations * this.noise &&
      residual > 0.1 * Math.max(expected, 1e-9);
    this.share = 1 - Math.exp(-elapsed / this.#smoothMs);
    const before = this.level;
    this.momentum = isSurge && this.#wasSurge ? load - before : 0;
    this.#wasSurge = isSurge;
    this.level = isSurge ? load : expected + this.share * residual;
    const trendShare = 1 - Math.exp(-elapsed / (this.#smoothMs * 5));
    if (isSurge) this.trend = 0;
    else {
      this.trend += trendShare * ((this.level - before) / elapsed - this.trend);
      // A change of course is not noise: what is far out counts as the edge of the noise.
      const edge =
        this.samples < minSamples ? Number.POSITIVE_INFINITY : Math.max(surgeDeviations * this.noise, before / 50);
      const spread = Math.min(Math.abs(residual), edge) ** 2;
      this.variance += Math.max(1 / (this.samples + 1), trendShare) * (spread - this.variance);
    }
    this.samples++;
    if (this.#history !== undefined) this.#history[this.#bucket(now)] = this.level;
    return isSurge;
  }

  forecast(horizonMs: number): number {
    const byTrend = Math.max(0, this.level + this.trend * horizonMs);
    const history = this.#history;
    if (history === undefined || this.#at - this.#firstAt < this.#periodMs) return byTrend;
    // The bucket of `#at` has been overwritten by now's level; the one after it still tells of the last cycle.
    const width = this.#periodMs / buckets;
    const then = history[this.#bucket(this.#at + width)]!;
    let ahead = then;
    for (let t = width; t <= horizonMs + width; t += width) {
      const value = history[this.#bucket(this.#at + t)]!;
      if (value > ahead) ahead = value;
    }
    const growth = ahead / then;
    return Number.isFinite(growth) ? Math.max(byTrend, this.level * growth) : byTrend;
  }

  #bucket(at: number): number {
    return Math.floor(((at % this.#periodMs) / this.#periodMs) * buckets);
  }
}

/**
 * Decides on replicas from samples of load.
 *
 * ```ts
 * const scaler = new AutoScaler({ min: 2, max: 40, policy: { type: 'target', target: 70 } });
 * const decision = scaler.decide({ load: 910, replicas: 9 });
 * ```
 *
 * Out: at once on a surge (a sample 4 standard deviations and 10 % above its course; sized one sample ahead from the
 * second in a row on), else when the smoothed load
 * exceeds what the replicas are for by `tolerance` and by `significance` standard errors. In: when the highest need of
 * the last `scaleInCooldownMs` is below the replicas by `tolerance`, and that long after the last change either way.
 * A sample that is not a number changes nothing. Cost of a decision: about 1 µs; memory: the samples of one cool-down.
 */
export class AutoScaler {
  readonly #policy: ScalePolicy;
  readonly #min: number;
  readonly #max: number;
  readonly #tolerance: number;
  readonly #significance: number;
  readonly #outCooldownMs: number;
  readonly #inCooldownMs: number;
  readonly #onDecision: ((decision: ScaleDecision) => void) | undefined;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #now: () => number;
  readonly #course: Course;
  /** Needs of the last cool-down, highest first: a need that a later one exceeds can never be the highest again. */
  #needs: { at: number; need: number }[] = [];
  #changedAt = Number.NEGATIVE_INFINITY;
  #scaledOutAt = Number.NEGATIVE_INFINITY;
  #firstAt: number | undefined;
  #timers: TimerRegistry | undefined;
  #controller = new AbortController();
  #inFlight: Promise<void> | undefined;
  readonly #stats: AutoScalerStats = {
    current: 0,
    desired: 0,
    load: 0,
    noise: 0,
    forecast: 0,
    decisions: 0,
    scaledOut: 0,
    scaledIn: 0,
    errors: 0,
  };

  /** Throws a TypeError for a bad option. */
  constructor(options: AutoScalerOptions) {
    const { policy } = options;
    checkOneOf('policy.type', policy.type, ['target', 'step', 'predictive']);
    checkNumber('policy.target', policy.target, Number.MIN_VALUE, Number.MAX_VALUE);
    if (policy.type === 'predictive') {
      checkNumber('policy.horizonMs', policy.horizonMs, 0, Number.MAX_SAFE_INTEGER);
      if (policy.periodMs !== undefined)
        checkNumber('policy.periodMs', policy.periodMs, buckets, Number.MAX_SAFE_INTEGER);
    }
    if (policy.type === 'step') for (const step of policy.steps) checkStep(step);
    this.#policy = policy;
    this.#min = checkInteger('min', options.min ?? 1, 0);
    this.#max = checkInteger('max', options.max, Math.max(1, this.#min));
    this.#tolerance = checkNumber('tolerance', options.tolerance ?? 0.1, 0, 1);
    this.#significance = checkNumber('significance', options.significance ?? 2, 0, 10);
    const outCooldown = options.scaleOutCooldownMs ?? (policy.type === 'step' ? 60_000 : 0);
    this.#outCooldownMs = checkNumber('scaleOutCooldownMs', outCooldown, 0);
    this.#inCooldownMs = checkNumber('scaleInCooldownMs', options.scaleInCooldownMs ?? 300_000, 0);
    this.#onDecision = options.onDecision === undefined ? undefined : checkFunction('onDecision', options.onDecision);
    this.#onError = options.onError === undefined ? undefined : checkFunction('onError', options.onError);
    this.#now = options.now === undefined ? () => performance.now() : checkFunction('now', options.now);
    const smoothMs = checkNumber('smoothMs', options.smoothMs ?? 60_000, 1);
    this.#course = new Course(smoothMs, policy.type === 'predictive' ? policy.periodMs : undefined);
    announce('auto-scaler', this);
  }

  /** Takes a sample in and decides. Assumes that what it decides is carried out. */
  decide(sample: ScaleSample): ScaleDecision {
    const now = this.#now();
    const decision = this.#judge(sample, now);
    const stats = this.#stats;
    stats.decisions++;
    stats.current = decision.current;
    stats.desired = decision.desired;
    stats.load = decision.load;
    stats.noise = decision.noise;
    stats.forecast = decision.forecast;
    if (decision.action !== 'hold') {
      this.#changedAt = now;
      if (decision.action === 'out') this.#scaledOutAt = now;
      stats[decision.action === 'out' ? 'scaledOut' : 'scaledIn']++;
    }
    if (decisionChannel.hasSubscribers) decisionChannel.publish(decision);
    try {
      this.#onDecision?.(decision);
    } catch (error) {
      this.#report(error);
    }
    return decision;
  }

  /** Decides every `intervalMs` until stopped: one round at a time, not keeping the process alive. Throws if it runs already. */
  start(loop: ScaleLoop): this {
    if (this.#timers !== undefined) throw new Error('The AutoScaler runs already');
    checkFunction('read', loop.read);
    const intervalMs = checkNumber('intervalMs', loop.intervalMs ?? 15_000, 1);
    this.#controller = new AbortController();
    this.#timers = new TimerRegistry();
    this.#timers.setInterval(() => {
      this.#inFlight = this.#round(loop).finally(() => {
        this.#inFlight = undefined;
      });
      return this.#inFlight;
    }, intervalMs);
    return this;
  }

  /** Ends the loop, aborts its signal and resolves when the round under way has settled; that round changes nothing more. */
  stop(): Promise<void> {
    this.#timers?.disposeAll();
    this.#timers = undefined;
    this.#controller.abort(new DOMException('The AutoScaler was stopped', 'AbortError'));
    return this.#inFlight ?? Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A copy of the counters. */
  stats(): AutoScalerStats {
    return { ...this.#stats };
  }

  async #round(loop: ScaleLoop): Promise<void> {
    const { signal } = this.#controller;
    try {
      const sample = await loop.read(signal);
      if (signal.aborted) return;
      const decision = this.decide(sample);
      if (decision.action !== 'hold') await loop.apply?.(decision, signal);
    } catch (error) {
      if (!signal.aborted) this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#stats.errors++;
    try {
      if (this.#onError === undefined) console.error('The AutoScaler met an error and goes on:', error);
      else this.#onError(error);
    } catch (reportError) {
      console.error('Reporting an error of the AutoScaler failed:', reportError);
    }
  }

  #judge({ load, replicas }: ScaleSample, now: number): ScaleDecision {
    const course = this.#course;
    const decide = (desired: number, reason: ScaleReason, detail: string, forecast = course.level): ScaleDecision => ({
      action: desired > replicas ? 'out' : desired < replicas ? 'in' : 'hold',
      current: replicas,
      desired,
      reason,
      detail,
      load: course.level,
      noise: course.noise,
      forecast,
    });
    if (!(load >= 0 && load < Number.POSITIVE_INFINITY) || !Number.isInteger(replicas) || replicas < 0) {
      return decide(replicas, 'no-data', `no usable sample: load ${load}, replicas ${replicas}`);
    }
    this.#firstAt ??= now;
    const isSurge = course.add(load, now);
    if (replicas < this.#min || replicas > this.#max) {
      return decide(this.#clamp(replicas), 'bounds', `${replicas} replicas are outside ${this.#min} to ${this.#max}`);
    }
    if (this.#policy.type === 'step') return this.#step(this.#policy, replicas, now, decide);
    const horizonMs = this.#policy.type === 'predictive' ? this.#policy.horizonMs : 0;
    const forecast = horizonMs > 0 ? course.forecast(horizonMs) : course.level;
    const demand = Math.max(course.level + course.momentum, forecast);
    return this.#track(replicas, demand, isSurge, now, (desired, reason, detail) =>
      decide(desired, reason, detail, forecast),
    );
  }

  #track(replicas: number, demand: number, isSurge: boolean, now: number, decide: Decide): ScaleDecision {
    const { target } = this.#policy;
    const { level, noise } = this.#course;
    const error = this.#significance * noise * Math.sqrt(this.#course.share / (2 - this.#course.share));
    const need = demand / target;
    const highest = this.#highestNeed(need, now);
    const wanted = Math.ceil(need - 1e-9);
    const sum = `load ${round(level)} ± ${round(noise)} needs ${round(need)} replicas at ${round(target)} each, ${replicas} run`;
    if (wanted > replicas && need > replicas * (1 + this.#tolerance)) {
      const isExpected = level <= replicas * target * (1 + this.#tolerance);
      const reason = isSurge ? 'surge' : isExpected ? 'forecast' : 'demand';
      if (!isSurge && demand - error <= replicas * target) return decide(replicas, 'not-significant', `${sum}: noise`);
      if (now - this.#scaledOutAt < this.#outCooldownMs) return decide(replicas, 'cooling-down', sum);
      const desired = this.#clamp(wanted);
      return decide(desired, desired === replicas ? 'at-limit' : reason, sum);
    }
    const fewer = Math.max(this.#min, Math.ceil(need + error / target - 1e-9));
    if (fewer >= replicas || need + error / target > replicas * (1 - this.#tolerance)) {
      return decide(replicas, 'within-tolerance', sum);
    }
    const kept = Math.max(fewer, Math.min(replicas, Math.ceil(highest - 1e-9)));
    if (this.#isSettling(now)) return decide(replicas, 'cooling-down', sum);
    if (kept >= replicas || highest > replicas * (1 - this.#tolerance)) return decide(replicas, 'stabilizing', sum);
    return decide(kept, 'idle', sum);
  }

  #step(policy: StepPolicy, replicas: number, now: number, decide: Decide): ScaleDecision {
    const { level, noise, share } = this.#course;
    const capacity = Math.max(1, replicas) * policy.target;
    const used = level / capacity;
    const error = (this.#significance * noise * Math.sqrt(share / (2 - share))) / capacity;
    const sum = `load ${round(level)} ± ${round(noise)} is ${round(used * 100)} % of ${replicas} × ${round(policy.target)}`;
    const isTaken = (step: StepPolicy['steps'][number], slack: number): boolean =>
      'above' in step ? used - slack > step.above : used + slack < step.below;
    const step = policy.steps.find((candidate) => isTaken(candidate, error));
    if (step === undefined) {
      const isNoise = policy.steps.some((candidate) => isTaken(candidate, 0));
      return decide(replicas, isNoise ? 'not-significant' : 'within-tolerance', sum);
    }
    const isOut = 'above' in step;
    const isCooling = isOut ? now - this.#scaledOutAt < this.#outCooldownMs : this.#isSettling(now);
    if (isCooling) return decide(replicas, 'cooling-down', sum);
    // What is left after removing must not call for adding again.
    const wanted = isOut ? replicas + step.add : Math.max(replicas - step.remove, Math.ceil(level / policy.target));
    const desired = this.#clamp(isOut ? wanted : Math.min(replicas, wanted));
    return decide(desired, desired === replicas ? 'at-limit' : 'step', sum);
  }

  /** Too soon after a change, or after the first sample, to remove replicas. */
  #isSettling(now: number): boolean {
    return now - Math.max(this.#changedAt, this.#firstAt ?? now) < this.#inCooldownMs;
  }

  #highestNeed(need: number, now: number): number {
    const needs = this.#needs;
    while (needs.length > 0 && needs[needs.length - 1]!.need <= need) needs.pop();
    needs.push({ at: now, need });
    const expired = needs.findIndex(({ at }) => now - at <= this.#inCooldownMs);
    if (expired > 0) this.#needs = needs.slice(expired);
    return this.#needs[0]!.need;
  }

  #clamp(replicas: number): number {
    return Math.min(this.#max, Math.max(this.#min, replicas));
  }
}

type Decide = (desired: number, reason: ScaleReason, detail: string) => ScaleDecision;

function checkStep(step: StepPolicy['steps'][number]): void {
  if ('above' in step) {
    checkNumber('above', step.above, 0);
    checkInteger('add', step.add, 1);
  } else {
    checkNumber('below', step.below, 0);
    checkInteger('remove', step.remove, 1);
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
