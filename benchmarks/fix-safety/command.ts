/** Runs a project's own commands, and reads what its test runner says of itself. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export interface CommandOutcome {
  /** Exit 0 within the time. */
  passed: boolean;
  output: string;
  seconds: number;
}

/** Runs a command line in `cwd`, with the tools installed there; all that it started is killed after `minutes`. */
export function runCommand(command: string, cwd: string, minutes = 6): Promise<CommandOutcome> {
  const start = performance.now();
  const path = [join(cwd, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0' };
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000_000);
    });
  }
  const end = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // Nothing of it runs any more.
    }
  };
  const deadline = setTimeout(end, minutes * 60_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // What it left running may hold the pipes open.
    child.on('exit', end);
    child.on('close', (code) => {
      clearTimeout(deadline);
      resolve({ passed: code === 0, output, seconds: (performance.now() - start) / 1000 });
    });
  });
}

export interface TestCounts {
  passed: number;
  failed: number;
}

/** How runners sum up: mocha; TAP and node:test; node-tap; jest and vitest; ava; TAP without a sum, line by line. */
const sums: readonly { passed: RegExp; failed: RegExp }[] = [
  { passed: /^\s*(\d+) passing\b/gm, failed: /^\s*(\d+) failing\b/gm },
  { passed: /^(?:#|ℹ) pass\s+(\d+)/gm, failed: /^(?:#|ℹ) fail\s+(\d+)/gm },
  { passed: /^# \{ total: .*?pass: (\d+)/gm, failed: /^# \{ total: .*?fail: (\d+)/gm },
  { passed: /^Asserts:\s+(\d+) pass/gm, failed: /^Asserts:.*?(\d+) fail/gm },
  { passed: /^\s*Tests:?\s.*?(\d+) passed/gm, failed: /^\s*Tests:?\s.*?(\d+) failed/gm },
  { passed: /(\d+) tests? passed/gm, failed: /(\d+) tests? failed/gm },
  { passed: /^ *ok \d+/gm, failed: /^ *not ok \d+/gm },
];

/** The counts of the first form that the output shows, summed over its runs. */
export function countTests(output: string): TestCounts {
  const total = (pattern: RegExp): number =>
    [...output.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1] ?? 1), 0);
  const sum = sums.find(({ passed, failed }) => output.search(passed) >= 0 || output.search(failed) >= 0);
  return sum ? { passed: total(sum.passed), failed: total(sum.failed) } : { passed: 0, failed: 0 };
}

export function countCompileErrors({ passed, output }: CommandOutcome): number {
  return passed ? 0 : Math.max(1, output.match(/\berror TS\d+/g)?.length ?? 0);
}
