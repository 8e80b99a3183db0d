/**
 * `npm run robustness -- [--checkouts <folder>] [--only <name>] [--quick]`: every rule and every fix on code of strangers.
 * Published packages come out of `npm pack`; the folder holds plain work trees, named `<owner>+<name>`. Each code base is
 * copied and gets a process of its own: files that crash or take long, fixes that no longer parse, lose a comment, or are
 * not done after one run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { atMost, type Row, table, versionsOf, writeResults } from '../harness.ts';
import type { Outcome } from './outcome.ts';
import { packages } from './packages.ts';

const { values: options } = parseArgs({
  options: { checkouts: { type: 'string' }, only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const here = import.meta.dirname;
const work = join(here, '../.work/robustness');
const hangMinutes = 15;

/** Folders of built code are left out of a scan: under another name they are scanned too. */
function renameOutput(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const name = /^(?:dist|dist-\w+|build|out|esm|cjs|lib-cov)$/.test(entry.name) ? `of-${entry.name}` : entry.name;
    if (entry.isDirectory()) renameOutput(join(from, entry.name), join(to, name));
    else if (entry.isFile()) cpSync(join(from, entry.name), join(to, name));
  }
}

function unpack(spec: string): string {
  const folder = join(work, 'packages', spec.replace('/', '+'));
  if (existsSync(join(folder, 'code'))) return join(folder, 'code');
  mkdirSync(folder, { recursive: true });
  const packed = execFileSync('npm', ['pack', spec, '--json', '--silent'], { cwd: folder, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  execFileSync('tar', ['xzf', filename], { cwd: folder });
  const top = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isDirectory());
  renameOutput(join(folder, top?.name ?? 'package'), join(folder, 'code'));
  return join(folder, 'code');
}

function tryOn(folder: string): Outcome | string {
  const copy = join(work, 'copy');
  rmSync(copy, { recursive: true, force: true });
  const skip = new Set(['node_modules', '.git', '.yarn']);
  cpSync(folder, copy, { recursive: true, filter: (path) => !skip.has(basename(path)), verbatimSymlinks: true });
  const run = spawnSync(process.execPath, ['--import', 'tsx', join(here, 'subject.ts'), copy], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: hangMinutes * 60_000,
    killSignal: 'SIGKILL',
  });
  if (run.status === 0) return JSON.parse(run.stdout) as Outcome;
  return run.signal === 'SIGKILL' ? `still running after ${hangMinutes} minutes` : run.stderr.slice(-2_000);
}

const targets: { name: string; folder: () => string }[] = packages
  .slice(0, options.quick ? 5 : undefined)
  .map((spec) => ({ name: spec, folder: () => unpack(spec) }));
if (options.checkouts !== undefined) {
  const folder = options.checkouts;
  for (const name of readdirSync(folder)
    .filter((entry) => entry.includes('+'))
    .sort()) {
    targets.push({ name: name.replace('+', '/'), folder: () => join(folder, name) });
  }
}

const failed: string[] = [];
const faults: string[] = [];
let slowest = { what: '', ms: 0 };
const total = { bases: 0, files: 0, lines: 0, findings: 0, fixes: 0, fixedFiles: 0 };
const counts = { crashes: 0, slow: 0, unparsed: 0, lostComments: 0, unstable: 0 };
for (const { name, folder } of targets.filter((target) => options.only === undefined || target.name === options.only)) {
  const outcome = tryOn(folder());
  if (typeof outcome === 'string') {
    failed.push(`${name}: ${outcome}`);
    console.log(`${name}: FAILED ${outcome}`);
    continue;
  }
  total.bases++;
  for (const key of ['files', 'lines', 'findings', 'fixes', 'fixedFiles'] as const) total[key] += outcome[key];
  if (outcome.slowest.ms > slowest.ms) slowest = { what: `${name} ${outcome.slowest.file}`, ms: outcome.slowest.ms };
  if (outcome.slowest.ms > 2_000) counts.slow++;
  for (const key of ['crashes', 'unparsed', 'lostComments', 'unstable'] as const) counts[key] += outcome[key].length;
  for (const { file, error } of outcome.crashes) faults.push(`${name} ${file}: ${error}`);
  for (const file of outcome.unparsed) faults.push(`${name} ${file}: no longer parses`);
  for (const { file, comment } of outcome.lostComments) faults.push(`${name} ${file}: lost ${comment}`);
  for (const file of outcome.unstable) faults.push(`${name} ${file}: a second fix changes it again`);
  const { files, lines, findings, fixes } = outcome;
  console.log(
    `${name}: ${files} files, ${lines} lines, ${findings} findings, ${fixes} fixes, slowest ${outcome.slowest.ms} ms`,
  );
}

for (const fault of faults) console.log(fault);
const scope = `${total.bases} code bases, ${total.files} files, ${total.lines} lines, ${total.findings} findings of any confidence`;
const fixed = `${total.fixes} fixes in ${total.fixedFiles} files`;
const rows: Row[] = [
  atMost('Code bases that could not be scanned or fixed to the end', 0, failed.length, scope, ''),
  atMost('Files that crash a rule, a fixer or a summary', 0, counts.crashes, undefined, ''),
  atMost('Code bases with a file slower than 2 s', 0, counts.slow, `slowest: ${slowest.what}, ${slowest.ms} ms`, ''),
  atMost('Fixed files that no longer parse', 0, counts.unparsed, fixed, ''),
  atMost('Comments lost by a fix', 0, counts.lostComments, undefined, ''),
  atMost('Files that a second fix changes again', 0, counts.unstable, undefined, ''),
];
console.log(`\n${table(rows)}`);
const command = 'npm run robustness -- --checkouts <folder>';
if (!options.quick && options.only === undefined) writeResults('robustness', command, versionsOf(['ts-morph']), rows);
