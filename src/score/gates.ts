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
  if (options.failOn !== 'never') {
    const weighing = findings.filter(weighs);
    const countOf = (severity: Severity) => weighing.filter((finding) => finding.severity === severity).length;
    const failing = severities.slice(0, severities.indexOf(options.failOn) + 1).filter((one) => countOf(one) > 0);
    const count = failing.reduce((sum, severity) => sum + countOf(severity), 0);
    const named = failing.map((severity) => `${countOf(severity)} ${severity}`).join(' and ');
    gates.push({
      name: 'fail-on',
      passed: count === 0,
      message:
        count === 0
          ? `no ${options.failOn} ${options.failOn === 'high' ? '' : 'or worse '}findings`
          : `${named} finding${count === 1 ? '' : 's'}, none allowed`,
    });
  }
  if (options.minScore !== undefined) {
    gates.push(scoreGate('score', score.value, options.minScore));
  }
  if (options.maxIssues !== undefined)
    gates.push(countGate('finding', findings.filter(weighs).length, options.maxIssues));
  for (const [category, { maxIssues, minScore }] of Object.entries(options.categories ?? {})) {
    const own = findings.filter((finding) => weighs(finding) && finding.category === category);
    if (maxIssues !== undefined) gates.push(countGate(`${category} finding`, own.length, maxIssues));
    const value = score.categories[category as Category]?.value ?? 100;
    if (minScore !== undefined) gates.push(scoreGate(`score of ${category}`, value, minScore));
  }
  if (options.maxNew !== undefined) {
    const count = findings.filter(weighs).length;
    gates.push({
      name: 'max-new',
      passed: count <= options.maxNew,
      message: `${plural(count, 'new finding')}, ${options.maxNew} allowed`,
    });
  }
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

function countGate(what: string, count: number, most: number): Gate {
  return { name: 'max-issues', passed: count <= most, message: `${plural(count, what)}, ${most} allowed` };
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
