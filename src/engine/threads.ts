import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PackageFacts } from '../model/file-context.ts';
import type { RulePair } from '../model/fixer.ts';
import type { DiscoveredFile } from './discover.ts';
import type { FileOutcome } from './process-file.ts';
import type { PlanRequest } from './rule-plan.ts';

/**
 * A thread beside the calling one loads the tool, and warms up, in about a second of one core, and the compiler and collector
 * threads of V8 want cores, too: on two cores it wins a tenth at 350,000 lines, a sixth at a million and more, and too
 * little to tell at 50,000.
 */
const bytesPerThread = 2_000_000;
const maxThreads = 8;
/** Files that a thread takes at a time: few, so that all are done at about the same time. */
const filesPerBatch = 8;

/** How many threads pay for these files, the calling one included. */
export function decideThreads(files: readonly DiscoveredFile[], asked: number | undefined): number {
  if (asked !== undefined) return Math.max(1, Math.min(asked, files.length));
  const cores = Math.min(availableParallelism(), maxThreads);
  if (cores < 2 || files.length < 4 * filesPerBatch) return 1;
  let bytes = 0;
  for (const { absolute } of files) bytes += statSync(absolute, { throwIfNoEntry: false })?.size ?? 0;
  return Math.max(1, Math.min(cores, Math.floor(bytes / bytesPerThread)));
}

/** What a thread beside the calling one gets: all files, and the place up to which somebody has taken them. */
export interface WorkerInput {
  plan: PlanRequest;
  pairsModule: string;
  plugins: readonly string[];
  files: readonly { file: DiscoveredFile; pkg: PackageFacts }[];
  taken: SharedArrayBuffer;
}

/** What `pairsModule` names: the rules of the scan, those of plugins among them. */
export interface PairsModule {
  loadPairs(plugins: readonly string[]): Promise<readonly RulePair<never>[]>;
}

/** Takes the next files that nobody has taken, until none is left. */
export function* takeBatches<T>(files: readonly T[], taken: SharedArrayBuffer): Generator<readonly T[]> {
  const place = new Int32Array(taken);
  for (;;) {
    const from = Atomics.add(place, 0, filesPerBatch);
    if (from >= files.length) return;
    yield files.slice(from, from + filesPerBatch);
  }
}

/** Run from source, as our own tests do, a thread needs the TypeScript loader of the process; built, it needs none. */
function startWorker(workerData: WorkerInput): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const loader = import.meta.resolve('tsx/esm/api');
  const source = new URL('./worker.ts', import.meta.url).href;
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(source)})))`;
  return new Worker(start, { eval: true, workerData });
}

/**
 * Threads beside the calling one, which take files from the same list as it does. What they made of them comes in while
 * the event loop has its turns.
 */
export class Helpers {
  readonly #workers: readonly Worker[];
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(count: number, input: WorkerInput, onOutcome: (outcome: FileOutcome) => void) {
    this.#workers = Array.from({ length: count }, () => startWorker(input));
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#wake();
    };
    for (const worker of this.#workers) {
      worker.on('message', (outcomes: FileOutcome[]) => {
        for (const outcome of outcomes) onOutcome(outcome);
        this.#wake();
      });
      worker.on('error', fail);
      worker.on('exit', (code) => fail(new Error(`A scanning thread ended early (exit code ${code})`)));
    }
  }

  /**
   * Waits until `isDone`, which is asked whenever outcomes have come in.
   *
   * @throws what a thread failed with; the signal's reason when it aborts.
   */
  async finish(isDone: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    const wake = (): void => this.#wake();
    signal?.addEventListener('abort', wake);
    try {
      while (!isDone()) {
        signal?.throwIfAborted();
        if (this.#failure) throw this.#failure;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
