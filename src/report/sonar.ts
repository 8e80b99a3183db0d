import type { Finding, Range } from '../model/finding.ts';
import type { Category } from '../model/rule.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { besideInWords, isActive, ownersInWords, toldSeverity, worstFirst } from './summary.ts';

const severities: Record<Finding['severity'], string> = { high: 'HIGH', medium: 'MEDIUM', low: 'LOW' };

/** Leaks and lost connections stop a service; the rest makes it slow. Sonar knows both as reliability. */
const attributes: Record<Category, string> = {
  resources: 'COMPLETE',
  memory: 'EFFICIENT',
  hashing: 'EFFICIENT',
  pooling: 'EFFICIENT',
  database: 'EFFICIENT',
  performance: 'EFFICIENT',
  api: 'COMPLETE',
  monitoring: 'COMPLETE',
};

/** Sonar's columns start at 0, and it refuses a range that is empty. */
function textRange({ start, end }: Range) {
  const isEmpty = start.line === end.line && start.column === end.column;
  return {
    startLine: start.line,
    ...(isEmpty ? {} : { endLine: end.line, startColumn: start.column - 1, endColumn: end.column - 1 }),
  };
}

/** SonarQube's generic issues in the format of 10.3 and later: rules with impacts, issues without severities. */
export function sonar(result: ScanResult): string {
  const findings = result.findings.filter(isActive);
  const rules = new Map<string, Finding>();
  // An issue has no severity of its own: its rule has that of the worst.
  for (const finding of worstFirst(findings)) if (!rules.has(finding.ruleId)) rules.set(finding.ruleId, finding);
  const document = {
    rules: [...rules.values()].map((finding) => ({
      id: finding.ruleId,
      name: finding.ruleId,
      description: `${finding.why} ${finding.advice}`,
      engineId: 'plimsoll',
      cleanCodeAttribute: attributes[finding.category],
      impacts: [{ softwareQuality: 'RELIABILITY', severity: severities[toldSeverity(finding)] }],
    })),
    issues: findings.map((finding) => ({
      ruleId: finding.ruleId,
      ...(finding.effort === undefined ? {} : { effortMinutes: finding.effort }),
      primaryLocation: {
        message: messageOf(finding),
        filePath: finding.file,
        textRange: textRange(finding.range),
      },
      ...(finding.related.length > 0
        ? {
            secondaryLocations: finding.related.map((related) => ({
              message: related.note,
              filePath: related.file,
              textRange: textRange(related.range),
            })),
          }
        : {}),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The format has no other place for these. */
function messageOf(finding: Finding): string {
  const owners = ownersInWords(finding);
  const beside = besideInWords(finding);
  const besides = [
    ...(beside === undefined ? [] : [`does not weigh: ${beside}`]),
    ...(owners === undefined ? [] : [`owner: ${owners}`]),
  ];
  return besides.length === 0 ? finding.message : `${finding.message} (${besides.join('; ')})`;
}
