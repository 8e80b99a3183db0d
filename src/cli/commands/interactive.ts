import { join } from 'node:path';
import { selectKey, text } from '@clack/prompts';
import { InputError } from '../../config/input-error.ts';
import { checkCleanTree } from '../../fix/git.ts';
import { Journal } from '../../fix/journal.ts';
import { previewFix } from '../../fix/preview.ts';
import type { Finding } from '../../model/finding.ts';
import { findingBlock, labelled, type Pen, penFor } from '../../report/pretty.ts';
import { isActive, placeOf } from '../../report/summary.ts';
import { visible } from '../../report/text.ts';
import { type Run, run } from '../../run.ts';
import { type FixOptions, runFix } from '../../run-fix.ts';
import { findReasonFault, planSuppressions } from '../../suppress.ts';
import type { ScanFlags } from '../options.ts';
import { note, print } from '../output.ts';
import { writePatch } from '../patch-file.ts';
import { startProgress } from '../progress.ts';
import { type ReporterChoice, writeReports } from '../reporting.ts';
import { type Answer, type Decisions, type Reviewer, review } from '../review.ts';
import { RepairEditor } from './edit-repair.ts';
import { EditedRepairs, findingName } from './edited-repairs.ts';
import { contextOf, showRepair } from './fix.ts';

/**
 * Goes through the repairs with the person at the terminal, and writes only when all is settled: until then, and when it
 * is interrupted later, every file is as it was. Returns the exit code.
 */
export async function interactiveCommand(
  choices: readonly ReporterChoice[],
  options: FixOptions,
  flags: ScanFlags,
): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY || process.env.TERM === 'dumb') {
    throw new InputError('--interactive asks questions: it needs a terminal', {
      help: 'plimsoll --fix=review --diff shows all repairs as one patch',
    });
  }
  const progress = startProgress(process.stderr, !flags.quiet);
  const before = await run({ ...options, onProgress: progress.report }).finally(() => progress.end());
  const offered = before.result.findings.filter(
    (finding) => isActive(finding) && finding.fix && (flags.fix !== 'safe' || finding.fix.safety === 'safe'),
  );
  if (!flags.allowDirty && offered.length > 0) {
    await checkCleanTree(
      before.settings.root,
      offered.map(({ file }) => file),
    );
  }
  const decisions = await review(offered, reviewerAt(before, options.signal));
  return await carryOut(decisions, before, choices, options, flags);
}

async function carryOut(
  { apply, edited, suppress }: Decisions,
  before: Run,
  choices: readonly ReporterChoice[],
  options: FixOptions,
  flags: ScanFlags,
): Promise<number> {
  const { root } = before.settings;
  const journal = new Journal();
  const byHand = new EditedRepairs(edited, before);
  let applied: Finding[] = [];
  try {
    const { done, left, texts } = await planSuppressions(before, suppress);
    byHand.follow(texts);
    const chosen = new Set(apply.filter((finding) => !byHand.isOut(finding)).map(findingName));
    for (const [file, after] of texts) journal.write(join(root, file), after);
    for (const finding of done) await print(`Suppressed ${visible(placeOf(finding))} ${finding.ruleId}\n`);
    for (const finding of left)
      await print(`Not suppressed, no comment can stand there: ${visible(placeOf(finding))}\n`);
    if (apply.length === 0) {
      writePatch(flags.patch, '');
      return await showUnrepaired(await before.rescan(), choices);
    }
    const checks = flags.verify === undefined ? 'types' : 'types and tests';
    if (!flags.quiet) await note(`Repairing, and checking ${checks} …\n`);
    const repair = await runFix({
      ...options,
      safety: 'review',
      allowDirty: true,
      isChosen: (finding) => chosen.has(findingName(finding)),
      editedFix: (finding) => byHand.fixOf(finding),
      ...(flags.runtime === undefined ? {} : { runtime: flags.runtime }),
      ...(flags.verify === undefined ? {} : { verify: flags.verify }),
    });
    applied = repair.fixes.files.flatMap((file) => file.applied);
    await print('\n');
    return await showRepair(repair, choices, flags.patch);
  } catch (error) {
    journal.restore();
    throw error;
  } finally {
    await byHand.showRest(applied);
  }
}

async function showUnrepaired(run: Run, choices: readonly ReporterChoice[]): Promise<number> {
  const { result } = run;
  await writeReports(
    result,
    choices.filter(({ file }) => file !== undefined),
    contextOf(run),
  );
  await print(`Nothing was repaired. Score ${result.score.value} ${result.score.grade}\n`);
  return result.exit.code;
}

const answers = [
  { value: 'y', answer: 'apply', label: 'apply it' },
  { value: 'n', answer: 'skip', label: 'skip it' },
  { value: 'a', answer: 'rule', label: 'apply all of this rule from here on' },
  { value: 's', answer: 'suppress', label: 'suppress the finding, with a reason' },
  { value: 'e', answer: 'edit', label: 'edit the change in your editor, and apply that' },
  { value: 'w', answer: 'why', label: 'why it is a finding' },
  { value: 'q', answer: 'quit', label: 'quit, and carry out what is settled so far' },
] as const satisfies readonly { value: string; answer: Answer; label: string }[];

function reviewerAt(run: Run, signal: AbortSignal | undefined): Reviewer {
  const pen = penFor(contextOf(run));
  const stop = signal === undefined ? {} : { signal };
  const editor = new RepairEditor(run, signal);
  return {
    show: (finding, at, of) =>
      print(
        `\n${pen.paint.bold(`${at} of ${of}`)}\n${findingBlock(finding, pen, false)}\n\n${changeOf(finding, run, pen)}\n`,
      ),
    explain: (finding) =>
      print(`${[...labelled('why', finding.why, pen), ...labelled('advice', finding.advice, pen)].join('\n')}\n`),
    edit: (finding) => editor.edit(finding),
    ask: async () => {
      const key = settled(await selectKey({ ...stop, message: 'Apply this repair?', options: [...answers] }));
      return answers.find(({ value }) => value === key)!.answer;
    },
    askReason: async () =>
      settled(
        await text({
          ...stop,
          message: 'Why may it stay as it is?',
          validate: (line) => findReasonFault(line ?? ''),
        }),
      ),
  };
}

/** ^C and Escape call everything off. */
function settled<Given extends string>(answer: Given | symbol): Given {
  if (typeof answer === 'symbol') throw new DOMException('interrupted: nothing was written', 'AbortError');
  return answer;
}

function changeOf(finding: Finding, run: Run, { paint }: Pen): string {
  const { needs, imports } = finding.fix!;
  const patch = previewFix(run.readSource(finding.file) ?? '', finding).trimEnd();
  const names = [...needs, ...imports.map(({ name }) => name)];
  const lines = patch.split('\n').map((line) => {
    const shown = `  ${visible(line)}`;
    return line.startsWith('+') ? paint.green(shown) : line.startsWith('-') ? paint.red(shown) : paint.dim(shown);
  });
  return [...lines, ...(names.length === 0 ? [] : [paint.dim(`  and imports ${names.join(', ')}`)])].join('\n');
}
