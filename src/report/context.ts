import type { Severity } from '../model/rule.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import type { ScanResult } from '../model/scan-result.ts';

/** What a report may know beside the result itself. */
export interface ReportContext {
  colour: boolean;
  /** Links to rule pages as terminal escapes; only ever with `colour`. */
  hyperlinks: boolean;
  /** False where the terminal shows ASCII alone. */
  unicode: boolean;
  /** Columns of the terminal; 80 where there is none. */
  width: number;
  /** The text of a scanned file; undefined when it is gone, as when a saved result is rendered elsewhere. */
  readSource(file: string): string | undefined;
  rules: readonly RuleFacts[];
  /** The numbers that the score is made of, for reports that open up its arithmetic. */
  weights?: { budget: Record<Severity, number>; half: Record<Severity, number>; leastCodeLines: number };
  /** Where the scanned code comes from, for reports that say so. */
  versionControl?: { repositoryUri: string; revisionId: string; branch?: string };
}

/** Renders a result as the whole content of one document. Pure, but for reading sources through the context. */
export type Report = (result: ScanResult, context: ReportContext) => string;

export const homepage = 'https://github.com/plimsoll-dev/plimsoll';

/** The page of a rule: undefined for a rule of a plugin that names none, and for one that is not known any more. */
export function rulePage(ruleId: string, rules: readonly RuleFacts[]): string | undefined {
  const rule = rules.find(({ id }) => id === ruleId);
  return rule === undefined || rule.plugin !== undefined ? rule?.page : `${homepage}/blob/main/docs/rules/${ruleId}.md`;
}
