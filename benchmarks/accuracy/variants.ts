/**
 * What is found of known mistakes in other code: `npm run accuracy:variants -- [--set held-back] [--family name] [--list]`.
 *
 * For each defect of the tuning set somebody who never saw Plimsoll, nor that code, wrote the same mistake as a small
 * project of another domain, and the project as it is right; two people each, so that there are two sets. Rules were
 * mended on the first (`mended-on`); the second tells what of that is general, as long as nobody who mends reads it.
 * It needs no clones, and takes half a minute.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { scan } from '../../src/engine/scan.ts';
import type { Finding } from '../../src/model/finding.ts';
import { pairs } from '../../src/registry.generated.ts';
import { type Row, table } from '../harness.ts';

/** Files by their paths; null for one that is gone. */
type Files = Readonly<Record<string, string | null>>;

interface Variant {
  /** The case of the tuning set whose mistake it is. */
  of: string;
  family: string;
  /** Any of them would be right to report it; none for what no rule speaks of. */
  rules: readonly string[];
  /** `file:line`, any of which is the place. */
  sites: readonly string[];
  /** How it is right where it is mended. */
  right: string;
  wrong: Files;
  /** What differs from `wrong`. */
  mended: Files;
}

interface Tally {
  variants: number;
  found: number;
  withPossible: number;
  /** Mended projects in which anything is reported. */
  alarmed: number;
}

const toleranceLines = 3;
const sets = ['mended-on', 'held-back'];
const { values: options } = parseArgs({
  options: {
    set: { type: 'string' },
    family: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});
if (options.set !== undefined && !sets.includes(options.set)) {
  console.error(`error: --set ${options.set} is not one of ${sets.join(', ')}`);
  process.exit(2);
}

async function findingsIn(files: Files): Promise<readonly Finding[]> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-variant-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      if (text === null) continue;
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return (await scan({ root, confidence: 'possible', respectGitignore: false }, pairs)).findings;
  } finally {
    rmSync(root, { recursive: true });
  }
}

function isAt({ file, range }: Finding, site: string): boolean {
  const at = site.lastIndexOf(':');
  return file === site.slice(0, at) && Math.abs(range.start.line - Number(site.slice(at + 1))) <= toleranceLines;
}

const isDefault = ({ confidence }: Finding): boolean => confidence !== 'possible';

async function measure(name: string): Promise<Map<string, Tally>> {
  const variants = JSON.parse(readFileSync(join(import.meta.dirname, 'variants', `${name}.json`), 'utf8')) as Variant[];
  const tallies = new Map<string, Tally>();
  for (const { of, family, rules, sites, wrong, mended } of variants) {
    if (options.family !== undefined && family !== options.family) continue;
    const tally = tallies.get(family) ?? { variants: 0, found: 0, withPossible: 0, alarmed: 0 };
    tallies.set(family, tally);
    const hits = (await findingsIn(wrong)).filter(
      (finding) => rules.includes(finding.ruleId) && sites.some((site) => isAt(finding, site)),
    );
    const alarms = (await findingsIn({ ...wrong, ...mended })).filter(isDefault);
    tally.variants++;
    if (hits.length > 0) tally.withPossible++;
    if (hits.some(isDefault)) tally.found++;
    if (alarms.length > 0) tally.alarmed++;
    if (!options.list) continue;
    const state = hits.some(isDefault) ? 'found' : hits.length > 0 ? 'possible' : 'missed';
    console.log(`${state.padEnd(8)} ${of} ${family} ${sites[0]}`);
    for (const { ruleId, file, range } of alarms) console.log(`alarm    ${of} ${ruleId} ${file}:${range.start.line}`);
  }
  return tallies;
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} % (${part}/${whole})`;

function rowOf(bar: string, { variants, found, withPossible, alarmed }: Tally): Row {
  const note = `with possible ${percent(withPossible, variants)}; something reported where it is mended ${percent(alarmed, variants)}`;
  return { bar, wanted: '≥ 50 %', measured: percent(found, variants), met: found >= 0.5 * variants, note };
}

for (const set of options.set === undefined ? sets : [options.set]) {
  const tallies = [...(await measure(set))].sort(([a], [b]) => a.localeCompare(b));
  const sum = (key: keyof Tally): number => tallies.reduce((total, [, tally]) => total + tally[key], 0);
  const all = {
    variants: sum('variants'),
    found: sum('found'),
    withPossible: sum('withPossible'),
    alarmed: sum('alarmed'),
  };
  console.log(
    table([...tallies.map(([family, tally]) => rowOf(`${set}: ${family}`, tally)), rowOf(`${set}: all`, all)]),
  );
}
