import type { FixSafety, PartEnd, RuntimeName, TextEdit } from './fixer.ts';
import type { Category, Confidence, Lifecycle, Severity } from './rule.ts';

/** 1-based line and column (UTF-16 units), and 0-based offset into the file's text. */
export interface Position {
  line: number;
  column: number;
  offset: number;
}

/** `end` is exclusive. */
export interface Range {
  start: Position;
  end: Position;
}

export interface RelatedLocation {
  file: string;
  range: Range;
  note: string;
}

export interface FindingFix {
  safety: FixSafety;
  edits: readonly TextEdit[];
  needs: readonly RuntimeName[];
  under?: Readonly<Partial<Record<RuntimeName, string>>>;
  imports: readonly { module: string; name: string }[];
  /** What the rewrite does. */
  changes: string;
  note?: string;
  ends?: PartEnd;
  first?: true;
}

/** `active` counts; the other two are shown, marked, and weigh nothing. */
export type FindingStatus = 'active' | 'suppressed' | 'baselined';

export interface Finding {
  ruleId: string;
  category: Category;
  severity: Severity;
  confidence: Confidence;
  lifecycle: Lifecycle;
  /** Minutes that its repair takes by hand, as its rule estimates; absent where that gives none. */
  effort?: number;
  message: string;
  why: string;
  advice: string;
  /** POSIX, relative to the scanned root. */
  file: string;
  range: Range;
  /** Enclosing symbol, `Cache.get`; `''` at module level. */
  scope: string;
  /** The first lines of the source at the finding, for reports that have no access to the file. */
  snippet: string;
  /** Other places that belong to it; for a request path, the chain from handler to here. */
  related: RelatedLocation[];
  fix?: FindingFix;
  /** Why the fixer left it alone. */
  skip?: string;
  /** Stable when lines above change: hash of rule, file, scope, normalised snippet and ordinal. */
  fingerprint: string;
  status: FindingStatus;
  /** Who the file belongs to, as CODEOWNERS names them; left out where nobody does. */
  owners?: readonly string[];
  /** Why it is only `possible`, as sentences without the last full stop; absent where it is more than that. */
  doubt?: string;
  /** For suppressed findings the reason given; for those known at a commit, which. */
  reason?: string;
}
