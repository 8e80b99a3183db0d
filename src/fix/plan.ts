import { analyseFile } from '../ast/analyse.ts';
import type { PackageFacts } from '../model/file-context.ts';
import type { Finding, Position } from '../model/finding.ts';
import type { FixedFile, LeftFinding, SupportFile } from '../model/fix-result.ts';
import type { FixSafety, RuntimeName, TextEdit } from '../model/fixer.ts';
import { type AppliedFixes, applyFixes } from './apply.ts';
import { lineStart, offsetBefore } from './edits.ts';
import { fileStyleOf } from './file-style.ts';
import { importEdits, type NeededImport } from './imports.ts';
import type { RuntimeSupply, RuntimeUser } from './runtime-source.ts';

/** Finds what is wrong with some files of the project, given these texts in place of those on disk. */
export type Rescan = (texts: ReadonlyMap<string, string>) => Promise<readonly Finding[]>;

export const maxPasses = 10;

export interface PlanRequest {
  /** Those of the scan. */
  findings: readonly Finding[];
  /** Text of every file that may be changed, as it was scanned. */
  texts: ReadonlyMap<string, string>;
  safety: FixSafety;
  supply: RuntimeSupply;
  rescan: Rescan;
  /** Fixes that may be applied, by their keys; all, when left out. */
  only?: ReadonlySet<string>;
  signal?: AbortSignal | undefined;
}

/** A fix of the plan. `key` is the same for the same fix when others are left out. */
export interface PlannedFix {
  key: string;
  finding: Finding;
}

export interface Plan {
  files: FixedFile[];
  fixes: PlannedFix[];
  support: SupportFile[];
  /** Files that use the runtime. */
  users: RuntimeUser[];
  passes: number;
  left: LeftFinding[];
  remaining: Finding[];
}

/** One file on its way. */
interface Progress {
  file: string;
  /** With the text before any fix. */
  user: RuntimeUser;
  text: string;
  applied: PlannedFix[];
  names: Set<RuntimeName>;
  /** Every list of edits so far, in order. */
  steps: TextEdit[][];
}

/**
 * Fixes, scans again and fixes on, at most ten times, all in memory: what comes out is the same for the same input, and
 * nothing is written.
 */
export async function planFixes(request: PlanRequest): Promise<Plan> {
  const { texts, supply, rescan, signal } = request;
  const current = groupByFile(request.findings);
  const progress = new Map<string, Progress>();
  for (const file of [...texts.keys()].sort()) progress.set(file, startProgress(file, texts.get(file)!, supply));
  /** By the keys of fixes: every scan makes its findings anew. */
  const reasons = new Map<string, string>();
  let passes = 0;
  let pending = [...progress.values()];
  while (pending.length > 0 && passes < maxPasses) {
    signal?.throwIfAborted();
    const changed = pending.filter((state) => fixOnce(state, current.get(state.file) ?? [], request, reasons));
    pending = changed;
    if (changed.length === 0) break;
    passes++;
    // All that differs from the disk by now: a fix of one file can end what another one suffers from.
    const fixed = [...progress.values()].filter((state) => state.applied.length > 0);
    const found = groupByFile(await rescan(new Map(fixed.map((state) => [state.file, state.text]))));
    for (const { file } of fixed) current.set(file, found.get(file) ?? []);
  }
  for (const state of pending) {
    const { applied, left } = attempt(state, current.get(state.file) ?? [], request);
    for (const { finding, why } of left) reasons.set(keyOf(finding, state), why);
    for (const finding of applied)
      reasons.set(keyOf(finding, state), `${maxPasses} passes are used up; fix again to go on`);
  }
  return finishPlan(progress, [...current.values()].flat(), reasons, passes, supply);
}

function startProgress(file: string, text: string, supply: RuntimeSupply): Progress {
  const { source } = analyseFile(file, text, packageFacts(supply.packageTypeOf(file)));
  const { modules } = fileStyleOf(source, file, supply.packageTypeOf(file));
  return { file, user: { file, text, modules }, text, applied: [], names: new Set(), steps: [] };
}

/** One pass over one file; true when its text changed. */
function fixOnce(
  state: Progress,
  findings: readonly Finding[],
  request: PlanRequest,
  reasons: Map<string, string>,
): boolean {
  const result = attempt(state, findings, request);
  for (const { finding, why } of result.left) reasons.set(keyOf(finding, state), why);
  take(state, result);
  return result.applied.length > 0;
}

function attempt(state: Progress, findings: readonly Finding[], { only, safety, supply }: PlanRequest): AppliedFixes {
  const candidates = findings.filter(
    (finding) => finding.status === 'active' && finding.fix && (only?.has(keyOf(finding, state)) ?? true),
  );
  return applyFixes(state.file, state.text, candidates, {
    safety,
    finish: (text, fixed) => finish(state, text, fixed, supply),
  });
}

function take(state: Progress, { text, applied, steps }: AppliedFixes): void {
  for (const finding of applied) {
    const key = keyOf(finding, state);
    state.applied.push({ key, finding: atOrigin(finding, state) });
    for (const name of finding.fix!.needs) state.names.add(name);
  }
  state.text = text;
  state.steps.push(...steps);
}

/** Imports for the fixes of one pass, or which of the fixes cannot have theirs. */
function finish(
  state: Progress,
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
    const { needs, imports } = finding.fix!;
    for (const one of imports) want(one, finding);
    for (const name of needs) {
      const answer = supply.moduleFor(name, state.user);
      if ('why' in answer) refused.set(finding, answer.why);
      else want({ module: answer.module, name }, finding);
    }
  }
  if (refused.size > 0) return { refused };
  const pkg = packageFacts(supply.packageTypeOf(state.file));
  const answer = importEdits(state.file, state.text, text, needed, pkg);
  if ('edits' in answer) return answer;
  for (const { needed: one, why } of answer.refused) {
    for (const finding of wantedBy.get(`${one.module}\0${one.name}`) ?? []) refused.set(finding, why);
  }
  return { refused };
}

/** What the style of imports depends on; the rest of a package's facts is nothing to it. */
function packageFacts(type: 'module' | 'commonjs'): PackageFacts {
  return { dir: '', name: undefined, type, dependencies: new Set(), scripts: new Set() };
}

/** A fix is known by its rule and the place it had in the text before any fix. */
function keyOf(finding: Finding, state: Progress): string {
  const { offset, into } = originOf(finding.range.start.offset, state);
  return [state.file, finding.ruleId, offset, ...into].join('\0');
}

function originOf(from: number, { steps }: Progress): { offset: number; into: number[] } {
  const into: number[] = [];
  let offset = from;
  for (const edits of [...steps].reverse()) {
    const was = offsetBefore(offset, edits);
    if (was.into > 0) into.push(was.into);
    offset = was.offset;
  }
  return { offset, into };
}

function atOrigin(finding: Finding, state: Progress): Finding {
  if (state.steps.length === 0) return finding;
  const { text } = state.user;
  const start = positionAt(text, originOf(finding.range.start.offset, state).offset);
  const end = positionAt(text, Math.max(start.offset, originOf(finding.range.end.offset, state).offset));
  return { ...finding, range: { start, end } };
}

function positionAt(text: string, offset: number): Position {
  const line = text.slice(0, offset).split(/\r\n|[\r\n\u2028\u2029]/).length;
  return { line, column: offset - lineStart(text, offset) + 1, offset };
}

function finishPlan(
  progress: ReadonlyMap<string, Progress>,
  findings: readonly Finding[],
  reasons: ReadonlyMap<string, string>,
  passes: number,
  supply: RuntimeSupply,
): Plan {
  const fixed = [...progress.values()].filter((state) => state.applied.length > 0);
  const remaining = findings.filter((finding) => finding.status === 'active');
  const users = fixed.filter((state) => state.names.size > 0).map((state) => ({ ...state.user, names: state.names }));
  return {
    files: fixed.map(({ file, user, text, applied }) => ({
      file,
      before: user.text,
      after: text,
      applied: applied.map(({ finding }) => finding),
    })),
    fixes: fixed.flatMap((state) => state.applied),
    support: supply.listSupport(users),
    users,
    passes,
    left: remaining.flatMap((finding) => {
      const why = (finding.fix && reasons.get(keyOf(finding, progress.get(finding.file)!))) ?? finding.skip;
      return why === undefined ? [] : [{ finding, why }];
    }),
    remaining,
  };
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
