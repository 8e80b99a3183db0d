/**
 * runInWorker: CPU work on a fixed number of worker threads.
 *
 * It pays only when what crosses between the threads is small: a thread that parses a large text and returns the whole
 * object blocks the main thread longer than parsing it there would, at any size. So hand over a string or a transferred
 * buffer, and return the reduced result. For a pool with priorities, histograms or resource limits use piscina.
 */
import type { TransferListItem, Worker } from 'node:worker_threads';
import { announce, channel, checkInteger, detached } from './internal.ts';

const onExit = channel('plimsoll:run-in-worker:exit');

export interface WorkerThreadsOptions {
  /** Most threads; they start when needed and stay. Default: one fewer than the CPUs, 1 to 4. */
  threads?: number;
  /** `run()` is refused when this many tasks wait. Default no limit. */
  maxQueue?: number;
}

export interface RunInWorkerOptions {
  /** Name of the exported function. Default 'default'. */
  name?: string;
  /** Objects to move instead of copy (ArrayBuffers, MessagePorts). */
  transfer?: readonly TransferListItem[];
  /** Takes the task out of the queue; a running one is ended by ending its thread. */
  signal?: AbortSignal;
}

export interface WorkerThreadsStats {
  threads: number;
  running: number;
  waiting: number;
  completed: number;
  failed: number;
}

interface Job {
  readonly message: { module: string; name: string; input: unknown };
  readonly transfer: readonly TransferListItem[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  onAbort: (() => void) | undefined;
  worker: Worker | undefined;
}

interface Answer {
  ok: boolean;
  value: unknown;
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:worker_threads'): typeof import('node:worker_threads');
  getBuiltinModule?(id: 'node:os'): typeof import('node:os');
}

/** What a thread runs: imports the module once, answers each message with the function's result or its error. */
const SCRIPT = `
const { parentPort } = process.getBuiltinModule('node:worker_threads');
parentPort.on('message', async ({ module, name, input }) => {
  let answer;
  try {
    const fn = (await import(module))[name];
    if (typeof fn !== 'function') throw new TypeError(module + ' exports no function named ' + name);
    answer = { ok: true, value: await fn(input) };
  } catch (error) {
    answer = { ok: false, value: error };
  }
  try {
    parentPort.postMessage(answer);
  } catch (error) {
    const text = answer.ok ? 'the result cannot be sent: ' + error.message : String(answer.value);
    parentPort.postMessage({ ok: false, value: new Error(text) });
  }
});`;

function builtins(): NodeProcess {
  return process as unknown as NodeProcess;
}

function defaultThreads(): number {
  const os = builtins().getBuiltinModule?.('node:os') as typeof import('node:os') | undefined;
  return Math.min(4, Math.max(1, (os?.availableParallelism() ?? 2) - 1));
}

/**
 * A fixed number of threads, one task each at a time, tasks in the order they came. Idle threads do not keep the process
 * alive. `runInWorker` uses a shared one.
 */
export class WorkerThreads {
  readonly #threads: number;
  readonly #maxQueue: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting = new Set<Job>();
  #isClosed = false;
  #completed = 0;
  #failed = 0;

  constructor(options: WorkerThreadsOptions = {}) {
    this.#threads = checkInteger('threads', options.threads ?? defaultThreads(), 1, 1_024);
    this.#maxQueue = checkInteger(
      'maxQueue',
      options.maxQueue ?? Number.POSITIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
    );
    announce('worker-threads', this);
  }

  /** See `runInWorker`. */
  run<T = unknown>(module: string | URL, input: unknown, options: RunInWorkerOptions = {}): Promise<T> {
    const { signal, transfer = [], name = 'default' } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#isClosed) return Promise.reject(new Error('these worker threads are closed'));
    const isFull = this.#busy.size >= this.#threads && this.#waiting.size >= this.#maxQueue;
    if (isFull) return Promise.reject(new Error(`${this.#waiting.size} tasks wait already (maxQueue)`));
    return new Promise<T>((resolve, reject) => {
      const message = { module: String(module), name, input };
      const settle = resolve as (value: unknown) => void;
      const job: Job = { message, transfer, signal, resolve: settle, reject, onAbort: undefined, worker: undefined };
      if (signal) {
        job.onAbort = () => this.#abort(job);
        signal.addEventListener('abort', job.onAbort, { once: true });
      }
      this.#waiting.add(job);
      this.#startNext();
    });
  }

  stats(): WorkerThreadsStats {
    return {
      threads: this.#busy.size + this.#idle.length,
      running: this.#busy.size,
      waiting: this.#waiting.size,
      completed: this.#completed,
      failed: this.#failed,
    };
  }

  /** Ends all threads; running and waiting tasks are rejected. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const error = new Error('these worker threads are closed');
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    const jobs = [...this.#busy.values(), ...this.#waiting];
    this.#busy.clear();
    this.#waiting.clear();
    for (const job of jobs) this.#settle(job, { ok: false, value: error });
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #startNext(): void {
    for (const job of this.#waiting) {
      if (this.#busy.size >= this.#threads) return;
      this.#waiting.delete(job);
      let worker: Worker | undefined;
      try {
        worker = this.#idle.pop() ?? this.#startThread();
        worker.postMessage(job.message, job.transfer);
        job.worker = worker;
        this.#busy.set(worker, job);
        worker.ref();
      } catch (error) {
        // The input cannot be sent: the thread is as good as before.
        if (worker) this.#idle.push(worker);
        this.#settle(job, { ok: false, value: error });
      }
    }
  }

  #startThread(): Worker {
    const threads = builtins().getBuiltinModule?.('node:worker_threads') as
      | typeof import('node:worker_threads')
      | undefined;
    if (!threads) throw new Error('runInWorker needs Node 20.16 or later');
    // Started outside the request that came first, whose AsyncLocalStorage store the thread would keep.
    const worker = detached(() => new threads.Worker(SCRIPT, { eval: true }));
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const job = this.#busy.get(worker);
      if (!job) return;
      this.#busy.delete(worker);
      worker.unref();
      this.#idle.push(worker);
      this.#settle(job, answer);
      this.#startNext();
    });
    const lose = (error: unknown): void => {
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      const job = this.#busy.get(worker);
      this.#busy.delete(worker);
      if (onExit.hasSubscribers) onExit.publish({ error });
      if (job) this.#settle(job, { ok: false, value: error });
      this.#startNext();
    };
    worker.on('error', lose);
    worker.on('exit', (code) => {
      if (this.#busy.has(worker) || this.#idle.includes(worker)) lose(new Error(`the thread exited with code ${code}`));
    });
    return worker;
  }

  #abort(job: Job): void {
    const { worker } = job;
    this.#waiting.delete(job);
    if (worker) {
      // JavaScript that does not return can only be ended with its thread.
      this.#busy.delete(worker);
      void worker.terminate();
    }
    this.#settle(job, { ok: false, value: job.signal?.reason });
    this.#startNext();
  }

  #settle(job: Job, { ok, value }: Answer): void {
    if (job.onAbort) job.signal?.removeEventListener('abort', job.onAbort);
    if (ok) {
      this.#completed++;
      job.resolve(value);
    } else {
      this.#failed++;
      job.reject(value);
    }
  }
}

let shared: WorkerThreads | undefined;

/**
 * Calls a function that `module` (an absolute path or file: URL) exports with `input` on a worker thread and resolves with
 * its result; both are copied by structured clone. Rejects with the function's error, with the signal's reason, or when
 * the thread dies. A round trip costs 25 to 40 µs, and the first of a thread the thread's start, tens of milliseconds.
 *
 * ```ts
 * const totals = await runInWorker(new URL('./sum-orders.js', import.meta.url), jsonText, { signal });
 * ```
 */
export function runInWorker<T = unknown>(
  module: string | URL,
  input: unknown,
  options: RunInWorkerOptions = {},
): Promise<T> {
  shared ??= new WorkerThreads();
  return shared.run<T>(module, input, options);
}
