import { placeOf } from '../../report/summary.ts';
import { plural, visible } from '../../report/text.ts';
import { exitCodes } from '../../score/gates.ts';
import { suppress } from '../../suppress.ts';
import { type ScanFlags, type SuppressFlags, scanOptionsOf } from '../options.ts';
import { note, print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';

/** Writes a directive with a reason at each finding of a rule. */
export async function suppressCommand(
  rule: string,
  paths: readonly string[],
  flags: ScanFlags & SuppressFlags,
  session: Session,
): Promise<number> {
  assertPaths(paths, session.cwd, []);
  const options = scanOptionsOf(paths, { ...flags, rule: [rule] });
  const progress = startProgress(process.stderr, !flags.quiet);
  const { done, left, files } = await suppress({
    ...options,
    cwd: session.cwd,
    signal: session.signal,
    rule,
    reason: flags.reason,
    ...(flags.until === undefined ? {} : { until: flags.until }),
    onProgress: progress.report,
  }).finally(() => progress.end());
  if (done.length + left.length === 0) {
    await print(`no finding of ${rule}: nothing to suppress\n`);
    return exitCodes.passed;
  }
  await print(done.map((finding) => `suppressed  ${visible(placeOf(finding))}\n`).join(''));
  await print(`${plural(done.length, 'finding')} of ${rule} suppressed in ${plural(files.length, 'file')}\n`);
  for (const finding of left) {
    await note(
      `left  ${visible(placeOf(finding))}: no comment can stand there; suppress it by hand around the statement\n`,
    );
  }
  return left.length > 0 ? exitCodes.gateFailed : exitCodes.passed;
}
