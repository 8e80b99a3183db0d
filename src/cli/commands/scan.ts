import { resolve } from 'node:path';
import { readHistory, recordPoint, trendPointOf } from '../../history.ts';
import type { TrendPoint } from '../../model/scan-result.ts';
import { type Run, run, type ScanOptions, settingsFor } from '../../run.ts';
import { weights } from '../../score/weights.ts';
import { isForAgent } from '../agents.ts';
import { assertTogether } from '../contradictions.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { note, print } from '../output.ts';
import { findPatchFile } from '../patch-file.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import {
  parseReporter,
  type ReporterChoice,
  settleReporters,
  splitReporters,
  stdoutFormat,
  writeReports,
} from '../reporting.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';
import { headOf, versionControlOf } from '../version-control.ts';

/** Scans, writes the reports, and returns the exit code. */
export async function scanCommand(paths: readonly string[], given: ScanFlags, session: Session): Promise<number> {
  const { cwd, signal } = session;
  const flags = { ...given };
  const asked = askedReporters(flags, session);
  assertPaths(paths, cwd, session.commands);
  assertTogether(flags, asked);
  const options = { ...scanOptionsOf(paths, flags), cwd, signal };
  if (flags.shard) {
    return await (await import('./shard.ts')).shardCommand(flags.shard, options, flags, session);
  }
  const choices = asked ?? (await usualReporters(options, session));
  const patch = findPatchFile(flags, cwd, choices);
  if (patch !== undefined) flags.patch = patch;
  if (flags.watch) return await (await import('./watch.ts')).watchCommand(choices, options, flags);
  if (flags.interactive) {
    return await (await import('./interactive.ts')).interactiveCommand(choices, options, flags);
  }
  if (flags.fix !== undefined || flags.diff || flags.patch !== undefined) {
    return await (await import('./fix.ts')).fixCommand(choices, options, flags);
  }
  const history = flags.history === undefined ? undefined : historyOf(flags.history, cwd);
  const progress = startProgress(process.stderr, !flags.quiet);
  const timing = flags.timing ? new (await import('../../engine/timing.ts')).ScanTiming() : undefined;
  try {
    const done = await run({ ...options, ...(timing ? { timing, cache: false } : {}), onProgress: progress.report });
    progress.end();
    const { result, settings } = done;
    const point = history && trendPointOf(result, new Date(), headOf(settings.root));
    if (history && point && !result.partial) result.trend = [...history.points, point];
    const stdout = await reportsOf(done, choices);
    if (history && point && !result.partial) recordPoint(history.file, point);
    await print(stdout);
    if (history && result.partial && !flags.quiet) await note('not recorded: the result is partial\n');
    if (timing) await note((await import('./timing.ts')).timingTable(timing));
    return result.exit.code;
  } finally {
    progress.end();
  }
}

/** The reports that were asked for by name. */
export function askedReporters(flags: ScanFlags, session: Session): ReporterChoice[] | undefined {
  if (!flags.reporter) return undefined;
  const choices = settleReporters(
    flags.reporter.flatMap(splitReporters).map((text) => parseReporter(text, session.cwd)),
  );
  noteFormat(session, choices);
  return choices;
}

/** The reports of the configuration; else those that fit where this runs. */
export async function usualReporters(options: ScanOptions, session: Session): Promise<ReporterChoice[]> {
  const isOnGithub = process.env.GITHUB_ACTIONS === 'true';
  const configured = (await settingsFor(options)).reporters.value;
  const usual = isOnGithub ? [{ name: 'github' }] : isForAgent(process.env) ? [{ name: 'agent' }] : [];
  const choices = settleReporters(configured ?? usual);
  noteFormat(session, choices);
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (!configured && isOnGithub && summary) choices.push({ name: 'markdown', file: summary, append: true });
  return choices;
}

/** Writes the reports that have a file, and returns what stdout gets. */
export function reportsOf({ result, settings, readSource }: Run, choices: readonly ReporterChoice[]): Promise<string> {
  const versionControl = choices.some((choice) => choice.name === 'sarif')
    ? versionControlOf(settings.root)
    : undefined;
  return writeReports(result, choices, {
    ...terminalOf(process.stdout),
    readSource,
    rules: settings.ruleFacts,
    weights,
    ...(versionControl ? { versionControl } : {}),
  });
}

/** Read before the scan, so that a broken file costs no time. */
function historyOf(shown: string, cwd: string): { file: string; points: TrendPoint[] } {
  const file = resolve(cwd, shown);
  return { file, points: readHistory(file, shown) };
}

function noteFormat(session: Session, choices: readonly ReporterChoice[]): void {
  const format = stdoutFormat(choices);
  if (format !== undefined) session.stdoutFormat = format;
}
