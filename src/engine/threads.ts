import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PackageFacts } from '../model/file-context.ts';
import type { RulePair } from '../model/fixer.ts';
import type { DiscoveredFile } from './discover.ts';
import type { PackageIndex } from './packages.ts';
import type { FileOutcome } from './process-file.ts';
import type { PlanRequest } from './rule-plan.ts';

/**
 * Starting a thread loads the compiler again (about 0.2 s), and on two cores the compiler and collector threads of V8
 * already use the second one: measured, two threads lose there below about 400,000 lines and win little above.
 */
const bytesPerThread = 3_000_000;
const maxThreads = 8;
const filesPerBatch = 32;

/** How many threads pay for these files; 1 means the calling thread alone. */
export function decideThreads(files: readonly DiscoveredFile[], asked: number | undefined): number {
  if (asked !== undefined) return Math.max(1, Math.min(asked, files.length));
  const cores = availableParallelism();
  if (cores <= 2 || files.length < 4 * filesPerBatch) return 1;
  let bytes = 0;
  for (const { absolute } of files) bytes += statSync(absolute, { throwIfNoEntry: false })?.size ?? 0;
  return Math.max(1, Math.min(cores - 1, maxThreads, Math.floor(bytes / bytesPerThread)));
}

export interface WorkerInput {
  plan: PlanRequest;
  pairsModule: string;
  plugins: readonly string[];
}

/** What `pairsModule` names: the rules of the scan, those of plugins among them. */
export interface PairsModule {
  loadPairs(plugins: readonly string[]): Promise<readonly RulePair<never>[]>;
}

/** Sent to a worker: files with the facts of their packages. */
export interface WorkerBatch {
  files: { file: DiscoveredFile; pkg: PackageFacts }[];
}

export interface ThreadOptions {
  threads: number;
  plan: PlanRequest;
  pairsModule: string;
  plugins: readonly string[];
  signal: AbortSignal | undefined;
  onOutcome(outcome: FileOutcome): void;
}

/** Run from source, as our own tests do, a thread needs the TypeScript loader of the process; built, it needs none. */
function startWorker(workerData: WorkerInput): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const loader = import.meta.resolve('tsx/esm/api');
  const source = new URL('./worker.ts', import.meta.url).href;
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => (register(), import(${JSON.stringify(source)})))`;
  return new Worker(start, { eval: true, workerData });
}

/** Hands the files out in batches; outcomes come in any order. */
export async function processInThreads(
  files: readonly DiscoveredFile[],
  packages: PackageIndex,
  options: ThreadOptions,
): Promise<void> {
  const { threads, plan, pairsModule, plugins, signal } = options;
  let next = 0;
  const workers: Worker[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const workerData: WorkerInput = { plan, pairsModule, plugins };
      const worker = startWorker(workerData);
      workers.push(worker);
      const send = (): void => {
        if (next >= files.length) {
          resolve();
          return;
        }
        const batch = files.slice(next, next + filesPerBatch);
        next += batch.length;
        const message: WorkerBatch = { files: batch.map((file) => ({ file, pkg: packages.factsOf(file.packageDir) })) };
        worker.postMessage(message);
      };
      worker.on('message', (outcomes: FileOutcome[]) => {
        for (const outcome of outcomes) options.onOutcome(outcome);
        send();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`A scanning thread ended early (exit code ${code})`)));
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      send();
    });
  try {
    await Promise.all(Array.from({ length: threads }, work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
