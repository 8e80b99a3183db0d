/** The tables of docs/accuracy.md, out of what the benchmarks recorded and what was read by hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listReadings, type Reading } from '../benchmarks/accuracy/readings.ts';
import type { ReadingCount, ShapeCount } from '../benchmarks/accuracy/run.ts';
import type { Row } from '../benchmarks/harness.ts';
import type { RuleFacts } from '../src/model/rule-facts.ts';

interface Recorded {
  rows: Row[];
  shapes?: ShapeCount[];
  readings?: ReadingCount[];
}

type Verdict = Reading['verdict'];
const verdicts: readonly Verdict[] = ['true', 'doubtful', 'false'];

const root = join(import.meta.dirname, '..');

function recorded(name: string): Recorded | undefined {
  const file = join(root, 'benchmarks/results', `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded) : undefined;
}

function table(head: string, rows: readonly string[]): string {
  const columns = head.split('|').length - 2;
  return [head, `|${'-|'.repeat(columns)}`, ...rows].join('\n');
}

/** Wilson's 95 % interval of a share, in per cent. */
export function interval(part: number, whole: number): [number, number] {
  const z = 1.96;
  const share = part / whole;
  const middle = share + (z * z) / (2 * whole);
  const spread = z * Math.sqrt((share * (1 - share)) / whole + (z * z) / (4 * whole * whole));
  const bound = (value: number): number => Math.round((100 * value) / (1 + (z * z) / whole));
  return [bound(middle - spread), bound(middle + spread)];
}

function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const [low, high] = interval(part, whole);
  return `${Math.round((100 * part) / whole)} % (${low}–${high})`;
}

function recallTable(): string {
  const rows = recorded('accuracy')?.rows ?? [];
  return table(
    '| family | found of real defects | beside that |',
    rows.map(({ bar, measured, note }) => `| ${bar.replace(/: recall$/, '')} | ${measured} | ${note ?? ''} |`),
  );
}

/** Right, doubtful and wrong of each rule: as they were read, and those that are still reported. */
function readingTable(facts: readonly RuleFacts[]): string {
  const all = listReadings().filter(({ possible }) => !possible);
  const today = recorded('accuracy')?.readings ?? [];
  const line = (name: string, isOf: (rule: string) => boolean): string => {
    const read = verdicts.map((verdict) => all.filter((one) => isOf(one.rule) && one.verdict === verdict).length);
    const kept = verdicts.map((verdict) => sum(today.filter((one) => isOf(one.rule) && one.verdict === verdict)));
    const isScanned = today.some(({ rule }) => isOf(rule));
    const cells = [read, ...(isScanned ? [kept] : [])].map(
      ([right = 0, doubtful = 0, wrong = 0]) => `${right} / ${doubtful} / ${wrong} | ${share(right, right + wrong)}`,
    );
    return `| ${name} | ${cells.join(' | ')} |${isScanned ? '' : ' – | – |'}`;
  };
  const stages: RuleFacts['lifecycle'][] = ['stable', 'trial'];
  const lines = stages.flatMap((stage) => {
    const ids = facts.filter(({ id, lifecycle }) => lifecycle === stage && all.some(({ rule }) => rule === id));
    if (ids.length === 0) return [];
    return [
      ...ids.map(({ id }) =>
        line(`[\`${id}\`](rules/${id}.md)${stage === 'trial' ? ' (trial)' : ''}`, (rule) => rule === id),
      ),
      line(`**all ${stage} rules**`, (rule) => ids.some(({ id }) => id === rule)),
    ];
  });
  const head =
    '| rule | right / doubtful / wrong, as read | right of right and wrong | still reported | right of those |';
  return table(head, lines);
}

function sum(counts: readonly ReadingCount[]): number {
  return counts.reduce((total, { reported }) => total + reported, 0);
}

function missTable(): string {
  const shapes = (recorded('accuracy')?.shapes ?? []).filter(({ cases, found }) => found < cases);
  shapes.sort((a, b) => b.cases - b.found - (a.cases - a.found) || (a.family + a.shape < b.family + b.shape ? -1 : 1));
  if (shapes.length === 0) return 'Not recorded.';
  return table(
    '| family | shape | missed |',
    shapes.map(({ family, shape, cases, found }) => {
      return `| ${family} | ${shape.replaceAll('|', '\\|')} | ${cases - found} of ${cases} |`;
    }),
  );
}

function fixTable(): string {
  const rows = recorded('fix-safety')?.rows;
  if (!rows) return 'Not recorded.';
  return table(
    '| | wanted | measured | |',
    rows.map(({ bar, wanted, measured, note }) => `| ${bar} | ${wanted} | ${measured} | ${note ?? ''} |`),
  );
}

/** What the page says of its own sample. */
function sample(): string {
  const all = listReadings();
  const repositories = new Set(all.map(({ repository }) => repository)).size;
  const others = all.filter(({ reader }) => reader === 'another').length;
  return `${all.length} findings in ${repositories} repositories were read; ${others} of them by somebody who did not write the rule.`;
}

/** The page with its tables written anew between their marks, `<!-- name -->` and `<!-- /name -->`. */
export function withAccuracyTables(page: string, facts: readonly RuleFacts[]): string {
  const blocks = {
    recall: recallTable(),
    sample: sample(),
    readings: readingTable(facts),
    misses: missTable(),
    fixes: fixTable(),
  };
  return Object.entries(blocks).reduce((text, [name, block]) => withBlock(text, name, block), page);
}

/** The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function withBlock(text: string, name: string, block: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`a document has no ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n${block}\n${text.slice(end)}`;
}
