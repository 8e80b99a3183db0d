import type { Category } from './model/rule.ts';
import type { RuleFacts } from './model/rule-facts.ts';
import type { ScanResult } from './model/scan-result.ts';
import { ruleFacts } from './rule-facts.generated.ts';
import { run, type ScanOptions } from './run.ts';

/**
 * Scans code and scores it. Prints nothing, changes no file, reaches no network.
 *
 * @throws InputError when an option, the configuration or a path is wrong; the signal's reason when it aborts.
 */
export async function scan(options: ScanOptions = {}): Promise<ScanResult> {
  return (await run(options)).result;
}

/** What a rule says of itself; undefined for an unknown id. */
export function explain(ruleId: string): RuleFacts | undefined {
  return ruleFacts.find((rule) => rule.id === ruleId);
}

/** Every rule, by category and id. */
export function listRules(category?: Category): readonly RuleFacts[] {
  return category === undefined ? ruleFacts : ruleFacts.filter((rule) => rule.category === category);
}

export { InputError } from './config/input-error.ts';
export { type Config, defineConfig, type RuleConfig, type RuleConfigs, type RuleState } from './config/types.ts';
export { defineRule } from './model/define-rule.ts';
export type { Finding, FindingFix, FindingStatus, Position, Range, RelatedLocation } from './model/finding.ts';
export type { Fix, Fixer, FixSafety, RulePair, RuntimeName, Skip, TextEdit } from './model/fixer.ts';
export type { Category, Confidence, Lifecycle, Match, OptionSpec, Rule, Severity } from './model/rule.ts';
export type { RuleFacts } from './model/rule-facts.ts';
export type {
  FileCounts,
  Gate,
  PackageScore,
  Problem,
  ScanResult,
  Score,
  SuppressionProblem,
} from './model/scan-result.ts';
export type { Report, ReportContext } from './report/context.ts';
export { type ScanOptions, sourceReader } from './run.ts';
