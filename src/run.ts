import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { InputError } from './config/input-error.ts';
import { loadSettings, type Settings } from './config/settings.ts';
import type { Config } from './config/types.ts';
import { type Ownership, readOwners } from './engine/code-owners.ts';
import type { ScanOutcome, ScanProgress, ScanRequest } from './engine/scan-request.ts';
import type { ScanTiming } from './engine/timing.ts';
import type { Finding } from './model/finding.ts';
import type { RulePair } from './model/fixer.ts';
import type { Category, Confidence, Severity, Trial } from './model/rule.ts';
import type { BaselineReport, KnownFindings, PackageScore, ScanResult } from './model/scan-result.ts';
import { reporters } from './report/reporters.ts';
import { ruleFacts } from './rule-facts.generated.ts';
import { cacheRequestOf } from './scan-cache.ts';
import { exitOf, judge } from './score/gates.ts';
import { score } from './score/score.ts';
import { sourceReader } from './source-reader.ts';
import { version } from './version.ts';

export { sourceReader };

export interface ScanOptions {
  /** Folder that relative paths start from. Default: the current one. */
  cwd?: string;
  /** Files, folders or globs. Default: `cwd`. */
  paths?: readonly string[];
  /**
   * A configuration, the path of a file that holds one, or false for none.
   * Default: the nearest plimsoll.config.* or package.json key from `paths` upwards.
   */
  config?: string | false | Config;
  /** Only these rules. */
  rules?: readonly string[];
  /** Only the rules of these categories. */
  categories?: readonly Category[];
  /** What rules on trial do. Default: the configuration's, else `report`. */
  trial?: Trial;
  /** Least confidence that is reported. Default: the configuration's, else `likely`. */
  confidence?: Confidence;
  /** The mildest severity that fails. Default: the configuration's, else `high`. */
  failOn?: Severity | 'never';
  /** The least score that passes, 0–100. Default: the configuration's, else none. */
  minScore?: number;
  /** File of known findings. Default: the configuration's; false for none. */
  baseline?: string | false;
  /** The most findings that pass, of any severity. Default: the configuration's, else any number. */
  maxIssues?: number;
  /** The most findings outside the baseline that pass. Default: the configuration's, else any number. */
  maxNew?: number;
  /** The most suppressions and baseline entries without effect that pass. Default: the configuration's, else any number. */
  maxStale?: number;
  /** Report only what is new since the code left this branch or commit; true for the branch that changes go to. */
  changed?: string | true;
  /** Judge what git has staged, and report only what is new since the last commit. */
  staged?: boolean;
  /** With `changed` or `staged`: of what is new only what stands on a changed line. */
  lines?: boolean;
  /** Files that cannot be analysed do not make the exit code 3. Default: false. */
  allowPartial?: boolean;
  /**
   * Keeps what was found of each file, and takes it from there where the file is still the same: in this folder, or,
   * for true, in `.cache/plimsoll` of the nearest node_modules folder, if there is one. Default: false.
   */
  cache?: boolean | string;
  /** Threads that parse. Default: decided by the amount of code and the cores. */
  threads?: number;
  /** Takes down where the time goes; the scan then keeps to one thread. */
  timing?: ScanTiming;
  /** Aborts the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?(progress: ScanProgress): void;
}

/** A scan with what led to it. */
export interface Run {
  result: ScanResult;
  outcome: ScanOutcome;
  settings: Settings;
  /** Scanned files by the names they have in the result, as they were scanned. */
  readSource(file: string): string | undefined;
  /** The same scan again; with texts that stand for files on disk, as they would be. */
  rescan(texts?: ReadonlyMap<string, string>): Promise<Run>;
}

/** The configuration that holds, with the rules that there are. */
export async function settingsFor(options: ScanOptions): Promise<Settings> {
  const cwd = options.cwd ?? process.cwd();
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new InputError(`no such folder: ${cwd}`, { wrong: { name: cwd, candidates: [] } });
  return loadSettings(
    {
      cwd,
      paths: options.paths ?? [],
      ...(options.config === undefined ? {} : { config: options.config }),
    },
    { rules: ruleFacts, reporters: Object.keys(reporters) },
  );
}

/** What the engine is asked for by options and settings. */
export function scanRequestOf(options: ScanOptions, settings: Settings): ScanRequest {
  const { rules, overrides, include, entryPoints, root } = settings;
  const cwd = options.cwd ?? process.cwd();
  const isCompared = options.changed !== undefined || options.staged === true;
  const isSource = import.meta.url.endsWith('.ts');
  const paths = options.paths?.length ? options.paths : ['.'];
  const cache = cacheRequestOf(options.cache ?? false, cwd, settings);
  // Compared code is scanned in copies of the root, where absolute paths would lead out.
  const fromRoot = (path: string) =>
    isAbsolute(path) && !isCompared ? path : relative(root, resolve(cwd, path)).replaceAll('\\', '/') || '.';
  return {
    root: settings.root,
    paths: root === cwd && !isCompared ? paths : paths.map(fromRoot),
    ...(options.rules?.length ? { ruleIds: options.rules } : {}),
    ...(options.categories?.length ? { categories: options.categories } : {}),
    trial: options.trial ?? settings.trial.value,
    confidence: options.confidence ?? settings.confidence.value,
    rules: Object.fromEntries(Object.entries(rules).map(([id, { value }]) => [id, value])),
    overrides: overrides.map(({ value }) => value),
    ...(include.value ? { include: include.value } : {}),
    exclude: settings.exclude.value,
    respectGitignore: settings.respectGitignore.value,
    testFiles: settings.testFiles.value,
    entryPoints: entryPoints.value,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.timing ? { timing: options.timing } : {}),
    pairsModule: new URL(isSource ? './pairs.ts' : './pairs.js', import.meta.url).href,
    plugins: settings.plugins.value,
    ...(cache ? { cache } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  };
}

function packageScores(outcome: ScanOutcome): PackageScore[] {
  const packageOf = new Map(outcome.scanned.map((file) => [file.path, file.packageDir]));
  return outcome.packages.map(({ dir, name, codeLines }) => ({
    dir,
    name,
    score: score(
      outcome.findings.filter((finding) => packageOf.get(finding.file) === dir),
      codeLines,
    ),
  }));
}

export function assertRules(ids: readonly string[], { ruleFacts: known }: Settings): void {
  const candidates = known.map((rule) => rule.id);
  for (const name of ids) {
    if (candidates.includes(name)) continue;
    throw new InputError(`unknown rule "${name}"`, { wrong: { name, candidates }, list: 'plimsoll rules' });
  }
}

/** Loads every rule that there is, and with it the compiler. */
export function rulesOf({ pluginPairs }: Settings): () => Promise<readonly RulePair<never>[]> {
  return async () => [...(await import('./registry.generated.ts')).pairs, ...pluginPairs];
}

/**
 * Configuration → scan → score → gates. Prints nothing, changes nothing but the cache.
 *
 * @param given what shards of this scan have made of the files already, or a memory that makes rescans cheap
 */
export async function run(options: ScanOptions, given?: Pick<ScanRequest, 'shards' | 'memory'>): Promise<Run> {
  const settings = await settingsFor(options);
  assertRules(options.rules ?? [], settings);
  const { scan } = await import('./engine/scan.ts');
  const rules = rulesOf(settings);
  const request = { ...scanRequestOf(options, settings), ...given };
  const known = await knownFindings(options, settings);
  // Without a baseline on purpose, there is nothing to count from and nothing to limit.
  const maxNew = options.baseline === false ? undefined : (options.maxNew ?? settings.maxNew.value);
  const isCompared = options.changed !== undefined || options.staged === true;
  if (options.lines && !isCompared) {
    throw new InputError('--lines narrows what --changed or --staged reports', { help: 'add one of them' });
  }
  if (maxNew !== undefined && !known && !isCompared) {
    throw new InputError('a limit of new findings needs a baseline to count from, or --changed', {
      help: 'write one: plimsoll baseline update; then name it: --baseline <file>, or "baseline" in the configuration',
    });
  }
  const compared = isCompared
    ? await (await import('./compare.ts')).startComparison(request, rules, options)
    : undefined;
  const before = await compared?.scanBefore((outcome) => known?.apply(outcome));
  const runOnce = async (texts?: ReadonlyMap<string, string>): Promise<Run> => {
    const scanAll = (of: ScanRequest) => scan({ ...of, ...(texts ? { texts } : {}) }, rules);
    const { outcome, readSource } = compared
      ? await compared.scanNow(scanAll)
      : { outcome: await scanAll(request), readSource: sourceReader(settings.root) };
    nameOwners(outcome.findings, settings.root);
    const baseline = known && { file: known.shown, ...known.apply(outcome) };
    const total = score(outcome.findings, outcome.files.codeLines);
    const packages = packageScores(outcome);
    const comparison = before && compared?.compare(outcome, before, total);
    const minScore = options.minScore ?? settings.minScore.value;
    const maxIssues = options.maxIssues ?? settings.maxIssues.value;
    const maxStale = options.maxStale ?? settings.maxStale.value;
    const gates = judge(outcome.findings, total, {
      failOn: options.failOn ?? settings.failOn.value,
      ...(minScore === undefined ? {} : { minScore }),
      ...(maxIssues === undefined ? {} : { maxIssues }),
      ...(maxNew === undefined ? {} : { maxNew }),
      ...(maxStale === undefined ? {} : { maxStale, stale: countStale(outcome, baseline) }),
      categories: settings.categoryGates.value,
      ...(baseline ? { worse: baseline.worse.length } : {}),
    });
    const result: ScanResult = {
      schemaVersion: 1,
      tool: { name: 'plimsoll', version },
      findings: outcome.findings,
      problems: outcome.problems,
      suppressionProblems: outcome.suppressionProblems,
      files: outcome.files,
      score: total,
      packages,
      ...(baseline ? { baseline } : {}),
      ...(comparison ? { comparison } : {}),
      gates,
      partial: outcome.problems.length > 0,
      exit: exitOf(gates, outcome.problems, options.allowPartial ?? false),
    };
    return { result, outcome, settings, readSource, rescan: runOnce };
  };
  return runOnce();
}

/** Suppressions that do not apply, and findings of the baseline that there are no more. */
function countStale({ suppressionProblems }: ScanOutcome, baseline: Pick<BaselineReport, 'stale'> | undefined): number {
  const entries = baseline?.stale.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return suppressionProblems.filter(({ kind }) => kind !== 'expiring').length + entries;
}

/** Writes down who each finding belongs to, where a CODEOWNERS file says so. */
function nameOwners(findings: readonly Finding[], root: string): void {
  let ownersOf: Ownership | undefined;
  try {
    ownersOf = readOwners(root);
  } catch (cause) {
    throw new InputError(`cannot read CODEOWNERS: ${(cause as Error).message}`, { cause });
  }
  if (!ownersOf) return;
  for (const finding of findings) {
    const owners = ownersOf(finding.file);
    if (owners.length > 0) finding.owners = owners;
  }
}

interface KnownBaseline {
  /** As results name it. */
  shown: string;
  apply(outcome: ScanOutcome): Omit<BaselineReport, 'file'>;
}

/** The baseline that is in force, read once; throws `InputError` when it is not there or broken. */
async function knownFindings(options: ScanOptions, settings: Settings): Promise<KnownBaseline | undefined> {
  const file = baselineFile(options, settings);
  if (file === undefined) return undefined;
  const { applyBaseline } = await import('./engine/baseline.ts');
  const entries = await readBaseline(file, settings.root);
  const { rules, categories, confidence, trial } = options;
  const categoryOf = new Map(settings.ruleFacts.map((rule) => [rule.id, rule.category]));
  const isAsked = ({ ruleId }: KnownFindings) => {
    const category = categoryOf.get(ruleId);
    if (category === undefined) return true;
    return (!rules?.length || rules.includes(ruleId)) && (!categories?.length || categories.includes(category));
  };
  return {
    shown: shownFrom(settings.root, file),
    apply: (outcome) => {
      const scanned = new Set(outcome.scanned.map(({ path }) => path));
      // A scan that leaves out what is less certain than usual says nothing of what it leaves out.
      const isNarrow =
        (confidence !== undefined && confidence !== settings.confidence.value) ||
        (trial === 'off' && settings.trial.value !== 'off');
      return applyBaseline(
        outcome.findings,
        entries,
        (entry) =>
          !isNarrow && isAsked(entry) && (scanned.has(entry.file) || !existsSync(join(settings.root, entry.file))),
      );
    },
  };
}

/** Absolute; undefined when none is in force. */
export function baselineFile(options: ScanOptions, settings: Settings): string | undefined {
  if (options.baseline === false) return undefined;
  return options.baseline === undefined
    ? settings.baseline.value
    : resolve(options.cwd ?? process.cwd(), options.baseline);
}

export function shownFrom(root: string, file: string): string {
  return relative(root, file).replaceAll('\\', '/');
}

export async function readBaseline(file: string, root: string): Promise<KnownFindings[]> {
  const { BaselineFault, parseBaseline } = await import('./engine/baseline.ts');
  const shown = shownFrom(root, file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`cannot read the baseline ${shown}`, {
      help: 'write it: plimsoll baseline update, with --baseline for another file',
      cause,
    });
  }
  try {
    return parseBaseline(text);
  } catch (cause) {
    if (!(cause instanceof BaselineFault)) throw cause;
    throw new InputError(cause.message, { at: `${shown}:${cause.line}`, cause });
  }
}

/** Reads back a saved result; throws `InputError` when it is none of this version. */
export function parseResult(text: string, shown: string): ScanResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${shown} is not JSON`, { help: 'write it with --reporter json=<file>', cause });
  }
  const { schemaVersion, findings } = (value ?? {}) as Partial<ScanResult>;
  if (schemaVersion !== 1 || !Array.isArray(findings)) {
    throw new InputError(`${shown} is not a result of this version of Plimsoll`, {
      help: 'write it with --reporter json=<file>',
    });
  }
  return value as ScanResult;
}
