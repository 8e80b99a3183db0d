/**
 * retry: p-retry's options, with what keeps a fleet from retrying in step: decorrelated jitter by default, `Retry-After`
 * heeded, and a budget shared between calls.
 */
import { channel, checkFunction, checkInteger, checkNumber, checkOneOf } from './internal.ts';

const onRetry = channel('plimsoll:retry:retry');

/** What `onFailedAttempt` and `shouldRetry` are told. */
export interface FailedAttempt {
  readonly error: unknown;
  /** 1 for the first. */
  readonly attemptNumber: number;
  readonly retriesLeft: number;
}

export interface RetryOptions {
  /** Attempts after the first. Default 10. */
  retries?: number;
  /** Shortest pause in milliseconds. Default 100. */
  minTimeout?: number;
  /** Longest pause in milliseconds; a longer `Retry-After` is heeded all the same. Default 30,000. */
  maxTimeout?: number;
  /** Growth of the pause: of its upper bound with 'decorrelated'. Default 3 with 'decorrelated', else 2. */
  factor?: number;
  /**
   * How chance enters the pause. 'decorrelated' (default): between `minTimeout` and `factor` times the last pause;
   * 'full': between 0 and the exponential pause; 'none': the exponential pause itself, for all clients in step.
   */
  jitter?: 'decorrelated' | 'full' | 'none';
  /** No attempt starts later than this after the call. Default no limit. */
  maxRetryTime?: number;
  /** Ends the wait, or the whole, at once with the signal's reason. */
  signal?: AbortSignal;
  /** Default: everything but programming errors (a TypeError other than fetch's, a RangeError …) and aborts. */
  shouldRetry?: (failed: FailedAttempt) => boolean | PromiseLike<boolean>;
  /** Called after each failure; a throw ends the retrying with what was thrown. */
  onFailedAttempt?: (failed: FailedAttempt) => unknown;
  /** The pause that the server asks for, in milliseconds. Default: the `retry-after` header on the error or its response. */
  retryAfter?: (error: unknown) => number | undefined;
  /** Shared by calls of one dependency: when it is empty, errors are thrown instead of retried. */
  budget?: RetryBudget;
  /** Lets the process end during a pause (as in p-retry). Default false. */
  unref?: boolean;
  /** Source of chance in [0, 1). Default `Math.random`. */
  random?: () => number;
  /** Clock in milliseconds. Default `performance.now`. */
  now?: () => number;
}

/**
 * Allows retries in proportion to calls, so that retrying cannot multiply the load of a dependency that is down: each
 * call adds `ratio` of a retry, each retry takes one; it starts full with `burst`, which is also its most.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #burst: number;
  #left: number;
  #refused = 0;

  constructor({ ratio = 0.2, burst = 10 }: { ratio?: number; burst?: number } = {}) {
    this.#ratio = checkNumber('ratio', ratio, 0, 1);
    this.#burst = checkNumber('burst', burst, 0, Number.MAX_VALUE);
    this.#left = burst;
  }

  /** Notes a call. */
  deposit(): void {
    this.#left = Math.min(this.#burst, this.#left + this.#ratio);
  }

  /** Takes a retry if there is one. */
  withdraw(): boolean {
    if (this.#left < 1) {
      this.#refused++;
      return false;
    }
    this.#left--;
    return true;
  }

  stats(): { left: number; refused: number } {
    return { left: this.#left, refused: this.#refused };
  }
}

const programmingErrors = [RangeError, ReferenceError, SyntaxError];

/** fetch reports a failed network as a TypeError, each engine in its own words. */
const networkMessage = /fetch|network|load failed/i;

function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if (error.name === 'AbortError' || programmingErrors.some((kind) => error instanceof kind)) return false;
  return !(error instanceof TypeError) || networkMessage.test(error.message);
}

interface HttpLike {
  headers?: unknown;
  response?: HttpLike;
}

function headerOf(error: unknown): unknown {
  const headers = ((error as HttpLike | undefined)?.headers ?? (error as HttpLike | undefined)?.response?.headers) as
    | { get?: (name: string) => unknown; [name: string]: unknown }
    | undefined;
  return typeof headers?.get === 'function' ? headers.get('retry-after') : headers?.['retry-after'];
}

/** `Retry-After` is a number of seconds or a date. */
function readRetryAfter(error: unknown): number | undefined {
  const header = headerOf(error);
  if (header === undefined || header === null || header === '') return undefined;
  const seconds = Number(header);
  const millis = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(String(header)) - Date.now();
  return millis >= 0 ? millis : undefined;
}

const LONGEST_TIMER = 2_147_483_647;

function pause(millis: number, signal: AbortSignal | undefined, unref: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(millis, LONGEST_TIMER),
    );
    if (unref) (timer as { unref?: () => void }).unref?.();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** What a failure needs; set up by the first one, so that a success pays nothing for it. */
class Retrier {
  readonly #options: RetryOptions;
  readonly #retries: number;
  readonly #min: number;
  readonly #max: number;
  readonly #factor: number;
  readonly #jitter: 'decorrelated' | 'full' | 'none';
  #last: number;

  constructor(options: RetryOptions) {
    this.#options = options;
    this.#retries = options.retries ?? 10;
    this.#min = options.minTimeout ?? 100;
    this.#max = options.maxTimeout ?? 30_000;
    this.#jitter = options.jitter ?? 'decorrelated';
    this.#factor = options.factor ?? (this.#jitter === 'decorrelated' ? 3 : 2);
    this.#last = this.#min;
  }

  /** How long to wait after this failure; throws when it is the last. */
  async next(error: unknown, attemptNumber: number, elapsed: number): Promise<number> {
    const { onFailedAttempt, shouldRetry, signal, retryAfter, budget, maxRetryTime } = this.#options;
    const failed = { error, attemptNumber, retriesLeft: Math.max(0, this.#retries - attemptNumber + 1) };
    await onFailedAttempt?.(failed);
    if (signal?.aborted) throw signal.reason;
    if (failed.retriesLeft === 0) throw error;
    if (!(shouldRetry ? await shouldRetry(failed) : isWorthRetrying(error))) throw error;
    if (signal?.aborted) throw signal.reason;
    const millis = Math.max(this.#draw(attemptNumber), (retryAfter ?? readRetryAfter)(error) ?? 0);
    if (elapsed + millis > (maxRetryTime ?? Number.POSITIVE_INFINITY)) throw error;
    if (budget && !budget.withdraw()) throw error;
    if (onRetry.hasSubscribers) onRetry.publish({ attemptNumber, delayMillis: millis, error });
    return millis;
  }

  #draw(attemptNumber: number): number {
    const random = (this.#options.random ?? Math.random)();
    if (this.#jitter === 'decorrelated') {
      // The bound is capped, not what is drawn: else most pauses of a long outage would be `maxTimeout` exactly, in step.
      const bound = Math.max(this.#min, Math.min(this.#max, this.#last * this.#factor));
      this.#last = this.#min + random * (bound - this.#min);
      return this.#last;
    }
    const exponential = Math.min(this.#max, this.#min * this.#factor ** (attemptNumber - 1));
    return this.#jitter === 'full' ? random * exponential : exponential;
  }
}

function check(options: RetryOptions): void {
  if (options.retries !== undefined) checkInteger('retries', options.retries, 0, Number.POSITIVE_INFINITY);
  if (options.minTimeout !== undefined) checkNumber('minTimeout', options.minTimeout, 0, LONGEST_TIMER);
  if (options.maxTimeout !== undefined) checkNumber('maxTimeout', options.maxTimeout, options.minTimeout ?? 0);
  if (options.factor !== undefined) checkNumber('factor', options.factor, 1);
  if (options.jitter !== undefined) checkOneOf('jitter', options.jitter, ['decorrelated', 'full', 'none'] as const);
  if (options.maxRetryTime !== undefined) checkNumber('maxRetryTime', options.maxRetryTime, 0);
}

const none: RetryOptions = {};

/**
 * Calls `fn` until it succeeds, and rejects with the last error when there is nothing left to try. `fn` gets the number
 * of the attempt, from 1.
 *
 * ```ts
 * const body = await retry(() => getJson(url, { signal }), { retries: 5, signal });
 * ```
 */
export async function retry<T>(
  fn: (attemptNumber: number) => T | PromiseLike<T>,
  options: RetryOptions = none,
): Promise<T> {
  checkFunction('fn', fn);
  if (options !== none) check(options);
  const { signal } = options;
  if (signal?.aborted) throw signal.reason;
  options.budget?.deposit();
  const now = options.now ?? (() => performance.now());
  const start = options.maxRetryTime === undefined ? 0 : now();
  let retrier: Retrier | undefined;
  for (let attemptNumber = 1; ; attemptNumber++) {
    try {
      return await fn(attemptNumber);
    } catch (error) {
      retrier ??= new Retrier(options);
      const elapsed = options.maxRetryTime === undefined ? 0 : now() - start;
      await pause(await retrier.next(error, attemptNumber, elapsed), signal, options.unref ?? false);
    }
  }
}
