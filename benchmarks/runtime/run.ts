/**
 * Runs every file in rows/, each in a process of its own (one part's types must not deoptimise another's), and prints
 * each bar beside what was measured. `--only <part>` runs one file, `--quick` fewer rounds; only a full run is recorded.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Row, table, versionsOf, writeResults } from '../harness.ts';
import { reasonFor } from './reasons.ts';

const here = import.meta.dirname;
const work = join(here, '../.work/runtime');

interface Outcome {
  anchors: string[];
  rows: Row[];
}

/** Bundles a file of rows with plain esbuild: tsx wraps every closure it compiles, which the timings would show. */
async function runRows(file: string, quick: boolean): Promise<Outcome> {
  const name = file.slice(0, -'.ts'.length);
  const bundle = join(work, `${name}.mjs`);
  const output = join(work, `${name}.json`);
  const contents = `
    import { writeFileSync } from 'node:fs';
    import * as file from './rows/${file}';
    const rows = await file.measure({ quick: ${quick}, rounds: ${quick ? 7 : 21} });
    writeFileSync(${JSON.stringify(output)}, JSON.stringify({ anchors: file.anchors, rows }));
    process.exit(0);`;
  await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    outfile: bundle,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const run = spawnSync(process.execPath, ['--expose-gc', bundle], { stdio: 'inherit', cwd: join(here, '../..') });
  if (run.status !== 0) throw new Error(`${file} ended with ${run.signal ?? `exit code ${run.status}`}`);
  return JSON.parse(readFileSync(output, 'utf8')) as Outcome;
}

const argv = process.argv.slice(2);
const quick = argv.includes('--quick');
const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined;
mkdirSync(work, { recursive: true });
const files = readdirSync(join(here, 'rows'))
  .filter((file) => file.endsWith('.ts') && (only === undefined || file === `${only}.ts`))
  .sort();
if (files.length === 0) throw new Error(`no rows named ${only}`);

const rows: Row[] = [];
const anchors: string[] = [];
for (const file of files) {
  const outcome = await runRows(file, quick);
  for (const row of outcome.rows) {
    const reason = row.met ? undefined : reasonFor(row.bar);
    if (reason) row.note = row.note ? `${row.note}; ${reason}` : reason;
  }
  console.log(`\n${file.slice(0, -'.ts'.length)}\n${table(outcome.rows)}`);
  rows.push(...outcome.rows);
  anchors.push(...outcome.anchors);
}
const missed = rows.filter((row) => !row.met).length;
console.log(`\n${rows.length - missed} of ${rows.length} bars met`);
if (!quick && only === undefined) writeResults('runtime', 'npm run bench:runtime', versionsOf(anchors), rows);
