import type { FileContext } from './file-context.ts';
import type { Match } from './rule.ts';

/** Replaces the text from `start` up to `end` (offsets in UTF-16 units of the file's text) by `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** The exported names of the runtime package that fixed code may use. */
export type RuntimeName =
  | 'AdaptiveInterval'
  | 'BatchLoader'
  | 'BoundedCache'
  | 'ByteAccumulator'
  | 'CircuitBreaker'
  | 'ConnectionPool'
  | 'Deque'
  | 'HashRing'
  | 'PriorityQueue'
  | 'RingBuffer'
  | 'RouteCache'
  | 'RuntimeMonitor'
  | 'TaskQueue'
  | 'TimerRegistry'
  | 'fnv1a32'
  | 'hash32'
  | 'mapLimit'
  | 'retry'
  | 'singleFlight'
  | 'withDeadline';

/**
 * `safe`: the program does what it did, minus the defect.
 * `review`: results or order may change; applied only by `--fix=review`.
 */
export type FixSafety = 'safe' | 'review';

/** A method that from now on ends what the instances of a class start: whoever keeps one must call it. */
export interface PartEnd {
  /** The class, as its file declares it at module level. */
  owner: string;
  /** Takes no arguments and returns nothing to wait for. */
  method: string;
  /** Whether the fix adds the method; one that was there may do more than end things. */
  isNew: boolean;
  /** The fix is safe where all that the project makes are ended by it, though it is `review` by itself. */
  isSafeWhenCalled?: true;
  /** What the reader of the diff must know besides of who calls it. */
  note?: string;
}

/** A file that makes instances of a class. */
export interface Maker {
  file: string;
  text: string;
  /** Offsets of its `new` expressions. */
  at: number[];
}

export interface Fix {
  /** All of them land, or none. They must not overlap one another. */
  edits: readonly [TextEdit, ...TextEdit[]];
  /** Runtime parts the new code uses; the engine writes each import once per file, in the file's own style. */
  needs?: readonly RuntimeName[];
  /** The local names of runtime parts whose own name means something else in the file: `{ HashRing: 'RuntimeHashRing' }`. */
  under?: Readonly<Partial<Record<RuntimeName, string>>>;
  /** Names to import from other packages or node: modules, written the same way. */
  imports?: readonly { module: string; name: string }[];
  /** What this rewrite does, where the fixer does one thing or another: see `Fixer.changes`. */
  changes?: string;
  /** What the reader of the diff must know or do. */
  note?: string;
  /** What the owners of the repaired class must call; they are looked for, and repaired, when the fix has landed. */
  ends?: PartEnd;
  /** Where one match is less safe than the fixer is in general. */
  safety?: FixSafety;
  /** It does away with code that others repair piece by piece: of fixes that overlap it lands first. */
  first?: true;
}

/** Why a match is left alone; shown to the user. */
export interface Skip {
  skip: string;
}

export interface Fixer<Data = unknown> {
  rule: string;
  safety: FixSafety;
  /** What the rewrite does, for the doc page and the report, as part of a sentence: "clears the interval in the class's stop hook". */
  changes: string;
  fix(match: Match<Data>, file: FileContext): Fix | Skip;
}

/** A rule and its fixer, joined by one data type, so that a drifting fixer does not compile. */
export interface RulePair<Data> {
  rule: import('./rule.ts').Rule<Data>;
  fixer?: Fixer<Data>;
}
