import type { Finding, Position } from './finding.ts';
import type { Category, Severity } from './rule.ts';

export interface Score {
  /** 0–100, higher is better. */
  value: number;
  grade: string;
  /** Points taken by each severity, unrounded. */
  lost: Record<Severity, number>;
  /** Findings that weigh. */
  counts: Record<Severity, number>;
  codeLines: number;
  categories: Partial<Record<Category, { value: number; grade: string; counts: Record<Severity, number> }>>;
  /** The three rules whose repair would win back most points. */
  moves: { ruleId: string; findings: number; points: number }[];
}

/** A file in scope that could not be analysed; each makes the result partial (exit 3). */
export interface Problem {
  kind: 'syntax' | 'unreadable' | 'limit' | 'crashed-rule' | 'encoding';
  file: string;
  position?: Position;
  message: string;
}

/** A directive in a comment that does not apply, or that soon will not: `expiring`. */
export interface SuppressionProblem {
  kind: 'unused' | 'unknown-rule' | 'malformed' | 'expired' | 'expiring';
  file: string;
  line: number;
  message: string;
}

export interface PackageScore {
  dir: string;
  name: string | undefined;
  score: Score;
}

export interface Gate {
  name: 'fail-on' | 'min-score' | 'max-issues' | 'max-new' | 'max-stale' | 'baseline' | 'diff';
  passed: boolean;
  /** "2 high findings, none allowed". */
  message: string;
}

export interface FileCounts {
  /** Files found in scope. */
  inScope: number;
  /** Of those, parsed: the others mention nothing that a rule looks for. */
  parsed: number;
  codeLines: number;
  /** Left out, by reason: files; of `linked`, links to folders that hold the root or were read by another link; of `special`, pipes and devices. */
  skipped: Record<
    'test' | 'declaration' | 'generated' | 'minified' | 'build-output' | 'ignored' | 'linked' | 'special',
    number
  >;
}

/** Findings of one kind at one place that were known before: of one rule, in one scope, with the same code. */
export interface KnownFindings {
  /** POSIX, relative to the scanned root. */
  file: string;
  /** Enclosing symbol; '' at module level. */
  scope: string;
  ruleId: string;
  /** Hash of the rule, the scope and the normalised first lines: 12 hexadecimal digits. */
  code: string;
  count: number;
  severity: Severity;
}

/** What a baseline has to say of a scan. */
export interface BaselineReport {
  /** POSIX, relative to the scanned root. */
  file: string;
  /** Findings that it holds, and that are therefore marked. */
  known: number;
  /** Findings that it does not hold. */
  fresh: number;
  /** Entries, or the part of their count, that nothing answers to any more. */
  stale: KnownFindings[];
  /** Entries that are found more often, or with a higher severity, than they were written down. */
  worse: { was: KnownFindings; now: { count: number; severity: Severity } }[];
}

/** How code differs from what it was at a commit. Findings that were there before are marked as baselined. */
export interface Comparison {
  /** "origin/main". */
  ref: string;
  /** Full hash of the merge base; of the last commit, for what is staged. */
  commit: string;
  known: number;
  fresh: number;
  /** New as well, but on no changed line, and marked for that; only where changed lines alone are asked for. */
  elsewhere?: number;
  /** What was found there and is no more. */
  fixed: KnownFindings[];
  /** Of all the code as it was. */
  scoreBefore: { value: number; grade: string };
  /** Points won, or lost when negative. */
  scoreChange: number;
}

/** A scan that was recorded, for the course of the score. */
export interface TrendPoint {
  /** ISO 8601, in UTC. */
  at: string;
  /** Full hash of the commit that was checked out. */
  commit?: string;
  score: number;
  grade: string;
  /** Findings that weigh. */
  counts: Record<Severity, number>;
  codeLines: number;
  /** Of Plimsoll: rules come and go with it. */
  version: string;
}

/** All that a scan found: plain data, the same bytes for the same input; a history adds the time. Every report is a pure function of it. */
export interface ScanResult {
  schemaVersion: 1;
  tool: { name: 'plimsoll'; version: string };
  findings: Finding[];
  problems: Problem[];
  suppressionProblems: SuppressionProblem[];
  files: FileCounts;
  score: Score;
  packages: PackageScore[];
  /** Of a scan with a baseline. */
  baseline?: BaselineReport;
  /** Of a scan that tells what is new; the score stays that of all the code. */
  comparison?: Comparison;
  /** Of a scan with a history: the last recorded ones, oldest first, this one last. */
  trend?: TrendPoint[];
  gates: Gate[];
  /** True when a file in scope could not be analysed. */
  partial: boolean;
  exit: { code: number; reason: string };
}
