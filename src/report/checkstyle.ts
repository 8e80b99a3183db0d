import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { isActive, toldSeverity, wholeText } from './summary.ts';
import { escapeXml } from './text.ts';

const severities: Record<Finding['severity'], string> = { high: 'error', medium: 'warning', low: 'info' };

/** The XML of Checkstyle, which many CI systems read. */
export function checkstyle(result: ScanResult): string {
  const files = new Map<string, string[]>();
  const add = (file: string, line: string) => files.set(file, [...(files.get(file) ?? []), line]);
  for (const finding of result.findings.filter(isActive)) {
    const { line, column } = finding.range.start;
    add(
      finding.file,
      `    <error line="${line}" column="${column}" severity="${severities[toldSeverity(finding)]}" message="${escapeXml(wholeText(finding))}" source="plimsoll.${finding.ruleId}"/>`,
    );
  }
  for (const { file, position, kind, message } of result.problems) {
    const at = `line="${position?.line ?? 1}" column="${position?.column ?? 1}"`;
    add(
      file,
      `    <error ${at} severity="error" message="${escapeXml(`not analysed: ${message}`)}" source="plimsoll.${kind}"/>`,
    );
  }
  const body = [...files].flatMap(([file, lines]) => [`  <file name="${escapeXml(file)}">`, ...lines, '  </file>']);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">', ...body, '</checkstyle>', ''].join(
    '\n',
  );
}
