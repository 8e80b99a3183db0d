import type { Finding, Position, Range } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { homepage, type ReportContext, rulePage } from './context.ts';
import { linesOf, positionAt } from './source-lines.ts';
import { besideInWords, isActive, ownersInWords, toldSeverity } from './summary.ts';

const severities: Record<Finding['severity'], string> = { high: 'ERROR', medium: 'WARNING', low: 'INFO' };

/** reviewdog's format, whose columns count UTF-8 bytes. With the file at hand, whole fixes go along as suggestions. */
export function rdjson(result: ScanResult, context: ReportContext): string {
  const lines = new Map<string, string[]>();
  const linesOfFile = (file: string) => {
    const known = lines.get(file) ?? linesOf(context.readSource(file) ?? '');
    lines.set(file, known);
    return known;
  };
  const position = (file: string, { line, column }: Position) => {
    const before = linesOfFile(file)[line - 1]?.slice(0, column - 1);
    return { line, column: before === undefined ? column : Buffer.byteLength(before) + 1 };
  };
  const range = (file: string, { start, end }: Range) => ({ start: position(file, start), end: position(file, end) });
  const suggestions = ({ file, fix }: Finding) => {
    const source = context.readSource(file);
    // A fix that also writes imports is not whole here: applied alone it would break the file.
    if (source === undefined || !fix || fix.needs.length > 0 || fix.imports.length > 0) return [];
    return fix.edits.map((edit) => ({
      range: range(file, { start: positionAt(source, edit.start), end: positionAt(source, edit.end) }),
      text: edit.text,
    }));
  };
  const document = {
    source: { name: 'plimsoll', url: homepage },
    diagnostics: result.findings.filter(isActive).map((finding) => {
      const suggested = suggestions(finding);
      const page = rulePage(finding.ruleId, context.rules);
      return {
        message: messageOf(finding),
        location: { path: finding.file, range: range(finding.file, finding.range) },
        severity: severities[toldSeverity(finding)],
        code: { value: finding.ruleId, ...(page === undefined ? {} : { url: page }) },
        ...(suggested.length > 0 ? { suggestions: suggested } : {}),
        ...(finding.related.length > 0
          ? {
              related_locations: finding.related.map((related) => ({
                message: related.note,
                location: { path: related.file, range: range(related.file, related.range) },
              })),
            }
          : {}),
      };
    }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** It becomes a comment: an owner is named there without being called at every run. */
function messageOf(finding: Finding): string {
  const owners = ownersInWords(finding)?.replaceAll('@', '@\u200b');
  const beside = besideInWords(finding);
  return [
    finding.message,
    finding.why,
    finding.advice,
    ...(beside === undefined ? [] : [`Does not weigh: ${beside}.`]),
    ...(owners === undefined ? [] : [`Owner: ${owners}`]),
  ].join('\n');
}
