import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import type { ReportContext } from './context.ts';
import { pretty } from './pretty.ts';
import { isActive, toldSeverity, wholeText, worstFirst } from './summary.ts';
import { oneLine } from './text.ts';

/** Azure Pipelines knows errors and warnings. */
const types: Record<Finding['severity'], string> = { high: 'error', medium: 'warning', low: 'warning' };

function escaped(text: string): string {
  return oneLine(text).replaceAll('%', '%AZP25').replaceAll(';', '%3B').replaceAll(']', '%5D');
}

function issue(properties: Record<string, string | number>, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value))};`);
  return `##vso[task.logissue ${list.join('')}]${oneLine(message)}`;
}

/** The whole report in a group of the log, then an issue for each finding, worst first, which the summary of the run lists. */
export function azure(result: ScanResult, context: ReportContext): string {
  const problems = result.problems.map(({ file, position, message }) => {
    const at = position ? { linenumber: position.line, columnnumber: position.column } : {};
    return issue({ type: 'error', sourcepath: file, ...at }, `not analysed: ${message}`);
  });
  const issues = worstFirst(result.findings.filter(isActive)).map((finding) => {
    const { line, column } = finding.range.start;
    return issue(
      {
        type: types[toldSeverity(finding)],
        sourcepath: finding.file,
        linenumber: line,
        columnnumber: column,
        code: finding.ruleId,
      },
      wholeText(finding),
    );
  });
  // A line of scanned code that looks like a command of the log must not be one.
  const log = pretty(result, { ...context, colour: false, hyperlinks: false }).replaceAll('##', '#\u200b#');
  const head = `##[group]Plimsoll: score ${result.score.value} of 100 (${result.score.grade})`;
  return `${[`${head}\n${log}##[endgroup]`, ...problems, ...issues].join('\n')}\n`;
}
