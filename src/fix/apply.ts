import type { FileContext } from '../model/file-context.ts';
import type { Finding } from '../model/finding.ts';
import type { FixSafety, TextEdit } from '../model/fixer.ts';
import { collide, inOrder, joinEdits, lineBreakOf } from './edits.ts';
import { sweepLeftOver } from './left-over.ts';
import { checkSyntax } from './parses.ts';

export interface Left {
  finding: Finding;
  why: string;
  /** True when it only has to wait for the next pass. */
  waits: boolean;
}

export interface ApplyOptions {
  /** `safe` leaves out the fixes that need review. */
  safety: FixSafety;
  /** Which fixes come first, and so win over those that they overlap. */
  isFirst?(finding: Finding): boolean;
  /** Writes what the fixes import into the edited text, or says which fixes cannot have theirs. */
  finish?(
    text: string,
    fixed: readonly Finding[],
  ): { edits: readonly TextEdit[] } | { refused: ReadonlyMap<Finding, string> };
}

export interface AppliedFixes {
  text: string;
  applied: Finding[];
  left: Left[];
  /** The edits that lead from the old text to the new one, one list after the other; each in order. */
  steps: TextEdit[][];
  /** The new text, analysed; absent where nothing was applied. */
  tree?: FileContext | undefined;
}

/**
 * Puts the fixes of one file into its text. Each lands whole or not at all; of two that overlap the later one waits
 * for the next pass; one whose result does not parse is left out, and the others are kept.
 * Pure; the order of `findings` does not matter.
 */
export function applyFixes(
  path: string,
  text: string,
  findings: readonly Finding[],
  options: ApplyOptions,
): AppliedFixes {
  const left: Left[] = [];
  const lineBreak = lineBreakOf(text);
  const chosen: Finding[] = [];
  const taken: TextEdit[] = [];
  const rank = (finding: Finding): number => (options.isFirst?.(finding) ? 0 : finding.fix?.first ? 1 : 2);
  for (const finding of [...findings].sort((a, b) => rank(a) - rank(b) || byPlace(a, b))) {
    const why = refuse(finding, text, options.safety);
    if (why !== undefined) left.push({ finding, why, waits: false });
    else if (
      finding.fix!.edits.some((edit) => taken.some((other) => collide(edit, other))) ||
      chosen.some((other) => rewrites(other, finding) || rewrites(finding, other))
    ) {
      left.push({ finding, why: 'overlaps another fix', waits: true });
    } else {
      chosen.push(finding);
      taken.push(...finding.fix!.edits);
    }
  }

  const attempt = (fixed: readonly Finding[]): Attempt => tryFixes(path, text, fixed, lineBreak, options);
  let kept: readonly Finding[] = chosen;
  let result = attempt(kept);
  while (result.refused) {
    const { refused } = result;
    for (const [finding, why] of refused) left.push({ finding, why, waits: false });
    kept = kept.filter((finding) => !refused.has(finding));
    result = attempt(kept);
  }
  if (result.error !== undefined) {
    kept = keepParsing(kept, attempt, (finding, why, waits) => left.push({ finding, why, waits }));
    result = attempt(kept);
  }
  const { text: after, steps, tree } = result;
  return { text: after, applied: [...kept], left, steps: kept.length > 0 ? steps : [], tree };
}

/** Whether a fix replaces the very place of another finding, which may then have to be repaired elsewhere. */
function rewrites({ fix }: Finding, { range }: Finding): boolean {
  return fix!.edits.some(({ start, end }) => start < end && start < range.end.offset && range.start.offset < end);
}

interface Attempt {
  text: string;
  steps: TextEdit[][];
  tree?: FileContext;
  error?: string;
  refused?: ReadonlyMap<Finding, string>;
}

function tryFixes(
  path: string,
  text: string,
  fixed: readonly Finding[],
  lineBreak: string,
  options: ApplyOptions,
): Attempt {
  if (fixed.length === 0) return { text, steps: [] };
  const follow = (edit: TextEdit): TextEdit => ({ ...edit, text: edit.text.replace(/\r?\n/g, lineBreak) });
  const edits = inOrder(fixed.flatMap((finding) => finding.fix!.edits).map(follow));
  const edited = joinEdits(text, edits);
  const finished = options.finish?.(edited, fixed) ?? { edits: [] };
  if ('refused' in finished) return { text, steps: [], refused: finished.refused };
  const imports = inOrder(finished.edits.map(follow));
  const after = joinEdits(edited, imports);
  const { tree, error } = checkSyntax(path, text, after);
  if (error !== undefined) return { text: after, steps: [edits, imports], tree, error };
  const swept = sweepLeftOver(path, text, { text: after, tree });
  return { ...swept, steps: [edits, imports, ...swept.steps] };
}

/** Adds the fixes one by one and leaves out each that breaks the text; one that breaks it beside others only has to wait for them. */
function keepParsing(
  fixed: readonly Finding[],
  attempt: (fixed: readonly Finding[]) => Attempt,
  leave: (finding: Finding, why: string, waits: boolean) => void,
): Finding[] {
  const kept: Finding[] = [];
  for (const finding of fixed) {
    const { error, refused } = attempt([...kept, finding]);
    if (error !== undefined) {
      const waits = kept.length > 0 && attempt([finding]).error === undefined;
      leave(finding, `the fixed code would not parse: ${error}`, waits);
    } else if (refused) leave(finding, refused.get(finding) ?? 'its imports cannot be written', false);
    else kept.push(finding);
  }
  return kept;
}

function refuse(finding: Finding, text: string, safety: FixSafety): string | undefined {
  const { fix } = finding;
  if (!fix) return finding.skip ?? 'no fixer';
  if (fix.safety === 'review' && safety === 'safe') {
    return `needs review (--fix=review): ${fix.note ?? 'results or order may change'}`;
  }
  const edits = inOrder(fix.edits);
  const fits = edits.every((edit, i) => edit.start <= edit.end && edit.start >= (edits[i - 1]?.end ?? 0));
  if (!fits || edits.at(-1)!.end > text.length) return 'its edits do not fit the file';
  return edits.every((edit) => text.slice(edit.start, edit.end) === edit.text) ? 'its edits change nothing' : undefined;
}

function byPlace(a: Finding, b: Finding): number {
  const first = (finding: Finding) => Math.min(...(finding.fix?.edits ?? []).map((edit) => edit.start), Infinity);
  return (
    first(a) - first(b) ||
    a.range.start.offset - b.range.start.offset ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
