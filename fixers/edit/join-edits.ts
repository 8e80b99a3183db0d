import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';

/** Edits in order: those within a longer one are a part of it, and removals that touch are one and leave one blank line. */
export function mergeEdits(edits: readonly TextEdit[], { text }: FileContext): TextEdit[] {
  const joined: TextEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    const isRemoval = last?.text === '' && edit.text === '';
    if (!last || edit.start > last.end || (edit.start === last.end && !isRemoval)) joined.push(edit);
    else if (edit.end > last.end) {
      if (isRemoval) joined[joined.length - 1] = { ...last, end: edit.end };
      else if (edit.text === '') joined.push({ ...edit, start: last.end });
      else joined.splice(-1, 1, { ...last, end: edit.start }, edit);
    }
  }
  return joined.map((edit) => (edit.text === '' ? tidy(edit, text) : edit));
}

/** Takes the blank line before a removal as well, where one follows or the block ends. */
function tidy(edit: TextEdit, text: string): TextEdit {
  const before = /(?:^|\n)([\t ]*\r?\n)$/.exec(text.slice(Math.max(0, edit.start - 200), edit.start))?.[1];
  const isDoubled = /^[\t ]*(?:\r?\n|[}\])])/.test(text.slice(edit.end, edit.end + 200));
  return before !== undefined && isDoubled ? { ...edit, start: edit.start - before.length } : edit;
}
