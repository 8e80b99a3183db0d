import type { Finding } from '../model/finding.ts';
import type { SupportFile } from '../model/fix-result.ts';
import type { FixSafety } from '../model/fixer.ts';
import { type Following, followEnd, type ListMakers } from './follow-ends.ts';
import { packageFacts } from './package-facts.ts';
import { attempt } from './plan.ts';
import { startFile } from './progress.ts';
import type { RuntimeSupply } from './runtime-source.ts';

/** One fix by itself. */
export interface LoneFix {
  /** The text of the finding's file, fixed, imports among it. */
  after: string;
  /** Files that the fixed code needs beside itself and that are not there yet. */
  support: SupportFile[];
  /** Owners in other files that would have to call what the fix ends things by, `Gateway.close`. */
  elsewhere: string[];
  /** Safe where it is by itself, and where the owners of what it gives an end all call that. */
  safety: FixSafety;
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
  const state = startFile(file, text, supply);
  const { applied, left, text: after } = attempt(state, [finding], { safety: 'review', supply });
  if (!fix || applied.length === 0) return { why: left[0]?.why ?? finding.skip ?? 'no fixer' };
  const support = supply.listSupport([{ ...state.user, names: new Set(fix.needs) }]);
  const { ends } = fix;
  if (!ends) return { after, support, elsewhere: [], safety: fix.safety };
  const follow = (safety: FixSafety): Following =>
    followEnd(file, ends, new Map([[file, after]]), {
      listMakers,
      safety,
      packageOf: (path) => packageFacts(supply.packageTypeOf(path)),
      mayChange: () => true,
    });
  const surely = follow('safe');
  const isSafe = fix.safety === 'safe' || (ends.isSafeWhenCalled && surely.isMade && surely.left.length === 0);
  const { followed } = isSafe ? surely : follow('review');
  return {
    safety: isSafe ? 'safe' : 'review',
    after: followed.findLast((one) => one.file === file)?.after ?? after,
    support,
    elsewhere: followed.flatMap((one) => (one.file === file ? [] : one.where)),
  };
}
