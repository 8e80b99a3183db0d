import type { Finding } from '../model/finding.ts';
import type { Category, Severity } from '../model/rule.ts';
import type { Score } from '../model/scan-result.ts';
import { severities, weights } from './weights.ts';

/** What the score looks at of a finding. */
export type Weighed = Pick<Finding, 'ruleId' | 'category' | 'severity' | 'confidence' | 'lifecycle' | 'status'>;

type Counts = Record<Severity, number>;

/** True for the findings that move the score and the gates: active, of a stable rule, and more than possible. */
export function weighs(finding: Pick<Finding, 'confidence' | 'lifecycle' | 'status'>): boolean {
  return finding.status === 'active' && finding.lifecycle === 'stable' && finding.confidence !== 'possible';
}

/** The letter of a score: the best grade whose least value it reaches. */
export function gradeOf(value: number): string {
  return weights.grades.find(([, least]) => value >= least)?.[0] ?? 'F';
}

/** Points that `count` findings of a severity take from `codeLines` lines of code; unrounded. */
export function pointsLost(severity: Severity, count: number, codeLines: number): number {
  const density = count / (Math.max(codeLines, weights.leastCodeLines) / 1000);
  return weights.budget[severity] * (1 - 2 ** (-density / weights.half[severity]));
}

function countBySeverity(findings: readonly Weighed[]): Counts {
  const counts: Counts = { high: 0, medium: 0, low: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}

function lostBy(counts: Counts, codeLines: number): Counts {
  const lost: Counts = { high: 0, medium: 0, low: 0 };
  for (const severity of severities) lost[severity] = pointsLost(severity, counts[severity], codeLines);
  return lost;
}

function total(lost: Counts): number {
  return lost.high + lost.medium + lost.low;
}

function valueAfter(lost: Counts): number {
  return Math.max(0, Math.round(100 - total(lost)));
}

/**
 * The rules to repair first, each chosen on the state that the earlier ones leave behind, so that their points add up
 * to what all of them win together.
 */
function bestMoves(findings: readonly Weighed[], counts: Counts, codeLines: number): Score['moves'] {
  const byRule = new Map<string, Counts>();
  for (const finding of findings) {
    const own = byRule.get(finding.ruleId) ?? { high: 0, medium: 0, low: 0 };
    own[finding.severity]++;
    byRule.set(finding.ruleId, own);
  }
  const moves: Score['moves'] = [];
  const left = { ...counts };
  while (moves.length < weights.moves && byRule.size > 0) {
    let best: { ruleId: string; own: Counts; lost: number } | undefined;
    for (const [ruleId, own] of [...byRule].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const lost = total(lostBy(minus(left, own), codeLines));
      if (best === undefined || lost < best.lost) best = { ruleId, own, lost };
    }
    if (best === undefined) break;
    const before = valueAfter(lostBy(left, codeLines));
    for (const severity of severities) left[severity] -= best.own[severity];
    moves.push({
      ruleId: best.ruleId,
      findings: best.own.high + best.own.medium + best.own.low,
      points: valueAfter(lostBy(left, codeLines)) - before,
    });
    byRule.delete(best.ruleId);
  }
  return moves;
}

function minus(from: Counts, taken: Counts): Counts {
  return { high: from.high - taken.high, medium: from.medium - taken.medium, low: from.low - taken.low };
}

/**
 * How far below the line the code lies: 0–100, higher is better. Pure; the order of `findings` does not matter.
 * Findings that do not weigh (see `weighs`) may be among them.
 */
export function score(findings: readonly Weighed[], codeLines: number): Score {
  const weighing = findings.filter(weighs);
  const counts = countBySeverity(weighing);
  const lost = lostBy(counts, codeLines);
  const value = valueAfter(lost);
  const categories: Score['categories'] = {};
  const names = [...new Set(weighing.map((finding) => finding.category))].sort() as Category[];
  for (const category of names) {
    const own = countBySeverity(weighing.filter((finding) => finding.category === category));
    const ownValue = valueAfter(lostBy(own, codeLines));
    categories[category] = { value: ownValue, grade: gradeOf(ownValue), counts: own };
  }
  return {
    value,
    grade: gradeOf(value),
    lost,
    counts,
    codeLines,
    categories,
    moves: bestMoves(weighing, counts, codeLines),
  };
}
