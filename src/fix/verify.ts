import type { CommandResult } from './run-command.ts';

export interface Culprit {
  key: string;
  /** What the command said with this fix in place. */
  output: string;
}

/**
 * Finds the fixes that break a command, each given that all are known to break it together and none does: the shortest
 * run of fixes that fails ends in a culprit; it is taken out, and the search goes on behind it. Of fixes that only break
 * it together the last is taken. Runs the command about log2(n) times a culprit.
 *
 * @param keys all fixes in a fixed order
 * @param check runs the command with only these fixes in place
 * @param failure what it said with all of them
 */
export async function findCulprits(
  keys: readonly string[],
  check: (kept: readonly string[]) => Promise<CommandResult>,
  failure: CommandResult,
): Promise<{ kept: string[]; culprits: Culprit[]; result: CommandResult }> {
  const culprits: Culprit[] = [];
  /** Fixes known to pass together. */
  let good: string[] = [];
  let rest = [...keys];
  let failed = failure;
  while (rest.length > 0) {
    let low = 1;
    let high = rest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const result = await check([...good, ...rest.slice(0, middle)]);
      if (result.passed) low = middle + 1;
      else {
        high = middle;
        failed = result;
      }
    }
    culprits.push({ key: rest[low - 1]!, output: failed.output });
    good = [...good, ...rest.slice(0, low - 1)];
    rest = rest.slice(low);
    failed = await check([...good, ...rest]);
    if (failed.passed) return { kept: [...good, ...rest], culprits, result: failed };
  }
  return { kept: good, culprits, result: failed };
}
