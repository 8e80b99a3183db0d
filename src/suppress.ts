import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from './config/input-error.ts';
import type { Finding } from './model/finding.ts';
import { type Run, run, type ScanOptions } from './run.ts';

export interface SuppressOptions extends ScanOptions {
  rule: string;
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
const forms = ['above', 'above-in-jsx', 'same-line'] as const;

function assertWords({ reason, until }: SuppressOptions): void {
  if (reason.trim() === '') throw new InputError('a suppression needs a reason: --reason "…"');
  if (/[\r\n]|\*\//.test(reason)) throw new InputError('the reason must be one line, without "*/"');
  if (until === undefined) return;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(until) && new Date(`${until}T00:00:00Z`).toJSON()?.slice(0, 10) === until;
  if (!isDate) throw new InputError(`--until must be a day as YYYY-MM-DD, not "${until}"`);
  if (until < new Date().toISOString().slice(0, 10)) throw new InputError(`--until ${until} is over already`);
}

/** Writes a directive at each active finding of a rule. Each is proved by a scan before anything is written. */
export async function suppress(options: SuppressOptions): Promise<Suppressed> {
  assertWords(options);
  const before = await run({ ...options, rules: [options.rule] });
  const { root } = before.settings;
  const wanted = before.result.findings.filter(({ status }) => status === 'active');
  const texts = new Map(wanted.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')]));
  const formOf = new Map(wanted.map((finding) => [finding, 0]));
  for (let round = 0; round < forms.length; round++) {
    const written = writeAll(wanted, texts, formOf, options);
    const after = await before.rescan(written);
    const failed = findFailed(wanted, formOf, before, after);
    if (failed.length === 0) break;
    for (const finding of failed) formOf.set(finding, (formOf.get(finding) ?? 0) + 1);
  }
  const done = wanted.filter((finding) => (formOf.get(finding) ?? 0) < forms.length);
  const left = wanted.filter((finding) => !done.includes(finding));
  const final = writeAll(done, texts, formOf, options);
  for (const [file, text] of final) writeFileSync(join(root, file), text);
  return { done, left, files: [...final.keys()] };
}

/** Those still active, and all of a file that no longer parses. */
function findFailed(
  wanted: readonly Finding[],
  formOf: ReadonlyMap<Finding, number>,
  before: Run,
  after: Run,
): Finding[] {
  const active = new Set(
    after.result.findings.filter(({ status }) => status === 'active').map((one) => `${one.file} ${one.fingerprint}`),
  );
  const broken = new Set(after.result.problems.map(({ file }) => file));
  for (const { file } of before.result.problems) broken.delete(file);
  return wanted.filter(
    (finding) =>
      (formOf.get(finding) ?? 0) < forms.length &&
      (active.has(`${finding.file} ${finding.fingerprint}`) || broken.has(finding.file)),
  );
}

function writeAll(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
  formOf: ReadonlyMap<Finding, number>,
  options: SuppressOptions,
): Map<string, string> {
  const written = new Map<string, string>();
  for (const [file, text] of texts) {
    const inserts = new Map<number, string>();
    for (const finding of findings) {
      const form = forms[formOf.get(finding) ?? 0];
      if (finding.file !== file || form === undefined) continue;
      const { at, directive } = directiveFor(finding, text, form, options);
      inserts.set(at, directive);
    }
    if (inserts.size === 0) continue;
    let out = '';
    let from = 0;
    for (const [at, directive] of [...inserts].sort(([a], [b]) => a - b)) {
      out += text.slice(from, at) + directive;
      from = at;
    }
    written.set(file, out + text.slice(from));
  }
  return written;
}

function directiveFor(
  { range }: Finding,
  text: string,
  form: (typeof forms)[number],
  { rule, reason, until }: SuppressOptions,
): { at: number; directive: string } {
  const words = `${rule}${until === undefined ? '' : ` until=${until}`} -- ${reason.trim()}`;
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
