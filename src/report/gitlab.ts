import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { isActive, ownersInWords } from './summary.ts';
import { sentence } from './text.ts';

const severities: Record<Finding['severity'], string> = { high: 'critical', medium: 'major', low: 'minor' };

/** GitLab Code Quality. Fingerprints hold no line numbers, so that an issue is not new when lines above it change. */
export function gitlab(result: ScanResult): string {
  const issues = result.findings.filter(isActive).map((finding) => ({
    description: descriptionOf(finding),
    check_name: finding.ruleId,
    fingerprint: finding.fingerprint,
    severity: severities[finding.severity],
    location: {
      path: finding.file,
      lines: { begin: finding.range.start.line, end: finding.range.end.line },
    },
  }));
  return `${JSON.stringify(issues, undefined, 2)}\n`;
}

function descriptionOf(finding: Finding): string {
  const owners = ownersInWords(finding);
  return `${sentence(finding.message)} ${finding.advice}${owners === undefined ? '' : ` Owner: ${owners}`}`;
}
