import type { Finding } from '../model/finding.ts';
import type { SuppressionProblem } from '../model/scan-result.ts';
import { compareFindings } from './order.ts';
import type { FileOutcome } from './process-file.ts';
import { joinChains } from './reasons.ts';
import type { RulePlan } from './rule-plan.ts';
import { isConfident, type RawFinding } from './run-file.ts';
import type { RefutedFinding } from './scan-request.ts';
import { applySuppressions } from './suppressions.ts';
import type { Verdict } from './verdict.ts';

export type Scanned = Extract<FileOutcome, { kind: 'scanned' }>;

export interface Settled {
  /** Sorted by file, place and rule. */
  findings: Finding[];
  refuted: RefutedFinding[];
  suppressionProblems: SuppressionProblem[];
}

/** The findings of some files, in the order that the linker is to judge them in. */
export function rawFindingsOf(scanned: readonly Scanned[]): RawFinding[] {
  return scanned.flatMap(({ result }) => result?.findings ?? []);
}

/** Whether what is only possible in a file matters: it is reported, or may be what a directive is for. */
export function unsureWanted(scanned: readonly Scanned[], plan: RulePlan): (file: string) => boolean {
  if (plan.confidence === 'possible') return () => true;
  const directed = new Set(scanned.filter(({ result }) => result?.directives).map(({ path }) => path));
  return (file) => directed.has(file);
}

/** Which of the limits holds, the rule does not tell. */
function ofForm(ruleId: string): string {
  return `This form of it is only possible: see the limits in \`plimsoll explain ${ruleId}\``;
}

/**
 * What is left of the findings of some files when the linker and their directives have spoken.
 *
 * @param verdicts on each of `rawFindingsOf(scanned)`
 * @param today `YYYY-MM-DD`. Default: today in UTC.
 */
export function settle(
  scanned: readonly Scanned[],
  verdicts: readonly Verdict[],
  plan: RulePlan,
  today: string = new Date().toISOString().slice(0, 10),
): Settled {
  const findings: Finding[] = [];
  const refuted: RefutedFinding[] = [];
  rawFindingsOf(scanned).forEach(({ finding }, i) => {
    const verdict = verdicts[i]!;
    if (!verdict.holds) {
      if (isConfident(finding.confidence, plan.confidence)) refuted.push({ finding, why: verdict.why });
      return;
    }
    finding.related = joinChains([...verdict.evidence, ...finding.related.map((place) => [place])]);
    if (verdict.doubt !== undefined) {
      if (finding.confidence !== 'possible') finding.doubt = verdict.doubt;
      finding.confidence = 'possible';
    }
    if (finding.confidence === 'possible') finding.doubt ??= ofForm(finding.ruleId);
    findings.push(finding);
  });
  const suppressionProblems = suppress(today, plan, scanned, findings);
  return {
    findings: findings.filter(({ confidence }) => isConfident(confidence, plan.confidence)).sort(compareFindings),
    refuted: refuted.sort((a, b) => compareFindings(a.finding, b.finding)),
    suppressionProblems,
  };
}

function suppress(
  today: string,
  plan: RulePlan,
  scanned: readonly Scanned[],
  findings: readonly Finding[],
): SuppressionProblem[] {
  const problems: SuppressionProblem[] = [];
  for (const { path, result } of scanned) {
    if (!result?.directives) continue;
    const ranRules = plan.enabledRules(path);
    for (const problem of result.problems) {
      if (problem.kind === 'crashed-rule')
        for (const id of ranRules) if (problem.message.includes(` ${id} `)) ranRules.delete(id);
    }
    const scope = { ranRules, knownRules: plan.knownRules, today };
    const own = findings.filter(({ file }) => file === path);
    problems.push(...applySuppressions(path, own, result.directives, scope));
  }
  return problems;
}
