import type { Finding } from '../model/finding.ts';
import type { FixResult, LeftFinding } from '../model/fix-result.ts';
import type { Category } from '../model/rule.ts';
import type { ScanResult } from '../model/scan-result.ts';
import type { ReportContext } from './context.ts';
import { gateLine, type Pen, paintGrade, penFor } from './pretty.ts';
import { besideInWords, isActive, placeOf, scopeInWords } from './summary.ts';
import { columnsOf, oneLine, plural, visible, wrap } from './text.ts';

/** What a run of fixes did, for people: score and findings before and after, each change, what is left and why, what comes next. */
export function fixSummary(before: ScanResult, after: ScanResult, fixes: FixResult, context: ReportContext): string {
  const pen = penFor(context);
  const sections = [
    headLines(fixes, pen),
    scoreLines(before, after, pen),
    countLines(before, after, pen),
    changeLines(fixes, pen),
    takenBackLines(fixes, pen),
    problemLines(fixes, pen),
    leftLines(fixes, after, pen),
    nextLines(fixes, after, pen),
    [...after.gates.map((gate) => gateLine(gate, pen)), ...exitLines(after, pen)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines(fixes: FixResult, { paint, mark }: Pen): string[] {
  const applied = fixes.files.reduce((sum, file) => sum + file.applied.length, 0);
  if (applied === 0) return [paint.bold('Nothing was changed.')];
  const verb = fixes.written ? 'Fixed' : 'Would fix';
  const where = `${plural(applied, 'finding')} in ${plural(fixes.files.length, 'file')}, ${plural(fixes.passes, 'pass', 'passes')}`;
  const { verification } = fixes;
  const lines = [`${paint.bold(`${verb} ${where}`)}`];
  if (verification) {
    const runs = plural(verification.runs, 'run');
    lines.push(
      verification.passed
        ? `${paint.green(mark.pass)} ${oneLine(verification.command)} passes on the fixed code (${runs})`
        : `${paint.red(mark.fail)} ${oneLine(verification.command)} does not always say the same: it fails now (${runs})`,
    );
  }
  return lines;
}

function scoreLines(before: ScanResult, after: ScanResult, pen: Pen): string[] {
  const { paint, mark } = pen;
  const show = ({ score }: ScanResult) =>
    `${paint.bold(String(score.value))} ${paintGrade(score.grade, score.value, pen)}`;
  const gain = after.score.value - before.score.value;
  const change = gain === 0 ? '' : (gain > 0 ? paint.green : paint.red)(`  ${signed(gain, pen)}`);
  return [
    `${paint.bold('Score')}  ${show(before)} ${mark.arrow} ${show(after)}${change}`,
    ...wrap(scopeInWords(after), pen.width).map((line) => paint.dim(line)),
  ];
}

function signed(count: number, { context }: Pen): string {
  if (count === 0) return '0';
  return count > 0 ? `+${count}` : `${context.unicode ? '−' : '-'}${-count}`;
}

/** Findings that weigh, by severity and by category; then how many do not. */
function countLines(before: ScanResult, after: ScanResult, pen: Pen): string[] {
  const { paint } = pen;
  const total = ({ high, medium, low }: ScanResult['score']['counts']) => high + medium + low;
  const inCategory = (result: ScanResult, category: Category): number => {
    const found = result.score.categories[category];
    return found ? total(found.counts) : 0;
  };
  const categories = [
    ...new Set([...Object.keys(before.score.categories), ...Object.keys(after.score.categories)]),
  ].sort() as Category[];
  const rows: [string, number, number][] = [
    ...(['high', 'medium', 'low'] as const).map((severity): [string, number, number] => [
      severity,
      before.score.counts[severity],
      after.score.counts[severity],
    ]),
    ...categories.map((category): [string, number, number] => [
      category,
      inCategory(before, category),
      inCategory(after, category),
    ]),
    ['all', total(before.score.counts), total(after.score.counts)],
    ...(weightless(before) + weightless(after) > 0
      ? [['do not weigh', weightless(before), weightless(after)] satisfies [string, number, number]]
      : []),
  ];
  const row = (label: string, cells: readonly string[]) =>
    `${label.padEnd(14)}${cells.map((cell) => cell.padStart(8)).join('')}`;
  return [
    paint.dim(row('findings', ['before', 'after', 'change'])),
    ...rows.map(([label, was, now]) => {
      const text = row(label, [String(was), String(now), signed(now - was, pen)]);
      return label === 'all' ? paint.bold(text) : text;
    }),
  ];
}

/** How many are shown that are on trial or only possible. */
function weightless({ findings }: ScanResult): number {
  return findings.filter((finding) => isActive(finding) && besideInWords(finding) !== undefined).length;
}

function changeLines(fixes: FixResult, pen: Pen): string[] {
  if (fixes.files.length === 0) return [];
  const { paint } = pen;
  const lines = [paint.bold(fixes.written ? 'Changed' : 'Would change')];
  for (const { file, applied, follows } of fixes.files) {
    lines.push(`  ${paint.cyan(visible(file))}`);
    for (const finding of applied) {
      const note = finding.fix?.note === undefined ? '' : `; ${finding.fix.note}`;
      const head = `line ${finding.range.start.line}`.padEnd(10);
      lines.push(...hanging(`    ${head}`, finding.ruleId, `${finding.fix?.changes ?? ''}${note}`, pen));
    }
    for (const { finding, what } of follows) {
      lines.push(...hanging(`    ${'with it'.padEnd(10)}`, finding.ruleId, what, pen));
    }
  }
  for (const { file, what } of fixes.support) {
    const name = visible(file);
    if (2 + columnsOf(name) + 2 + columnsOf(what) <= pen.width) lines.push(`  ${paint.cyan(name)}  ${what}`);
    else lines.push(`  ${paint.cyan(name)}`, `    ${what}`);
  }
  return lines;
}

/** Head, rule and text; the text goes below where the line is full. */
function hanging(head: string, ruleId: string, text: string, { paint, width }: Pen): string[] {
  const line = oneLine(text);
  const start = `${head}${paint.bold(ruleId)}`;
  const used = columnsOf(head) + ruleId.length;
  if (line === '') return [start];
  if (used + 2 + columnsOf(line) <= width) return [`${start}  ${line}`];
  return [start, ...wrap(line, width - 6).map((part) => `      ${part}`)];
}

function takenBackLines(fixes: FixResult, pen: Pen): string[] {
  if (fixes.takenBack.length === 0) return [];
  const lines = [pen.paint.bold(`Taken back: ${plural(fixes.takenBack.length, 'fix', 'fixes')}`)];
  for (const { finding, why } of fixes.takenBack) {
    const [first = '', ...output] = why.split('\n');
    lines.push(...hanging(`  ${visible(placeOf(finding))}  `, finding.ruleId, first, pen));
    for (const line of output) lines.push(pen.paint.dim(`      ${visible(line)}`));
  }
  return lines;
}

function problemLines(fixes: FixResult, pen: Pen): string[] {
  const { paint, mark } = pen;
  return fixes.problems.map(
    ({ file, message }) => `${paint.red(`${mark.fail} not fixed`)}  ${paint.cyan(visible(file))}  ${oneLine(message)}`,
  );
}

/** What is left, by reason; then the rules that nothing repairs, with what to do by hand. */
function leftLines(fixes: FixResult, after: ScanResult, pen: Pen): string[] {
  const { paint } = pen;
  const told = new Set<string>();
  const groups = new Map<string, LeftFinding[]>();
  for (const left of fixes.skipped) {
    told.add(left.finding.fingerprint);
    const group = groups.get(left.why);
    if (group) group.push(left);
    else groups.set(left.why, [left]);
  }
  for (const { finding } of fixes.takenBack) told.add(finding.fingerprint);
  const rest = after.findings.filter((finding) => isActive(finding) && !finding.fix && !told.has(finding.fingerprint));
  const lines: string[] = [];
  for (const [why, group] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    lines.push(...wrap(oneLine(why), pen.width - 4).map((line, i) => `  ${i === 0 ? '' : '  '}${line}`));
    for (const { finding } of group)
      lines.push(`    ${paint.cyan(visible(placeOf(finding)))}  ${paint.bold(finding.ruleId)}`);
  }
  const byRule = new Map<string, Finding[]>();
  for (const finding of rest) byRule.set(finding.ruleId, [...(byRule.get(finding.ruleId) ?? []), finding]);
  for (const [ruleId, list] of [...byRule].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(...hanging('  by hand: ', ruleId, list[0]!.advice, pen));
    for (const finding of list) lines.push(`    ${paint.cyan(visible(placeOf(finding)))}  ${oneLine(finding.message)}`);
  }
  return lines.length === 0 ? [] : [paint.bold('Left as it is'), ...lines];
}

function nextLines(fixes: FixResult, after: ScanResult, pen: Pen): string[] {
  const { paint } = pen;
  const review = after.findings.filter((finding) => isActive(finding) && finding.fix?.safety === 'review').length;
  const steps = [...fixes.next];
  if (review > 0) steps.push(`look at ${plural(review, 'fix', 'fixes')} to review: plimsoll --fix=review --diff`);
  for (const { ruleId, findings, points } of after.score.moves) {
    if (points > 0) steps.push(`${ruleId}: ${plural(findings, 'finding')} left, ${points} points to win back`);
  }
  if (steps.length === 0) return [];
  return [
    paint.bold('What comes next'),
    ...steps.flatMap((step, i) =>
      wrap(oneLine(step), pen.width - 5).map((line, j) => `  ${j === 0 ? `${i + 1}. ` : '   '}${line}`),
    ),
  ];
}

function exitLines({ exit }: ScanResult, pen: Pen): string[] {
  if (exit.code === 0) return [];
  return wrap(oneLine(`exit code ${exit.code}: ${exit.reason}`), pen.width).map((line) => pen.paint.dim(line));
}
