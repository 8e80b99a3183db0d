import { InputError } from './config/input-error.ts';
import type { FixResult } from './model/fix-result.ts';
import type { Category } from './model/rule.ts';
import type { RuleFacts } from './model/rule-facts.ts';
import type { ScanResult } from './model/scan-result.ts';
import { reporters } from './report/reporters.ts';
import { ruleFacts } from './rule-facts.generated.ts';
import { run, type ScanOptions } from './run.ts';
import type { FixOptions } from './run-fix.ts';
import { weights } from './score/weights.ts';
import { sourceReader } from './source-reader.ts';

/**
 * Scans code and scores it. Prints nothing, changes no file, reaches no network.
 *
 * @throws InputError when an option, the configuration or a path is wrong; the signal's reason when it aborts.
 */
export async function scan(options: ScanOptions = {}): Promise<ScanResult> {
  return (await tellInput(run(options))).result;
}

/** What the engine and the fixer refuse, as the one error that callers know. */
async function tellInput<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UsageError') throw error;
    const { subject, hint } = error as { subject?: string; hint?: string };
    const wrong = subject === undefined ? undefined : { name: subject, candidates: [] };
    throw new InputError(error.message, { wrong, help: hint, cause: error });
  }
}

/**
 * Scans, repairs what can be repaired, and scans again. Writes files unless `write` is false; every file is put back when
 * it is aborted or fails.
 *
 * @throws InputError as `scan` does, and when fixing is refused and nothing was changed.
 */
export async function fix(
  options: FixOptions = {},
): Promise<{ before: ScanResult; after: ScanResult; fixes: FixResult }> {
  const { runFix } = await import('./run-fix.ts');
  const { before, after, fixes } = await tellInput(runFix(options));
  return { before: before.result, after: after.result, fixes };
}

/** What a rule says of itself; undefined for an unknown id. */
export function explain(ruleId: string): RuleFacts | undefined {
  return ruleFacts.find((rule) => rule.id === ruleId);
}

/** Every rule, by category and id. */
export function listRules(category?: Category): readonly RuleFacts[] {
  return category === undefined ? ruleFacts : ruleFacts.filter((rule) => rule.category === category);
}

/**
 * Renders a result in one of the formats of `--reporter`, as a file would get it: without colour, 100 columns wide.
 *
 * @param root the folder that its files are relative to: code is shown from there, else from the result itself
 * @throws InputError when there is no such format
 */
export async function report(result: ScanResult, format: string, root = process.cwd()): Promise<string> {
  const reporter = Object.hasOwn(reporters, format) ? reporters[format] : undefined;
  if (!reporter) {
    const candidates = Object.keys(reporters);
    throw new InputError(`unknown reporter "${format}"`, { wrong: { name: format, candidates } });
  }
  const render = await reporter.load();
  const page = { colour: false, hyperlinks: false, unicode: true, width: 100 };
  return render(result, { ...page, readSource: sourceReader(root), rules: ruleFacts, weights });
}

export { InputError } from './config/input-error.ts';
export * from './config/plugin-rule-options.ts';
export { type Config, defineConfig, type RuleConfig, type RuleConfigs, type RuleState } from './config/types.ts';
export { definePair, definePlugin, defineRule } from './model/define-rule.ts';
export type { Finding, FindingFix, FindingStatus, Position, Range, RelatedLocation } from './model/finding.ts';
export type { FixedFile, FixResult, LeftFinding, SupportFile, Verification } from './model/fix-result.ts';
export type { Fix, Fixer, FixSafety, RulePair, RuntimeName, Skip, TextEdit } from './model/fixer.ts';
export type { Plugin } from './model/plugin.ts';
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
export type { ScanOptions } from './run.ts';
export type { FixOptions } from './run-fix.ts';
