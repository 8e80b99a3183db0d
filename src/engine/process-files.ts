import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ScanCache } from './cache.ts';
import { hashOfFile } from './content-hash.ts';
import type { DiscoveredFile, Discovery } from './discover.ts';
import type { KeptTexts } from './kept-texts.ts';
import { type FileOutcome, processFile } from './process-file.ts';
import type { RulePlan } from './rule-plan.ts';
import { planRequest, type ScanRequest, UsageError } from './scan-request.ts';
import { decideThreads, Helpers, takeBatches } from './threads.ts';

/** The event loop gets a turn this often, for progress and for aborting. */
const turnMs = 25;

/**
 * Gives the outcome of each file once, in any order: from the shards of the request, from cache or memory, or by
 * processing it. The texts that this thread reads are kept.
 *
 * @throws UsageError when the request has shards, and they are not of these files.
 */
export async function processFiles(
  request: ScanRequest,
  plan: RulePlan,
  { files, packages }: Pick<Discovery, 'files' | 'packages'>,
  cache: ScanCache | undefined,
  kept: KeptTexts | undefined,
  take: (outcome: FileOutcome) => void,
): Promise<void> {
  const factsOf = ({ packageDir }: DiscoveredFile) => packages.factsOf(packageDir);
  const textOf = ({ path }: DiscoveredFile) => request.texts?.get(path);
  const fresh = new Map<string, DiscoveredFile>();
  const { memory } = request;
  const recall = (file: DiscoveredFile): FileOutcome | undefined => {
    if (request.shards) return inShards(file, request.shards);
    const cached = cache?.outcomeOf(file, factsOf(file), textOf(file));
    const known = cached ?? memory?.outcomeOf(file, factsOf(file), textOf(file));
    if (known && cached) memory?.putOutcome(file, factsOf(file), known);
    else if (known && textOf(file) === undefined) cache?.putOutcome(file, factsOf(file), known);
    return known;
  };
  for (const file of files) {
    const known = recall(file);
    if (known) take(known);
    else fresh.set(file.path, file);
  }
  let done = files.length - fresh.size;
  const report = () => request.onProgress?.({ done, total: files.length });
  const takeFresh = (outcome: FileOutcome): void => {
    const file = fresh.get(outcome.path)!;
    // Kept as it is: the linker adds to it later.
    if (textOf(file) === undefined) cache?.putOutcome(file, factsOf(file), outcome);
    memory?.putOutcome(file, factsOf(file), outcome);
    take(outcome);
    done++;
  };

  const { signal, pairsModule, timing } = request;
  signal?.throwIfAborted();
  const left = [...fresh.values()];
  const threads = pairsModule === undefined || request.texts || timing ? 1 : decideThreads(left, request.threads);
  const taken = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const helpers =
    threads > 1
      ? new Helpers(
          threads - 1,
          {
            plan: planRequest(request),
            pairsModule: pairsModule!,
            plugins: request.plugins ?? [],
            files: left.map((file) => ({ file, pkg: factsOf(file) })),
            taken,
          },
          takeFresh,
        )
      : undefined;
  try {
    let turnAt = performance.now() + turnMs;
    for (const batch of takeBatches(left, taken)) {
      for (const file of batch) {
        takeFresh(processFile(file, factsOf(file), plan, { instead: textOf(file), kept, timing }));
        if (performance.now() < turnAt) continue;
        report();
        await nextTurn();
        signal?.throwIfAborted();
        turnAt = performance.now() + turnMs;
      }
    }
    await helpers?.finish(() => done === files.length, signal);
  } finally {
    await helpers?.end();
  }
  report();
}

function inShards({ path, absolute }: DiscoveredFile, shards: ReadonlyMap<string, FileOutcome>): FileOutcome {
  const outcome = shards.get(path);
  if (!outcome) throw new UsageError('shards', path, `No shard holds ${path}: the files are not those of the shards`);
  if (outcome.kind !== 'failed' && hashOfFile(absolute) !== outcome.hash) {
    throw new UsageError('shards', path, `${path} has changed since its shard was made`);
  }
  return outcome;
}
