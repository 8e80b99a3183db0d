import type { FixResult } from '../../model/fix-result.ts';
import type { ReportContext } from '../../report/context.ts';
import { plural } from '../../report/text.ts';
import { type Run, sourceReader } from '../../run.ts';
import { type FixOptions, type FixRun, runFix } from '../../run-fix.ts';
import { exitCodes } from '../../score/gates.ts';
import { weights } from '../../score/weights.ts';
import type { ScanFlags } from '../options.ts';
import { note, print } from '../output.ts';
import { writePatch } from '../patch-file.ts';
import { startProgress } from '../progress.ts';
import { type ReporterChoice, stdoutFormat, writeReports } from '../reporting.ts';
import { terminalOf } from '../terminal.ts';

/**
 * Repairs and reports what it did; without `--fix`, or with `--diff`, only shows what it would do. Returns the exit code:
 * that of the code as it is left, for `--diff` whether it would change.
 */
export async function fixCommand(
  choices: readonly ReporterChoice[],
  options: FixOptions,
  flags: ScanFlags,
): Promise<number> {
  const isDry = flags.diff === true || flags.fix === undefined;
  const progress = startProgress(process.stderr, !flags.quiet);
  const done = await runFix({
    ...options,
    safety: flags.fix ?? 'safe',
    write: !isDry,
    ...(flags.runtime === undefined ? {} : { runtime: flags.runtime }),
    ...(flags.verify === undefined || isDry ? {} : { verify: flags.verify }),
    ...(flags.allowDirty ? { allowDirty: true } : {}),
    onProgress: progress.report,
  }).finally(() => progress.end());
  if (!isDry) return showRepair(done, choices, flags.patch);
  const { before, fixes } = done;
  if (flags.patch !== undefined) writePatch(flags.patch, fixes.patch);
  const shown = flags.diff ? choices.filter((choice) => choice.file !== undefined) : choices;
  const report = await writeReports(before.result, shown, contextOf(before));
  await print(flags.diff ? fixes.patch : report);
  if (!flags.quiet) await note(`${wouldChange(fixes)}\n`);
  const { code } = before.result.exit;
  if (!flags.diff || code > exitCodes.gateFailed) return code;
  return fixes.files.length > 0 ? exitCodes.gateFailed : exitCodes.passed;
}

/** Says what a repair did, writes the reports of the code as it is now, and returns the exit code. */
export async function showRepair(
  { before, after, fixes }: FixRun,
  choices: readonly ReporterChoice[],
  patchFile?: string,
): Promise<number> {
  if (patchFile !== undefined) writePatch(patchFile, fixes.patch);
  const context = contextOf(after);
  const document = await writeReports(after.result, choices, context);
  if (stdoutFormat(choices) !== undefined) await print(document);
  else {
    const { fixSummary } = await import('../../report/fix-summary.ts');
    await print(fixSummary(before.result, after.result, fixes, context));
  }
  return after.result.exit.code;
}

export function contextOf({ settings }: Run): ReportContext {
  const readSource = sourceReader(settings.root);
  return { ...terminalOf(process.stdout), readSource, rules: settings.ruleFacts, weights };
}

/** "Would change 3 files: 4 fixes. Left: 2 (…)". */
function wouldChange(fixes: FixResult): string {
  const applied = fixes.files.reduce((sum, file) => sum + file.applied.length, 0);
  const head =
    applied === 0
      ? 'Would change nothing'
      : `Would change ${plural(fixes.files.length, 'file')}: ${plural(applied, 'fix', 'fixes')}`;
  return fixes.remaining.length === 0
    ? `${head}.`
    : `${head}. ${plural(fixes.remaining.length, 'finding')} would stay.`;
}
