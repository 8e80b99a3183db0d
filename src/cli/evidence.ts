import { findLeftOutReason, type LeftOutReason } from '../engine/discover.ts';
import { textKind } from '../engine/source-text.ts';
import type { Finding } from '../model/finding.ts';
import type { ReportContext } from '../report/context.ts';
import { findingBlock, penFor } from '../report/pretty.ts';
import { type Run, scanRequestOf, sourceReader } from '../run.ts';

function covers(finding: Finding, file: string, line: number): boolean {
  return finding.file === file && finding.range.start.line <= line && line <= finding.range.end.line;
}

/** The findings at a line with their evidence chains, or why there is none. The scan must be one for what is `possible`. */
export function evidenceAt(done: Run, file: string, line: number, context: ReportContext): string {
  const { outcome } = done;
  const pen = penFor(context);
  const parts: string[] = [];
  for (const finding of outcome.findings.filter((one) => covers(one, file, line))) {
    parts.push(findingBlock(finding, pen, true));
    if (finding.status === 'suppressed') parts.push(`It is suppressed: ${finding.reason ?? 'no reason given'}.`);
    if (finding.status === 'baselined') parts.push('It is in the baseline.');
    if (finding.confidence === 'possible') parts.push(doubtOf(finding));
  }
  for (const { finding, why } of outcome.refuted.filter((one) => covers(one.finding, file, line))) {
    parts.push(findingBlock(finding, pen, true), `It is not reported: ${why}.`);
  }
  if (parts.length === 0) parts.push(absence(done, file, line));
  return `${parts.join('\n\n')}\n`;
}

function doubtOf({ doubt = '' }: Finding): string {
  return `It is only possible, and reported with --confidence possible alone. ${doubt}.`;
}

function absence(done: Run, file: string, line: number): string {
  const { outcome } = done;
  const scanned = outcome.scanned.find((one) => one.path === file);
  const problem = outcome.problems.find((one) => one.file === file);
  if (problem) return `${file} could not be analysed: ${problem.message}`;
  if (!scanned) {
    const reason = leftOut[leftOutReason(done, file)];
    return `${file} is left out of a scan: ${reason}. Named itself, by plimsoll scan ${file}, it is looked at all the same.`;
  }
  if (!scanned.parsed) return `${file} holds nothing that any rule looks for, so it was not parsed.`;
  const elsewhere = placesIn(outcome.findings.filter((finding) => finding.file === file));
  return `No rule reports anything on ${file}:${line}. The file was parsed, and no rule had a doubt about this line.${elsewhere}`;
}

const leftOut: Readonly<Record<LeftOutReason, string>> = {
  test: 'it is a test, and `testFiles` is off',
  declaration: 'it declares types alone',
  generated: 'it is generated',
  minified: 'it is minified',
  'build-output': 'it is what a build wrote',
  ignored: 'a .gitignore file or `exclude` ignores it',
  linked: 'it is reached by a link, and read where it lies',
  special: 'it is a pipe or a device',
  'not-included': 'no glob of `include` matches it',
  installed: 'it lies in node_modules',
  hidden: 'its name, or that of a folder around it, begins with a dot',
  outside: 'it lies outside of the project',
};

/** What only the text of a file shows is found as it is read. */
function leftOutReason({ settings }: Run, file: string): LeftOutReason {
  const reason = findLeftOutReason(scanRequestOf({ cwd: settings.root }, settings), file);
  if (reason !== undefined) return reason;
  const kind = textKind(sourceReader(settings.root)(file) ?? '');
  return kind === 'source' ? 'linked' : kind;
}

function placesIn(findings: readonly Finding[]): string {
  const lines = [...new Set(findings.map(({ range }) => range.start.line))];
  if (lines.length === 0) return '';
  const possible = findings.filter(({ confidence }) => confidence === 'possible').length;
  const all = possible === findings.length;
  const unsure = possible === 0 ? '' : ` (${all ? '' : `${possible} of ${findings.length} `}only possible)`;
  return ` This file has findings on line${lines.length === 1 ? '' : 's'} ${lines.join(', ')}${unsure}.`;
}
