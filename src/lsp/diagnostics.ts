import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Range } from 'vscode-languageserver/node';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { FileScan } from '../engine/file-scanner.ts';
import type { Finding, Range as FindingRange, Position } from '../model/finding.ts';
import type { Severity } from '../model/rule.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import type { Problem, SuppressionProblem } from '../model/scan-result.ts';
import { rulePage } from '../report/context.ts';
import { besideInWords } from '../report/summary.ts';

/** What the diagnostics of one project depend on beside its findings. */
export interface DiagnosticContext {
  /** Absolute. */
  root: string;
  rules: readonly RuleFacts[];
}

const source = 'plimsoll';
const levels = [
  DiagnosticSeverity.Error,
  DiagnosticSeverity.Warning,
  DiagnosticSeverity.Information,
  DiagnosticSeverity.Hint,
] as const;
const places: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** The findings that count, the directives that do not apply, and what keeps the file from being analysed. */
export function diagnosticsOf(scan: FileScan, context: DiagnosticContext): Diagnostic[] {
  return [
    ...scan.findings.filter(({ status }) => status === 'active').map((finding) => diagnosticOf(finding, context)),
    ...scan.suppressionProblems.map(ofSuppression),
    ...scan.problems.map(ofProblem),
  ];
}

/** What weighs nothing is one step milder than its severity. */
export function diagnosticOf(finding: Finding, { root, rules }: DiagnosticContext): Diagnostic {
  const { ruleId, severity, message, advice, related } = finding;
  const href = rulePage(ruleId, rules);
  return {
    range: rangeOf(finding.range),
    severity: levels[places[severity] + (besideInWords(finding) === undefined ? 0 : 1)]!,
    code: ruleId,
    ...(href !== undefined && { codeDescription: { href } }),
    source,
    message: `${message}\n${advice}`,
    ...(related.length > 0 && {
      relatedInformation: related.map(({ file, range, note }) => ({
        location: { uri: pathToFileURL(join(root, file)).href, range: rangeOf(range) },
        message: note,
      })),
    }),
  };
}

function ofSuppression({ line, message }: SuppressionProblem): Diagnostic {
  const start = { line: line - 1, character: 0 };
  const end = { line, character: 0 };
  return { range: { start, end }, severity: DiagnosticSeverity.Warning, code: 'suppression', source, message };
}

/** While a line is being typed nearly every text is a syntax error, and the editor's own parser says so too. */
function ofProblem({ kind, position, message }: Problem): Diagnostic {
  const start = position ? positionOf(position) : { line: 0, character: 0 };
  const severity = kind === 'syntax' ? DiagnosticSeverity.Hint : DiagnosticSeverity.Warning;
  return { range: { start, end: start }, severity, code: kind, source, message: `Not analysed: ${message}` };
}

function rangeOf({ start, end }: FindingRange): Range {
  return { start: positionOf(start), end: positionOf(end) };
}

function positionOf({ line, column }: Position): Range['start'] {
  return { line: line - 1, character: column - 1 };
}
