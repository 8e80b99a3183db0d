import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Finding } from '../model/finding.ts';
import type { Category } from '../model/rule.ts';
import type { Gate, ScanResult } from '../model/scan-result.ts';
import { codeFrame, paintFor } from './code-frame.ts';
import { type ReportContext, rulePage } from './context.ts';
import { linesOf } from './source-lines.ts';
import { sparkline } from './sparkline.ts';
import {
  baselineInWords,
  besideInWords,
  besideTheScore,
  comparisonInWords,
  countsByOwner,
  countsInWords,
  effortInWords,
  isActive,
  placeOf,
  repairHeads,
  scopeInWords,
  skippedInWords,
  trendInWords,
} from './summary.ts';
import { columnsOf, oneLine, plural, visible, wrap } from './text.ts';

export interface Pen {
  paint: ChalkInstance;
  context: ReportContext;
  width: number;
  /** The lines of a scanned file, split once. */
  sourceLines(file: string): readonly string[] | undefined;
  mark: Record<
    'high' | 'medium' | 'low' | 'pass' | 'fail' | 'warn' | 'full' | 'empty' | 'line' | 'dot' | 'arrow',
    string
  >;
}

const unicodeMarks: Pen['mark'] = {
  high: '▲',
  medium: '●',
  low: '○',
  pass: '✔',
  fail: '✖',
  warn: '!',
  full: '█',
  empty: '░',
  line: '─',
  dot: '·',
  arrow: '→',
};
const asciiMarks: Pen['mark'] = {
  high: '^',
  medium: '*',
  low: 'o',
  pass: 'ok',
  fail: 'x',
  warn: '!',
  full: '#',
  empty: '.',
  line: '-',
  dot: '-',
  arrow: '->',
};

/** Text is easiest to read up to here, however wide the terminal is. */
const widestText = 110;

export function penFor(context: ReportContext): Pen {
  return {
    paint: new Chalk({ level: context.colour ? 1 : 0 }),
    context,
    sourceLines: linesReader(context),
    width: Math.max(40, Math.min(context.width, widestText)),
    mark: context.unicode ? unicodeMarks : asciiMarks,
  };
}

function linesReader(context: ReportContext): Pen['sourceLines'] {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const source = context.readSource(file);
      known.set(file, source === undefined ? undefined : linesOf(source));
    }
    return known.get(file);
  };
}

/** For people at a terminal: every finding with its code, then the table, the score, what to do next, the gates. */
export function pretty(result: ScanResult, context: ReportContext): string {
  const pen = penFor(context);
  const explained = new Set<string>();
  const blocks = result.findings.filter(isActive).map((finding) => {
    const isFirst = !explained.has(finding.ruleId);
    explained.add(finding.ruleId);
    return findingBlock(finding, pen, isFirst);
  });
  return `${[...blocks, ...troubles(result, pen), summaryBlock(result, pen)].join('\n\n')}\n`;
}

function link(text: string, url: string | undefined, pen: Pen): string {
  return pen.context.hyperlinks && url !== undefined ? `\u001b]8;;${url}\u0007${text}\u001b]8;;\u0007` : text;
}

/** One finding. Why and advice are the rule's own, so they stand only where the rule first appears. */
export function findingBlock(finding: Finding, pen: Pen, withRule: boolean): string {
  const { paint, mark } = pen;
  const colour = paintFor(finding, paint);
  const place = visible(placeOf(finding));
  const rule = paint.bold(link(finding.ruleId, rulePage(finding.ruleId, pen.context.rules), pen));
  const beside = besideInWords(finding);
  const tags = [
    finding.category,
    finding.confidence === 'likely' ? 'likely' : '',
    beside === undefined ? '' : `${beside}: does not weigh`,
  ].filter(Boolean);
  const tail = tags.join(` ${mark.dot} `);
  const severity = `${mark[finding.severity]} ${finding.severity}`;
  const start = `${colour(severity)}  ${rule}`;
  const plainHead = `${severity}  ${finding.ruleId}  ${tail}`;
  const gap = pen.width - columnsOf(plainHead) - columnsOf(place);
  const lines =
    gap >= 2
      ? [`${start}  ${paint.dim(tail)}${' '.repeat(gap)}${paint.cyan(place)}`]
      : columnsOf(plainHead) <= pen.width
        ? [`${start}  ${paint.dim(tail)}`, `  ${paint.cyan(place)}`]
        : [start, `  ${paint.dim(tail)}`, `  ${paint.cyan(place)}`];
  for (const line of wrap(oneLine(finding.message), pen.width - 2)) lines.push(`  ${line}`);
  lines.push('');
  lines.push(
    ...codeFrame(finding, pen.sourceLines(finding.file), {
      paint,
      unicode: pen.context.unicode,
      width: pen.width,
      indent: '  ',
    }),
  );
  const notes = [
    ...(withRule ? [labelled('why', finding.why, pen), labelled('advice', finding.advice, pen)] : []),
    evidence(finding, pen),
    repair(finding, pen),
    finding.owners ? labelled('owner', finding.owners.join(', '), pen) : [],
  ].filter((note) => note.length > 0);
  if (notes.length > 0) lines.push('', ...notes.flat());
  return lines.join('\n');
}

/** `  why     text, wrapped under itself`. */
export function labelled(
  label: string,
  text: string,
  pen: Pen,
  colour: (text: string) => string = pen.paint.dim,
): string[] {
  const indent = 11;
  return wrap(oneLine(text), pen.width - indent).map((line, index) =>
    index === 0 ? `  ${colour(label.padEnd(indent - 2))}${line}` : ' '.repeat(indent) + line,
  );
}

/** The other places that belong to it, in order: for the request path, the chain from the handler to here. */
function evidence(finding: Finding, pen: Pen): string[] {
  const places = finding.related.map((related) => visible(placeOf(related)));
  const widest = Math.max(0, ...places.map(columnsOf));
  return finding.related.flatMap((related, index) => {
    const place = places[index] ?? '';
    const label = (index === 0 ? 'evidence' : '').padEnd(9);
    const note = oneLine(related.note);
    if (11 + widest + 2 + columnsOf(note) > pen.width) {
      return [
        `  ${pen.paint.dim(label)}${pen.paint.cyan(place)}`,
        ...wrap(note, pen.width - 13).map((line) => ' '.repeat(13) + line),
      ];
    }
    return [`  ${pen.paint.dim(label)}${pen.paint.cyan(place)}${' '.repeat(widest - columnsOf(place) + 2)}${note}`];
  });
}

function repair(finding: Finding, pen: Pen): string[] {
  const { paint } = pen;
  if (finding.fix) {
    const isSafe = finding.fix.safety === 'safe';
    const note = finding.fix.note === undefined ? '' : `; ${finding.fix.note}`;
    const text = `${finding.fix.changes.replace(/\.$/, '')}${note} (${isSafe ? 'safe: --fix' : 'review: --fix=review'})`;
    return labelled('fix', text, pen, isSafe ? paint.green : paint.yellow);
  }
  return finding.skip === undefined ? [] : labelled('no fix', finding.skip, pen);
}

/** What was not analysed, and directives that do not apply: never silent. */
function troubles(result: ScanResult, pen: Pen): string[] {
  const { paint, mark } = pen;
  const line = (head: string, colour: ChalkInstance, place: string, message: string) => {
    const text = oneLine(message);
    const start = `${colour(head)}  ${paint.cyan(visible(place))}`;
    if (columnsOf(`${head}  ${visible(place)}  ${text}`) <= pen.width) return [`${start}  ${text}`];
    return [start, ...wrap(text, pen.width - 4).map((part) => `    ${part}`)];
  };
  const lines = [
    ...result.problems.flatMap(({ file, position, message }) => {
      const at = position ? `:${position.line}:${position.column}` : '';
      return line(`${mark.fail} not analysed`, paint.red, file + at, message);
    }),
    ...result.suppressionProblems.flatMap(({ kind, file, line: at, message }) =>
      line(`${mark.warn} ${kind} suppression`, paint.yellow, `${file}:${at}`, message),
    ),
  ];
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function dimLines(text: string, pen: Pen): string[] {
  return wrap(text, pen.width).map((line) => pen.paint.dim(line));
}

function summaryBlock(result: ScanResult, pen: Pen): string {
  const sections = [
    categoryTable(result, pen),
    packageLines(result, pen),
    ownerLines(result, pen),
    scoreLines(result, pen),
    moveLines(result, pen),
    fixLines(result, pen),
    result.gates.map((gate) => gateLine(gate, pen)),
  ];
  const text = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  const verdict =
    result.exit.code === 0
      ? []
      : [dimLines(oneLine(`exit code ${result.exit.code}: ${result.exit.reason}`), pen).join('\n')];
  return [pen.paint.dim(pen.mark.line.repeat(pen.width)), ...text, ...verdict].join('\n\n');
}

function categoryTable(result: ScanResult, pen: Pen): string[] {
  const { paint } = pen;
  const rows = Object.entries(result.score.categories) as [
    Category,
    NonNullable<ScanResult['score']['categories'][Category]>,
  ][];
  if (rows.length === 0) return [];
  const cell = (count: number, colour: ChalkInstance) => (count === 0 ? paint.dim('0') : colour(String(count)));
  const table = new Table({
    head: ['category', 'high', 'medium', 'low', 'score', 'grade'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    chars: pen.context.unicode
      ? {}
      : Object.fromEntries([
          ...['top', 'bottom', 'mid'].map((side) => [side, '-']),
          ...['left', 'right', 'middle'].map((side) => [side, '|']),
          ...['top', 'bottom'].flatMap((side) => ['mid', 'left', 'right'].map((end) => [`${side}-${end}`, '+'])),
          ...['left-mid', 'mid-mid', 'right-mid'].map((place) => [place, '+']),
        ]),
    style: { head: [], border: [], compact: true },
  });
  for (const [category, { counts, value, grade }] of rows) {
    table.push([
      category,
      cell(counts.high, paint.red),
      cell(counts.medium, paint.yellow),
      cell(counts.low, paint.cyan),
      String(value),
      paintGrade(grade, value, pen),
    ]);
  }
  const { counts, value, grade } = result.score;
  table.push([
    paint.bold('all'),
    cell(counts.high, paint.red.bold),
    cell(counts.medium, paint.yellow.bold),
    cell(counts.low, paint.cyan.bold),
    paint.bold(String(value)),
    paintGrade(grade, value, pen),
  ]);
  return table.toString().split('\n');
}

export function paintGrade(grade: string, value: number, pen: Pen): string {
  const { paint } = pen;
  const text = pen.context.unicode ? grade : grade.replace('−', '-');
  return (value >= 80 ? paint.green : value >= 45 ? paint.yellow : paint.red)(text);
}

function packageLines(result: ScanResult, pen: Pen): string[] {
  if (result.packages.length < 2) return [];
  const name = (one: ScanResult['packages'][number]) => visible(one.name ?? (one.dir || '.'));
  const widest = Math.max(...result.packages.map((one) => columnsOf(name(one))));
  return result.packages.map(({ score, ...one }) => {
    const label = name({ score, ...one });
    const { high, medium, low } = score.counts;
    return `${label}${' '.repeat(widest - columnsOf(label))}  ${String(score.value).padStart(3)}  ${paintGrade(score.grade, score.value, pen)}${' '.repeat(3 - score.grade.length)} ${pen.paint.dim(`${high} high, ${medium} medium, ${low} low`)}`;
  });
}

function ownerLines(result: ScanResult, pen: Pen): string[] {
  const rows = countsByOwner(result.findings).map(([owner, counts]) => [visible(owner), counts] as const);
  const widest = Math.max(0, ...rows.map(([owner]) => columnsOf(owner)));
  return rows.map(
    ([owner, counts]) => `${owner}${' '.repeat(widest - columnsOf(owner))}  ${pen.paint.dim(countsInWords(counts))}`,
  );
}

/** The score, drawn as what floats above the line. */
function scoreLines(result: ScanResult, pen: Pen): string[] {
  const { paint, mark } = pen;
  const { value, grade } = result.score;
  const cells = 20;
  const filled = Math.round((value / 100) * cells);
  const colour = value >= 80 ? paint.green : value >= 45 ? paint.yellow : paint.red;
  const bar = colour(mark.full.repeat(filled)) + paint.dim(mark.empty.repeat(cells - filled));
  const beside = besideTheScore(result.findings);
  const onTrial = result.findings.some((finding) => isActive(finding) && besideInWords(finding) === 'trial');
  const weighing = onTrial ? '; with --trial weigh, rules on trial count' : '';
  const skipped = skippedInWords(result);
  const since = comparisonInWords(result);
  const trend = trendInWords(result);
  return [
    `${paint.bold('Score')} ${colour.bold(String(value))} / 100  ${paintGrade(grade, value, pen)}  ${bar}${result.partial ? paint.red('  partial') : ''}`,
    ...(trend === undefined ? [] : [`${paint.bold('Trend')} ${course(result, pen)}  ${paint.dim(ascii(trend, pen))}`]),
    ...dimLines(`${scopeInWords(result)}${skipped === '' ? '' : `; left out: ${skipped}`}`, pen),
    ...(beside.length > 0 ? dimLines(`beside the score: ${beside.join(', ')}${weighing}`, pen) : []),
    ...(since === undefined ? [] : wrap(visible(ascii(since, pen)), pen.width).map((line) => paint.bold(line))),
    ...(result.baseline ? dimLines(visible(baselineInWords(result.baseline)), pen) : []),
  ];
}

const shownScores = 24;

/** The last recorded scores as bars; in plain text the last few as they are. */
function course({ trend = [] }: ScanResult, { context }: Pen): string {
  const scores = trend.map(({ score }) => score);
  return context.unicode ? sparkline(scores.slice(-shownScores)) : scores.slice(-8).join(' ');
}

function ascii(text: string, pen: Pen): string {
  return pen.context.unicode ? text : text.replace('→', '->').replace('−', '-').replace('±', '+');
}

function moveLines(result: ScanResult, pen: Pen): string[] {
  const { moves } = result.score;
  if (moves.length === 0) return [];
  const { paint } = pen;
  const widest = Math.max(...moves.map((move) => move.ruleId.length));
  const counted = moves.map((move) => plural(move.findings, 'finding'));
  const widestCount = Math.max(...counted.map((count) => count.length));
  const rows = moves.map((move, index) => {
    const points = move.points === 0 ? paint.dim('+0') : paint.green(`+${move.points}`);
    return `  ${index + 1}. ${move.ruleId.padEnd(widest)}  ${(counted[index] ?? '').padStart(widestCount)}  ${points}`;
  });
  const won = moves.reduce((sum, move) => sum + move.points, 0);
  const outcome = `${result.score.value} ${pen.mark.arrow} ${result.score.value + won}`;
  return [`${paint.bold(repairHeads(result).moves)} ${paint.dim(`(in this order: ${outcome})`)}`, ...rows];
}

function fixLines(result: ScanResult, pen: Pen): string[] {
  const active = result.findings.filter(isActive);
  const safe = active.filter((finding) => finding.fix?.safety === 'safe').length;
  const review = active.filter((finding) => finding.fix?.safety === 'review').length;
  const { paint } = pen;
  const effort = effortInWords(active);
  const lines = effort === undefined ? [] : dimLines(`${repairHeads(result).effort}: ${effort}`, pen);
  if (safe > 0) lines.push(`${paint.green(plural(safe, 'safe fix', 'safe fixes'))}: plimsoll --fix`);
  if (review > 0) lines.push(`${paint.yellow(plural(review, 'fix', 'fixes'))} to review: plimsoll --fix=review --diff`);
  return lines;
}

export function gateLine(gate: Gate, pen: Pen): string {
  const { paint, mark } = pen;
  const head = gate.passed ? paint.green(`${mark.pass} ${gate.name}`) : paint.red(`${mark.fail} ${gate.name}`);
  const message = oneLine(pen.context.unicode ? gate.message : gate.message.replace('≥', '>='));
  if (columnsOf(`${mark.pass} ${gate.name}  ${message}`) <= pen.width) return `${head}  ${message}`;
  return [head, ...wrap(message, pen.width - 4).map((line) => `    ${line}`)].join('\n');
}
