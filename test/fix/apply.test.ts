import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFixes } from '../../src/fix/apply.ts';
import { joinEdits, offsetBefore } from '../../src/fix/edits.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { fixable } from './fixable.ts';

function apply(text: string, fixes: TextEdit[][], path = 'a.ts') {
  const findings = fixes.map((edits, i) => fixable(text, edits, { ruleId: `rule-${i}` }));
  return applyFixes(path, text, findings, { safety: 'review' });
}

/** Replaces the first `from`. */
function replace(text: string, from: string, to: string): TextEdit {
  const start = text.indexOf(from);
  return { start, end: start + from.length, text: to };
}

describe('one fix', () => {
  it('keeps the byte order mark, CRLF and tabs of the file', () => {
    const text = '\uFEFFfunction f() {\r\n\tslow();\r\n}\r\n';
    const { text: after } = apply(text, [[replace(text, 'slow();', 'if (x) {\n\t\tfast();\n\t}')]]);
    expect(after).toBe('\uFEFFfunction f() {\r\n\tif (x) {\r\n\t\tfast();\r\n\t}\r\n}\r\n');
  });

  it('follows the line breaks that most lines have, and leaves the others as they are', () => {
    const text = 'a();\nb();\r\nc();\n';
    expect(apply(text, [[replace(text, 'c();', 'c(\n);')]]).text).toBe('a();\nb();\r\nc(\n);\n');
  });

  it('that changes nothing, or does not fit, is left with the reason', () => {
    const text = 'a();';
    const { applied, left } = apply(text, [[replace(text, 'a', 'a')], [{ start: 2, end: 99, text: '' }]]);
    expect(applied).toEqual([]);
    expect(left.map(({ why }) => why).sort()).toEqual(['its edits change nothing', 'its edits do not fit the file']);
  });

  it('that needs review is left at the safe limit, with its note', () => {
    const text = 'a();';
    const finding = fixable(text, [replace(text, 'a', 'b')], { safety: 'review', note: 'the order changes' });
    const { applied, left } = applyFixes('a.ts', text, [finding], { safety: 'safe' });
    expect(applied).toEqual([]);
    expect(left[0]!.why).toBe('needs review (--fix=review): the order changes');
  });
});

describe('several fixes', () => {
  it('land whole or not at all: one edit that overlaps holds back the whole fix', () => {
    const text = 'aa(); bb(); cc();';
    const { text: after, left } = apply(text, [
      [replace(text, 'aa()', 'x()')],
      [replace(text, 'a();', 'y();'), replace(text, 'cc()', 'z()')],
    ]);
    expect(after).toBe('x(); bb(); cc();');
    expect(left).toMatchObject([{ waits: true, finding: { ruleId: 'rule-1' } }]);
  });

  it('wait for one that does away with what they repair, wherever it begins', () => {
    const text = 'aa(); bb(); cc();';
    const part = fixable(text, [replace(text, 'aa()', 'x()')], { ruleId: 'part' });
    const whole = fixable(text, [replace(text, 'a(); bb();', 'y();')], { ruleId: 'whole', first: true });
    const { text: after, applied, left } = applyFixes('a.ts', text, [part, whole], { safety: 'review' });
    expect(after).toBe('ay(); cc();');
    expect(applied).toEqual([whole]);
    expect(left).toMatchObject([{ waits: true, finding: { ruleId: 'part' } }]);
  });

  it('wait when both insert at one place, as the order would be chance', () => {
    const text = 'a();';
    const { text: after, left } = apply(text, [
      [{ start: 0, end: 0, text: 'x();' }],
      [{ start: 0, end: 0, text: 'y();' }],
    ]);
    expect(after).toBe('x();a();');
    expect(left).toHaveLength(1);
  });

  it('may touch one another', () => {
    const text = 'a(1, 2);';
    expect(apply(text, [[replace(text, '1', '3')], [replace(text, ', ', ',')]]).text).toBe('a(3,2);');
  });

  it('give the same text in whatever order they come', () => {
    const text = 'a(); b(); c();';
    const fixes = ['a', 'b', 'c'].map((name) => fixable(text, [replace(text, name, name.repeat(2))], { ruleId: name }));
    fixes.push(fixable(text, [replace(text, 'b()', 'other()')], { ruleId: 'late' }));
    const first = applyFixes('a.ts', text, fixes, { safety: 'safe' });
    const turned = applyFixes('a.ts', text, [...fixes].reverse(), { safety: 'safe' });
    expect(turned.text).toBe(first.text);
    expect(turned.applied).toEqual(first.applied);
  });
});

describe('what does not parse', () => {
  it('is left out, and the other fixes are kept', () => {
    const text = 'a(); b(); c();';
    const { text: after, left } = apply(text, [
      [replace(text, 'a()', 'x()')],
      [replace(text, 'b()', 'b((')],
      [replace(text, 'c()', 'z()')],
    ]);
    expect(after).toBe('x(); b(); z();');
    expect(left).toMatchObject([{ finding: { ruleId: 'rule-1' }, waits: false }]);
    expect(left[0]!.why).toMatch(/^the fixed code would not parse: /);
  });

  it('waits where it parses alone, and not beside another', () => {
    const text = 'a(); b();';
    const { text: after, left } = apply(text, [
      [replace(text, 'a()', 'const x = a()')],
      [replace(text, 'b()', 'const x = b()')],
    ]);
    expect(after).toBe('const x = a(); b();');
    expect(left).toMatchObject([{ finding: { ruleId: 'rule-1' }, waits: true }]);
  });

  it.each([
    ['a type in a JavaScript file', 'a.js', 'let x = 1;', 'let x: number = 1;'],
    ['a name declared twice', 'a.ts', 'let x = 1;', 'let x = 1; let x = 2;'],
    ['await outside of an async function', 'a.ts', 'function f() { g(); }', 'function f() { await g(); }'],
  ])('%s', (_, path, text, fixed) => {
    const { text: after, left } = apply(text, [[{ start: 0, end: text.length, text: fixed }]], path);
    expect(after).toBe(text);
    expect(left[0]!.why).toMatch(/would not parse/);
  });

  it.each([
    ['types in a TypeScript file', 'a.ts', 'let x: number = 1;'],
    ['JSX in a .js file', 'a.js', 'export const x = <b>1</b>;'],
    ['top-level await', 'a.mts', 'await f();'],
    ['import.meta', 'a.ts', 'export const x = import.meta.url;'],
    ['decorators', 'a.ts', 'class A { constructor(@Inject() private b: B) {} @Get() c() {} }'],
    ['a shebang', 'a.js', '#!/usr/bin/env node\nf();'],
    ['using', 'a.ts', 'function f() { using a = g(); }'],
  ])('does not mean %s', (_, path, fixed) => {
    const text = 'f();';
    expect(apply(text, [[{ start: 0, end: text.length, text: fixed }]], path).text).toBe(fixed);
  });
});

describe('edits that do not overlap', () => {
  const pieces = fc.array(
    fc.record({
      kept: fc.string({
        unit: fc.constantFrom('a', ' ', '\n', '\uFEFF', '漢', '😀', '\t'),
        minLength: 1,
        maxLength: 6,
      }),
      old: fc.string({ unit: fc.constantFrom('b', '\n', ' '), maxLength: 4 }),
      fresh: fc.string({ unit: fc.constantFrom('c', '\n', '😀'), maxLength: 4 }),
    }),
    { maxLength: 12 },
  );

  it('come out as if each were put in by hand, whatever fix they belong to', () => {
    fc.assert(
      fc.property(pieces, fc.infiniteStream(fc.nat(3)), (list, owners) => {
        let text = '/* ';
        let wanted = '/* ';
        const fixes: TextEdit[][] = [[], [], [], []];
        for (const { kept, old, fresh } of list) {
          text += kept;
          wanted += kept;
          const edit = { start: text.length, end: text.length + old.length, text: fresh };
          if (old !== fresh) fixes[owners.next().value!]!.push(edit);
          text += old;
          wanted += fresh;
        }
        text += ' */';
        wanted += ' */';
        const { text: after, left } = apply(
          text,
          fixes.filter((edits) => edits.length > 0),
        );
        expect(left).toEqual([]);
        expect(after).toBe(wanted);
      }),
    );
  });

  it('lead every kept character back to where it was', () => {
    fc.assert(
      fc.property(pieces, (list) => {
        let text = '';
        const edits: TextEdit[] = [];
        for (const { kept, old, fresh } of list) {
          text += kept;
          edits.push({ start: text.length, end: text.length + old.length, text: fresh });
          text += old;
        }
        const after = joinEdits(text, edits);
        for (let at = 0; at < after.length; at++) {
          const { offset, into } = offsetBefore(at, edits);
          if (into === 0) expect(text[offset]).toBe(after[at]);
        }
      }),
    );
  });
});

it('findings without a fix are told apart from those that wait', () => {
  const bare: Finding = fixable('a();', [{ start: 0, end: 1, text: 'b' }]);
  delete bare.fix;
  bare.skip = 'the size is not known';
  expect(applyFixes('a.ts', 'a();', [bare], { safety: 'safe' }).left).toEqual([
    { finding: bare, why: 'the size is not known', waits: false },
  ]);
});
