import type { Finding } from '../model/finding.ts';
import type { ReportContext } from '../report/context.ts';
import { findingBlock, penFor } from '../report/pretty.ts';
import type { Run } from '../run.ts';

function covers(finding: Finding, file: string, line: number): boolean {
  return finding.file === file && finding.range.start.line <= line && line <= finding.range.end.line;
}

/** The findings at a line with their evidence chains, or why there is none. The scan must be one for what is `possible`. */
export function evidenceAt({ outcome }: Run, file: string, line: number, context: ReportContext): string {
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
  if (parts.length === 0) parts.push(absence(outcome, file, line));
  return `${parts.join('\n\n')}\n`;
}

function doubtOf({ doubt, ruleId }: Finding): string {
  const why = doubt ?? `so is this form of it, see the limits in plimsoll explain ${ruleId}`;
  return `It is only possible, and reported with --confidence possible alone: ${why}.`;
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
