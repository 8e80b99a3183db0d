import { parentPort, workerData } from 'node:worker_threads';
import { type FileOutcome, processFile } from './process-file.ts';
import { RulePlan } from './rule-plan.ts';
import type { PairsModule, WorkerBatch, WorkerInput } from './threads.ts';

const { plan: request, pairsModule, plugins } = workerData as WorkerInput;
const { loadPairs } = (await import(pairsModule)) as PairsModule;
const plan = new RulePlan(await loadPairs(plugins), request);

parentPort!.on('message', ({ files }: WorkerBatch) => {
  const outcomes: FileOutcome[] = files.map(({ file, pkg }) => processFile(file, pkg, plan));
  parentPort!.postMessage(outcomes);
});
