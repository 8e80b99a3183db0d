import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { isActive, toldSeverity, wholeText } from './summary.ts';

const severities: Record<Finding['severity'], string> = { high: 'critical', medium: 'major', low: 'minor' };

/** GitLab Code Quality. Fingerprints hold no line numbers, so that an issue is not new when lines above it change. */
export function gitlab(result: ScanResult): string {
  const issues = result.findings.filter(isActive).map((finding) => ({
    description: wholeText(finding),
    check_name: finding.ruleId,
    fingerprint: finding.fingerprint,
    severity: severities[toldSeverity(finding)],
    location: {
      path: finding.file,
      lines: { begin: finding.range.start.line, end: finding.range.end.line },
    },
  }));
  return `${JSON.stringify(issues, undefined, 2)}\n`;
}
