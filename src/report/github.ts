import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import type { ReportContext } from './context.ts';
import { pretty } from './pretty.ts';
import { besideInWords, isActive, ownersInWords, toldSeverity, worstFirst } from './summary.ts';
import { plural, visible } from './text.ts';

/** GitHub shows so many annotations of a kind for a step; the rest would vanish without a word. */
const shownOfAKind = 10;

type Kind = 'error' | 'warning' | 'notice';

const kinds: Record<Finding['severity'], Kind> = { high: 'error', medium: 'warning', low: 'notice' };

function data(text: string): string {
  return visible(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function command(kind: Kind, properties: Record<string, string | number>, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${kind}${list.length > 0 ? ` ${list.join(',')}` : ''}::${data(message)}`;
}

/** The whole report in a group of the log, then the annotations, worst first, and a notice of those that are cut. */
export function github(result: ScanResult, context: ReportContext): string {
  const lines: string[] = [];
  for (const problem of result.problems) {
    const at = problem.position ? { line: problem.position.line, col: problem.position.column } : {};
    lines.push(command('error', { file: problem.file, ...at, title: 'not analysed' }, problem.message));
  }
  const shown: Record<Kind, number> = { error: lines.length, warning: 0, notice: 1 };
  let cut = Math.max(0, lines.length - shownOfAKind);
  lines.splice(shownOfAKind);
  for (const finding of worstFirst(result.findings.filter(isActive))) {
    const kind = kinds[toldSeverity(finding)];
    if (shown[kind] >= shownOfAKind) {
      cut++;
      continue;
    }
    shown[kind]++;
    const { start, end } = finding.range;
    const owners = ownersInWords(finding);
    const beside = besideInWords(finding);
    const title = beside === undefined ? finding.ruleId : `${finding.ruleId} (${beside})`;
    const columns = start.line === end.line ? { col: start.column, endColumn: end.column } : {};
    lines.push(
      command(
        kind,
        { file: finding.file, line: start.line, endLine: end.line, ...columns, title },
        `${finding.message}\n${finding.advice}${owners === undefined ? '' : `\nOwner: ${owners}`}`,
      ),
    );
  }
  const log = pretty(result, { ...context, colour: false, hyperlinks: false });
  if (cut > 0) {
    lines.push(
      command('notice', {}, `${plural(cut, 'more finding')} not annotated; all of them are in the log of this step.`),
    );
  }
  return `::group::Plimsoll: score ${result.score.value} of 100 (${result.score.grade})\n${log}::endgroup::\n${lines.map((line) => `${line}\n`).join('')}`;
}
