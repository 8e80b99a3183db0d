/**
 * `npm run fix-safety -- --checkouts <folder> [--only <owner/name>,…] [--review] [--plant] [--resume]`: fixes on projects
 * of strangers, judged by the projects' own compilers and tests. `<folder>` holds git clones (see clones.ts); each project
 * of projects.json is laid out at its commit, installed from npm and tested as it is; then it is scanned with every
 * confidence, so that more is fixed than by default, and fixed with the `safe` fixes, and with `--review` with all; and
 * with `--plant` defects of every rule that has a fixer are planted in its files, found, fixed and tested. `--resume`
 * keeps what earlier runs measured.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fix } from '../../src/index.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixSafety } from '../../src/model/fixer.ts';
import { atMost, type Row, table, versionsOf, writeResults } from '../harness.ts';
import { countNamed, linkLibraries, listRefused, type Planted, plantDefects } from './planting.ts';
import { Project, type ProjectFacts, type TestOutcome } from './project.ts';

const { values: options } = parseArgs({
  options: {
    checkouts: { type: 'string' },
    only: { type: 'string' },
    review: { type: 'boolean', default: false },
    plant: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
  },
});
if (options.checkouts === undefined) {
  console.error('error: --checkouts <folder> is required: git clones named <owner>/<name>');
  process.exit(2);
}
const { checkouts } = options;
const facts = JSON.parse(readFileSync(join(import.meta.dirname, 'projects.json'), 'utf8')) as ProjectFacts[];

/** What became of a project after one kind of change. */
interface Verdict {
  fixes: number;
  compileErrors: number;
  testsBroken: number;
  seconds: number;
}

interface PlantVerdict extends Verdict {
  planted: number;
  found: number;
  fixed: number;
  /** What was not fixed, and why. */
  left: string[];
}

/** What one project showed; `green` says that it compiles and passes its tests as it was found. */
interface Outcome {
  green: boolean;
  tests: number;
  safe?: Verdict;
  review?: Verdict;
  plant?: PlantVerdict;
}

/** Tests that passed before and do not now; a run that broke is repeated once, since not every suite always says the same. */
async function countBroken(project: Project, before: TestOutcome): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2 && least > 0; run++) {
    const { passed, failed, passing, output } = await project.test();
    const broken = Math.max(before.passed - passed, failed - before.failed, before.passing && !passing ? 1 : 0, 0);
    if (broken > 0) console.log(`  ${broken} tests broken (run ${run + 1}):\n${output.slice(-3_000)}`);
    least = Math.min(least, broken);
  }
  return least;
}

function fixAll(project: Project, safety: FixSafety) {
  const wide = { config: false, confidence: 'possible', allowDirty: true, allowPartial: true } as const;
  return fix({ cwd: project.folder, ...wide, safety });
}

/** Compiler errors and broken tests of the project as it stands, beyond `errorsBefore`. */
async function judge(
  project: Project,
  files: readonly string[],
  errorsBefore: number,
  before: TestOutcome,
): Promise<{ compileErrors: number; testsBroken: number }> {
  const { errors, output } = await project.compile();
  const unparsed = files.filter((file) => {
    if (!/\.[cm]?js$/.test(file)) return false;
    return spawnSync(process.execPath, ['--check', file], { cwd: project.folder }).status !== 0;
  });
  const compileErrors = Math.max(0, errors - errorsBefore) + unparsed.length;
  if (compileErrors > 0) console.log(`  ${[...unparsed, output.slice(-3_000)].join('\n')}`);
  return { compileErrors, testsBroken: await countBroken(project, before) };
}

async function tryFixes(project: Project, safety: FixSafety, before: TestOutcome): Promise<Verdict> {
  const start = performance.now();
  const { fixes } = await fixAll(project, safety);
  const seconds = (performance.now() - start) / 1000;
  const applied = fixes.files.flatMap((file) => file.applied);
  for (const { file, range, ruleId } of applied) console.log(`  ${safety} ${file}:${range.start.line} ${ruleId}`);
  for (const { finding, why } of fixes.takenBack) console.log(`  taken back ${finding.file} ${finding.ruleId}: ${why}`);
  const files = [...fixes.files, ...fixes.support].map(({ file }) => file);
  const judged = files.length > 0 ? await judge(project, files, 0, before) : { compileErrors: 0, testsBroken: 0 };
  project.restore();
  return { fixes: applied.length, ...judged, seconds };
}

/** Plants that the project's own compiler takes: what it refuses is taken out, and the next fixture of its rule tried. */
async function plantFitting(project: Project, turn: number): Promise<{ planted: Planted[]; errors: number }> {
  const unfit = new Set<string>();
  for (;;) {
    const planted = await plantDefects(project, turn, unfit);
    const { errors, output } = await project.compile();
    const refused = listRefused(planted, output);
    if (refused.length === 0) return { planted, errors };
    for (const { rule, name } of refused) unfit.add(`${rule}/${name}`);
    project.restore();
  }
}

/** Tests are compared with those of the planted code before the fix: a suite may not bear what a plant imports. */
async function tryPlants(project: Project, turn: number): Promise<PlantVerdict> {
  linkLibraries(project);
  const { planted, errors } = await plantFitting(project, turn);
  const before = await project.test();
  const start = performance.now();
  const { before: scan, fixes } = await fixAll(project, 'review');
  const seconds = (performance.now() - start) / 1000;
  const applied = fixes.files.flatMap((file) => file.applied);
  const files = [...fixes.files, ...fixes.support].map(({ file }) => file);
  const counts = { planted: 0, found: 0, fixed: 0 };
  const left: string[] = [];
  for (const plant of planted) {
    const [found, fixed] = [countNamed(plant, scan.findings), countNamed(plant, applied)];
    counts.planted += plant.lines.length;
    counts.found += found;
    counts.fixed += fixed;
    if (fixed === plant.lines.length) continue;
    const isIt = ({ ruleId, file }: Finding): boolean => ruleId === plant.rule && file === plant.file;
    const why = [...fixes.takenBack, ...fixes.skipped].find(({ finding }) => isIt(finding))?.why;
    const reason = found < plant.lines.length ? 'not reported there' : (why ?? 'no reason given');
    left.push(`${plant.rule}/${plant.name} in ${plant.file}: ${reason}`);
  }
  const judged = await judge(project, files, errors, before);
  if (judged.compileErrors + judged.testsBroken === 0) project.restore();
  return { fixes: applied.length, ...judged, seconds, ...counts, left };
}

async function tryProject(project: Project, turn: number): Promise<Outcome> {
  await project.prepare(checkouts);
  const compiled = await project.compile();
  const before = await project.test();
  console.log(`  ${before.passed} tests pass, ${before.failed} fail, ${before.seconds.toFixed(0)} s`);
  project.restore();
  const green = compiled.errors === 0 && before.passing && before.passed > 0;
  const outcome: Outcome = { green, tests: before.passed };
  if (!green) {
    console.log(compiled.output.slice(-2_000) + before.output.slice(-2_000));
    return outcome;
  }
  outcome.safe = await tryFixes(project, 'safe', before);
  if (options.review) outcome.review = await tryFixes(project, 'review', before);
  if (options.plant) outcome.plant = await tryPlants(project, turn);
  return outcome;
}

function told(kind: string, verdict: Verdict | PlantVerdict | undefined): string[] {
  if (!verdict) return [];
  const { fixes, compileErrors, testsBroken, seconds } = verdict;
  const faults =
    compileErrors + testsBroken > 0 ? `, ${compileErrors} compile errors, ${testsBroken} tests broken` : '';
  const plants =
    'planted' in verdict ? `${verdict.planted} planted, ${verdict.found} found, ${verdict.fixed} fixed; ` : '';
  return [`${plants}${fixes} fixes (${kind}) in ${seconds.toFixed(0)} s${faults}`];
}

const outcomes = new Map<Project, Outcome>();
for (const [turn, project] of facts.map((one) => new Project(one)).entries()) {
  const { repository } = project.facts;
  if (options.only !== undefined && !options.only.split(',').includes(repository)) continue;
  const record = `${project.folder}.json`;
  console.log(repository);
  const outcome =
    options.resume && existsSync(record)
      ? (JSON.parse(readFileSync(record, 'utf8')) as Outcome)
      : await tryProject(project, turn).catch((error: Error): Outcome => {
          console.log(`  ${error.message}`);
          return { green: false, tests: 0 };
        });
  writeFileSync(record, JSON.stringify(outcome));
  outcomes.set(project, outcome);
  console.log(`  ${JSON.stringify(outcome)}`);
}

function sum<Key extends string>(verdicts: readonly (Partial<Record<Key, number>> | undefined)[], key: Key): number {
  return verdicts.reduce((total, verdict) => total + (verdict?.[key] ?? 0), 0);
}

function judged(kind: 'safe' | 'review' | 'plant', what: string): Row[] {
  const verdicts = [...outcomes.values()].map((outcome) => outcome[kind]);
  const note = `${sum(verdicts, 'fixes')} fixes in ${sum(verdicts, 'seconds').toFixed(0)} s of scanning, fixing and type-checking`;
  return [
    atMost(`${what}: compile errors`, 0, sum(verdicts, 'compileErrors'), note, ''),
    atMost(`${what}: tests broken`, 0, sum(verdicts, 'testsBroken'), undefined, ''),
  ];
}

function plantedRow(what: string, count: number, planted: number): Row {
  const measured = `${count} of ${planted}`;
  return { bar: `Planted defects ${what}`, wanted: '≥ 95 %', measured, met: count >= 0.95 * planted };
}

const green = [...outcomes.values()].filter((outcome) => outcome.green);
const plants = green.map(({ plant }) => plant);
const [planted, found, fixed] = [sum(plants, 'planted'), sum(plants, 'found'), sum(plants, 'fixed')];
const rows: Row[] = [
  { bar: 'Projects whose tests run here', wanted: '≥ 12', measured: String(green.length), met: green.length >= 12 },
  ...judged('safe', 'Safe fixes'),
  ...(options.review ? judged('review', 'All fixes') : []),
  ...(options.plant
    ? [
        plantedRow('found', found, planted),
        { ...plantedRow('fixed', fixed, planted), note: plants.flatMap((plant) => plant?.left ?? []).join('; ') },
        ...judged('plant', 'Planted defects'),
      ]
    : []),
  ...[...outcomes].map(
    ([
      {
        facts: { repository, language, modules },
      },
      { green: met, tests, safe, review, plant },
    ]) => ({
      bar: `${repository} (${language}, ${modules})`,
      wanted: 'green',
      measured: met ? `${tests} tests` : 'red as found',
      met,
      note: [...told('safe', safe), ...told('all', review), ...told('planted', plant)].join('; '),
    }),
  ),
];
console.log(`\n${table(rows)}`);
const command = 'npm run fix-safety -- --checkouts <folder> --review --plant';
if (options.review && options.plant && options.only === undefined) {
  writeResults('fix-safety', command, versionsOf(['ts-morph']), rows);
}
