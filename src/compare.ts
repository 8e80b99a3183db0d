import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { applyBaseline, knownOf } from './engine/baseline.ts';
import { type RuleSource, scan } from './engine/scan.ts';
import { type ScanOutcome, type ScanRequest, UsageError } from './engine/scan-request.ts';
import type { Finding } from './model/finding.ts';
import type { Comparison, KnownFindings } from './model/scan-result.ts';
import { type Base, exportTree, findBase, findHead, listChangedLines, listRenames } from './revisions.ts';
import { score } from './score/score.ts';
import { sourceReader } from './source-reader.ts';

export interface Comparing {
  scanBefore(prepare: (outcome: ScanOutcome) => void): Promise<Before>;
  scanNow(scanAll: (request: ScanRequest) => Promise<ScanOutcome>): Promise<Now>;
  compare(outcome: ScanOutcome, before: Before, after: { value: number }): Comparison;
}

/** What is scanned today, and how its files read. */
export interface Now {
  outcome: ScanOutcome;
  readSource(file: string): string | undefined;
}

/** Finds what to compare with; throws `InputError` when it is not there. */
export function startComparison(
  request: ScanRequest,
  rules: RuleSource,
  { changed, staged = false, lines = false }: { changed?: string | true; staged?: boolean; lines?: boolean },
): Comparing {
  const { root } = request;
  const base = staged ? findHead(root) : findBase(root, changed === true ? undefined : changed);
  return {
    scanBefore: (prepare) => scanBase(request, rules, base, staged, prepare),
    scanNow: async (scanAll) => {
      if (!staged) return { outcome: await scanAll(request), readSource: sourceReader(root) };
      const tree = exportTree(root, 'index');
      try {
        const outcome = await scanAll(inCopy(request, tree.root));
        const read = sourceReader(tree.root);
        const files = outcome.findings.flatMap(({ file, related }) => [file, ...related.map((one) => one.file)]);
        const texts = new Map(files.map((file) => [file, read(file)]));
        return { outcome, readSource: (file) => texts.get(file) };
      } finally {
        tree.remove();
      }
    },
    compare: (outcome, before, after) => {
      const comparison = compare(outcome, before, after);
      if (!lines) return comparison;
      const elsewhere = leaveChangedLines(outcome.findings, before, root, staged);
      return { ...comparison, fresh: comparison.fresh - elsewhere, elsewhere };
    },
  };
}

/** Marks what stands on no line that was changed; returns how many findings that are. */
function leaveChangedLines(
  findings: readonly Finding[],
  { base, renames }: Before,
  root: string,
  staged: boolean,
): number {
  const nameBefore = new Map([...renames].map(([was, file]) => [file, was]));
  const known = new Map<string, ReturnType<typeof listChangedLines>>();
  const linesOf = (file: string) => {
    const lines = known.get(file) ?? listChangedLines(root, base, { file, was: nameBefore.get(file) ?? file }, staged);
    known.set(file, lines);
    return lines;
  };
  let elsewhere = 0;
  for (const finding of findings) {
    if (finding.status !== 'active') continue;
    const { start, end } = finding.range;
    if (linesOf(finding.file).some(([first, last]) => first <= end.line && last >= start.line)) continue;
    finding.status = 'baselined';
    finding.reason = `on no line changed since ${base.ref}`;
    elsewhere++;
  }
  return elsewhere;
}

/** The code as it was, scanned by the same rules and settings. */
export interface Before {
  base: Base;
  /** Old path → new path of files that were moved since. */
  renames: ReadonlyMap<string, string>;
  known: KnownFindings[];
  score: { value: number; grade: string };
}

/**
 * Scans the tree of a commit.
 *
 * @param prepare marks what a baseline holds, as it does for the code of today
 */
async function scanBase(
  request: ScanRequest,
  rules: RuleSource,
  base: Base,
  staged: boolean,
  prepare: (outcome: ScanOutcome) => void,
): Promise<Before> {
  const renames = listRenames(request.root, base, staged);
  const tree = exportTree(request.root, base);
  try {
    const outcome = await scanTree(inCopy(request, tree.root), rules);
    if (!outcome) return { base, renames, known: [], score: score([], 0) };
    prepare(outcome);
    const { value, grade } = score(outcome.findings, outcome.files.codeLines);
    const known = knownOf(outcome.findings).map((entry) => ({ ...entry, file: renames.get(entry.file) ?? entry.file }));
    return { base, renames, known, score: { value, grade } };
  } finally {
    tree.remove();
  }
}

function inCopy(request: ScanRequest, root: string): ScanRequest {
  return { ...request, root, ...(request.cache ? { cache: { ...request.cache, isCopy: true } } : {}) };
}

/** Undefined where the tree holds nothing of what is asked for, as before a folder was made. */
async function scanTree(request: ScanRequest, rules: RuleSource): Promise<ScanOutcome | undefined> {
  const { onProgress: _, ...quiet } = request;
  const paths = request.paths?.filter((path) => /[*?[\]{}!]/.test(path) || existsSync(join(request.root, path)));
  if (request.paths?.length && !paths?.length) return undefined;
  try {
    return await scan({ ...quiet, ...(paths ? { paths } : {}) }, rules);
  } catch (error) {
    if (error instanceof UsageError && error.kind !== 'unknown-rule') return undefined;
    throw error;
  }
}

/** Marks what was there before; what stays active is new. The scores are those of all the code, before and now. */
function compare(outcome: ScanOutcome, before: Before, after: { value: number }): Comparison {
  const active = outcome.findings.filter(({ status }) => status === 'active');
  const { known, fresh, stale } = applyBaseline(active, before.known);
  for (const finding of active) if (finding.status === 'baselined') finding.reason = `known at ${before.base.ref}`;
  return {
    ...before.base,
    known,
    fresh,
    fixed: stale,
    scoreBefore: before.score,
    scoreChange: after.value - before.score.value,
  };
}
