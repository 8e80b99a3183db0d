import type { EntryCalls } from '../model/file-context.ts';
import type { Finding } from '../model/finding.ts';
import type { Category, Confidence, OptionValues, Severity, Trial } from '../model/rule.ts';
import type { FileCounts, Problem, SuppressionProblem } from '../model/scan-result.ts';
import type { FileOutcome } from './process-file.ts';
import type { PlanRequest } from './rule-plan.ts';
import type { ScanMemory } from './scan-memory.ts';
import type { ScanTiming } from './timing.ts';

/** What the configuration says of one rule. */
export interface RuleSetting {
  enabled?: boolean;
  /** Replaces the severity of the rule and of its matches. */
  severity?: Severity;
  /** Values for the rule's options; those left out keep their defaults. */
  options?: OptionValues;
}

/** Settings for the files that match one of `files`; later overrides win. */
export interface RuleOverride {
  /** Globs relative to the scanned root. */
  files: readonly string[];
  rules: Readonly<Record<string, RuleSetting>>;
}

/** Where outside load comes in by ways that the scan does not know. */
export interface EntryPointSettings {
  /** Files whose exported functions run once per request or message; globs relative to the scanned root. */
  request?: readonly string[];
  /** Files whose exported functions run again and again, but not per request; globs relative to the scanned root. */
  event?: readonly string[];
  /** Names of functions, methods and decorators: what is handed to them runs once per request or message. */
  requestCalls?: readonly string[];
  /** The same for what runs again and again, but not per request. */
  eventCalls?: readonly string[];
}

/** The names among entry points; undefined when there are none. */
export function entryCallsOf(entryPoints: EntryPointSettings | undefined): EntryCalls | undefined {
  const { requestCalls = [], eventCalls = [] } = entryPoints ?? {};
  return requestCalls.length + eventCalls.length === 0 ? undefined : { request: requestCalls, event: eventCalls };
}

export interface ScanProgress {
  /** Files read so far, and files in scope. */
  done: number;
  total: number;
}

export interface ScanRequest {
  /** Absolute path; every path of the result is relative to it. */
  root: string;
  /** Files, folders or globs, absolute or relative to the root. Default: the root. */
  paths?: readonly string[];
  /** Only these rules. */
  ruleIds?: readonly string[];
  /** Only the rules of these categories. */
  categories?: readonly Category[];
  /** What rules on trial do; one that is given a severity weighs in any case. Default: `report`. */
  trial?: Trial;
  /** Least confidence that is reported. Default: `likely`. */
  confidence?: Confidence;
  rules?: Readonly<Record<string, RuleSetting>>;
  overrides?: readonly RuleOverride[];
  /** Globs relative to the root: with any, a file must match one. */
  include?: readonly string[];
  /** Globs relative to the root: files that match one are left out and counted as ignored. */
  exclude?: readonly string[];
  /** Default: true. */
  respectGitignore?: boolean;
  /** Scan test files too. Default: false. */
  testFiles?: boolean;
  entryPoints?: EntryPointSettings;
  /** Threads that parse; 1 keeps to the calling thread. Default: decided by bytes and cores. */
  threads?: number;
  /** Module that exports `loadPairs`, for worker threads to load. Without it the scan keeps to one thread. */
  pairsModule?: string;
  /** Modules with rules of the user's own, absolute: what `loadPairs` is given. */
  plugins?: readonly string[];
  /** The day that `until=` of suppressions is held against, `YYYY-MM-DD`. Default: today in UTC. */
  today?: string;
  /** Texts that stand for files on disk, by path: code that a fix has not written yet. */
  texts?: ReadonlyMap<string, string>;
  /** What shards made of the files, by path: nothing is processed again. */
  shards?: ReadonlyMap<string, FileOutcome>;
  /** Keeps and uses what scans found. Default: none. */
  cache?: CacheRequest;
  /** What earlier scans of this process, with the same rules and settings, made of texts. Default: none. */
  memory?: ScanMemory;
  /** Takes down where the time goes; the scan then keeps to one thread. */
  timing?: ScanTiming;
  signal?: AbortSignal;
  onProgress?(progress: ScanProgress): void;
}

/** The parts of a request that say which rules run where. */
export function planRequest({ ruleIds, categories, trial, confidence, rules, overrides }: ScanRequest): PlanRequest {
  return {
    ...(ruleIds && { ruleIds }),
    ...(categories && { categories }),
    ...(trial && { trial }),
    ...(confidence && { confidence }),
    ...(rules && { rules }),
    ...(overrides && { overrides }),
  };
}

export interface CacheRequest {
  /** Absolute. */
  folder: string;
  /** Names all that findings depend on besides the request and the files: the tool, its build, the plugins. */
  identity: string;
  /** The root is a copy of another tree than the one the cache is for: what it adds never replaces anything. */
  isCopy?: boolean;
}

/** A file in scope. */
export interface ScannedFile {
  /** POSIX, relative to the root. */
  path: string;
  /** Folder of its package.json, as in {@link PackageSummary}. */
  packageDir: string;
  codeLines: number;
  bytes: number;
  parsed: boolean;
  /** SHA-256 of the text, in hex. */
  hash: string;
}

export interface PackageSummary {
  /** POSIX, relative to the root; '' for the root. */
  dir: string;
  name: string | undefined;
  codeLines: number;
}

/** A match that another file speaks against; `plimsoll why` tells it. Only a scan for what is `possible` tells all of them. */
export interface RefutedFinding {
  finding: Finding;
  why: string;
}

/** What a scan found, before score and gates. The same input gives the same bytes. */
export interface ScanOutcome {
  /** Sorted by file, place and rule. */
  findings: Finding[];
  refuted: RefutedFinding[];
  problems: Problem[];
  suppressionProblems: SuppressionProblem[];
  files: FileCounts;
  /** Sorted by path. */
  scanned: ScannedFile[];
  /** Packages that hold a scanned file, sorted by folder. */
  packages: PackageSummary[];
}

/** The request cannot be met: nothing was judged (exit 2). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly kind: 'missing-path' | 'not-source' | 'no-files' | 'unknown-rule' | 'shards';
  /** The path or name that is wrong. */
  readonly subject: string;

  constructor(kind: UsageError['kind'], subject: string, message: string) {
    super(message);
    this.kind = kind;
    this.subject = subject;
  }
}
