import { ruleFacts } from '../../rule-facts.generated.ts';
import { run, settingsFor, sourceReader } from '../../run.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { parseReporter, type ReporterChoice, settleReporters, stdoutFormat, writeReports } from '../reporting.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';
import { versionControlOf } from '../version-control.ts';

/** Scans, writes the reports, and returns the exit code. */
export async function scanCommand(paths: readonly string[], flags: ScanFlags, session: Session): Promise<number> {
  const { cwd, signal } = session;
  let choices: ReporterChoice[] | undefined;
  if (flags.reporter) {
    choices = settleReporters(
      flags.reporter.flatMap((text) => text.split(',')).map((text) => parseReporter(text, cwd)),
    );
    noteFormat(session, choices);
  }
  assertPaths(paths, cwd, session.commands);
  const options = { ...scanOptionsOf(paths, flags), cwd, signal };
  const isOnGithub = process.env.GITHUB_ACTIONS === 'true';
  if (!choices) {
    const configured = (await settingsFor(options)).reporters.value;
    choices = settleReporters(configured ?? (isOnGithub ? [{ name: 'github' }] : []));
    noteFormat(session, choices);
    const summary = process.env.GITHUB_STEP_SUMMARY;
    if (!configured && isOnGithub && summary) choices.push({ name: 'markdown', file: summary, append: true });
  }
  const progress = startProgress(process.stderr, !flags.quiet);
  try {
    const { result, settings } = await run({ ...options, onProgress: progress.report });
    progress.end();
    const versionControl = choices.some((choice) => choice.name === 'sarif')
      ? versionControlOf(settings.root)
      : undefined;
    const stdout = await writeReports(result, choices, {
      ...terminalOf(process.stdout),
      readSource: sourceReader(settings.root),
      rules: ruleFacts,
      ...(versionControl ? { versionControl } : {}),
    });
    await print(stdout);
    return result.exit.code;
  } finally {
    progress.end();
  }
}

function noteFormat(session: Session, choices: readonly ReporterChoice[]): void {
  const format = stdoutFormat(choices);
  if (format !== undefined) session.stdoutFormat = format;
}
