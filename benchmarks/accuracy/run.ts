/**
 * Recall on real defects, silence where they were fixed and on real look-alikes, by family; and which of the findings that
 * were read by hand the rules still report.
 *
 *   npm run accuracy -- --checkouts <dir> [--rules a,b] [--family name] [--quick] [--labels] [--list] [--set name]
 *
 * `<dir>` holds plain clones, as `<owner>/<name>` or `<owner>+<name>/repo` (bare ones too). For each label the
 * sources of the whole repository are laid out at the labelled commit and scanned with all rules at the default settings,
 * so that what depends on other packages of a workspace is judged as a user would see it; beside that it says what is
 * found with `--confidence possible`. `--list` prints each label's outcome. `--labels` leaves the readings out, which need
 * some 560 clones: what was recorded of them stays.
 * `--set held-out` takes defects and look-alikes that were labelled before any rule saw them, `--set audit` what people found
 * by hand in services before these were scanned, in place of all else (`tuning`); they record nothing.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ts } from '@ts-morph/common';
import { scan } from '../../src/engine/scan.ts';
import { UsageError } from '../../src/engine/scan-request.ts';
import type { Finding } from '../../src/model/finding.ts';
import { pairs } from '../../src/registry.generated.ts';
import { findGitDir, git, layOut, listEntries } from '../clones.ts';
import { type Row, table, versionsOf, writeResults } from '../harness.ts';
import { listReadings, type Reading } from './readings.ts';

interface Site {
  path: string;
  line_start: number;
  line_end: number;
}

interface Case extends Site {
  id: string;
  repo: string;
  part?: string;
  /** None where nobody has mended it yet. */
  fix_commit?: string;
  parent_commit: string;
  family: string;
  shape: string;
  wrong: string;
  rules: string[];
  alt_sites?: Site[];
  fixed_path?: string;
  fixed_line_start?: number;
  fixed_line_end?: number;
  fixed_is_clean?: boolean;
  fixed_site_silent?: boolean;
  fixed_site_debatable_for?: string[];
}

interface Silent extends Site {
  id: string;
  repo: string;
  part?: string;
  commit: string;
  family: string;
  why_right: string;
  rules: string[];
}

/** How many real defects of one shape there are, and how many of them were found. */
export interface ShapeCount {
  family: string;
  shape: string;
  cases: number;
  found: number;
}

/** Findings of one rule that were read by hand, as far as there is a clone: by verdict, and how many are reported today. */
export interface ReadingCount {
  rule: string;
  verdict: Reading['verdict'];
  read: number;
  reported: number;
}

const toleranceLines = 3;

/** What the labels of services match by: the statement that the labelled lines stand in. */
const byStatement = 'services';

const { values: options } = parseArgs({
  options: {
    checkouts: { type: 'string' },
    rules: { type: 'string' },
    family: { type: 'string' },
    quick: { type: 'boolean', default: false },
    labels: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    set: { type: 'string', default: 'tuning' },
  },
});
if (options.checkouts === undefined) {
  console.error('error: --checkouts <dir> is required: a folder of git clones named <owner>/<name>');
  process.exit(2);
}
const wanted = options.rules?.split(',');

const sets = ['tuning', 'held-out', 'audit'];
if (!sets.includes(options.set)) {
  console.error(`error: --set ${options.set} is not one of ${sets.join(', ')}`);
  process.exit(2);
}
const isTuning = options.set === 'tuning';
const read = <T>(name: string): T[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, options.set, name), 'utf8')) as T[];
const known = new Set(pairs.map(({ rule }) => rule.id));

function isAsked(label: { rules: string[]; family: string }): boolean {
  if (label.rules.length > 0 && !label.rules.some((id) => known.has(id))) return false;
  if (wanted && !label.rules.some((id) => wanted.includes(id))) return false;
  return options.family === undefined || label.family === options.family;
}

const layouts = new Map<string, Promise<readonly Finding[]>>();

/** Findings in the repository at `commit`; undefined where it, or the labelled file, is not there. */
function findingsAt(repo: string, commit: string, path: string): Promise<readonly Finding[] | undefined> {
  const gitDir = findGitDir(options.checkouts!, repo);
  if (gitDir === undefined || git(gitDir, 'cat-file', '-e', `${commit}:${path}`) === undefined) {
    return Promise.resolve(undefined);
  }
  const key = `${repo}@${commit}`;
  let findings = layouts.get(key);
  if (!findings) {
    findings = scanAt(gitDir, commit);
    layouts.set(key, findings);
  }
  return findings;
}

/** Links and submodules are not laid out. */
function isSource(entry: string): boolean {
  const [head, path = ''] = entry.split('\t');
  if (!head?.startsWith('100') || /(?:^|\/)node_modules\//.test(path)) return false;
  return /\.[cm]?[jt]sx?$|(?:^|\/)(?:package|tsconfig[\w.-]*)\.json$/.test(path);
}

async function scanAt(gitDir: string, commit: string): Promise<readonly Finding[]> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-accuracy-'));
  try {
    layOut(gitDir, listEntries(gitDir, commit, []).filter(isSource), root);
    const outcome = await scan({ root, confidence: 'possible', respectGitignore: false }, pairs);
    return outcome.findings.filter((finding) => finding.status === 'active');
  } catch (error) {
    // A label in a file that the scan leaves out (a test, a generated file) is simply not found.
    if (error instanceof UsageError) return [];
    throw error;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function isHit(findings: readonly Finding[], site: Site, rules: readonly string[]): boolean {
  return findings.some(
    ({ file, ruleId, range }) =>
      file === site.path &&
      (rules.length === 0 || rules.includes(ruleId)) &&
      range.start.line <= site.line_end + toleranceLines &&
      range.end.line >= site.line_start - toleranceLines,
  );
}

/** A label of a service holds for the whole statement that its lines begin in, for what declares no function or class. */
function siteOf(repo: string, commit: string, site: Site, part: string | undefined): Site {
  const gitDir = findGitDir(options.checkouts!, repo);
  const text = part === byStatement && gitDir !== undefined && git(gitDir, 'show', `${commit}:${site.path}`);
  if (typeof text !== 'string') return site;
  const file = ts.createSourceFile(site.path, text, ts.ScriptTarget.Latest, true);
  const lineStart = file.getPositionOfLineAndCharacter(site.line_start - 1, 0);
  const begin = lineStart + /^\s*/.exec(text.slice(lineStart))![0].length;
  let statement: ts.Statement | undefined;
  const visit = (node: ts.Node): void => {
    if (begin < node.getStart(file) || begin >= node.end) return;
    if (ts.isStatement(node) && !ts.isBlock(node)) statement = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (!statement || ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return site;
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  return {
    path: site.path,
    line_start: Math.min(site.line_start, lineOf(statement.getStart(file))),
    line_end: Math.max(site.line_end, lineOf(statement.end)),
  };
}

/** What is reported at the default settings. */
function byDefault(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ confidence }) => confidence !== 'possible');
}

/** A finding that was read is the same where it points at another of its places now. */
function withRelated(findings: readonly Finding[]): readonly Finding[] {
  return findings.flatMap((finding) => [
    finding,
    ...finding.related.map(({ file, range }) => ({ ...finding, file, range })),
  ]);
}

const shapes = new Map<string, ShapeCount>();
const readings = new Map<string, ReadingCount>();

interface Tally {
  cases: number;
  hits: number;
  fixed: number;
  stillReported: number;
  silent: number;
  alarms: number;
  /** Hits and alarms with `--confidence possible`. */
  allHits: number;
  allAlarms: number;
}

const nothing: Readonly<Tally> = {
  cases: 0,
  hits: 0,
  fixed: 0,
  stillReported: 0,
  silent: 0,
  alarms: 0,
  allHits: 0,
  allAlarms: 0,
};

const tallies = new Map<string, Tally>();
function tally(family: string): Tally {
  let found = tallies.get(family);
  if (!found) {
    found = { ...nothing };
    tallies.set(family, found);
  }
  return found;
}

function say(outcome: string, id: string, place: string, text: string): void {
  if (options.list) console.log(`${outcome.padEnd(9)} ${id} ${place} ${text}`);
}

const pick = <T>(list: T[]): T[] => (options.quick ? list.filter((_, i) => i % 6 === 0) : list);

for (const label of pick(read<Case>('cases.json').filter(isAsked))) {
  const counts = tally(label.family);
  const before = await findingsAt(label.repo, label.parent_commit, label.path);
  if (!before) {
    say('missing', label.id, label.repo, 'no clone, or no such commit');
    continue;
  }
  counts.cases++;
  const sites = [label, ...(label.alt_sites ?? [])].map((site) =>
    siteOf(label.repo, label.parent_commit, site, label.part),
  );
  const isFound = sites.some((site) => isHit(before, site, label.rules));
  const hit = sites.some((site) => isHit(byDefault(before), site, label.rules));
  if (hit) counts.hits++;
  if (isFound) counts.allHits++;
  const { family, shape } = label;
  const shapeCount = shapes.get(`${family} ${shape}`) ?? { family, shape, cases: 0, found: 0 };
  shapeCount.cases++;
  if (hit) shapeCount.found++;
  shapes.set(`${family} ${shape}`, shapeCount);
  say(
    hit ? 'found' : isFound ? 'possible' : 'missed',
    label.id,
    `${label.repo} ${label.path}:${label.line_start}`,
    `[${label.shape}] ${label.wrong}`,
  );
  const { fix_commit, fixed_path, fixed_line_start = 0, fixed_line_end = 0 } = label;
  if (!(label.fixed_is_clean ?? label.fixed_site_silent) || !fixed_path || !fix_commit) continue;
  const after = await findingsAt(label.repo, fix_commit, fixed_path);
  if (!after) continue;
  counts.fixed++;
  const debatable = new Set(label.fixed_site_debatable_for ?? []);
  const fixedLines = { path: fixed_path, line_start: fixed_line_start, line_end: fixed_line_end };
  const site = siteOf(label.repo, fix_commit, fixedLines, label.part);
  if (
    isHit(
      byDefault(after),
      site,
      label.rules.filter((id) => !debatable.has(id)),
    )
  ) {
    counts.stillReported++;
    say('at fix', label.id, `${label.repo} ${fixed_path}:${fixed_line_start}`, `@${fix_commit.slice(0, 10)}`);
  }
}
for (const label of pick(read<Silent>('silent.json').filter(isAsked))) {
  const counts = tally(label.family);
  const findings = await findingsAt(label.repo, label.commit, label.path);
  if (!findings) continue;
  counts.silent++;
  const site = siteOf(label.repo, label.commit, label, label.part);
  if (isHit(findings, site, label.rules)) counts.allAlarms++;
  if (isHit(byDefault(findings), site, label.rules)) {
    counts.alarms++;
    say(
      'alarm',
      label.id,
      `${label.repo} ${label.path}:${label.line_start}`,
      `@${label.commit.slice(0, 10)} ${label.why_right}`,
    );
  }
}

const asked = listReadings().filter(
  ({ rule, possible }) => !possible && isAsked({ rules: [rule], family: options.family ?? '' }),
);
for (const reading of isTuning && !options.labels ? pick(asked) : []) {
  const { repository, commit, path, line, rule, verdict } = reading;
  const findings = options.family === undefined ? await findingsAt(repository, commit, path) : undefined;
  if (!findings) continue;
  const reported = isHit(withRelated(byDefault(findings)), { path, line_start: line, line_end: line }, [rule]);
  const count = readings.get(`${rule} ${verdict}`) ?? { rule, verdict, read: 0, reported: 0 };
  count.read++;
  if (reported) count.reported++;
  readings.set(`${rule} ${verdict}`, count);
  say(reported ? 'reported' : 'silent', verdict, `${repository} ${path}:${line}`, rule);
}

function recordedReadings(): ReadingCount[] {
  const recorded = readFileSync(join(import.meta.dirname, '../results/accuracy.json'), 'utf8');
  return (JSON.parse(recorded) as { readings: ReadingCount[] }).readings;
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((100 * part) / whole)} % (${part}/${whole})`;
const total: Tally = { ...nothing };
const rows: Row[] = [];
for (const [family, counts] of [...tallies].sort(([a], [b]) => a.localeCompare(b))) {
  for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += counts[key];
  rows.push({
    bar: `${family}: recall`,
    wanted: '≥ 50–65 %',
    measured: percent(counts.hits, counts.cases),
    met: counts.cases === 0 || counts.hits / counts.cases >= 0.5,
    note: `with possible ${percent(counts.allHits, counts.cases)}; still reported at the fix ${percent(counts.stillReported, counts.fixed)}; false alarms ${percent(counts.alarms, counts.silent)}`,
  });
}
rows.push(
  {
    bar: 'all: recall',
    wanted: '≥ 55 %',
    measured: percent(total.hits, total.cases),
    met: total.hits >= 0.55 * total.cases,
    note: `with possible ${percent(total.allHits, total.cases)}`,
  },
  {
    bar: 'all: false alarms on look-alikes',
    wanted: '≤ 4 %',
    measured: percent(total.alarms, total.silent),
    met: total.alarms <= 0.04 * total.silent,
    note: `with possible ${percent(total.allAlarms, total.silent)}`,
  },
);
if (isTuning) {
  rows.push({
    bar: 'all: still reported at the fixed commit',
    wanted: '≤ 5 %',
    measured: percent(total.stillReported, total.fixed),
    met: total.stillReported <= 0.05 * total.fixed,
  });
}
console.log(table(rows));
if (!options.quick && !wanted && options.family === undefined && isTuning) {
  writeResults('accuracy', 'npm run accuracy -- --checkouts <dir>', versionsOf(['@ts-morph/common']), rows, {
    shapes: [...shapes.values()],
    readings: options.labels ? recordedReadings() : [...readings.values()],
  });
}
