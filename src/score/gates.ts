import type { Severity } from '../model/rule.ts';
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
    const passed = score.value >= options.minScore;
    gates.push({
      name: 'min-score',
      passed,
      message: `score ${score.value} ${passed ? '≥' : '<'} ${options.minScore}`,
    });
  }
  if (options.maxNew !== undefined) {
    const count = findings.filter(weighs).length;
    gates.push({
      name: 'max-new',
      passed: count <= options.maxNew,
      message: `${plural(count, 'new finding')}, ${options.maxNew} allowed`,
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
