import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import type { ScanOutcome } from '../../src/engine/scan-request.ts';
import { callRule, plainRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

async function scanText(text: string, name = 'a.ts'): Promise<ScanOutcome> {
  const root = tempProject({ [name]: text });
  return scan({ root, today: '2026-06-15' }, [plainRule, callRule('no-other', 'other')]);
}

/** Lines with an active finding, lines with a suppressed one, problems. */
async function judge(text: string, name?: string): Promise<[number[], number[], string[]]> {
  const { findings, suppressionProblems } = await scanText(text, name);
  const lines = (status: string) => findings.filter((f) => f.status === status).map((f) => f.range.start.line);
  return [lines('active'), lines('suppressed'), suppressionProblems.map((p) => `${p.line} ${p.kind}: ${p.message}`)];
}

describe('directives', () => {
  test('cover the next line of code, comments and blank lines in between', async () => {
    expect(await judge('// plimsoll-ignore-next-line no-slow -- twelve values\n// more\n\nslow();\nslow();\n')).toEqual(
      [[5], [4], []],
    );
  });

  test('cover their line, a stretch, or the file', async () => {
    expect(await judge('slow(); // plimsoll-ignore-line no-slow -- once\nslow();\n')).toEqual([[2], [1], []]);
    expect(
      await judge('/* plimsoll-ignore-start no-slow -- start-up */\nslow();\n// plimsoll-ignore-end\nslow();\n'),
    ).toEqual([[4], [2], []]);
    expect(await judge('slow();\nslow();\n// plimsoll-ignore-file no-slow -- a tool\n')).toEqual([[], [1, 2], []]);
  });

  test('of a rule that is `possible` at most are used, though its findings are not asked for', async () => {
    const shy = callRule('no-slow', 'slow', undefined, { confidence: 'possible' });
    const root = tempProject({ 'a.ts': 'slow(); // plimsoll-ignore-line no-slow -- once\n', 'b.ts': 'slow();\n' });
    const { findings, suppressionProblems, files } = await scan({ root }, [shy]);
    expect({ findings, suppressionProblems, parsed: files.parsed }).toEqual({
      findings: [],
      suppressionProblems: [],
      parsed: 1,
    });
    expect((await scan({ root, confidence: 'possible' }, [shy])).findings).toHaveLength(2);
  });

  test('keep the reason with the finding', async () => {
    const { findings } = await scanText(
      '/** plimsoll-ignore-next-line no-slow, no-other -- keyed by region,\n * 12 values */\nslow();\nother();',
    );
    expect(findings).toMatchObject([
      { status: 'suppressed', reason: 'keyed by region, 12 values' },
      { status: 'active', ruleId: 'no-other' },
    ]);
  });

  test('may stand in JSX', async () => {
    const text =
      'const a = (\n  <div>\n    {/* plimsoll-ignore-next-line no-slow -- static */}\n    {slow()}\n  </div>\n);\n';
    expect(await judge(text, 'a.tsx')).toEqual([[], [4], []]);
  });

  test('in strings, templates, expressions and JSX text are none', async () => {
    const text = `const a = '// plimsoll-ignore-file no-slow -- x';
const b = \`
// plimsoll-ignore-file no-slow -- x
\`;
const c = <p>// plimsoll-ignore-file no-slow -- x</p>;
slow();
`;
    expect(await judge(text, 'a.tsx')).toEqual([[6], [], []]);
  });

  test('count lines in CRLF files too', async () => {
    expect(await judge('// plimsoll-ignore-next-line no-slow -- x\r\nslow();\r\nslow();\r\n')).toEqual([[3], [2], []]);
  });
});

describe('directives that do not apply are reported, and the finding stays', () => {
  test('without a rule, a reason, or with a wrong date', async () => {
    expect(await judge('// plimsoll-ignore-next-line\nslow();')).toMatchObject([
      [2],
      [],
      [expect.stringMatching(/1 malformed: No rule is named/)],
    ]);
    expect(await judge('// plimsoll-ignore-next-line no-slow\nslow();')).toMatchObject([
      [2],
      [],
      [expect.stringMatching(/1 malformed: No reason is given/)],
    ]);
    expect(await judge('// plimsoll-ignore-next-line no-slow until=2026-02-30 -- x\nslow();')).toMatchObject([
      [2],
      [],
      [expect.stringMatching(/until=2026-02-30 is no date/)],
    ]);
    expect(await judge('// plimsoll-ignore no-slow -- x\nslow();')).toMatchObject([
      [2],
      [],
      [expect.stringMatching(/Unknown directive plimsoll-ignore; .*-next-line, -line, -file, -start or -end/)],
    ]);
  });

  test('with a word of another tool, or a reason that stands behind a colon', async () => {
    for (const name of ['disable-next-line', 'disable', 'suppress', 'ignore-nextLine', 'ignore-next_line', 'ignored']) {
      expect(await judge(`// plimsoll-${name} no-slow -- x\nslow();`)).toMatchObject([
        [2],
        [],
        [expect.stringContaining(`1 malformed: Unknown directive plimsoll-${name};`)],
      ]);
    }
    // Also where no rule would have the file parsed.
    expect((await judge('// plimsoll-disable no-slow -- x\n'))[2]).toHaveLength(1);
    expect((await judge('// plimsoll-ignore-line no-slow: x\nslow();'))[2]).toEqual([
      expect.stringContaining('no reason without --; write plimsoll-ignore-line <rule-id>'),
    ]);
    expect((await judge('// plimsoll-ignore-file.ts, plimsoll-disabler.js and plimsoll-baseline\nslow();'))[2]).toEqual(
      [],
    );
  });

  test('past their date; up to it they apply', async () => {
    expect(await judge('// plimsoll-ignore-next-line no-slow until=2026-06-14 -- x\nslow();')).toEqual([
      [2],
      [],
      ['1 expired: The suppression of no-slow ended on 2026-06-14'],
    ]);
    expect(await judge('// plimsoll-ignore-next-line no-slow until=2026-06-30 -- x\nslow();')).toEqual([[], [2], []]);
  });

  test('soon: for the last fourteen days they apply, and are told', async () => {
    for (const day of ['2026-06-15', '2026-06-29']) {
      expect(await judge(`// plimsoll-ignore-next-line no-slow until=${day} -- x\nslow();`)).toEqual([
        [],
        [2],
        [`1 expiring: The suppression of no-slow ends on ${day}`],
      ]);
    }
  });

  test('with an unknown rule, the nearest one named', async () => {
    expect(await judge('// plimsoll-ignore-next-line no-slwo, no-slow -- x\nslow();')).toEqual([
      [],
      [2],
      ['1 unknown-rule: There is no rule no-slwo; did you mean no-slow?'],
    ]);
  });

  test('where the rule finds nothing, also in a file that no rule would look at', async () => {
    expect(await judge('// plimsoll-ignore-next-line no-slow -- x\nfast();')).toEqual([
      [],
      [],
      ['1 unused: no-slow finds nothing here: remove the suppression'],
    ]);
  });

  test('stretches that do not start or end', async () => {
    expect(await judge('// plimsoll-ignore-start no-slow -- x\nslow();')).toMatchObject([
      [2],
      [],
      [expect.any(String)],
    ]);
    expect(await judge('slow();\n// plimsoll-ignore-end')).toMatchObject([[1], [], [expect.any(String)]]);
  });
});

test('a directive for a rule that is off in this run is not called unused', async () => {
  const root = tempProject({ 'a.ts': '// plimsoll-ignore-next-line no-other -- x\nother();\nslow();' });
  const pairs = [plainRule, callRule('no-other', 'other')];
  expect((await scan({ root, ruleIds: ['no-slow'] }, pairs)).suppressionProblems).toEqual([]);
});

test('a directive for a finding below the asked confidence is in use', async () => {
  const root = tempProject({ 'a.ts': '// plimsoll-ignore-next-line no-maybe -- x\nslow();' });
  const pairs = [callRule('no-maybe', 'slow', undefined, { confidence: 'possible' })];
  const outcome = await scan({ root }, pairs);
  expect(outcome.suppressionProblems).toEqual([]);
  expect(outcome.findings).toEqual([]);
  expect((await scan({ root, confidence: 'possible' }, pairs)).findings).toMatchObject([{ status: 'suppressed' }]);
});
