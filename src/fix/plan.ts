import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileContext } from '../model/file-context.ts';
import type { Finding, FindingFix } from '../model/finding.ts';
import type { FixedFile, LeftFinding, SupportFile } from '../model/fix-result.ts';
import type { FixSafety, PartEnd, RuntimeName, TextEdit } from '../model/fixer.ts';
import { type AppliedFixes, applyFixes } from './apply.ts';
import { type Following, followEnd, type ListMakers } from './follow-ends.ts';
import { importEdits, type NeededImport } from './imports.ts';
import { packageFacts } from './package-facts.ts';
import { type FileProgress, isChanged, keyOfFix, type PlannedFix, startFile, take } from './progress.ts';
import type { RuntimeSupply, RuntimeUser } from './runtime-source.ts';

/** Finds what is wrong with the project, given these texts in place of those on disk. */
export type Rescan = (texts: ReadonlyMap<string, string>) => Promise<readonly Finding[]>;

/** Takes a text that a file has by now, analysed. */
export type OnFixed = (file: string, text: string, tree: FileContext) => void;

/** Findings of a file as they stand in its new text, with their new fixes; those that it cannot tell of are left out. */
export type Refind = (
  file: string,
  before: string,
  after: { text: string; tree: FileContext },
  earlier: readonly Finding[],
  isSame: (earlier: Finding, now: Finding) => boolean,
) => readonly Finding[];

export const maxPasses = 10;

/** The event loop gets a turn this often, for aborting. */
const turnMs = 25;

export interface FixPlanRequest {
  /** Those of the scan. */
  findings: readonly Finding[];
  /** Text of every file that may be changed, as it was scanned. */
  texts: ReadonlyMap<string, string>;
  safety: FixSafety;
  supply: RuntimeSupply;
  rescan: Rescan;
  /** Where instances of a class are made; without it owners are not looked for. */
  listMakers?: ListMakers | undefined;
  onFixed?: OnFixed | undefined;
  refind?: Refind | undefined;
  /** The text of a file that is not among `texts`; undefined where it must not be changed. */
  admit?(file: string): string | undefined;
  /** Fixes that may be applied, by their keys; all, when left out. */
  only?: ReadonlySet<string>;
  /** Keys of fixes that a person has edited: they come first, and nothing else is tried in their place. */
  edited?: ReadonlySet<string>;
  signal?: AbortSignal | undefined;
}

export interface Plan {
  files: FixedFile[];
  fixes: PlannedFix[];
  support: SupportFile[];
  /** By file: the keys of the fixes that have changed it. */
  keysIn: ReadonlyMap<string, readonly string[]>;
  /** Files that use the runtime. */
  users: RuntimeUser[];
  /** Files that the fixes came to although nothing was to be fixed in them at first. */
  admitted: ReadonlySet<string>;
  passes: number;
  left: LeftFinding[];
  remaining: Finding[];
}

/**
 * Fixes, scans again and fixes on, at most ten times, all in memory: what comes out is the same for the same input, and
 * nothing is written.
 */
export async function planFixes(request: FixPlanRequest): Promise<Plan> {
  const { texts, supply, rescan, signal } = request;
  const current = groupByFile(request.findings);
  const progress = new Map<string, FileProgress>();
  for (const file of [...texts.keys()].sort()) progress.set(file, startFile(file, texts.get(file)!, supply));
  /** By the keys of fixes: every scan makes its findings anew. */
  const reasons = new Map<string, string>();
  const known = new Set(request.findings.map(({ fingerprint }) => fingerprint));
  let passes = 0;
  let pending = [...progress.values()];
  while (pending.length > 0 && passes < maxPasses) {
    signal?.throwIfAborted();
    const changed = new Set<FileProgress>();
    let turnAt = performance.now() + turnMs;
    for (const state of pending) {
      const found = (current.get(state.file) ?? []).map((one) => withSafety(one, state, progress, request));
      if (fixOnce(state, found, request, reasons, passes)) changed.add(state);
      if (performance.now() < turnAt) continue;
      await nextTurn();
      signal?.throwIfAborted();
      turnAt = performance.now() + turnMs;
    }
    if (changed.size === 0) break;
    for (const state of followFixes([...changed], progress, request)) changed.add(state);
    passes++;
    // All that differs from the disk by now: a fix of one file can end what another one suffers from.
    const found = groupByFile(await rescan(textsOf(progress)));
    for (const file of progress.keys()) current.set(file, found.get(file) ?? []);
    for (const [file, findings] of found) {
      const isNew = findings.some(
        ({ status, fix, fingerprint }) => status === 'active' && fix && !known.has(fingerprint),
      );
      const state = isNew ? enter(file, progress, request) : undefined;
      if (!state) continue;
      changed.add(state);
      current.set(file, findings);
      for (const { fingerprint } of findings) known.add(fingerprint);
    }
    pending = [...changed];
  }
  for (const state of pending) {
    const { applied, left } = attempt(state, current.get(state.file) ?? [], request, passes);
    for (const { finding, why } of left) reasons.set(keyOfFix(finding, state), why);
    for (const finding of applied)
      reasons.set(keyOfFix(finding, state), `${maxPasses} passes are used up; fix again to go on`);
  }
  const admitted = new Set([...progress.keys()].filter((file) => !texts.has(file)));
  return { ...finishPlan(progress, [...current.values()].flat(), reasons, passes, supply), admitted };
}

/** The files that differ from the disk, as they are by now. */
function textsOf(progress: ReadonlyMap<string, FileProgress>): Map<string, string> {
  const differing = [...progress.values()].filter(isChanged);
  return new Map(differing.map(({ file, text }) => [file, text]));
}

/** The state of a file that fixes have come to; undefined where it must not be changed. */
function enter(file: string, progress: Map<string, FileProgress>, request: FixPlanRequest): FileProgress | undefined {
  const known = progress.get(file);
  if (known) return known;
  const text = request.admit?.(file);
  if (text === undefined) return undefined;
  const state = startFile(file, text, request.supply);
  progress.set(file, state);
  return state;
}

/** A fix that is safe once its owners call what it adds, where all of them will. */
function withSafety(
  finding: Finding,
  state: FileProgress,
  progress: Map<string, FileProgress>,
  request: FixPlanRequest,
): Finding {
  const { fix, file, status } = finding;
  if (request.safety === 'review' || status !== 'active' || !fix?.ends?.isSafeWhenCalled) return finding;
  if (!(request.only?.has(`${keyOfFix(finding, state)}\0end`) ?? true)) return finding;
  const { isMade, left } = follow(file, fix.ends, textsOf(progress), progress, request);
  return isMade && left.length === 0 ? { ...finding, fix: { ...fix, safety: 'safe' } } : finding;
}

/** What the owners of a class do about its new end; nothing where owners are not looked for. */
function follow(
  file: string,
  end: PartEnd,
  texts: ReadonlyMap<string, string>,
  progress: Map<string, FileProgress>,
  { listMakers, safety, supply, admit }: FixPlanRequest,
): Following {
  if (!listMakers) return { followed: [], left: [], isMade: false };
  return followEnd(file, end, texts, {
    listMakers,
    safety,
    packageOf: (path) => packageFacts(supply.packageTypeOf(path)),
    mayChange: (path) => progress.has(path) || admit?.(path) !== undefined,
  });
}

/** Has the owners of classes that this pass gave an end call it; the files that changed by it. */
function followFixes(
  changed: readonly FileProgress[],
  progress: Map<string, FileProgress>,
  request: FixPlanRequest,
): FileProgress[] {
  const touched: FileProgress[] = [];
  const texts = textsOf(progress);
  const done = new Set([...progress.values()].flatMap(({ follows }) => follows.map(({ key }) => key)));
  for (const state of changed) {
    for (const fix of state.applied) {
      const end = fix.finding.fix!.ends;
      const key = `${fix.key}\0end`;
      if (!end || done.has(key) || !(request.only?.has(key) ?? true)) continue;
      const { followed, left } = follow(state.file, end, texts, progress, request);
      const where: string[] = [];
      for (const one of followed) {
        const owner = enter(one.file, progress, request)!;
        const what = `${one.where.join(', ')} calls ${end.method}() of ${end.owner}`;
        owner.text = one.after;
        texts.set(one.file, one.after);
        request.onFixed?.(one.file, one.after, one.tree);
        done.add(key);
        owner.steps.push(one.edits);
        owner.follows.push({ key, finding: fix.finding, what });
        where.push(...one.where);
        touched.push(owner);
      }
      const called = where.length > 0 ? [`${where.join(', ')} calls its ${end.method}()`] : [];
      if (end.isNew && left.length > 0) {
        fix.uncalled = `${end.method}() of the ${end.owner} that is made at ${left.join(', ')}`;
        called.push(`nothing calls ${fix.uncalled}: that one runs on`);
      }
      if (called.length === 0) continue;
      fix.finding = withNote(fix.finding, [...called, ...(end.note ? [end.note] : [])].join('; '));
    }
  }
  return touched;
}

function withNote(finding: Finding, note: string): Finding {
  return { ...finding, fix: { ...finding.fix!, note } };
}

/**
 * One pass over one file; true when its text changed. What has to wait for another fix is made anew on the text which
 * that one leaves, as often as that brings one further.
 */
function fixOnce(
  state: FileProgress,
  findings: readonly Finding[],
  request: FixPlanRequest,
  reasons: Map<string, string>,
  passes: number,
): boolean {
  let tried = findings;
  let last: FileContext | undefined;
  for (let round = passes; tried.length > 0; round++) {
    const before = state.text;
    const { text, tree, ...result } = attempt(state, tried, request, round);
    for (const { finding, why } of result.left) reasons.set(keyOfFix(finding, state), why);
    const waiting = result.left.filter(({ waits }) => waits).map(({ finding }) => finding);
    const keys = new Map(waiting.map((finding) => [finding, keyOfFix(finding, state)]));
    take(state, { text, ...result });
    if (!tree || result.applied.length === 0) break;
    last = tree;
    const isSame = (earlier: Finding, now: Finding): boolean => keys.get(earlier) === keyOfFix(now, state);
    tried = waiting.length > 0 ? (request.refind?.(state.file, before, { text, tree }, waiting, isSame) ?? []) : [];
  }
  if (!last) return false;
  request.onFixed?.(state.file, state.text, last);
  return true;
}

/** @param passes done before: what a scan finds after them has the fixer's own fix again, not the edited one */
export function attempt(
  state: FileProgress,
  findings: readonly Finding[],
  { only, edited, safety, supply }: Pick<FixPlanRequest, 'only' | 'edited' | 'safety' | 'supply'>,
  passes = 0,
): AppliedFixes {
  const isEdited = (finding: Finding): boolean => edited?.has(keyOfFix(finding, state)) ?? false;
  const candidates = findings.filter(
    (finding) =>
      finding.status === 'active' &&
      finding.fix &&
      (only?.has(keyOfFix(finding, state)) ?? true) &&
      (passes === 0 || !isEdited(finding)),
  );
  return applyFixes(state.file, state.text, candidates, {
    safety,
    isFirst: isEdited,
    finish: (text, fixed) => finish(state, text, fixed, supply),
  });
}

/** Imports for the fixes of one pass, or which of the fixes cannot have theirs. */
function finish(
  state: FileProgress,
  text: string,
  fixed: readonly Finding[],
  supply: RuntimeSupply,
): { edits: TextEdit[] } | { refused: Map<Finding, string> } {
  const refused = new Map<Finding, string>();
  const needed: NeededImport[] = [];
  const wantedBy = new Map<string, Finding[]>();
  const want = (one: NeededImport, finding: Finding): void => {
    needed.push(one);
    const key = `${one.module}\0${one.name}`;
    wantedBy.set(key, [...(wantedBy.get(key) ?? []), finding]);
  };
  for (const finding of fixed) {
    const { needs, imports, under } = finding.fix!;
    for (const one of imports) want(one, finding);
    for (const name of needs) {
      const answer = supply.moduleFor(name, state.user);
      if ('why' in answer) refused.set(finding, answer.why);
      else want({ module: answer.module, name: importedAs(name, under) }, finding);
    }
  }
  if (refused.size > 0) return { refused };
  if (needed.length === 0) return { edits: [] };
  const pkg = packageFacts(supply.packageTypeOf(state.file));
  const answer = importEdits(state.file, state.text, text, needed, pkg);
  if ('edits' in answer) return answer;
  for (const { needed: one, why } of answer.refused) {
    for (const finding of wantedBy.get(`${one.module}\0${one.name}`) ?? []) refused.set(finding, why);
  }
  return { refused };
}

/** `HashRing as Ring`, where the file uses a runtime part under another name. */
export function importedAs(name: RuntimeName, under: FindingFix['under']): string {
  const local = under?.[name];
  return local === undefined ? name : `${name} as ${local}`;
}

function finishPlan(
  progress: ReadonlyMap<string, FileProgress>,
  findings: readonly Finding[],
  reasons: ReadonlyMap<string, string>,
  passes: number,
  supply: RuntimeSupply,
): Omit<Plan, 'admitted'> {
  const fixed = [...progress.values()].filter(isChanged).sort((a, b) => (a.file < b.file ? -1 : 1));
  const remaining = findings.filter((finding) => finding.status === 'active');
  const users = fixed.filter((state) => state.names.size > 0).map((state) => ({ ...state.user, names: state.names }));
  return {
    files: fixed.map(({ file, user, text, applied, follows }) => ({
      file,
      before: user.text,
      after: text,
      applied: applied.map(({ finding }) => finding),
      follows: follows.map(({ finding, what }) => ({ finding, what })),
    })),
    fixes: uniqueByKey(
      fixed.flatMap(({ applied, follows }) => [
        ...applied,
        ...follows.map(({ key, finding, what }) => ({ key, finding, follows: what })),
      ]),
    ),
    keysIn: new Map(
      fixed.map(({ file, applied, follows }) => [file, [...new Set([...applied, ...follows].map(({ key }) => key))]]),
    ),
    support: supply.listSupport(users),
    users,
    passes,
    left: remaining.flatMap((finding) => {
      const why = (finding.fix && reasons.get(keyOfFix(finding, progress.get(finding.file)!))) ?? finding.skip;
      return why === undefined ? [] : [{ finding, why }];
    }),
    remaining,
  };
}

/** What one fix asked of several files stands or falls together. */
function uniqueByKey(fixes: readonly PlannedFix[]): PlannedFix[] {
  const byKey = new Map<string, PlannedFix>();
  for (const fix of fixes) if (!byKey.has(fix.key)) byKey.set(fix.key, fix);
  return [...byKey.values()];
}

export function groupByFile(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.file);
    if (group) group.push(finding);
    else groups.set(finding.file, [finding]);
  }
  return groups;
}
