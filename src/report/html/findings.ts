import { diffArrays } from 'diff';
import type { Finding } from '../../model/finding.ts';
import type { TextEdit } from '../../model/fixer.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { type ReportContext, rulePage } from '../context.ts';
import { linesOf } from '../source-lines.ts';
import { besideInWords, worstFirst } from '../summary.ts';

/** A finding as the page holds it; short names, because there can be tens of thousands. */
export interface PageFinding {
  /** Rule id, as an index into the rules of the page. */
  r: number;
  s: Finding['severity'];
  c: Finding['confidence'];
  t: Finding['status'];
  f: string;
  l: number;
  k: number;
  m: string;
  /** Scope. */
  o?: string;
  /** Owners. */
  u?: readonly string[];
  /** Reason of a suppression. */
  n?: string;
  /** First line number of the frame, its lines, and the marked range: from and to as line and column, 0-based, in the frame. */
  w: { at: number; lines: string[]; mark: [line: number, column: number, line: number, column: number] };
  /** Places that belong to it. */
  e?: { f: string; l: number; n: string }[];
  /** The fix: how safe, what it does, its diff. */
  x?: { s: 'safe' | 'review'; c: string; n?: string; i?: string; d: string[] };
  /** Why there is none. */
  y?: string;
  /** Why it weighs nothing. */
  z?: string;
  id: string;
}

export interface PageRule {
  id: string;
  category: string;
  why: string;
  advice: string;
  page?: string;
}

const around = 2;
const shownLines = 8;
const longestLine = 240;

/** The findings worst first, and what their rules say, once a rule. */
export function pageFindings(
  result: ScanResult,
  context: ReportContext,
): { rules: PageRule[]; findings: PageFinding[] } {
  const rules: PageRule[] = [];
  const ruleIndex = new Map<string, number>();
  const known = new Map<string, { text: string; lines: string[]; starts: number[] } | undefined>();
  const sourceOf = (file: string) => {
    if (!known.has(file)) {
      const text = context.readSource(file);
      known.set(file, text === undefined ? undefined : { text, lines: linesOf(text), starts: lineStarts(text) });
    }
    return known.get(file);
  };
  const findings = worstFirst(result.findings).map((finding): PageFinding => {
    let rule = ruleIndex.get(finding.ruleId);
    if (rule === undefined) {
      const { ruleId: id, category, why, advice } = finding;
      const page = rulePage(id, context.rules);
      rule = rules.push({ id, category, why, advice, ...(page === undefined ? {} : { page }) }) - 1;
      ruleIndex.set(finding.ruleId, rule);
    }
    const source = sourceOf(finding.file);
    const { fix, related } = finding;
    const beside = besideInWords(finding);
    const imports = fix ? [...fix.needs, ...fix.imports.map(({ name }) => name)] : [];
    return {
      r: rule,
      s: finding.severity,
      c: finding.confidence,
      t: finding.status,
      f: finding.file,
      l: finding.range.start.line,
      k: finding.range.start.column,
      m: finding.message,
      w: frameOf(finding, source?.lines),
      id: finding.fingerprint,
      ...(finding.scope === '' ? {} : { o: finding.scope }),
      ...(finding.owners === undefined ? {} : { u: finding.owners }),
      ...(finding.reason === undefined ? {} : { n: finding.reason }),
      ...(related.length === 0
        ? {}
        : { e: related.map(({ file, range, note }) => ({ f: file, l: range.start.line, n: note })) }),
      ...(fix
        ? {
            x: {
              s: fix.safety,
              c: fix.changes,
              ...(fix.note === undefined ? {} : { n: fix.note }),
              ...(imports.length === 0 ? {} : { i: imports.join(', ') }),
              d: source ? diffOf(source.text, source.starts, fix.edits) : [],
            },
          }
        : {}),
      ...(finding.skip === undefined ? {} : { y: finding.skip }),
      ...(beside === undefined ? {} : { z: beside }),
    };
  });
  return { rules, findings };
}

function frameOf(finding: Finding, source: readonly string[] | undefined): PageFinding['w'] {
  const { start, end } = finding.range;
  const first = source ? Math.max(1, start.line - around) : start.line;
  const lastMarked = Math.min(end.line, start.line + shownLines - 1);
  const all = source
    ? source.slice(first - 1, lastMarked + (lastMarked === end.line ? around : 0))
    : linesOf(finding.snippet);
  const lines = all.map((line) => line.slice(0, longestLine));
  const isCut = lastMarked < end.line;
  const toLine = Math.min(lastMarked - first, lines.length - 1);
  return {
    at: first,
    lines: isCut ? [...lines, '…'] : lines,
    mark: [start.line - first, start.column - 1, toLine, isCut ? longestLine : end.column - 1],
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Lines of a unified diff: ` kept`, `-gone`, `+come`, and `@line` where a hunk begins. Edits on lines close by share one. */
function diffOf(text: string, starts: readonly number[], edits: readonly TextEdit[]): string[] {
  const hunks: { from: number; to: number; edits: TextEdit[] }[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const from = lineAt(starts, edit.start);
    const to = lineAt(starts, edit.end);
    const last = hunks.at(-1);
    if (last && from - last.to <= 2) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else hunks.push({ from, to, edits: [edit] });
  }
  return hunks.flatMap((hunk) => {
    const from = Math.max(0, hunk.from - 1);
    const begin = starts[from] ?? 0;
    const end = starts[hunk.to + 2] ?? text.length;
    let after = '';
    let at = begin;
    for (const edit of hunk.edits) {
      after += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    after += text.slice(at, end);
    const before = linesOf(text.slice(begin, end).replace(/\r\n?$|\n$/, ''));
    const now = linesOf(after.replace(/\r\n?$|\n$/, ''));
    const cut = (line: string) => line.slice(0, longestLine);
    return [
      `@${from + 1}`,
      ...diffArrays(before, now).flatMap(({ added, removed, value }) =>
        value.map((line) => `${added ? '+' : removed ? '-' : ' '}${cut(line)}`),
      ),
    ];
  });
}
