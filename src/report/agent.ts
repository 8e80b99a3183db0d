import type { ScanResult } from '../model/scan-result.ts';
import { besideInWords, besideTheScore, isActive, placeOf } from './summary.ts';
import { oneLine, visible } from './text.ts';

/** One line a finding with all that a program needs to act on it; ids are stable when lines move. No prose, no colour. */
export function agent(result: ScanResult): string {
  const lines = result.findings.filter(isActive).map((finding) => {
    const owners = finding.owners ? ` | owner ${oneLine(finding.owners.join(' '))}` : '';
    const fix = finding.fix ? finding.fix.safety : 'none';
    const beside = besideInWords(finding);
    const weight = beside === undefined ? '' : ` | does not weigh: ${beside}`;
    return `${visible(placeOf(finding))} ${finding.severity} ${finding.ruleId} ${oneLine(finding.message)} | advice: ${oneLine(finding.advice)} | fix: ${fix}${weight} | id ${finding.fingerprint}${owners}`;
  });
  for (const problem of result.problems) {
    lines.push(`${visible(problem.file)} not-analysed ${problem.kind} ${oneLine(problem.message)}`);
  }
  const { value, grade, counts } = result.score;
  const beside = besideTheScore(result.findings);
  lines.push(
    `score ${value} ${grade} | high ${counts.high} medium ${counts.medium} low ${counts.low}${beside.length > 0 ? ` | beside ${beside.join(', ')}` : ''} | exit ${result.exit.code} ${oneLine(result.exit.reason)}`,
  );
  if (result.comparison) {
    const { ref, commit, known, fresh, elsewhere, fixed, scoreChange } = result.comparison;
    const other = elsewhere === undefined ? '' : ` new-elsewhere ${elsewhere}`;
    lines.push(
      `since ${oneLine(ref)} ${commit} new ${fresh}${other} fixed ${fixed.length} known ${known} score-change ${scoreChange}`,
    );
  }
  if (result.baseline) {
    const { known, fresh, stale, worse } = result.baseline;
    lines.push(`baseline known ${known} new ${fresh} stale ${stale.length} worse ${worse.length}`);
  }
  return `${lines.join('\n')}\n`;
}
