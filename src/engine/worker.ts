import { parentPort, workerData } from 'node:worker_threads';
import type { RulePair } from '../model/fixer.ts';
import { type FileOutcome, processFile } from './process-file.ts';
import { RulePlan } from './rule-plan.ts';
import type { WorkerBatch, WorkerInput } from './threads.ts';

const { plan: request, pairsModule } = workerData as WorkerInput;
const { pairs } = (await import(pairsModule)) as { pairs: readonly RulePair<never>[] };
const plan = new RulePlan(pairs, request);

parentPort!.on('message', ({ files }: WorkerBatch) => {
  const outcomes: FileOutcome[] = files.map(({ file, pkg }) => processFile(file, pkg, plan));
  parentPort!.postMessage(outcomes);
});
