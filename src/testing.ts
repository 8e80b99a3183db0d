import { fileRole } from './ast/where/file-role.ts';
import { runFile } from './engine/run-file.ts';
import { applyFixes } from './fix/apply.ts';
import type { PackageFacts } from './model/file-context.ts';
import type { Finding } from './model/finding.ts';
import type { RulePair } from './model/fixer.ts';
import type { OptionValues, Rule } from './model/rule.ts';

export interface CheckOptions {
  /** Its path in the project, which decides its language and role. Default: `src/file.ts`. */
  file?: string;
  /** Options of the rule; those left out have their defaults. */
  options?: OptionValues;
  /** Names of the package's dependencies. Default: none. */
  dependencies?: readonly string[];
}

export interface Checked {
  /** In the order of the text. What depends on other files is reported as if they agreed. */
  findings: Finding[];
  /** The text with every fix applied, those for review too; the imports that fixes ask for are left out. */
  fixed: string;
}

/**
 * Runs one rule, alone or with its fixer, over one text.
 *
 * @throws Error when the text has a syntax error, or when the rule or its fixer throws.
 */
export function checkRule(rule: Rule<unknown> | RulePair<unknown>, text: string, options: CheckOptions = {}): Checked {
  const pair = ('rule' in rule ? rule : { rule }) as RulePair<unknown> as RulePair<never>;
  const path = options.file ?? 'src/file.ts';
  const defaults = Object.entries(pair.rule.options ?? {}).map(([name, option]) => [name, option.default] as const);
  const facts: PackageFacts = {
    dir: '',
    name: undefined,
    type: 'module',
    dependencies: new Set(options.dependencies),
    scripts: new Set(),
  };
  const { findings: raw, problems } = runFile(
    {
      path,
      text,
      package: facts,
      role: fileRole(path, text, facts),
      hasDirectives: false,
      confidence: 'possible',
    },
    [{ pair, severity: undefined, isTrusted: false, options: { ...Object.fromEntries(defaults), ...options.options } }],
  );
  const [problem] = problems;
  if (problem) throw new Error(problem.message);
  const findings = raw.map(({ finding }) => finding);
  const fixable = findings.filter(({ fix }) => fix !== undefined);
  return { findings, fixed: applyFixes(path, text, fixable, { safety: 'review' }).text };
}
