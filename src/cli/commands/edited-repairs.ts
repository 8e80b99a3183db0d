import { moveEdits } from '../../fix/edited-fix.ts';
import { editsBetween } from '../../fix/edits-between.ts';
import type { EditedFix } from '../../fix/fix.ts';
import { previewFix } from '../../fix/preview.ts';
import type { Finding } from '../../model/finding.ts';
import { placeOf } from '../../report/summary.ts';
import { visible } from '../../report/text.ts';
import type { Run } from '../../run.ts';
import { note } from '../output.ts';

/** A finding by what stays the same from one scan to the next. */
export function findingName({ file, fingerprint }: Finding): string {
  return `${file}\0${fingerprint}`;
}

/** The repairs that a person has edited, on their way into the files. What does not get there is shown, never lost. */
export class EditedRepairs {
  readonly #run: Run;
  readonly #edited: ReadonlyMap<string, Finding>;
  readonly #fixes = new Map<string, EditedFix>();

  constructor(edited: readonly Finding[], run: Run) {
    this.#run = run;
    this.#edited = new Map(edited.map((finding) => [findingName(finding), finding]));
  }

  /** Moves the edits to where they belong in files whose texts are others now. */
  follow(texts: ReadonlyMap<string, string>): void {
    for (const [name, { file, fix }] of this.#edited) {
      const before = this.#run.readSource(file) ?? '';
      const text = texts.get(file) ?? before;
      const edits = moveEdits(fix!.edits, editsBetween(before, text));
      if (edits) this.#fixes.set(name, { fix: { ...fix!, edits }, text });
    }
  }

  /** What a person has made of the fix of a finding. */
  fixOf(finding: Finding): EditedFix | undefined {
    return this.#fixes.get(findingName(finding));
  }

  /** Whether an edited repair has no place any more. */
  isOut(finding: Finding): boolean {
    const name = findingName(finding);
    return this.#edited.has(name) && !this.#fixes.has(name);
  }

  /** Shows each that is not among the applied ones. */
  async showRest(applied: readonly Finding[]): Promise<void> {
    const done = new Set(applied.map(findingName));
    for (const [name, finding] of this.#edited) {
      if (done.has(name)) continue;
      const patch = previewFix(this.#run.readSource(finding.file) ?? '', finding);
      const why = this.isOut(finding) ? ': a suppression was written into the same lines' : '';
      await note(
        `\nWhat you made of ${visible(placeOf(finding))} ${finding.ruleId} was not applied${why}. It was:\n${visible(patch)}`,
      );
    }
  }
}
