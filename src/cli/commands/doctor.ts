import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Chalk } from 'chalk';
import { baselineFile, readBaseline, run, settingsFor } from '../../run.ts';
import { exitCodes } from '../../score/gates.ts';
import { version } from '../../version.ts';
import { failureOf } from '../failure.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

interface Check {
  state: 'good' | 'note' | 'bad';
  what: string;
  help?: string;
}

/** Checks what a scan depends on, one line each; fails when a scan would. */
export async function doctorCommand(flags: ScanFlags, session: Session): Promise<number> {
  const { colour, unicode } = terminalOf(process.stdout);
  const paint = new Chalk({ level: colour ? 1 : 0 });
  const marks = unicode ? { good: '✔', note: '!', bad: '✖' } : { good: 'ok', note: '!', bad: 'x' };
  const colours = { good: paint.green, note: paint.yellow, bad: paint.red };
  const checks = [node(), git(session.cwd), ...(await project(flags, session))];
  for (const { state, what, help } of checks) {
    await print(`${colours[state](marks[state])} ${what}\n${help === undefined ? '' : `    ${help}\n`}`);
  }
  return checks.some(({ state }) => state === 'bad') ? exitCodes.usage : exitCodes.passed;
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  const what = `Plimsoll ${version} on Node ${process.versions.node}`;
  return isNew ? { state: 'good', what } : { state: 'bad', what, help: 'Node 20.19 or later is needed' };
}

function git(folder: string): Check {
  const ask = (...args: string[]) => {
    try {
      return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return undefined;
    }
  };
  const gitVersion = ask('--version');
  if (gitVersion === undefined) {
    return {
      state: 'note',
      what: 'git is not there',
      help: '--changed and --staged need it; --fix cannot check for a clean tree',
    };
  }
  if (ask('rev-parse', '--is-inside-work-tree') !== 'true') {
    return {
      state: 'note',
      what: `${gitVersion}, but this folder is in no repository`,
      help: '--changed and --staged need one',
    };
  }
  if (ask('rev-parse', '--is-shallow-repository') === 'true') {
    return {
      state: 'note',
      what: `${gitVersion}, a shallow clone`,
      help: 'for --changed: git fetch --unshallow origin (in GitHub Actions: fetch-depth: 0)',
    };
  }
  return { state: 'good', what: `${gitVersion}, a repository with its whole history` };
}

/** Each as a scan would find it; the first that breaks a scan is the last that can be told. */
async function project(flags: ScanFlags, session: Session): Promise<Check[]> {
  const checks: Check[] = [];
  const options = { ...scanOptionsOf([], flags), cwd: session.cwd, signal: session.signal };
  try {
    const settings = await settingsFor(options);
    const shown = settings.files.map((file) => relative(session.cwd, file) || file).join(', ');
    checks.push({
      state: 'good',
      what: shown === '' ? 'no configuration: the defaults hold' : `configuration: ${shown}`,
    });
    const hasManifest = existsSync(join(settings.root, 'package.json'));
    checks.push(
      hasManifest
        ? { state: 'good', what: 'package.json is there: dependencies tell what the code uses' }
        : {
            state: 'note',
            what: 'no package.json in the scanned root',
            help: 'rules that ask what a package is used for know less',
          },
    );
    const baseline = baselineFile(options, settings);
    if (baseline !== undefined) {
      const entries = await readBaseline(baseline, settings.root);
      checks.push({ state: 'good', what: `baseline: ${relative(session.cwd, baseline)}, ${entries.length} entries` });
    }
    const started = performance.now();
    const { result } = await run(options);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { inScope, parsed } = result.files;
    checks.push({ state: 'good', what: `scan: ${inScope} files in scope, ${parsed} parsed, in ${seconds} s` });
    const stuck = [...new Set(result.problems.map(({ file }) => file))];
    if (stuck.length > 0) {
      checks.push({
        state: 'note',
        what: `${stuck.length} files cannot be analysed: ${stuck.slice(0, 5).join(', ')}`,
        help: 'plimsoll scan tells why; until then it exits with 3',
      });
    }
    const idle = result.suppressionProblems.filter(({ kind }) => kind !== 'expiring').length;
    if (idle > 0) {
      checks.push({
        state: 'note',
        what: `${idle} suppressions do not apply`,
        help: 'plimsoll scan lists them',
      });
    }
  } catch (error) {
    const { code, message, at, help, didYouMean } = failureOf(error);
    if (code !== exitCodes.usage) throw error;
    const hints = [at, didYouMean === undefined ? undefined : `did you mean "${didYouMean}"?`, help].filter(Boolean);
    checks.push({ state: 'bad', what: message, ...(hints.length > 0 ? { help: hints.join('; ') } : {}) });
  }
  return checks;
}
