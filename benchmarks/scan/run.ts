/**
 * `npm run bench:scan -- --checkouts <folder> [--only <owner/name>] [--quick]`: wall time of a cold scan over the time it
 * takes to read and parse all files once, over what the same scan takes when its rules look at nothing, and over what
 * other tools take; a warm scan, and one after a change, over a cold one. Each in a fresh process, interleaved. Build first. The folder holds one checkout a repository, named
 * `<owner>+<name>`; default: PLIMSOLL_CHECKOUTS, else the folder for temporary files. The peers come from npm.
 * `--fix` measures fixing over scanning instead, on a generated project.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import fastGlob from 'fast-glob';
import { compilerByRequire, parserOfCompiler } from '../../scripts/compiler.ts';
import { pairs } from '../../src/registry.generated.ts';
import { atMost, median, type Row, table, versionsOf, writeResults } from '../harness.ts';
import { measureFixing } from './fixing.ts';
import { type Peer, preparePeers } from './peers.ts';

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
/** For peers that take half a minute and more. */
const slowRounds = isQuick ? 1 : 5;
const bin = join(here, '../../bin/plimsoll.js');

interface Run {
  ms: number;
  output: Record<string, number>;
}

/** What takes its turn in each round. */
interface Contender {
  name: string;
  /** Rounds that it takes part in. */
  rounds: number;
  run(): Run;
  runs: Run[];
}

/** Wall time of a process. Exit code 1 is that of findings. */
function time(command: readonly string[], cwd: string, stdout: 'ignore' | 'pipe'): { ms: number; stdout: string } {
  const [file = '', ...args] = command;
  const start = performance.now();
  const child = spawnSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', stdout, 'pipe'], maxBuffer: 2 ** 28 });
  const ms = performance.now() - start;
  if (child.status !== 0 && child.status !== 1) throw new Error(`${command.join(' ')} failed: ${child.stderr}`);
  return { ms, stdout: child.stdout };
}

function script(name: string, ...args: string[]): Run {
  const { ms, stdout } = time([process.execPath, join(work, `${name}.mjs`), ...args], work, 'pipe');
  return { ms, output: JSON.parse(stdout) as Record<string, number> };
}

function contendersFor(root: string, list: string, changing: string, peers: readonly Peer[]): Contender[] {
  const cache = mkdtempSync(join(work, 'cache-'));
  const command = (...args: string[]) => [process.execPath, bin, 'scan', ...args, '--reporter', 'json'];
  const timed = (words: readonly string[]): Run => ({ ...time(words, root, 'ignore'), output: {} });
  const text = readFileSync(changing, 'utf8');
  let changes = 0;
  const entrant = (name: string, run: () => Run, limit = rounds): Contender => ({ name, run, rounds: limit, runs: [] });
  return [
    entrant('floor', () => script('floor', list)),
    entrant('cold', () => script('cold', root)),
    entrant('cold, no rule', () => script('cold', root, 'none')),
    entrant('command, cold', () => timed(command('--no-cache'))),
    entrant('command, warm', () => timed(command('--cache-location', cache))),
    entrant('command, one file changed', () => {
      writeFileSync(changing, `${text}// ${++changes}\n`);
      const run = timed(command('--cache-location', cache));
      writeFileSync(changing, text);
      // Unmeasured: the next warm scan finds what it knows.
      timed(command('--cache-location', cache));
      return run;
    }),
    ...peers.map((peer) => entrant(peer.name, () => timed(peer.command), peer.isSlow ? slowRounds : rounds)),
  ];
}

function measure({ name, ratio, peak }: Repository, peers: readonly Peer[]): Row[] {
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
  const { lines = 0 } = script('floor', list).output;
  const kLines = Math.round(lines / 1000);
  const chosenPeers = peers.filter(({ isSlow }) => !isSlow || kLines < 100);
  const changing =
    files.filter((file) => /\/(?:src|lib|server)\/.*\.ts$/.test(file)).at(files.length >> 3) ?? files[0]!;
  const contenders = contendersFor(root, list, changing, chosenPeers);
  // Unmeasured: fills the page cache and the cache of the command.
  for (const { run, rounds: limit } of contenders) if (limit === rounds) run();
  for (let round = 0; round < rounds; round++) {
    const turn = contenders.filter((contender) => round < contender.rounds);
    for (const contender of round % 2 === 0 ? turn : [...turn].reverse()) contender.runs.push(contender.run());
  }
  const runsOf = (wanted: string): Run[] => contenders.find((contender) => contender.name === wanted)!.runs;
  /** Median over the rounds that both took part in. */
  const over = (one: string, other: string): number =>
    median(runsOf(other).map(({ ms }, round) => runsOf(one)[round]!.ms / ms));
  const seconds = (of: string): string => (median(runsOf(of).map(({ ms }) => ms)) / 1000).toFixed(2);
  const against = (one: string, other: string): string => `${seconds(one)} s against ${seconds(other)} s`;
  const peakOf = (of: string): number => Math.max(...runsOf(of).map(({ output }) => output.peakKb! / 1024));
  const { parsed = 0, files: inScope = 0, findings = 0 } = runsOf('cold')[0]!.output;
  const size = `${name}, ${kLines} k lines`;
  const note =
    `${against('cold', 'floor')} for ${files.length} files; ` +
    `${inScope} in scope, ${parsed} parsed, ${findings} findings of ${pairs.length} rules`;
  const compared = (bar: string, wanted: number | undefined, one: string, other: string): Row => {
    const measured = over(one, other);
    const row = atMost(`${bar}: ${size}`, wanted ?? measured, measured, against(one, other));
    return wanted === undefined ? { ...row, wanted: 'recorded' } : row;
  };
  return [
    atMost(`cold scan ÷ parse of all files: ${size}`, ratio, over('cold', 'floor'), note),
    atMost(`peak memory: ${size}`, peak, peakOf('cold'), `the floor: ${Math.round(peakOf('floor'))} MB`, ' MB'),
    compared('all rules ÷ none', 1.25, 'cold', 'cold, no rule'),
    compared('nothing changed ÷ cold', 0.1, 'command, warm', 'command, cold'),
    compared('one file changed ÷ cold', 0.12, 'command, one file changed', 'command, cold'),
    ...chosenPeers.map((peer) => compared(`cold ÷ ${peer.name}`, peer.wanted(kLines), 'command, cold', peer.name)),
    compared('nothing changed ÷ oxlint', 1, 'command, warm', 'oxlint'),
  ];
}

mkdirSync(work, { recursive: true });
await build({
  entryPoints: [join(here, 'floor.ts'), join(here, 'cold.ts')],
  outdir: work,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  plugins: [parserOfCompiler, compilerByRequire],
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
if (!existsSync(join(here, '../../dist/cli.js'))) throw new Error('build first: npm run build');
if (argv.includes('--fix')) {
  const rows = measureFixing(join(work, 'fixing'), bin, rounds);
  console.log(`\n${table(rows)}`);
  if (!isQuick) writeResults('fix', 'npm run bench:scan -- --fix', versionsOf(['@ts-morph/common', 'ts-morph']), rows);
  process.exit(rows.every(({ met }) => met) ? 0 : 1);
}
const chosen = repositories.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) throw new Error(`No repository ${only}: ${repositories.map(({ name }) => name).join(', ')}`);
const { peers, versions } = preparePeers(join(work, 'peers'));
const rows: Row[] = [];
for (const repository of chosen) {
  const measured = measure(repository, peers);
  console.log(`\n${table(measured)}`);
  rows.push(...measured);
}
if (!isQuick && only === undefined) {
  writeResults(
    'scan',
    'npm run bench:scan -- --checkouts <folder>',
    { ...versionsOf(['@ts-morph/common']), ...versions },
    rows,
  );
}
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
