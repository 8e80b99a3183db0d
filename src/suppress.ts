import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from './config/input-error.ts';
import { ScanMemory } from './engine/scan-memory.ts';
import type { Finding } from './model/finding.ts';
import { type Run, run, type ScanOptions } from './run.ts';

export interface SuppressOptions extends ScanOptions {
  rule: string;
  reason: string;
  /** Last day, `YYYY-MM-DD`. Default: none. */
  until?: string;
}

/** A finding that is to stay as it is, and why. */
export interface AcceptedFinding {
  finding: Finding;
  /** One line. */
  reason: string;
  /** Last day, `YYYY-MM-DD`. Default: none. */
  until?: string;
}

export interface Suppressed {
  /** Findings that a directive covers now. */
  done: Finding[];
  /** Findings where no form of the directive works: in the middle of a template, say. */
  left: Finding[];
  /** Files that were written. */
  files: string[];
}

/** The forms of a directive, the most readable first; what a form does not reach is tried with the next one. */
export const directiveForms = ['above', 'above-in-jsx', 'same-line'] as const;

/** What is wrong with a reason; undefined for a good one. */
export function findReasonFault(reason: string): string | undefined {
  if (reason.trim() === '') return 'a suppression needs a reason';
  return /[\r\n]|\*\//.test(reason) ? 'the reason must be one line, without "*/"' : undefined;
}

function assertWords({ reason, until }: SuppressOptions): void {
  const fault = findReasonFault(reason);
  if (fault !== undefined) throw new InputError(reason.trim() === '' ? `${fault}: --reason "…"` : fault);
  if (until === undefined) return;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00Z`).toJSON()?.slice(0, 10) === until;
  if (!isDate) throw new InputError(`--until must be a day as YYYY-MM-DD, not "${until}"`);
  if (until < new Date().toISOString().slice(0, 10)) throw new InputError(`--until ${until} is over already`);
}

/** Writes a directive at each active finding of a rule. Each is proved by a scan before anything is written. */
export async function suppress(options: SuppressOptions): Promise<Suppressed> {
  assertWords(options);
  const before = await run({ ...options, rules: [options.rule] }, { memory: new ScanMemory() });
  const { reason, until } = options;
  const wanted = before.result.findings
    .filter(({ status }) => status === 'active')
    .map((finding) => ({ finding, reason, ...(until === undefined ? {} : { until }) }));
  const { done, left, texts } = await planSuppressions(before, wanted);
  for (const [file, text] of texts) writeFileSync(join(before.settings.root, file), text);
  return { done, left, files: [...texts.keys()] };
}

/** The texts that files get for findings of a scan to be suppressed, each proved by another scan; nothing is written. */
export async function planSuppressions(
  before: Run,
  wanted: readonly AcceptedFinding[],
): Promise<Omit<Suppressed, 'files'> & { texts: Map<string, string> }> {
  const { root } = before.settings;
  const read = new Map(wanted.map(({ finding: { file } }) => [file, readFileSync(join(root, file), 'utf8')]));
  const formOf = new Map(wanted.map(({ finding }) => [finding, 0]));
  for (let round = 0; round < directiveForms.length; round++) {
    const after = await before.rescan(withDirectives(wanted, read, formOf));
    const failed = findFailed(wanted, formOf, before, after);
    if (failed.length === 0) break;
    for (const finding of failed) formOf.set(finding, (formOf.get(finding) ?? 0) + 1);
  }
  const isDone = ({ finding }: AcceptedFinding) => (formOf.get(finding) ?? 0) < directiveForms.length;
  const done = wanted.filter(isDone);
  return {
    done: done.map(({ finding }) => finding),
    left: wanted.filter((one) => !isDone(one)).map(({ finding }) => finding),
    texts: withDirectives(done, read, formOf),
  };
}

/** Those still active, and all of a file that no longer parses. */
function findFailed(
  wanted: readonly AcceptedFinding[],
  formOf: ReadonlyMap<Finding, number>,
  before: Run,
  after: Run,
): Finding[] {
  const active = new Set(
    after.result.findings.filter(({ status }) => status === 'active').map((one) => `${one.file} ${one.fingerprint}`),
  );
  const broken = new Set(after.result.problems.map(({ file }) => file));
  for (const { file } of before.result.problems) broken.delete(file);
  return wanted
    .map(({ finding }) => finding)
    .filter(
      (finding) =>
        (formOf.get(finding) ?? 0) < directiveForms.length &&
        (active.has(`${finding.file} ${finding.fingerprint}`) || broken.has(finding.file)),
    );
}

function withDirectives(
  wanted: readonly AcceptedFinding[],
  texts: ReadonlyMap<string, string>,
  formOf: ReadonlyMap<Finding, number>,
): Map<string, string> {
  const written = new Map<string, string>();
  for (const [file, text] of texts) {
    /** One rule's findings on a line share a directive; those of several rules have one below the other. */
    const inserts = new Map<number, Set<string>>();
    const ruled = new Set<string>();
    for (const one of wanted) {
      const form = directiveForms[formOf.get(one.finding) ?? 0];
      if (one.finding.file !== file || form === undefined) continue;
      const { at, directive } = directiveFor(one, text, form);
      const key = `${at} ${one.finding.ruleId}`;
      if (!ruled.has(key)) inserts.set(at, (inserts.get(at) ?? new Set()).add(directive));
      ruled.add(key);
    }
    if (inserts.size === 0) continue;
    let out = '';
    let from = 0;
    for (const [at, directives] of [...inserts].sort(([a], [b]) => a - b)) {
      out += text.slice(from, at) + [...directives].join('');
      from = at;
    }
    written.set(file, out + text.slice(from));
  }
  return written;
}

/** A directive at a finding, and where it goes. With an empty reason it does not hold yet. */
export function directiveFor(
  { finding: { range, ruleId }, reason, until }: AcceptedFinding,
  text: string,
  form: (typeof directiveForms)[number],
): { at: number; directive: string } {
  const words = `${ruleId}${until === undefined ? '' : ` until=${until}`} -- ${reason.trim()}`;
  const offset = range.start.offset;
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  if (form === 'same-line') {
    const end = text.slice(offset).search(/[\r\n]/);
    return { at: end < 0 ? text.length : offset + end, directive: ` // plimsoll-ignore-line ${words}` };
  }
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const comment =
    form === 'above' ? `// plimsoll-ignore-next-line ${words}` : `{/* plimsoll-ignore-next-line ${words} */}`;
  // A byte order mark stays first.
  const at = lineStart === 0 && text.startsWith('\uFEFF') ? 1 : lineStart;
  return { at, directive: `${indent}${comment}${lineEnd}` };
}
