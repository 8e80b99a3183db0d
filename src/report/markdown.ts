import type { Category } from '../model/rule.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import type { ScanResult } from '../model/scan-result.ts';
import { type ReportContext, rulePage } from './context.ts';
import { sparkline } from './sparkline.ts';
import {
  baselineInWords,
  besideInWords,
  besideTheScore,
  comparisonInWords,
  countsByOwner,
  effortInWords,
  isActive,
  placeOf,
  repairHeads,
  scopeInWords,
  skippedInWords,
  trendInWords,
  worstFirst,
} from './summary.ts';
import { oneLine, plural } from './text.ts';

/** A comment may hold 65,536 characters; past this the rest of the findings is counted. */
const longest = 60_000;
const shownScores = 24;

/** Text that Markdown shows as it is, also in a table cell. */
function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>|#~@]/g, (character) =>
    character === '@' ? '@\u200b' : `\\${character}`,
  );
}

function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

function ruleLink(ruleId: string, rules: readonly RuleFacts[]): string {
  const page = rulePage(ruleId, rules);
  return page === undefined ? ruleId : `[${ruleId}](${page})`;
}

/** For a job summary or a pull request comment: score, gates, categories, moves, then the findings, worst first. */
export function markdown(result: ScanResult, { rules }: Pick<ReportContext, 'rules'>): string {
  const { score } = result;
  const lines = [`## Plimsoll: ${score.value} / 100 (${score.grade})${result.partial ? ', partial' : ''}`, ''];
  for (const gate of result.gates) {
    lines.push(`- ${gate.passed ? '✅' : '❌'} **${gate.name}**: ${escapeMarkdown(gate.message)}`);
  }
  if (result.gates.length > 0) lines.push('');
  const trend = trendInWords(result);
  if (trend !== undefined) {
    const scores = (result.trend ?? []).map((point) => point.score);
    lines.push(`Trend ${sparkline(scores.slice(-shownScores))} ${trend}`, '');
  }
  const rows = Object.entries(score.categories) as [Category, NonNullable<(typeof score.categories)[Category]>][];
  if (rows.length > 0) {
    lines.push('| category | high | medium | low | score | grade |', '|-|-:|-:|-:|-:|-|');
    for (const [name, { counts, value, grade }] of [...rows, ['**all**', score] as const]) {
      lines.push(`| ${name} | ${counts.high} | ${counts.medium} | ${counts.low} | ${value} | ${grade} |`);
    }
    lines.push('');
  }
  if (result.packages.length > 1) {
    lines.push('| package | score | grade |', '|-|-:|-|');
    for (const one of result.packages) {
      lines.push(`| ${escapeMarkdown(one.name ?? (one.dir || '.'))} | ${one.score.value} | ${one.score.grade} |`);
    }
    lines.push('');
  }
  const effort = effortInWords(result.findings);
  if (effort !== undefined) lines.push(`${repairHeads(result).effort}: ${effort}.`, '');
  const owners = countsByOwner(result.findings);
  if (owners.length > 0) {
    lines.push('| owner | high | medium | low |', '|-|-:|-:|-:|');
    for (const [owner, { high, medium, low }] of owners) {
      lines.push(`| ${escapeMarkdown(owner)} | ${high} | ${medium} | ${low} |`);
    }
    lines.push('');
  }
  if (score.moves.length > 0) {
    lines.push(`${repairHeads(result).moves}, in this order:`, '');
    score.moves.forEach((move, index) => {
      const rule = ruleLink(move.ruleId, rules);
      lines.push(`${index + 1}. ${rule}: ${plural(move.findings, 'finding')}, +${move.points}`);
    });
    lines.push('');
  }
  for (const problem of result.problems) {
    lines.push(`- ⚠️ not analysed: ${code(problem.file)} ${escapeMarkdown(problem.message)}`);
  }
  if (result.problems.length > 0) lines.push('');
  const since = comparisonInWords(result);
  if (since !== undefined) lines.push(`**${escapeMarkdown(since)}**`, '', ...fixedList(result, rules));
  if (result.baseline) lines.push(`${escapeMarkdown(baselineInWords(result.baseline))}.`, '');
  lines.push(...findingTable(result, rules, longest - lines.join('\n').length));
  const skipped = skippedInWords(result);
  const beside = besideTheScore(result.findings);
  lines.push(
    `${scopeInWords(result)}${skipped === '' ? '' : `; left out: ${skipped}`}${beside.length > 0 ? `; beside the score: ${beside.join(', ')}` : ''}.`,
    '',
  );
  return lines.join('\n');
}

/** Findings shown as fixed; the count above is complete. */
const fixedShown = 20;

function fixedList(result: ScanResult, rules: readonly RuleFacts[]): string[] {
  const fixed = result.comparison?.fixed ?? [];
  if (fixed.length === 0) return [];
  const lines = fixed.slice(0, fixedShown).map(({ file, scope, ruleId, count }) => {
    const times = count === 1 ? '' : `, ${count} times`;
    return `- fixed: ${ruleLink(ruleId, rules)} in ${code(scope === '' ? file : `${file}#${scope}`)}${times}`;
  });
  return [...lines, ...(fixed.length > fixedShown ? [`- and ${fixed.length - fixedShown} more`] : []), ''];
}

function findingTable(result: ScanResult, rules: readonly RuleFacts[], room: number): string[] {
  const findings = worstFirst(result.findings.filter(isActive));
  if (findings.length === 0) return ['No findings.', ''];
  const isOwned = findings.some(({ owners }) => owners !== undefined);
  const rows = isOwned
    ? ['| severity | where | what | fix | owner |', '|-|-|-|-|-|']
    : ['| severity | where | what | fix |', '|-|-|-|-|'];
  let left = room - 400;
  for (const [index, finding] of findings.entries()) {
    const rule = ruleLink(finding.ruleId, rules);
    const fix = finding.fix?.safety ?? '';
    const beside = besideInWords(finding);
    const severity = beside === undefined ? finding.severity : `${finding.severity} (${beside})`;
    const owners = isOwned ? ` ${escapeMarkdown((finding.owners ?? []).join(', '))} |` : '';
    const row = `| ${severity} | ${code(placeOf(finding))} | ${escapeMarkdown(finding.message)} ${rule} | ${fix} |${owners}`;
    left -= row.length + 1;
    if (left < 0) {
      return [
        ...rows,
        '',
        `${plural(findings.length - index, 'more finding')} not listed here; totals above are complete.`,
        '',
      ];
    }
    rows.push(row);
  }
  return [...rows, ''];
}
