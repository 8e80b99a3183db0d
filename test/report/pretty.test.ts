import { describe, expect, it } from 'vitest';
import { concise } from '../../src/report/concise.ts';
import { pretty } from '../../src/report/pretty.ts';
import { columnsOf } from '../../src/report/text.ts';
import { clean, contextOf, finding, rangeOf, resultOf, sample } from './sample.ts';

/** What a person reads: without colours and links. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.replace(/\u001b\[[\d;]*m|\u001b\]8;;[^\u0007]*\u0007/g, '');
}

describe('the terminal report', () => {
  it('shows the code with the finding underlined, below its place and message', () => {
    const lines = pretty(sample, contextOf()).split('\n');
    const code = lines.findIndex((line) => line.includes('  5 │   setInterval(() => this.sweep(), 1000);'));
    expect(code).toBeGreaterThan(0);
    expect(lines[code + 1]).toBe(`    │   ${'━'.repeat('setInterval(() => this.sweep(), 1000)'.length)}`);
    expect(lines.some((line) => line.endsWith('src/gateway.ts:5:5'))).toBe(true);
  });

  it('underlines as wide as the code is shown, with tabs and wide characters before it', () => {
    const source = '\tconst 数 = [setInterval(f, 1)];\n';
    const start = { line: 1, column: 13, offset: 12 };
    const range = { start, end: { line: 1, column: 30, offset: 29 } };
    const text = pretty(resultOf([finding({ range })]), contextOf({ readSource: () => source }));
    const [code = '', mark = ''] = text.split('\n').slice(3, 5);
    const before = code.slice(0, code.indexOf('setInterval'));
    expect(columnsOf(before)).toBe(mark.indexOf('━'));
    expect(mark.trimEnd().length - mark.indexOf('━')).toBe('setInterval(f, 1)'.length);
  });

  it('shows why and advice where a rule first appears, and only there', () => {
    const text = pretty(resultOf([finding(), finding({ fingerprint: 'b' })]), contextOf());
    expect(text.match(/why {6}/g)).toHaveLength(1);
    expect(text.match(/advice {3}/g)).toHaveLength(1);
  });

  it('shows the evidence chain in order, what a fix does, and why there is none', () => {
    const text = pretty(sample, contextOf());
    expect(text).toMatch(
      /evidence src\/gateway\.ts:1:14 +GET \/orders is handled here\n +src\/\[tenant\].*calls 'list'/,
    );
    expect(text).toContain('fix      Keeps the handle and clears it in `stop` (safe: --fix)');
    expect(text).toContain('no fix   the query is built from text');
  });

  it('leaves no finding out, however many there are', () => {
    const many = Array.from({ length: 400 }, (_, index) => finding({ fingerprint: `f${index}` }));
    expect(pretty(resultOf(many), contextOf()).match(/src\/gateway\.ts:5:5/g)).toHaveLength(400);
  });

  it('ends with the table, the score, the moves, the fixes and each gate with its limit', () => {
    const text = pretty(sample, contextOf());
    expect(text).toMatch(/│ resources │ +1 │ +0 │ +0 │ +88 │ A +│/);
    expect(text).toContain('Score 77 / 100  B+');
    expect(text).toContain('12,345 code lines; left out: 8 test, 2 declaration, 1 build output');
    expect(text).toContain(
      'beside the score: 1 suppressed, 1 in the baseline, 1 on trial, 1 only possible; with --trial weigh',
    );
    expect(text).toContain('Repair first (in this order: 77 → 100)');
    expect(text).toContain('1 safe fix: plimsoll --fix');
    expect(text).toContain('✖ fail-on  2 high findings, none allowed');
    expect(text).toContain('✖ min-score  score 77 < 80');
  });

  it('never hides a file that was not analysed, nor a suppression that does not apply', () => {
    const text = pretty(sample, contextOf());
    expect(text).toContain("✖ not analysed  src/broken.ts:3:9  ')' expected");
    expect(text).toContain('! unused suppression  src/gateway.ts:7');
    expect(text).toContain('exit code 3: 2 files in scope could not be analysed');
  });

  it.each([52, 60, 80, 200])('keeps within %i columns, but for paths and code', (width) => {
    const lines = pretty(sample, contextOf({ width })).split('\n');
    const tooWide = lines.filter((line) => columnsOf(line) > width && !/[│┌├└]|:\d+:\d+/.test(line));
    expect(tooWide).toEqual([]);
  });

  it('uses ASCII alone where the terminal has no more', () => {
    const text = pretty(resultOf([finding()]), contextOf({ unicode: false }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the range
    expect(text.replaceAll('数え上げ', '')).toMatch(/^[\u0000-\u007f]*$/);
  });

  it('has the same text with colour and without, and links only with colour', () => {
    const coloured = pretty(sample, contextOf({ colour: true, hyperlinks: true }));
    expect(coloured).toContain('\u001b[31m');
    expect(coloured).toContain('\u001b]8;;https://');
    expect(plain(coloured)).toBe(pretty(sample, contextOf()));
    expect(plain(concise(sample, contextOf({ colour: true })))).toBe(concise(sample, contextOf()));
  });

  it('says in two lines that all is well', () => {
    const text = pretty(clean, contextOf());
    expect(text).toContain('Score 100 / 100  A+');
    expect(text).toContain('✔ fail-on  no high findings');
    expect(text).not.toContain('Repair first');
  });

  it('shows a part of a line that is very long, around the finding', () => {
    const source = `${'a;'.repeat(50_000)}setInterval(f, 1);${'b;'.repeat(50_000)}`;
    const range = {
      start: { line: 1, column: 100_001, offset: 100_000 },
      end: { line: 1, column: 100_018, offset: 100_017 },
    };
    const text = pretty(resultOf([finding({ range })]), contextOf({ readSource: () => source }));
    expect(text).toContain('setInterval(f, 1)');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200);
  });

  it('takes the code from the result when the file is gone', () => {
    const text = pretty(resultOf([finding()]), contextOf({ readSource: () => undefined }));
    expect(text).toContain('5 │ setInterval(() => this.sweep(), 1000);');
  });

  it('counts the lines of a long finding that it does not show', () => {
    const source = Array.from({ length: 40 }, (_, index) => `line${index}();`).join('\n');
    const range = { start: { line: 3, column: 1, offset: 18 }, end: { line: 33, column: 1, offset: 270 } };
    const text = pretty(resultOf([finding({ range })]), contextOf({ readSource: () => source }));
    expect(text).toContain('… 25 more lines of it');
  });

  it('names the packages of a workspace with their scores', () => {
    const { score } = sample;
    const packages = [
      { dir: 'packages/api', name: '@shop/api', score },
      { dir: 'packages/web', name: undefined, score: clean.score },
    ];
    const text = pretty({ ...sample, packages }, contextOf());
    expect(text).toMatch(/@shop\/api +77 {2}B\+/);
    expect(text).toMatch(/packages\/web +100 {2}A\+/);
  });
});

it('finds the places of the sample in its sources', () => {
  expect(rangeOf('src/gateway.ts', 'setInterval').start).toEqual({ line: 5, column: 5, offset: 99 });
});
