import type { FixSafety } from './fixer.ts';
import type { Category, Confidence, Lifecycle, OptionSpec, Severity } from './rule.ts';

/** What a rule says of itself, as plain data: loading it loads no compiler. Written by `npm run generate`. */
export interface RuleFacts {
  id: string;
  category: Category;
  severity: Severity;
  confidence: Confidence;
  lifecycle: Lifecycle;
  /** Minutes by hand for one finding; each of Plimsoll's own rules says it. */
  effort?: number;
  /** With its `{placeholders}`. */
  message: string;
  why: string;
  advice: string;
  limits: readonly string[];
  options: Readonly<Record<string, OptionSpec>>;
  /** The plugin that it comes from, as the configuration names it; absent for Plimsoll's own. */
  plugin?: string;
  /** Its documentation on the web, where a plugin names it. */
  page?: string;
  /** Absent when the rule has no fixer. */
  fix?: { safety: FixSafety; changes: string };
  /** Code that the rule reports, taken from its fixtures without their marks. */
  bad?: string;
  /** What the rule says of `bad`: its message with the values filled in. */
  says?: string;
  /** Code that looks alike and is fine. */
  good?: string;
}
