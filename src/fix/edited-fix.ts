import type { Finding, FindingFix } from '../model/finding.ts';
import type { TextEdit } from '../model/fixer.ts';
import { applyFixes } from './apply.ts';
import { applyEditedPatch } from './edited-patch.ts';
import { editsBetween } from './edits-between.ts';

/** The fix of a finding as a person has edited it. */
export interface EditedFix {
  fix: FindingFix;
  /** The text of the file that its edits speak of. */
  text: string;
}

/**
 * Makes a fix of the patch that a person has made of the proposed one.
 *
 * @param text of the finding's file
 * @param others findings of the file whose fixes were edited before
 * @returns undefined where no change is left; what is wrong, where it does not apply or the result would not parse
 */
export function readEditedFix(
  finding: Finding,
  text: string,
  patch: string,
  others: readonly Finding[],
): FindingFix | { fault: string } | undefined {
  const applied = applyEditedPatch(text, patch);
  if ('fault' in applied) return { fault: `it does not apply: ${applied.fault}` };
  const edits = editsBetween(text, applied.after);
  if (edits.length === 0) return undefined;
  const { ends, note, ...proposed } = finding.fix!;
  const added = edits.map((edit) => edit.text).join('\n');
  const has = (name: string) => new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(added);
  const fix: FindingFix = {
    ...proposed,
    edits,
    needs: proposed.needs.filter(has),
    imports: proposed.imports.filter(({ name }) => has(name)),
    changes: 'as edited by hand',
    // Owners must not call a method that is no more.
    ...(ends && (!ends.isNew || has(ends.method)) ? { ends } : {}),
  };
  const [left] = applyFixes(finding.file, text, [...others, { ...finding, fix }], { safety: 'review' }).left;
  if (!left) return fix;
  return { fault: left.waits ? 'it changes lines that a repair you edited before changes too' : left.why };
}

/** The same edits in a text that others were made to; undefined where those reach into them. */
export function moveEdits(edits: readonly TextEdit[], made: readonly TextEdit[]): TextEdit[] | undefined {
  const moved: TextEdit[] = [];
  for (const edit of edits) {
    let shift = 0;
    for (const other of made) {
      if (other.end <= edit.start) shift += other.text.length - (other.end - other.start);
      else if (other.start < edit.end) return undefined;
    }
    moved.push({ start: edit.start + shift, end: edit.end + shift, text: edit.text });
  }
  return moved;
}
