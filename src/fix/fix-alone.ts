import type { Finding } from '../model/finding.ts';
import type { SupportFile } from '../model/fix-result.ts';
import { followEnd, type ListMakers } from './follow-ends.ts';
import { packageFacts } from './package-facts.ts';
import { attempt } from './plan.ts';
import { startProgress } from './progress.ts';
import type { RuntimeSupply } from './runtime-source.ts';

/** One fix by itself. */
export interface LoneFix {
  /** The text of the finding's file, fixed, imports among it. */
  after: string;
  /** Files that the fixed code needs beside itself and that are not there yet. */
  support: SupportFile[];
  /** Owners in other files that would have to call what the fix ends things by, `Gateway.close`. */
  elsewhere: string[];
}

/**
 * Applies one fix to its file alone, whatever its safety, without a scan: for tools that change one file at a time.
 *
 * @param text of the file, as it was scanned
 */
export function fixAlone(
  finding: Finding,
  text: string,
  { supply, listMakers }: { supply: RuntimeSupply; listMakers: ListMakers },
): LoneFix | { why: string } {
  const { file, fix } = finding;
  const state = startProgress(file, text, supply);
  const { applied, left, text: after } = attempt(state, [finding], { safety: 'review', supply });
  if (!fix || applied.length === 0) return { why: left[0]?.why ?? finding.skip ?? 'no fixer' };
  const support = supply.listSupport([{ ...state.user, names: new Set(fix.needs) }]);
  if (!fix.ends) return { after, support, elsewhere: [] };
  const followed = followEnd(file, fix.ends, new Map([[file, after]]), {
    listMakers,
    safety: fix.safety,
    packageOf: (path) => packageFacts(supply.packageTypeOf(path)),
    mayChange: () => true,
  });
  return {
    after: followed.findLast((one) => one.file === file)?.after ?? after,
    support,
    elsewhere: followed.flatMap((one) => (one.file === file ? [] : one.where)),
  };
}
