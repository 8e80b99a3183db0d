import { createHash } from 'node:crypto';
import { analyseFile } from '../ast/analyse.ts';
import { ts } from '../ast/ts.ts';
import type { PackageFacts } from '../model/file-context.ts';
import type { Finding, Position } from '../model/finding.ts';
import type { FixedFile, LeftFinding, SupportFile } from '../model/fix-result.ts';
import type { FixSafety, RuntimeName, TextEdit } from '../model/fixer.ts';
import { type ApplyOptions, applyFixes } from './apply.ts';
import { offsetBefore } from './edits.ts';
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
  user: RuntimeUser;
  before: string;
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
  const progress = new Map<string, Progress>();
  const current = new Map<string, readonly Finding[]>();
  for (const [file, list] of groupByFile(request.findings)) current.set(file, list);
  for (const [file, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const modules = moduleSyntax(file, text, supply.packageTypeOf(file));
    progress.set(file, { user: { file, text, modules }, before: text, text, applied: [], names: new Set(), steps: [] });
  }
  const reasons = new Map<Finding, string>();
  let passes = 0;
  let pending = new Set(progress.keys());
  while (pending.size > 0 && passes < maxPasses) {
    signal?.throwIfAborted();
    const changed = new Map<string, string>();
    for (const file of pending) {
      const state = progress.get(file)!;
      fixOnce(state, current.get(file) ?? [], request, reasons);
      if (state.text !== texts.get(file) && state.text !== changedBefore(state)) changed.set(file, state.text);
    }
    if (changed.size === 0) break;
    passes++;
    const found = groupByFile(await rescan(changed));
    for (const file of changed.keys()) current.set(file, found.get(file) ?? []);
    pending = new Set(changed.keys());
  }
  return finishPlan(progress, current, reasons, passes, supply);
}
