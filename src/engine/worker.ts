import { parentPort, workerData } from 'node:worker_threads';
import { processFile } from './process-file.ts';
import { RulePlan } from './rule-plan.ts';
import { type PairsModule, takeBatches, type WorkerInput } from './threads.ts';

const { plan: request, pairsModule, plugins, files, taken } = workerData as WorkerInput;
const { loadPairs } = (await import(pairsModule)) as PairsModule;
const plan = new RulePlan(await loadPairs(plugins), request);

for (const batch of takeBatches(files, taken)) {
  parentPort!.postMessage(batch.map(({ file, pkg }) => processFile(file, pkg, plan)));
}
// Whoever started this thread ends it: to end by itself is to fail.
parentPort!.on('message', () => {});
