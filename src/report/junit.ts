import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { besideInWords, isActive, ownersInWords, placeOf } from './summary.ts';
import { escapeXml } from './text.ts';

/**
 * A suite a file, a failed case a finding, an error a file that was not analysed; one passing case when all is well.
 * What weighs nothing is a skipped case: no job must fail by it.
 */
export function junit(result: ScanResult): string {
  const findings = result.findings.filter(isActive);
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.file, [...(files.get(finding.file) ?? []), finding]);
  const suites: string[] = [];
  for (const [file, own] of files) {
    suites.push(
      `  <testsuite name="${escapeXml(file)}" tests="${own.length}" ${countsOf(own)} errors="0">`,
      ...own.map(caseOf),
      '  </testsuite>',
    );
  }
  for (const problem of result.problems) {
    suites.push(
      `  <testsuite name="${escapeXml(problem.file)}" tests="1" failures="0" skipped="0" errors="1">`,
      `    <testcase name="${escapeXml(problem.kind)}" classname="${escapeXml(problem.file)}">`,
      `      <error type="${escapeXml(problem.kind)}" message="${escapeXml(problem.message)}"/>`,
      '    </testcase>',
      '  </testsuite>',
    );
  }
  if (suites.length === 0) {
    suites.push(
      '  <testsuite name="plimsoll" tests="1" failures="0" skipped="0" errors="0">',
      '    <testcase name="no findings" classname="plimsoll"/>',
      '  </testsuite>',
    );
  }
  const tests = Math.max(1, findings.length + result.problems.length);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll" tests="${tests}" ${countsOf(findings)} errors="${result.problems.length}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(findings: readonly Finding[]): string {
  const skipped = findings.filter((finding) => besideInWords(finding) !== undefined).length;
  return `failures="${findings.length - skipped}" skipped="${skipped}"`;
}

function caseOf(finding: Finding): string {
  const { line, column } = finding.range.start;
  const owners = ownersInWords(finding);
  const beside = besideInWords(finding);
  const text = [
    placeOf(finding),
    finding.why,
    finding.advice,
    ...(owners === undefined ? [] : [`Owner: ${owners}`]),
  ].join('\n');
  return [
    `    <testcase name="${escapeXml(`${finding.ruleId} (${line}:${column})`)}" classname="${escapeXml(finding.file)}">`,
    beside === undefined
      ? `      <failure type="${finding.severity}" message="${escapeXml(finding.message)}">${escapeXml(text)}</failure>`
      : `      <skipped message="${escapeXml(`${beside}: ${finding.message}`)}"/>`,
    '    </testcase>',
  ].join('\n');
}
