import type { Finding } from '../model/finding.ts';
import type { FixSafety } from '../model/fixer.ts';
import type { Severity } from '../model/rule.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { groupDigits, plural, sentence } from './text.ts';

/** What is left out of the list of active findings, in words; empty when nothing is. */
export function besideTheScore(findings: readonly Finding[]): string[] {
  const count = (is: (finding: Finding) => boolean) => findings.filter(is).length;
  const active = (finding: Finding) => finding.status === 'active';
  const groups: [count: number, what: string][] = [
    [count((finding) => finding.status === 'suppressed'), 'suppressed'],
    [count((finding) => finding.status === 'baselined' && finding.reason === undefined), 'in the baseline'],
    [count((finding) => active(finding) && besideInWords(finding) === 'trial'), 'on trial'],
    [
      count((finding) => active(finding) && besideInWords(finding) === 'trial and possible'),
      'on trial and only possible',
    ],
    [count((finding) => active(finding) && besideInWords(finding) === 'possible'), 'only possible'],
  ];
  return groups.filter(([many]) => many > 0).map(([many, what]) => `${groupDigits(many)} ${what}`);
}

/** Of what code the moves and the effort are: of all of it, and of what is new, where a scan tells what is new. */
export function repairHeads({ comparison }: ScanResult): { moves: string; effort: string } {
  return comparison
    ? { moves: 'Repair first in all the code', effort: 'To repair what is new' }
    : { moves: 'Repair first', effort: 'To repair' };
}

/**
 * "about 2 h by hand, 14 of 20 by --fix": what the repair of the active findings takes; undefined where nothing is to
 * be repaired or nobody knows how long it takes.
 */
export function effortInWords(findings: readonly Finding[]): string | undefined {
  const active = findings.filter(isActive);
  const minutes = active.reduce((sum, { effort = 0 }) => sum + effort, 0);
  if (minutes === 0) return undefined;
  const count = (safety: FixSafety) => active.filter(({ fix }) => fix?.safety === safety).length;
  const [safe, review] = [count('safe'), count('review')];
  const byFix = [
    ...(safe > 0 ? [`${groupDigits(safe)} of ${groupDigits(active.length)} by --fix`] : []),
    ...(review > 0
      ? [`${groupDigits(review)} ${safe > 0 ? 'more' : `of ${groupDigits(active.length)}`} by --fix=review`]
      : []),
  ];
  return [`about ${durationInWords(minutes)} by hand`, ...byFix].join(', ');
}

/** An estimate is no more exact than this: 5 minutes, from an hour on half an hour, from ten on a whole one. */
export function durationInWords(minutes: number): string {
  if (minutes < 58) return `${Math.max(5, Math.round(minutes / 5) * 5)} min`;
  const hours = minutes / 60;
  return `${groupDigits(hours < 10 ? Math.round(hours * 2) / 2 : Math.round(hours))} h`;
}

/** "baseline plimsoll-baseline.ndjson: 12 known, 3 new, 2 stale (plimsoll baseline prune)". */
export function baselineInWords({ file, known, fresh, stale, worse }: NonNullable<ScanResult['baseline']>): string {
  const gone = stale.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    `${groupDigits(known)} known`,
    `${groupDigits(fresh)} new`,
    ...(worse.length > 0 ? [`${plural(worse.length, 'entry', 'entries')} worse`] : []),
    ...(gone > 0 ? [`${groupDigits(gone)} stale (plimsoll baseline prune)`] : []),
  ];
  return `baseline ${file}: ${parts.join(', ')}`;
}

/** "origin/main (1a2b3c4): 2 new, 1 fixed, 14 known before; score 78 → 74 (−4)". */
export function comparisonInWords(result: ScanResult): string | undefined {
  const { comparison, score } = result;
  if (!comparison) return undefined;
  const { ref, commit, known, fresh, elsewhere, fixed, scoreBefore, scoreChange } = comparison;
  const gone = fixed.reduce((sum, { count }) => sum + count, 0);
  const change = scoreChange === 0 ? '±0' : scoreChange > 0 ? `+${scoreChange}` : `−${-scoreChange}`;
  return `since ${ref} (${commit.slice(0, 7)}): ${freshInWords(fresh, elsewhere)}, ${groupDigits(gone)} fixed, ${groupDigits(known)} known before; score ${scoreBefore.value} → ${score.value} (${change})`;
}

/** "2 new", or "2 new on changed lines and 1 elsewhere". */
function freshInWords(fresh: number, elsewhere: number | undefined): string {
  if (elsewhere === undefined) return `${groupDigits(fresh)} new`;
  return `${groupDigits(fresh)} new on changed lines and ${groupDigits(elsewhere)} elsewhere`;
}

/** "72 → 78 over 5 scans since 2026-11-01"; undefined before there are two. */
export function trendInWords({ trend }: ScanResult): string | undefined {
  const first = trend?.[0];
  const last = trend?.at(-1);
  if (!trend || !first || !last || trend.length < 2) return undefined;
  return `${first.score} → ${last.score} over ${trend.length} scans since ${first.at.slice(0, 10)}`;
}

/** "2 high, 1 medium, 0 low". */
export function countsInWords(counts: ScanResult['score']['counts']): string {
  return `${groupDigits(counts.high)} high, ${groupDigits(counts.medium)} medium, ${groupDigits(counts.low)} low`;
}

/** What was read: "312 files (41 parsed), 40,213 code lines". */
export function scopeInWords(result: ScanResult): string {
  const { inScope, parsed, codeLines } = result.files;
  return `${plural(inScope, 'file')} (${groupDigits(parsed)} parsed), ${plural(codeLines, 'code line')}`;
}

const skipNames: Record<keyof ScanResult['files']['skipped'], string> = {
  test: 'test',
  declaration: 'declaration',
  generated: 'generated',
  minified: 'minified',
  'build-output': 'build output',
  ignored: 'ignored',
  linked: 'behind links',
  special: 'pipe or device',
};

/** Files left out, by reason: "8 test, 2 generated"; empty when none. */
export function skippedInWords(result: ScanResult): string {
  const reasons = Object.entries(result.files.skipped) as [keyof typeof skipNames, number][];
  return reasons
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${groupDigits(count)} ${skipNames[reason]}`)
    .join(', ');
}

/** Why a finding weighs nothing though it is shown; undefined for one that does weigh. */
export function besideInWords({
  lifecycle,
  confidence,
}: Finding): 'trial' | 'possible' | 'trial and possible' | undefined {
  if (lifecycle === 'trial') return confidence === 'possible' ? 'trial and possible' : 'trial';
  return confidence === 'possible' ? 'possible' : undefined;
}

/** The severity that formats with levels tell: of what weighs nothing one step milder, for a job must not fail by it. */
export function toldSeverity(finding: Finding): Severity {
  if (besideInWords(finding) === undefined) return finding.severity;
  return finding.severity === 'high' ? 'medium' : 'low';
}

/** A finding for a format that has one text for it: message and advice, and what the format has no field for. */
export function wholeText(finding: Finding): string {
  const beside = besideInWords(finding);
  const owners = ownersInWords(finding);
  return [
    sentence(finding.message),
    finding.advice,
    ...(beside === undefined ? [] : [`Does not weigh: ${beside}.`]),
    ...(owners === undefined ? [] : [`Owner: ${owners}`]),
  ].join(' ');
}

/** "@acme/orders, ops@example.com"; undefined where nobody owns the file. */
export function ownersInWords({ owners }: Finding): string | undefined {
  return owners?.join(', ');
}

/** What each owner has to repair, most first; findings without an owner last, as "no owner". Empty when nobody owns any. */
export function countsByOwner(findings: readonly Finding[]): [owner: string, counts: ScanResult['score']['counts']][] {
  const byOwner = new Map<string, ScanResult['score']['counts']>();
  const orphans = 'no owner';
  for (const { owners = [orphans], severity } of findings.filter(isActive)) {
    for (const owner of owners) {
      const counts = byOwner.get(owner) ?? { high: 0, medium: 0, low: 0 };
      counts[severity]++;
      byOwner.set(owner, counts);
    }
  }
  if ([...byOwner.keys()].every((owner) => owner === orphans)) return [];
  const rank = ([owner, { high, medium, low }]: [string, ScanResult['score']['counts']]) =>
    owner === orphans ? -1 : high * 1e12 + medium * 1e6 + low;
  return [...byOwner].sort((a, b) => rank(b) - rank(a) || (a[0] < b[0] ? -1 : 1));
}

export function isActive(finding: Finding): boolean {
  return finding.status === 'active';
}

/** Worst first by the severity that is told, then what weighs, by confidence, by place: for formats that show only so many. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  const severity = { high: 0, medium: 1, low: 2 };
  const confidence = { certain: 0, likely: 1, possible: 2 };
  const rank = (finding: Finding) => {
    const beside = besideInWords(finding) === undefined ? 0 : 1;
    return (
      ((severity[toldSeverity(finding)] * 2 + beside) * 3 + severity[finding.severity]) * 3 +
      confidence[finding.confidence]
    );
  };
  return findings
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => rank(a.finding) - rank(b.finding) || a.index - b.index)
    .map(({ finding }) => finding);
}

/** "src/a.ts:41:18". */
export function placeOf(finding: Pick<Finding, 'file' | 'range'>): string {
  return `${finding.file}:${finding.range.start.line}:${finding.range.start.column}`;
}
