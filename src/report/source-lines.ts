import type { Position, Range } from '../model/finding.ts';

const lineBreak = /\r\n|\n|\r/;

/** The lines of a text without their ends. */
export function linesOf(text: string): string[] {
  return text.split(lineBreak);
}

/** The position of an offset (UTF-16 units) in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = linesOf(text.slice(0, offset));
  const last = before[before.length - 1] ?? '';
  return { line: before.length, column: last.length + 1, offset };
}

/** The text of a range. */
export function textOfRange(text: string, range: Range): string {
  return text.slice(range.start.offset, range.end.offset);
}
