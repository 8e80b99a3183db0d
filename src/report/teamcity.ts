import type { Finding } from '../model/finding.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { isActive, toldSeverity, wholeText } from './summary.ts';
import { visible } from './text.ts';

const severities: Record<Finding['severity'], string> = { high: 'ERROR', medium: 'WARNING', low: 'WEAK WARNING' };

/** Longer texts are refused. */
const longest = 4_000;

function escaped(text: string): string {
  return visible(text.slice(0, longest))
    .replace(/[|'[\]]/g, '|$&')
    .replaceAll('\n', '|n')
    .replaceAll('\t', ' ')
    .replace(/[^\u0020-\u007e]/g, (character) => `|0x${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function message(name: string, properties: Record<string, string | number>): string {
  const list = Object.entries(properties).map(([key, value]) => ` ${key}='${escaped(String(value))}'`);
  return `##teamcity[${name}${list.join('')}]`;
}

/** Service messages of TeamCity: inspections, a problem for each file that was not analysed, and the score as a statistic. */
export function teamcity(result: ScanResult): string {
  const findings = result.findings.filter(isActive);
  const rules = new Map(findings.map((finding) => [finding.ruleId, finding]));
  const lines = [...rules.values()].map(({ ruleId, category, why }) =>
    message('inspectionType', { id: ruleId, name: ruleId, category: `Plimsoll: ${category}`, description: why }),
  );
  for (const finding of findings) {
    lines.push(
      message('inspection', {
        typeId: finding.ruleId,
        message: wholeText(finding),
        file: finding.file,
        line: finding.range.start.line,
        SEVERITY: severities[toldSeverity(finding)],
      }),
    );
  }
  for (const problem of result.problems) {
    lines.push(message('buildProblem', { description: `${problem.file} was not analysed: ${problem.message}` }));
  }
  lines.push(message('buildStatisticValue', { key: 'plimsoll.score', value: result.score.value }));
  return `${lines.join('\n')}\n`;
}
