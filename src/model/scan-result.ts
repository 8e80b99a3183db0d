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

/** A directive in a comment that does not apply. */
export interface SuppressionProblem {
  kind: 'unused' | 'unknown-rule' | 'malformed' | 'expired';
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
  name: 'fail-on' | 'min-score' | 'max-new' | 'baseline' | 'diff';
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
  /** Left out, by reason. */
  skipped: Record<'test' | 'declaration' | 'generated' | 'minified' | 'build-output' | 'ignored', number>;
}

/** All that a scan found: plain data, the same bytes for the same input. Every report is a pure function of it. */
export interface ScanResult {
  schemaVersion: 1;
  tool: { name: 'plimsoll'; version: string };
  findings: Finding[];
  problems: Problem[];
  suppressionProblems: SuppressionProblem[];
  files: FileCounts;
  score: Score;
  packages: PackageScore[];
  gates: Gate[];
  /** True when a file in scope could not be analysed. */
  partial: boolean;
  exit: { code: number; reason: string };
}
