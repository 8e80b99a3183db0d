import { describe, expect, it } from 'vitest';
import type { FixRequest } from '../../src/fix/fix.ts';
import type { FixResult } from '../../src/model/fix-result.ts';
import type { ReportContext } from '../../src/report/context.ts';
import { fixSummary } from '../../src/report/fix-summary.ts';
import { contextOf, resultOf } from '../report/sample.ts';
import { SampleProject } from './sample-project.ts';

/** Fixes a project and tells it; the files are those of the project, the counts measured on it. */
async function told(
  files: Record<string, string>,
  options: Partial<FixRequest> = {},
  over: Partial<ReportContext> = {},
): Promise<{ text: string; result: FixResult }> {
  const project = new SampleProject(files);
  const before = resultOf((await project.scan()).findings);
  const result = await project.fix(options);
  const after = resultOf((await project.scan()).findings);
  return { text: fixSummary(before, after, result, contextOf(over)), result };
}

const files = {
  'src/a.ts': 'log();\nslow(slow(1));\nrisky();\n',
  'src/b.ts': 'slow(2);\nclass RingBuffer {}\nlog();\n',
  'package.json': '{}',
};

describe('the summary of a run of fixes', () => {
  it('tells score, counts, each change, what is left and why, and what comes next', async () => {
    const { text } = await told(files);
    expect(text).toMatchInlineSnapshot(`
      "Fixed 4 findings in 2 files, 2 passes

      Score  56 C+ → 78 B+  +22
      312 files (41 parsed), 12,345 code lines

      findings        before   after  change
      high                 6       2      −4
      medium               0       0       0
      low                  0       0       0
      performance          6       2      −4
      all                  6       2      −4

      Changed
        src/a.ts
          line 1    no-log  uses RingBuffer
          line 2    no-slow  calls fast
          line 2    no-slow  calls fast
        src/b.ts
          line 1    no-slow  calls fast
        src/lib/plimsoll/internal.ts  copied from @plimsoll/runtime 0.1.0
        src/lib/plimsoll/ring-buffer.ts  copied from @plimsoll/runtime 0.1.0

      Left as it is
        needs review (--fix=review): tame is not risky
          src/a.ts:5:1  no-risky
        the name RingBuffer is already taken in this file
          src/b.ts:3:1  no-log

      What comes next
        1. run your tests; \`--verify "<command>"\` does it and takes back what breaks them
        2. look at 1 fix to review: plimsoll --fix=review --diff
        3. no-log: 1 finding left, 10 points to win back
        4. no-risky: 1 finding left, 12 points to win back

      ✖ fail-on  2 high findings, none allowed
      ✖ min-score  score 78 < 80
      exit code 1: fail-on: 2 high findings, none allowed; min-score: score 78 < 80
      "
    `);
  });

  it('counts the findings that do not weigh as well, and only where there are any', async () => {
    const project = new SampleProject(files);
    const onTrial = async () => (await project.scan()).findings.map((one) => ({ ...one, lifecycle: 'trial' as const }));
    const before = resultOf(await onTrial());
    const result = await project.fix({});
    const text = fixSummary(before, resultOf(await onTrial()), result, contextOf());
    expect(text).toContain('Fixed 4 findings');
    expect(text).toMatch(/^all +0 +0 +0\ndo not weigh +6 +2 +−4\n/m);
    expect((await told(files)).text).not.toContain('do not weigh');
  });

  it('tells what the verified command took back, with its last lines', async () => {
    const verify = 'if grep -q fast src/b.ts; then echo "one failed"; echo "expected slow"; exit 1; fi';
    const { text } = await told(files, { verify });
    expect(text).toContain('Taken back: 1 fix\n');
    expect(text).toContain('      expected slow\n');
    expect(text).toMatch(/✔ if grep .* passes on the fixed code \(\d+ runs\)/);
  });

  it('says so when nothing was changed', async () => {
    const { text } = await told({ 'a.ts': 'risky();\n' });
    expect(text).toMatch(/^Nothing was changed\.\n/);
    expect(text).not.toContain('Changed');
  });

  it('keeps within the width, and to ASCII where the terminal knows no more', async () => {
    const { text } = await told(files, {}, { width: 60, unicode: false });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(text).toMatch(/^[\x00-\x7f]*$/);
  });

  it('is the same with and without colour, but for the colour', async () => {
    const { text } = await told(files);
    const coloured = (await told(files, {}, { colour: true })).text;
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text);
  });

  it('lets no control character of file names or commands through', async () => {
    const { result } = await told(files);
    const evil: FixResult = {
      ...result,
      files: result.files.map((file) => ({ ...file, file: 'a\u001b[31m.ts' })),
      problems: [{ file: '\u0007', message: '\u001b]8;;x\u0007' }],
      takenBack: [{ finding: result.remaining[0]!, why: 'x\u001b[2J\ny\u001b[2J' }],
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(fixSummary(resultOf([]), resultOf([]), evil, contextOf())).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  });
});
