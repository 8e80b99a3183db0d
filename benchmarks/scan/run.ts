/**
 * `npm run bench:scan -- --checkouts <folder> [--only <owner/name>] [--quick]`: wall time of a cold scan over the time it
 * takes to read and parse all files once, each in a fresh process, interleaved. The folder holds one checkout a
 * repository, named `<owner>+<name>`; default: PLIMSOLL_CHECKOUTS, else the folder for temporary files.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import fastGlob from 'fast-glob';
import { pairs } from '../../src/registry.generated.ts';
import { atMost, median, type Row, table, versionsOf, writeResults } from '../harness.ts';

interface Repository {
  name: string;
  /** What the cold scan may take of the floor's wall time. */
  ratio: number;
  /** MB */
  peak: number;
}

const repositories: readonly Repository[] = [
  { name: 'socketio/socket.io', ratio: 0.85, peak: 400 },
  { name: 'outline/outline', ratio: 0.65, peak: 400 },
  { name: 'nocobase/nocobase', ratio: 0.45, peak: 500 },
];

const here = import.meta.dirname;
const work = join(here, '../.work/scan');
const argv = process.argv.slice(2);
const optionOf = (name: string): string | undefined => {
  const at = argv.indexOf(name);
  return at < 0 ? undefined : argv[at + 1];
};
const checkouts = optionOf('--checkouts') ?? process.env.PLIMSOLL_CHECKOUTS ?? tmpdir();
const only = optionOf('--only');
const isQuick = argv.includes('--quick');
const rounds = isQuick ? 3 : 7;

interface Run {
  ms: number;
  output: Record<string, number>;
}

function run(script: string, argument: string): Run {
  const start = performance.now();
  const child = spawnSync(process.execPath, [join(work, `${script}.mjs`), argument], { encoding: 'utf8' });
  const ms = performance.now() - start;
  if (child.status !== 0) throw new Error(`${script} failed on ${argument}: ${child.stderr}`);
  return { ms, output: JSON.parse(child.stdout) as Record<string, number> };
}

function measure({ name, ratio, peak }: Repository): Row[] {
  const root = join(checkouts, name.replace('/', '+'));
  if (!existsSync(root)) throw new Error(`No checkout of ${name} at ${root}: see --checkouts`);
  const files = fastGlob.sync('**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', {
    cwd: root,
    absolute: true,
    ignore: ['**/node_modules/**'],
    followSymbolicLinks: false,
  });
  const list = join(work, `${name.replace('/', '+')}.json`);
  writeFileSync(list, JSON.stringify(files.sort()));
  const contenders = [
    { script: 'floor', argument: list, runs: [] as Run[] },
    { script: 'cold', argument: root, runs: [] as Run[] },
  ];
  // Unmeasured: fills the page cache.
  for (const { script, argument } of contenders) run(script, argument);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : [...contenders].reverse();
    for (const { script, argument, runs } of order) runs.push(run(script, argument));
  }
  const [floor, cold] = contenders.map(({ runs }) => runs) as [Run[], Run[]];
  const ratios = cold.map(({ ms }, round) => ms / floor[round]!.ms);
  const { lines = 0 } = floor[0]!.output;
  const { parsed = 0, files: inScope = 0, findings = 0 } = cold[0]!.output;
  const size = `${name}, ${Math.round(lines / 1000)} k lines`;
  const seconds = (runs: Run[]): string => (median(runs.map(({ ms }) => ms)) / 1000).toFixed(2);
  const peakOf = (runs: Run[]): number => Math.max(...runs.map(({ output }) => output.peakKb! / 1024));
  const note =
    `${seconds(cold)} s against ${seconds(floor)} s for ${files.length} files; ` +
    `${inScope} in scope, ${parsed} parsed, ${findings} findings of ${pairs.length} rules`;
  return [
    atMost(`cold scan ÷ parse of all files: ${size}`, ratio, median(ratios), note),
    atMost(`peak memory: ${size}`, peak, peakOf(cold), `the floor: ${Math.round(peakOf(floor))} MB`, ' MB'),
  ];
}

mkdirSync(work, { recursive: true });
await build({
  entryPoints: [join(here, 'floor.ts'), join(here, 'cold.ts')],
  outdir: work,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
const chosen = repositories.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) throw new Error(`No repository ${only}: ${repositories.map(({ name }) => name).join(', ')}`);
const rows: Row[] = [];
for (const repository of chosen) {
  const measured = measure(repository);
  console.log(`\n${table(measured)}`);
  rows.push(...measured);
}
if (!isQuick && only === undefined) {
  writeResults(
    'scan',
    'npm run bench:scan -- --checkouts <folder>',
    versionsOf(['@ts-morph/common', 'typescript']),
    rows,
  );
}
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
