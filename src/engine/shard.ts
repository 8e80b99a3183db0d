import { statSync } from 'node:fs';
import { ScanCache } from './cache.ts';
import { type DiscoveredFile, discover } from './discover.ts';
import { compareText } from './order.ts';
import type { FileOutcome } from './process-file.ts';
import { processFiles } from './process-files.ts';
import { RulePlan } from './rule-plan.ts';
import type { RuleSource } from './scan.ts';
import type { ScanRequest } from './scan-request.ts';

/** One of `count` parts of a scan, the first being 1. */
export interface ShardPart {
  index: number;
  count: number;
}

/** Processes the files of one shard: what a scan makes of each before it looks at several. Sorted by path. */
export async function scanShard(request: ScanRequest, rules: RuleSource, part: ShardPart): Promise<FileOutcome[]> {
  const plan = new RulePlan(typeof rules === 'function' ? await rules() : rules, request);
  const { files, packages } = discover(request);
  const cache = ScanCache.open(request);
  const outcomes: FileOutcome[] = [];
  const own = filesOf(part, files);
  await processFiles(request, plan, { files: own, packages }, cache, undefined, (outcome) => outcomes.push(outcome));
  cache?.save();
  return outcomes.sort((a, b) => compareText(a.path, b.path));
}

/** Deals the files out, the largest first, each to the shard that has fewest bytes so far: the same on every machine. */
function filesOf({ index, count }: ShardPart, files: readonly DiscoveredFile[]): DiscoveredFile[] {
  const sized = files.map((file) => ({
    file,
    bytes: statSync(file.absolute, { throwIfNoEntry: false })?.size ?? 0,
  }));
  sized.sort((a, b) => b.bytes - a.bytes || compareText(a.file.path, b.file.path));
  const dealt = new Array<number>(count).fill(0);
  const own: DiscoveredFile[] = [];
  for (const { file, bytes } of sized) {
    const least = dealt.indexOf(Math.min(...dealt));
    dealt[least] = dealt[least]! + bytes;
    if (least === index - 1) own.push(file);
  }
  return own;
}
