import { plural } from '../../report/text.ts';
import type { ScanOptions } from '../../run.ts';
import { exitCodes } from '../../score/gates.ts';
import { runShard } from '../../shards.ts';
import type { ScanFlags } from '../options.ts';
import { note, print } from '../output.ts';
import type { Session } from '../session.ts';

/** Prints one shard of a scan for `plimsoll merge`, which judges and reports. */
export async function shardCommand(
  part: { index: number; count: number },
  options: ScanOptions,
  flags: ScanFlags,
  session: Session,
): Promise<number> {
  session.stdoutFormat = 'json';
  const report = await runShard(options, part);
  await print(`${JSON.stringify(report)}\n`);
  if (!flags.quiet) {
    await note(`shard ${part.index} of ${part.count}: ${plural(report.outcomes.length, 'file')}\n`);
  }
  return exitCodes.passed;
}
