import type { TextEdit } from '../model/fixer.ts';

/** The line break that most lines of a text end with. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) === 13) crlf++;
    else lf++;
  }
  return crlf > lf ? '\r\n' : '\n';
}

/** Edits in the order they stand in the text; those at one place keep the order they are given in. */
export function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Puts edits into a text, byte for byte the same outside of them. They must be in order and not overlap. */
export function joinEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/**
 * Whether edits of two fixes get in each other's way. Two insertions at one place do, as does an insertion at the edge
 * of a replacement: which comes first would be chance.
 */
export function collide(a: TextEdit, b: TextEdit): boolean {
  if (a.start === a.end || b.start === b.end) return a.start <= b.end && b.start <= a.end;
  return a.start < b.end && b.start < a.end;
}

/** Where an offset of the edited text was before the edits; inside new text, the start of the edit and the way into it. */
export function offsetBefore(offset: number, edits: readonly TextEdit[]): { offset: number; into: number } {
  let shift = 0;
  for (const edit of edits) {
    const start = edit.start + shift;
    if (offset < start) break;
    if (offset < start + edit.text.length) return { offset: edit.start, into: offset - start + 1 };
    shift += edit.text.length - (edit.end - edit.start);
  }
  return { offset: offset - shift, into: 0 };
}

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !lineBreaks.includes(text[at - 1]!)) at--;
  return at;
}

const lineBreaks = '\n\r\u2028\u2029';
