import type { Category, Severity } from '../model/rule.ts';
import type { Gate, Problem, ScanResult, Score } from '../model/scan-result.ts';
import { type Weighed, weighs } from './score.ts';
import { severities } from './weights.ts';

export interface GateOptions {
  /** The mildest severity that fails; `never` turns the gate off. */
  failOn: Severity | 'never';
  /** The least score that passes. */
  minScore?: number;
  /** The most findings that pass, of those that neither a baseline nor the commit compared with holds. */
  maxNew?: number;
  /** The most findings that pass, of any severity. */
  maxIssues?: number;
  /** The most findings that pass, and the least score, by category. */
  categories?: { readonly [Name in Category]?: { maxIssues?: number; minScore?: number } };
  /** The most suppressions and entries of the baseline that do nothing that pass. */
  maxStale?: number;
  /** How many of them there are. */
  stale?: number;
  /** Entries of the baseline that got worse; undefined without a baseline. */
  worse?: number;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Applies the gates that are set; findings that do not weigh cannot fail one. */
export function judge(findings: readonly Weighed[], score: Score, options: GateOptions): Gate[] {
  const gates: Gate[] = [];
  if (options.failOn !== 'never') gates.push(severityGate(findings, options.failOn));
  if (options.minScore !== undefined) {
    gates.push(scoreGate('score', score.value, options.minScore));
  }
  if (options.maxIssues !== undefined) gates.push(countGate('max-issues', 'finding', findings, options.maxIssues));
  for (const [category, { maxIssues, minScore }] of Object.entries(options.categories ?? {})) {
    const own = findings.filter((finding) => finding.category === category);
    if (maxIssues !== undefined) gates.push(countGate('max-issues', `${category} finding`, own, maxIssues));
    const value = score.categories[category as Category]?.value ?? 100;
    if (minScore !== undefined) gates.push(scoreGate(`score of ${category}`, value, minScore));
  }
  if (options.maxNew !== undefined) gates.push(countGate('max-new', 'new finding', findings, options.maxNew));
  if (options.maxStale !== undefined) {
    const { stale = 0, maxStale } = options;
    gates.push({
      name: 'max-stale',
      passed: stale <= maxStale,
      message: `${plural(stale, 'suppression or baseline entry', 'suppressions and baseline entries')} without effect, ${maxStale} allowed`,
    });
  }
  if (options.worse !== undefined) {
    gates.push({
      name: 'baseline',
      passed: options.worse === 0,
      message: options.worse === 0 ? 'no entry got worse' : `${plural(options.worse, 'entry', 'entries')} got worse`,
    });
  }
  return gates;
}

function scoreGate(what: string, value: number, least: number): Gate {
  const passed = value >= least;
  return { name: 'min-score', passed, message: `${what} ${value} ${passed ? '≥' : '<'} ${least}` };
}

function severityGate(findings: readonly Weighed[], failOn: Severity): Gate {
  const failing = severities.slice(0, severities.indexOf(failOn) + 1);
  const own = findings.filter(({ severity }) => failing.includes(severity));
  const count = own.filter(weighs).length;
  const what = `no ${failOn}${failOn === 'high' ? '' : ' or worse'} finding`;
  const beside = besideInWords(own);
  const message =
    count > 0
      ? `${bySeverity(own.filter(weighs))} ${count === 1 ? 'finding' : 'findings'}, none allowed`
      : beside === ''
        ? `${what}s`
        : `${what} that weighs (${beside})`;
  return { name: 'fail-on', passed: count === 0, message };
}

function countGate(name: 'max-issues' | 'max-new', what: string, findings: readonly Weighed[], most: number): Gate {
  const count = findings.filter(weighs).length;
  const beside = besideInWords(findings);
  const counted = beside === '' ? '' : ` that ${count === 1 ? 'weighs' : 'weigh'} (${beside})`;
  return { name, passed: count <= most, message: `${plural(count, what)}${counted}, ${most} allowed` };
}

/** "2 high and 3 medium". */
function bySeverity(findings: readonly Weighed[]): string {
  const countOf = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return severities
    .filter((severity) => countOf(severity) > 0)
    .map((severity) => `${countOf(severity)} ${severity}`)
    .join(' and ');
}

/** "2 high and 3 medium on trial, 1 high only possible": what a report lists though no gate counts it; empty without any. */
function besideInWords(findings: readonly Weighed[]): string {
  const beside = findings.filter((finding) => finding.status === 'active' && !weighs(finding));
  const onTrial = beside.filter(({ lifecycle }) => lifecycle === 'trial');
  const possible = beside.filter(({ lifecycle }) => lifecycle !== 'trial');
  return [
    ...(onTrial.length > 0 ? [`${bySeverity(onTrial)} on trial`] : []),
    ...(possible.length > 0 ? [`${bySeverity(possible)} only possible`] : []),
  ].join(', ');
}

export const exitCodes = { passed: 0, gateFailed: 1, usage: 2, incomplete: 3, bug: 70, interrupted: 130 } as const;

/** The exit code of a scan that ran to its end; an incomplete scan outranks a failed gate. */
export function exitOf(
  gates: readonly Gate[],
  problems: readonly Problem[],
  allowPartial: boolean,
): ScanResult['exit'] {
  const files = new Set(problems.map((problem) => problem.file)).size;
  if (files > 0 && !allowPartial) {
    return { code: exitCodes.incomplete, reason: `${plural(files, 'file')} in scope could not be analysed` };
  }
  const failed = gates.filter((gate) => !gate.passed);
  if (failed.length > 0) {
    return { code: exitCodes.gateFailed, reason: failed.map((gate) => `${gate.name}: ${gate.message}`).join('; ') };
  }
  return { code: exitCodes.passed, reason: 'every gate passes' };
}
