/** Fixing over scanning, on a generated project: what of each file has to be found again once it is fixed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, median, type Row } from '../harness.ts';

const files = 400;
/** What the generated project holds: a benchmark that fixes nothing measures nothing. */
const findings = 1_000;

/** A module with two or three findings that have safe fixes, and code around them. */
function moduleText(i: number): string {
  const filler = Array.from(
    { length: 12 },
    (_, n) => `export function total${n}(values: readonly number[]): number {
  let sum = ${n};
  for (const value of values) if (value > ${n}) sum += value * ${n + 1};
  return sum;
}
`,
  ).join('\n');
  const beat = `
export class Beat${i} {
  private beats = 0;

  open(): void {
    setInterval(() => this.beats++, ${1_000 + i});
  }

  close(): void {
    this.beats = 0;
  }
}
`;
  return `${filler}
export class Poller${i} {
  private readonly seen: string[] = [];

  start(): void {
    setInterval(() => this.poll(), ${10_000 + i});
  }

  watch(): void {
    setInterval(() => this.seen.splice(0), ${60_000 + i});
  }

  stop(): void {
    this.seen.length = 0;
  }

  private poll(): void {
    this.seen.push(String(Date.now()));
  }
}
${i % 2 === 0 ? beat : ''}`;
}

function generate(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "generated", "private": true, "type": "module" }\n');
  for (let i = 0; i < files; i++) writeFileSync(join(folder, 'src', `module-${i}.ts`), moduleText(i));
}

function time(bin: string, folder: string, ...args: string[]): { ms: number; stdout: string } {
  const start = performance.now();
  // Who makes these classes the project does not show, so what they leak is only possible.
  const scan = ['scan', '--confidence', 'possible', '--no-cache', '--no-config', '--quiet', '--threads', '1'];
  const words = [bin, ...scan, '--fail-on', 'never', ...args];
  const child = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (child.status !== 0) throw new Error(`${words.join(' ')} failed: ${child.stderr}`);
  return { ms: performance.now() - start, stdout: child.stdout };
}

/** Wall time of `--fix` over that of the scan alone, each in a process of its own, interleaved. */
export function measureFixing(folder: string, bin: string, rounds: number): Row[] {
  const runs: { scan: number; fix: number }[] = [];
  let fixed = 0;
  for (let round = 0; round <= rounds; round++) {
    generate(folder);
    const scan = time(bin, folder, '--reporter', 'json');
    const fix = time(bin, folder, '--fix', '--allow-dirty', '--runtime', 'copy', '--reporter', 'json');
    const left = (JSON.parse(time(bin, folder, '--reporter', 'json').stdout) as { findings: unknown[] }).findings
      .length;
    fixed = (JSON.parse(scan.stdout) as { findings: unknown[] }).findings.length - left;
    if (fixed !== findings) throw new Error(`${fixed} of ${findings} findings of the generated project were fixed`);
    // The first fills the page cache.
    if (round > 0) runs.push({ scan: scan.ms, fix: fix.ms });
  }
  const seconds = (key: 'scan' | 'fix') => (median(runs.map((run) => run[key])) / 1000).toFixed(2);
  const ratio = median(runs.map(({ scan, fix }) => fix / scan));
  const note = `${seconds('fix')} s against ${seconds('scan')} s, the scan before, the fixes and the scan after`;
  return [atMost(`fix of ${fixed} findings in ${files} files ÷ scan`, 2, ratio, note)];
}
