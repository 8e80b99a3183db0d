import { relative, resolve } from 'node:path';
import { InputError } from '../../config/input-error.ts';
import type { Finding } from '../../model/finding.ts';
import { findingBlock, penFor } from '../../report/pretty.ts';
import { type Run, run, sourceReader } from '../../run.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

function covers(finding: Finding, file: string, line: number): boolean {
  return finding.file === file && finding.range.start.line <= line && line <= finding.range.end.line;
}

/** The evidence of the findings at a place, or why there is none. The whole project is scanned, as findings cross files. */
export async function whyCommand(place: string, flags: ScanFlags, session: Session): Promise<number> {
  const match = /^(.+?):(\d+)(?::\d+)?$/.exec(place);
  if (!match?.[1] || !match[2]) {
    throw new InputError(`not a place: ${place}`, { help: 'give a file and a line: plimsoll why src/cache.ts:12' });
  }
  const line = Number(match[2]);
  assertPaths([match[1]], session.cwd, []);
  const progress = startProgress(process.stderr, !flags.quiet);
  const options = {
    ...scanOptionsOf([], flags),
    confidence: 'possible' as const,
    cwd: session.cwd,
    signal: session.signal,
  };
  const done = await run({ ...options, onProgress: progress.report }).finally(() => progress.end());
  const file = relative(done.settings.root, resolve(session.cwd, match[1])).replaceAll('\\', '/');
  await print(answer(done, file, line));
  return 0;
}

function answer({ outcome, settings }: Run, file: string, line: number): string {
  const pen = penFor({
    ...terminalOf(process.stdout),
    readSource: sourceReader(settings.root),
    rules: settings.ruleFacts,
  });
  const parts: string[] = [];
  for (const finding of outcome.findings.filter((one) => covers(one, file, line))) {
    parts.push(findingBlock(finding, pen, true));
    if (finding.status === 'suppressed') parts.push(`It is suppressed: ${finding.reason ?? 'no reason given'}.`);
    if (finding.status === 'baselined') parts.push('It is in the baseline.');
    if (finding.confidence === 'possible')
      parts.push('It is only possible: reported with --confidence possible alone.');
  }
  for (const { finding, why } of outcome.refuted.filter((one) => covers(one.finding, file, line))) {
    parts.push(findingBlock(finding, pen, true), `It is not reported: ${why}.`);
  }
  if (parts.length === 0) parts.push(absence(outcome, file, line));
  return `${parts.join('\n\n')}\n`;
}

function absence(outcome: Run['outcome'], file: string, line: number): string {
  const scanned = outcome.scanned.find((one) => one.path === file);
  const problem = outcome.problems.find((one) => one.file === file);
  if (problem) return `${file} could not be analysed: ${problem.message}`;
  if (!scanned) {
    return `${file} is not in scope: it is left out as a test, a declaration, generated, minified, build output, or ignored.`;
  }
  if (!scanned.parsed) return `${file} holds nothing that any rule looks for, so it was not parsed.`;
  const others = outcome.findings.filter((finding) => finding.file === file).map((finding) => finding.range.start.line);
  const elsewhere = others.length > 0 ? ` This file has findings on line ${[...new Set(others)].join(', ')}.` : '';
  return `No rule reports anything on ${file}:${line}. The file was parsed, and no rule had a doubt about this line.${elsewhere}`;
}
