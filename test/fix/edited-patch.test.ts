import { describe, expect, it } from 'vitest';
import { moveEdits, readEditedFix } from '../../src/fix/edited-fix.ts';
import { applyEditedPatch, patchForEditor } from '../../src/fix/edited-patch.ts';
import { filePatch } from '../../src/fix/patch.ts';
import { SampleProject } from './sample-project.ts';

const before = 'one\ntwo\nthree\nfour\nfive\n';
const apply = (patch: string, text = before) => applyEditedPatch(text, patch);

describe('a patch that a person has edited', () => {
  it('needs no right counts', () => {
    expect(apply('@@ -2,9 +2,9 @@\n two\n-three\n+3\n+3b\n four\n')).toEqual({
      after: 'one\ntwo\n3\n3b\nfour\nfive\n',
    });
  });

  it('may have lost lines of context, blanks at line ends, and line numbers that hold', () => {
    expect(apply('@@ -1,5 +1,5 @@\n-three\n+3\n')).toEqual({ after: 'one\ntwo\n3\nfour\nfive\n' });
    expect(apply('@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n', 'a\n  \nb\n')).toEqual({ after: 'a\n  \nc\n' });
  });

  it('may have several hunks; comments are not read', () => {
    expect(apply('# top\n@@ -1 +1 @@\n-one\n+1\n@@ -5 +5 @@\n-five\n# in between\n+5\n# end\n\n')).toEqual({
      after: '1\ntwo\nthree\nfour\n5\n',
    });
  });

  it.each([
    ['context that is not there', '@@ -2 +2 @@\n zwei\n+x\n', 'these lines stand nowhere in the file: zwei'],
    ['context that is there twice', '@@ -9 +9 @@\n a\n+x\n', 'these lines stand more than once in the file: a'],
    ['nothing but new lines', '@@ -2 +2 @@\n+x\n', 'no line of the file is left beside what is added'],
    ['lines without a mark', '@@ -1 +1 @@\n one\ntwo\n', 'a line starts with neither a blank nor + nor -: two'],
    ['no header', 'some text\n', 'a line stands before the first "@@" line: some text'],
  ])('with %s is refused', (_, patch, fault) => {
    expect(apply(patch, `${before}a\na\n`)).toEqual({ fault });
  });

  it('of which nothing is left changes nothing', () => {
    for (const patch of ['', '# all gone\n', '@@ -1,2 +1,2 @@\n one\n two\n']) {
      expect(apply(patch)).toEqual({ after: before });
    }
  });

  it.each([
    ['CRLF', 'one\r\ntwo\r\n', 'one\r\n2\r\n'],
    ['a byte order mark', '\uFEFFtwo\n', '\uFEFF2\n'],
    ['no line break at the end', 'one\ntwo', 'one\n2'],
    ['an empty file', '', '2\n'],
  ])('keeps %s', (_, text, after) => {
    const patch = patchForEditor(filePatch('a.ts', text, after));
    const hunks = patch.slice(patch.indexOf('@@'));
    expect(hunks).not.toMatch(/[\r\uFEFF]/);
    expect(apply(hunks, text)).toEqual({ after });
  });

  it('adds a line break before what follows a last line without one', () => {
    expect(apply('@@ -1,2 +1,3 @@\n one\n two\n+three\n', 'one\ntwo')).toEqual({ after: 'one\ntwo\nthree\n' });
  });
});

describe('an edited fix', () => {
  const log = 'first();\nlog();\n';

  async function logFinding() {
    const project = new SampleProject({ 'a.ts': log });
    return { project, finding: (await project.scan()).findings[0]! };
  }

  it('imports what it still uses, and nothing else', async () => {
    const { project, finding } = await logFinding();
    const fixes = ['new RingBuffer(3);', 'console.log();'].map((line) =>
      readEditedFix(finding, log, `@@ -1,2 +1,2 @@\n first();\n-log();\n+${line}\n`, []),
    );
    expect(fixes).toMatchObject([{ needs: ['RingBuffer'] }, { needs: [] }]);
    const [, fix] = fixes;
    if (!fix || 'fault' in fix) throw new Error('no fix');
    const result = await project.fix({ editedFix: () => ({ fix, text: log }) });
    expect(project.read('a.ts')).toBe('first();\nconsole.log();\n');
    expect(result.support).toEqual([]);
  });

  it('is left out when its file has another text by then', async () => {
    const { project, finding } = await logFinding();
    const result = await project.fix({ editedFix: () => ({ fix: finding.fix!, text: 'log();\n' }) });
    expect(project.read('a.ts')).toBe(log);
    expect(result.skipped[0]!.why).toBe('the file has changed since the scan; scan again');
  });

  it('comes before the fixes that it overlaps, which are tried after it', async () => {
    const text = 'slow(slow(1));\n';
    const project = new SampleProject({ 'a.ts': text });
    const inner = (await project.scan()).findings[1]!;
    const fix = { ...inner.fix!, edits: [{ start: 5, end: 12, text: 'byHand(1)' }] };
    await project.fix({
      editedFix: ({ fingerprint }) => (fingerprint === inner.fingerprint ? { fix, text } : undefined),
    });
    expect(project.read('a.ts')).toBe('fast(byHand(1));\n');
  });

  it('refuses lines that another edited one changes', async () => {
    const text = 'slow(1);\n';
    const [finding] = (await new SampleProject({ 'a.ts': text }).scan()).findings;
    const patch = '@@ -1 +1 @@\n-slow(1);\n+quick(1);\n';
    const other = { ...finding!, ruleId: 'other', fix: { ...finding!.fix!, edits: [{ start: 0, end: 4, text: 'f' }] } };
    expect(readEditedFix(finding!, text, patch, [other])).toEqual({
      fault: 'it changes lines that a repair you edited before changes too',
    });
  });

  it('moves with the lines above it, and not where others were made inside of it', () => {
    const edits = [{ start: 10, end: 20, text: 'x' }];
    expect(moveEdits(edits, [{ start: 3, end: 3, text: '12345' }])).toEqual([{ start: 15, end: 25, text: 'x' }]);
    expect(moveEdits(edits, [{ start: 10, end: 10, text: '1' }])).toEqual([{ start: 11, end: 21, text: 'x' }]);
    expect(moveEdits(edits, [{ start: 20, end: 20, text: '1' }])).toEqual(edits);
    expect(moveEdits(edits, [{ start: 12, end: 12, text: '1' }])).toBeUndefined();
  });
});
