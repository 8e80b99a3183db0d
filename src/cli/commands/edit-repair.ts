import { basename } from 'node:path';
import { readEditedFix } from '../../fix/edited-fix.ts';
import { patchForEditor } from '../../fix/edited-patch.ts';
import { previewFix } from '../../fix/preview.ts';
import type { Finding } from '../../model/finding.ts';
import { placeOf } from '../../report/summary.ts';
import { oneLine, visible } from '../../report/text.ts';
import type { Run } from '../../run.ts';
import { print } from '../output.ts';
import { editText, findEditor } from '../text-editor.ts';

const guide = `# ---
# A line with + is added: edit it as you like. A line with - is taken away: a blank in place of the - keeps it.
# Lines that start with # are not read; what the change imports is written for you.
# When no change is left, or the editor ends with an error, you are asked again.
`;

/**
 * Has the person at the terminal edit proposed changes, each as a patch in the editor of the environment. A text that
 * cannot be used stays: the next time it is opened again, with what is wrong with it.
 */
export class RepairEditor {
  readonly #run: Run;
  readonly #signal: AbortSignal | undefined;
  readonly #drafts = new Map<Finding, { text: string; fault: string }>();
  readonly #edited: Finding[] = [];

  constructor(run: Run, signal: AbortSignal | undefined) {
    this.#run = run;
    this.#signal = signal;
  }

  /** The finding with the edited fix; undefined, once it was told why, when there is none. */
  async edit(finding: Finding): Promise<Finding | undefined> {
    const command = findEditor(process.env);
    if (command === undefined) {
      return await tell('No editor is set: name one in VISUAL or EDITOR, as in EDITOR=nano npx plimsoll -i');
    }
    const source = this.#run.readSource(finding.file) ?? '';
    const proposed = patchForEditor(previewFix(source, finding));
    if (proposed === '') return await tell('This repair cannot be edited: it is none without the others');
    const draft = this.#drafts.get(finding);
    const shown = draft
      ? `# ${oneLine(draft.fault)}\n${draft.text}`
      : `${proposed}${guide}# ${visible(placeOf(finding))} ${finding.ruleId}\n`;
    const answer = await editText(command, `${basename(finding.file)}.diff`, shown, this.#signal);
    if ('fault' in answer) return await tell(`Nothing was edited: ${oneLine(command)}: ${oneLine(answer.fault)}`);
    const others = this.#edited.filter(({ file }) => file === finding.file);
    const fix = readEditedFix(finding, source, answer.text, others);
    if (fix === undefined) {
      this.#drafts.delete(finding);
      return await tell('No change is left of it: the repair stays as it was proposed');
    }
    if ('fault' in fix) {
      this.#drafts.set(finding, { text: withoutFault(answer.text, draft?.fault), fault: fix.fault });
      return await tell(`What you edited cannot be used: ${oneLine(fix.fault)}; e opens it again`);
    }
    const edited = { ...finding, fix };
    this.#edited.push(edited);
    await print(`Edited ${visible(placeOf(finding))} ${finding.ruleId}\n`);
    return edited;
  }
}

async function tell(what: string): Promise<undefined> {
  await print(`${what}.\n`);
}

/** Takes out what was said of an earlier attempt. */
function withoutFault(text: string, fault: string | undefined): string {
  const line = fault === undefined ? undefined : `# ${oneLine(fault)}\n`;
  return line !== undefined && text.startsWith(line) ? text.slice(line.length) : text;
}
