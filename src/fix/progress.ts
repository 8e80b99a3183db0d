import { analyseFile } from '../ast/analyse.ts';
import type { Finding, Position } from '../model/finding.ts';
import type { FollowedFix } from '../model/fix-result.ts';
import type { RuntimeName, TextEdit } from '../model/fixer.ts';
import type { AppliedFixes } from './apply.ts';
import { lineStart, offsetBefore } from './edits.ts';
import { fileStyleOf } from './file-style.ts';
import { packageFacts } from './package-facts.ts';
import type { RuntimeSupply, RuntimeUser } from './runtime-source.ts';

/** A fix of the plan. `key` is the same for the same fix when others are left out. */
export interface PlannedFix {
  key: string;
  finding: Finding;
  /** Where the change is none of the finding's own file: what it does. */
  follows?: string;
  /** The end that it adds and that something does not call yet: "dispose() of the Beat that is made at app.ts:7". */
  uncalled?: string;
}

/** One file on its way. */
export interface FileProgress {
  file: string;
  /** With the text before any fix. */
  user: RuntimeUser;
  text: string;
  applied: PlannedFix[];
  follows: (FollowedFix & { key: string })[];
  names: Set<RuntimeName>;
  /** Every list of edits so far, in order. */
  steps: TextEdit[][];
}

/** A file that nothing was changed in yet. */
export function startFile(file: string, text: string, supply: RuntimeSupply): FileProgress {
  return { file, user: userOf(file, text, supply), text, applied: [], follows: [], names: new Set(), steps: [] };
}

/** How it takes in modules costs an analysis, and is asked only where fixes import something. */
function userOf(file: string, text: string, supply: RuntimeSupply): RuntimeUser {
  let modules: RuntimeUser['modules'] | undefined;
  return {
    file,
    text,
    get modules() {
      if (modules === undefined) {
        const type = supply.packageTypeOf(file);
        modules = fileStyleOf(analyseFile(file, text, packageFacts(type)).source, file, type).modules;
      }
      return modules;
    },
  };
}

/** Whether a fix has changed the file. */
export function isChanged({ applied, follows }: FileProgress): boolean {
  return applied.length > 0 || follows.length > 0;
}

/** Takes in what was applied. */
export function take(state: FileProgress, { text, applied, steps }: AppliedFixes): void {
  for (const finding of applied) {
    const key = keyOfFix(finding, state);
    state.applied.push({ key, finding: atOrigin(finding, state) });
    for (const name of finding.fix!.needs) state.names.add(name);
  }
  state.text = text;
  state.steps.push(...steps);
}

/** The keys of the fixes of findings of a scan, and of what they ask of other files. */
export function keysOf(findings: readonly Finding[]): Set<string> {
  const keys = findings.map(({ file, ruleId, range }) => [file, ruleId, range.start.offset].join('\0'));
  return new Set(keys.flatMap((key) => [key, `${key}\0end`]));
}

/** A fix is known by its rule and the place it had in the text before any fix. */
export function keyOfFix(finding: Finding, state: FileProgress): string {
  const { offset, into } = originOf(finding.range.start.offset, state);
  return [state.file, finding.ruleId, offset, ...into].join('\0');
}

function originOf(from: number, { steps }: FileProgress): { offset: number; into: number[] } {
  const into: number[] = [];
  let offset = from;
  for (const edits of [...steps].reverse()) {
    const was = offsetBefore(offset, edits);
    if (was.into > 0) into.push(was.into);
    offset = was.offset;
  }
  return { offset, into };
}

function atOrigin(finding: Finding, state: FileProgress): Finding {
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
