import { diffLines } from 'diff';
import type { TextEdit } from '../model/fixer.ts';

/** The edits that lead from one text to another, line by line, in order; none when they are the same. */
export function editsBetween(before: string, after: string): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let isOpen = false;
  for (const { added, removed, value } of diffLines(before, after)) {
    const isChange = added || removed;
    if (isChange) {
      if (!isOpen) edits.push({ start: at, end: at, text: '' });
      const edit = edits.at(-1)!;
      if (added) edit.text += value;
      else edit.end += value.length;
    }
    isOpen = isChange;
    if (!added) at += value.length;
  }
  return edits;
}
