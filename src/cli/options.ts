import { Option } from 'commander';
import { InputError } from '../config/input-error.ts';
import { categoryChoices, confidenceChoices, failOnChoices, runtimeChoices, trialChoices } from '../config/schema.ts';
import type { Category, Confidence, Severity, Trial } from '../model/rule.ts';
import { reporters } from '../report/reporters.ts';
import type { ScanOptions } from '../run.ts';
import { nameOfReporter, splitReporters } from './reporting.ts';

/** What commander hands over for the commands that scan. */
export interface ScanFlags {
  config?: string | false;
  rule?: string[];
  category?: string[];
  trial?: Trial;
  confidence?: Confidence;
  failOn?: Severity | 'never';
  minScore?: number;
  baseline?: string;
  changed?: string | true;
  staged?: boolean;
  lines?: boolean;
  history?: string;
  maxIssues?: number;
  maxNew?: number;
  maxStale?: number;
  timing?: boolean;
  threads?: number;
  cache?: boolean;
  cacheLocation?: string;
  watch?: boolean;
  shard?: { index: number; count: number };
  allowPartial?: boolean;
  reporter?: string[];
  quiet?: boolean;
  fix?: 'safe' | 'review';
  diff?: boolean;
  /** Absolute once the command has looked at it. */
  patch?: string;
  verify?: string;
  runtime?: 'package' | 'copy';
  allowDirty?: boolean;
  interactive?: boolean;
}

const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value];

/** A whole number within limits; the limits are part of the message. */
function integer(option: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
    const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new InputError(`${option} must be a whole number ${range}, not "${value}"`);
  };
}

/** `2/8`: the second of eight. */
function shardPart(value: string): { index: number; count: number } {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= 1000) return { index, count };
  throw new InputError(`--shard must be a part and how many there are, like 2/8, not "${value}"`);
}

function choice(noun: string, of: readonly string[]) {
  return (value: string): string => {
    if (of.includes(value)) return value;
    throw new InputError(`unknown ${noun} "${value}": one of ${of.join(', ')}`, {
      wrong: { name: value, candidates: of },
    });
  };
}

/** Options of everything that scans. */
export const scanOptions = {
  rule: () => new Option('--rule <id>', 'only this rule; repeatable').argParser(collect),
  category: () => new Option('--category <name>', 'only the rules of this category; repeatable').argParser(collect),
  trial: () =>
    new Option('--trial <what>', `what rules on trial do: ${trialChoices.join(', ')}`)
      .argParser(choice('value of --trial', trialChoices))
      .env('PLIMSOLL_TRIAL'),
  confidence: () =>
    new Option('--confidence <level>', `least confidence reported: ${confidenceChoices.join(', ')}`)
      .argParser(choice('confidence', confidenceChoices))
      .env('PLIMSOLL_CONFIDENCE'),
  config: () => new Option('--config <file>', 'configuration to use').env('PLIMSOLL_CONFIG'),
  noConfig: () => new Option('--no-config', 'read no configuration'),
  threads: () =>
    new Option('--threads <n>', 'threads that parse').argParser(integer('--threads', 1, 256)).env('PLIMSOLL_THREADS'),
  noCache: () => new Option('--no-cache', 'neither use nor keep what scans found of each file'),
  cacheLocation: () =>
    new Option('--cache-location <folder>', 'where that is kept; by default node_modules/.cache/plimsoll').env(
      'PLIMSOLL_CACHE_LOCATION',
    ),
  timing: () => new Option('--timing', 'print where the time of the scan goes, by rule; one thread, no cache'),
  watch: () => new Option('--watch', 'scan again after every change, until ^C'),
  shard: () =>
    new Option('--shard <i/n>', 'process one of n parts of the files, and print it for plimsoll merge').argParser(
      shardPart,
    ),
  json: () => new Option('--json', 'as JSON'),
  explain: () => new Option('--explain', 'every number that goes into it'),
  quiet: () => new Option('--quiet', 'no progress and no notes on stderr'),
};

export const dashboardOptions = {
  port: () =>
    new Option('--port <n>', 'port of the page; 0 takes a free one')
      .default(9318)
      .argParser(integer('--port', 0, 65_535)),
  host: () => new Option('--host <name>', 'address to listen on').default('127.0.0.1'),
};

export const gateOptions = {
  failOn: () =>
    new Option('--fail-on <severity>', `mildest severity that fails: ${failOnChoices.join(', ')}`)
      .argParser(choice('severity', failOnChoices))
      .env('PLIMSOLL_FAIL_ON'),
  minScore: () =>
    new Option('--min-score <n>', 'least score that passes, 0 to 100')
      .argParser(integer('--min-score', 0, 100))
      .env('PLIMSOLL_MIN_SCORE'),
  baseline: () =>
    new Option('--baseline <file>', 'known findings: they are marked and do not count').env('PLIMSOLL_BASELINE'),
  maxNew: () =>
    new Option('--max-new <n>', 'most findings outside the baseline that pass')
      .argParser(integer('--max-new', 0))
      .env('PLIMSOLL_MAX_NEW'),
  maxIssues: () =>
    new Option('--max-issues <n>', 'most findings that pass, of any severity')
      .argParser(integer('--max-issues', 0))
      .env('PLIMSOLL_MAX_ISSUES'),
  maxStale: () =>
    new Option('--max-stale <n>', 'most suppressions and baseline entries without effect that pass')
      .argParser(integer('--max-stale', 0))
      .env('PLIMSOLL_MAX_STALE'),
  changed: () =>
    new Option(
      '--changed [ref]',
      'report only what is new since the code left this branch; without one, the branch that changes go to',
    ),
  staged: () => new Option('--staged', 'judge what git has staged, and report only what is new in it'),
  lines: () => new Option('--lines', 'with --changed or --staged: of what is new, only what stands on a changed line'),
  history: () =>
    new Option('--history <file>', 'append the score to this file, and show its course in the reports').env(
      'PLIMSOLL_HISTORY',
    ),
  allowPartial: () => new Option('--allow-partial', 'files that cannot be analysed do not fail the scan'),
};

export const fixOptions = {
  fix: () =>
    new Option(
      '--fix [=safe|review]',
      'repair what can be repaired; review: also where results or order may differ',
    ).argParser(choice('kind of fix', ['safe', 'review'])),
  interactive: () =>
    new Option('-i, --interactive', 'go through the repairs one by one: apply, skip, edit, suppress with a reason'),
  diff: () => new Option('--diff', 'print the repair as a patch, change nothing, exit 1 if it would'),
  patch: () =>
    new Option('--patch <file>', 'write what the repair changes, or would change, into this file, for git apply'),
  verify: () =>
    new Option('--verify <command>', 'run this before and after fixing, and take back the fixes that break it'),
  runtime: () =>
    new Option('--runtime <how>', `how fixed code gets the runtime: ${runtimeChoices.join(', ')}`).argParser(
      choice('way to get the runtime', runtimeChoices),
    ),
  allowDirty: () => new Option('--allow-dirty', 'fix although the git tree has uncommitted changes'),
};

export interface InitFlags {
  ci?: string[];
}

export const lspOptions = {
  stdio: () => new Option('--stdio', 'over stdin and stdout, as always; many editors add it'),
};

export const initOptions = {
  ci: () =>
    new Option('--ci <name>', 'github, gitlab or none; repeatable; by default what the project shows').argParser(
      collect,
    ),
};

export interface SuppressFlags {
  reason: string;
  until?: string;
}

export const suppressOptions = {
  reason: () => new Option('--reason <text>', 'why it may stay as it is').makeOptionMandatory(),
  until: () => new Option('--until <day>', 'last day that it holds, as YYYY-MM-DD'),
};

export interface BaselineFlags extends ScanFlags {
  acceptNew?: boolean;
}

export const baselineOptions = {
  file: () =>
    new Option('--baseline <file>', "the file, if not the configuration's or plimsoll-baseline.ndjson").env(
      'PLIMSOLL_BASELINE',
    ),
  acceptNew: () => new Option('--accept-new', 'with update: write down findings that the baseline does not hold yet'),
};

export const reporterOption = () =>
  new Option(
    '--reporter <name[=file]>',
    `report to write, repeatable: ${Object.keys(reporters).join(', ')}; without a file, to stdout`,
  )
    .argParser((value: string, earlier: string[] | undefined) => {
      for (const one of splitReporters(value)) nameOfReporter(one);
      return collect(value, earlier);
    })
    .env('PLIMSOLL_REPORTER');

/** Turns flags into options of a scan. */
export function scanOptionsOf(paths: readonly string[], flags: ScanFlags): ScanOptions {
  if (flags.changed !== undefined && flags.staged) {
    throw new InputError('--changed and --staged compare with different things', { help: 'give one of them' });
  }
  for (const name of flags.category ?? []) assertKnown('category', name, categoryChoices, categoryChoices.join(', '));
  return {
    paths,
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(flags.rule ? { rules: flags.rule } : {}),
    ...(flags.category ? { categories: flags.category as Category[] } : {}),
    ...(flags.trial ? { trial: flags.trial } : {}),
    ...(flags.confidence ? { confidence: flags.confidence } : {}),
    ...(flags.failOn ? { failOn: flags.failOn } : {}),
    ...(flags.minScore === undefined ? {} : { minScore: flags.minScore }),
    ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
    ...(flags.maxIssues === undefined ? {} : { maxIssues: flags.maxIssues }),
    ...(flags.maxNew === undefined ? {} : { maxNew: flags.maxNew }),
    ...(flags.maxStale === undefined ? {} : { maxStale: flags.maxStale }),
    ...(flags.changed === undefined ? {} : { changed: flags.changed }),
    ...(flags.staged ? { staged: true } : {}),
    ...(flags.lines ? { lines: true } : {}),
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
    cache: flags.cache === false ? false : (flags.cacheLocation ?? true),
    ...(flags.allowPartial ? { allowPartial: true } : {}),
  };
}

export function assertKnown(noun: string, name: string, candidates: readonly string[], list: string): void {
  if (!candidates.includes(name))
    throw new InputError(`unknown ${noun} "${name}"`, { wrong: { name, candidates }, list });
}
