import type { ChalkInstance } from 'chalk';
import type { Finding } from '../model/finding.ts';
import { linesOf } from './source-lines.ts';
import { columnsOf, visible } from './text.ts';

export interface FrameOptions {
  paint: ChalkInstance;
  unicode: boolean;
  width: number;
  /** Lines shown before the finding and after it. */
  around?: number;
  indent: string;
}

/** Lines of a finding that are shown whole before the rest of it is counted. */
const shownLines = 6;

interface SourceLine {
  number: number;
  text: string;
}

/** The lines around a finding; from the snippet that it carries when the file is not at hand. */
function linesAround(finding: Finding, source: readonly string[] | undefined, around: number) {
  const { start, end } = finding.range;
  const all = source ?? linesOf(finding.snippet);
  const first = source === undefined ? start.line : 1;
  const last = Math.min(end.line, start.line + shownLines - 1);
  const lines: SourceLine[] = [];
  for (let number = Math.max(first, start.line - around); number <= last + around; number++) {
    const text = all[number - first];
    if (text === undefined || (number > end.line + around && number > last)) break;
    if (number > last && last < end.line) break;
    lines.push({ number, text });
  }
  const isBlank = (line: SourceLine | undefined) => line !== undefined && line.text.trim() === '';
  while (isBlank(lines[0]) && (lines[0]?.number ?? 0) < start.line) lines.shift();
  while (isBlank(lines.at(-1)) && (lines.at(-1)?.number ?? 0) > last) lines.pop();
  return { lines, hidden: end.line - last };
}

/** Cuts a long line to `width` columns around `column` (0-based), so that a bundled file does not fill the screen. */
function windowAround(text: string, column: number, width: number): { text: string; from: number } {
  if (text.length <= width) return { text, from: 0 };
  const from = Math.max(0, Math.min(column - Math.floor(width / 3), text.length - width));
  return { text: text.slice(from, from + width), from };
}

/** The code at a finding with line numbers, the finding underlined. `source`: the lines of its file. */
export function codeFrame(finding: Finding, source: readonly string[] | undefined, options: FrameOptions): string[] {
  const { paint, unicode, indent } = options;
  const bar = unicode ? '│' : '|';
  const { start, end } = finding.range;
  const { lines, hidden } = linesAround(finding, source, options.around ?? 2);
  const common = commonIndent(lines.map((line) => line.text));
  const gutter = String(lines.at(-1)?.number ?? start.line).length;
  const room = Math.max(30, options.width - indent.length - gutter - 4);
  const frame: string[] = [];
  for (const line of lines) {
    const isMarked = line.number >= start.line && line.number <= end.line;
    const column = line.number === start.line ? start.column - 1 : (/\S/.exec(line.text)?.index ?? 0);
    const cut = windowAround(line.text.slice(common), Math.max(0, column - common), room);
    const number = String(line.number).padStart(gutter);
    const code = visible(cut.text.replaceAll('\t', '  '));
    frame.push(
      `${indent}${isMarked ? paint.bold(number) : paint.dim(number)} ${paint.dim(bar)} ${isMarked ? code : paint.dim(code)}`.trimEnd(),
    );
    if (line.number === start.line) {
      const from = start.column - 1 - common - cut.from;
      const to = (start.line === end.line ? end.column - 1 : line.text.length) - common - cut.from;
      const before = columnsOf(cut.text.slice(0, from).replaceAll('\t', '  '));
      const marked = columnsOf(cut.text.slice(from, to).replaceAll('\t', '  '));
      const mark = (unicode ? '━' : '^').repeat(Math.max(1, marked));
      frame.push(
        `${indent}${' '.repeat(gutter)} ${paint.dim(bar)} ${' '.repeat(before)}${paintFor(finding, paint)(mark)}`,
      );
    }
  }
  if (hidden > 0) {
    const more = `${hidden} more line${hidden === 1 ? '' : 's'} of it`;
    frame.push(`${indent}${' '.repeat(gutter)} ${paint.dim(bar)} ${paint.dim(`${unicode ? '…' : '...'} ${more}`)}`);
  }
  return frame;
}

export function paintFor(finding: Pick<Finding, 'severity'>, paint: ChalkInstance): ChalkInstance {
  return { high: paint.red, medium: paint.yellow, low: paint.cyan }[finding.severity];
}

/** Leading blanks that all lines share; they are cut so that deep code still fits. */
function commonIndent(lines: readonly string[]): number {
  let least = Number.POSITIVE_INFINITY;
  let prefix: string | undefined;
  for (const line of lines) {
    const blanks = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (blanks.length === line.length) continue;
    if (prefix === undefined) prefix = blanks;
    let shared = 0;
    while (shared < blanks.length && blanks[shared] === prefix[shared]) shared++;
    least = Math.min(least, shared);
  }
  return Number.isFinite(least) ? least : 0;
}
