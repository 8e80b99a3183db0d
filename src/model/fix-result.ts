import type { Finding } from './finding.ts';

/** A source file that fixes changed. */
export interface FixedFile {
  /** POSIX, relative to the scanned root. */
  file: string;
  before: string;
  after: string;
  /** What was fixed, in the order it was; ranges are those of `before`. */
  applied: Finding[];
  /** What fixes of other files asked of this one. */
  follows: FollowedFix[];
}

/** A change that completes the fix of another file: the owner of a repaired class calls what ends it. */
export interface FollowedFix {
  finding: Finding;
  /** "Gateway.close calls its dispose()". */
  what: string;
}

/** A file that fixed code needs beside itself: a copied runtime part, a package.json with the dependency. */
export interface SupportFile {
  /** POSIX, relative to the scanned root. */
  file: string;
  /** Undefined when the fix makes the file. */
  before: string | undefined;
  after: string;
  /** "copied from @plimsoll/runtime 0.1.0". */
  what: string;
}

export interface LeftFinding {
  finding: Finding;
  why: string;
}

/** What the project's own command said of the fixed code. */
export interface Verification {
  command: string;
  /** Times the command ran, the one before any change included. */
  runs: number;
  /** Whether it passes on the code as it is left; false only for a command that does not always say the same. */
  passed: boolean;
  /** Its last lines on the code as it is left. */
  output: string;
}

/** What a run of fixes did, or with `written: false` would do. */
export interface FixResult {
  written: boolean;
  /** Rounds of fixing and scanning that changed something; at most ten. */
  passes: number;
  /** Sorted by path. */
  files: FixedFile[];
  support: SupportFile[];
  /** Findings that a fixer knows of and that stay, each with the reason. */
  skipped: LeftFinding[];
  /** Fixes that broke the verified command, with its last lines. */
  takenBack: LeftFinding[];
  /** Every active finding left, those of `skipped` and `takenBack` among them. */
  remaining: Finding[];
  /** Files that could not be written. */
  problems: { file: string; message: string }[];
  /** The change as one unified patch, fit for `git apply`: paths are those of the repository, without one the root's. */
  patch: string;
  verification?: Verification;
  /** What is left for the user to do: "run npm install". */
  next: string[];
}
