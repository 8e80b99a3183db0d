import { Chalk } from 'chalk';
import type { ScanResult } from '../model/scan-result.ts';
import { paintFor } from './code-frame.ts';
import type { ReportContext } from './context.ts';
import {
  baselineInWords,
  besideInWords,
  besideTheScore,
  comparisonInWords,
  countsInWords,
  isActive,
  ownersInWords,
  placeOf,
} from './summary.ts';
import { oneLine, visible } from './text.ts';

/** One line a finding, as compilers print them, and one line for the whole. */
export function concise(result: ScanResult, context: ReportContext): string {
  const paint = new Chalk({ level: context.colour ? 1 : 0 });
  const lines = result.findings.filter(isActive).map((finding) => {
    const owners = ownersInWords(finding);
    const beside = besideInWords(finding);
    const tail = `[${finding.ruleId}${beside === undefined ? '' : `, ${beside}`}]${owners === undefined ? '' : ` (${oneLine(owners)})`}`;
    return `${visible(placeOf(finding))}: ${paintFor(finding, paint)(finding.severity)} ${oneLine(finding.message)} ${paint.dim(tail)}`;
  });
  for (const problem of result.problems) {
    const at = problem.position ? `:${problem.position.line}:${problem.position.column}` : '';
    lines.push(`${visible(problem.file)}${at}: ${paint.red('not analysed')} ${oneLine(problem.message)}`);
  }
  for (const problem of result.suppressionProblems) {
    lines.push(
      `${visible(problem.file)}:${problem.line}: ${paint.yellow('warning')} ${oneLine(problem.message)} [${problem.kind} suppression]`,
    );
  }
  const since = comparisonInWords(result);
  if (since !== undefined) lines.push(visible(since));
  if (result.baseline) lines.push(visible(baselineInWords(result.baseline)));
  const beside = besideTheScore(result.findings);
  const failed = result.gates.filter((gate) => !gate.passed).map((gate) => `${gate.name}: ${gate.message}`);
  lines.push(
    `score ${result.score.value}/100 ${result.score.grade}: ${countsInWords(result.score.counts)}${beside.length > 0 ? `; beside it ${beside.join(', ')}` : ''}${result.partial ? '; partial' : ''}${failed.length > 0 ? `; failed ${failed.join('; ')}` : ''}`,
  );
  return `${lines.join('\n')}\n`;
}
