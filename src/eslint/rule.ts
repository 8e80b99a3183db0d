import type { Rule } from 'eslint';
import { editsBetween } from '../fix/edits-between.ts';
import type { Finding } from '../model/finding.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import type { Problem } from '../model/scan-result.ts';
import { rulePage } from '../report/context.ts';
import { type SharedScan, scanOf } from './file-scans.ts';

/** Scans whose problems have been told: by the first rule that ran on the file. */
const told = new WeakSet<SharedScan>();

/** A rule of Plimsoll as one of ESLint's: its findings out of the scan that all of them share. */
export function eslintRule(facts: RuleFacts): Rule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: { description: facts.why, url: rulePage(facts.id, [facts])! },
      ...(facts.fix && { fixable: 'code' }),
      hasSuggestions: facts.fix !== undefined,
      schema: [],
    },
    create: (context) => ({
      Program() {
        const scan = scanOf(context);
        if (!scan) return;
        if (!told.has(scan)) for (const problem of scan.problems) context.report(reportOfProblem(problem));
        told.add(scan);
        for (const finding of scan.findings) {
          if (finding.ruleId === facts.id && finding.status === 'active')
            context.report(reportOf(finding, scan, context));
        }
      },
    }),
  };
}

/** A file that is not analysed is never silent. */
function reportOfProblem({ message, position }: Problem): Rule.ReportDescriptor {
  const loc = { line: position?.line ?? 1, column: (position?.column ?? 1) - 1 };
  return { loc, message: `Plimsoll cannot analyse this file: ${message}` };
}

function reportOf(finding: Finding, scan: SharedScan, { sourceCode }: Rule.RuleContext): Rule.ReportDescriptor {
  const { start, end } = finding.range;
  const report: Rule.ReportDescriptor = {
    loc: { start: { line: start.line, column: start.column - 1 }, end: { line: end.line, column: end.column - 1 } },
    message: finding.message,
  };
  const { fix } = finding;
  const alone = fix && scan.fixOf(finding);
  // ESLint writes no other file: what needs one is left to `plimsoll --fix`.
  if (!alone || 'why' in alone || alone.support.length > 0) return report;
  const edit = (fixer: Rule.RuleFixer): Rule.Fix[] =>
    editsBetween(sourceCode.text, alone.after).map(({ start, end, text }) =>
      fixer.replaceTextRange([start, end], text),
    );
  if (alone.safety === 'safe' && alone.elsewhere.length === 0) return { ...report, fix: edit };
  const owners = alone.elsewhere.join(', ');
  const more = owners === '' ? fix.note : `${owners} must call ${fix.ends!.method}() then`;
  const desc = more === undefined ? fix.changes : `${fix.changes}; ${more}`;
  return { ...report, suggest: [{ desc, fix: edit }] };
}
