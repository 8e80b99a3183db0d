import { describe, expect, test } from 'vitest';
import { parse } from '../../src/ast/parse.ts';
import { usesSemicolons, withoutSemicolons } from '../../src/ast/semicolons.ts';

/** The text with `code` put in at `|`, as a fix would. */
function insert(code: string, marked: string, path = 'a.ts'): string {
  const start = marked.indexOf('|');
  const text = marked.replace('|', '');
  const edits = withoutSemicolons([{ start, end: start, text: code }], parse(path, text));
  return edits.reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

const open = "import { load } from './load'\n";

describe('code that a fix brings to a file without semicolons', () => {
  test.each([
    [
      'ends its statements as the file does',
      'const a = 1;\nload(a);\n',
      `${open}|load(2)\n`,
      `${open}const a = 1\nload(a)\nload(2)\n`,
    ],
    [
      'keeps one where the next line would go on',
      'load(1);\n',
      `${open}|[1].map(load)\n`,
      `${open}load(1);\n[1].map(load)\n`,
    ],
    ['keeps one ahead of a template', 'load(1);\n', `${open}|\`a\`.trim()\n`, `${open}load(1);\n\`a\`.trim()\n`],
    ['keeps one with more on its line', 'load(1); ', `${open}|load(2)\n`, `${open}load(1); load(2)\n`],
    [
      'drops one at the end of a block in one line',
      '{ load(1); }\n',
      `${open}|load(2)\n`,
      `${open}{ load(1) }\nload(2)\n`,
    ],
    [
      'keeps those of a loop',
      'for (let i = 0; i < 3; i++) load(i);\n',
      `${open}|load(2)\n`,
      `${open}for (let i = 0; i < 3; i++) load(i)\nload(2)\n`,
    ],
    ['keeps those in a text', 'load(`a;\nb;`);\n', `${open}|load(2)\n`, `${open}load(\`a;\nb;\`)\nload(2)\n`],
    ['keeps a comment behind', 'load(1); // one\n', `${open}|load(2)\n`, `${open}load(1) // one\nload(2)\n`],
    [
      'drops that of a field',
      '#timer = 1;\n',
      `${open}class A {\n|run() {}\n}\n`,
      `${open}class A {\n#timer = 1\nrun() {}\n}\n`,
    ],
    [
      'keeps that of a field ahead of a computed name',
      '#timer = 1;\n',
      `${open}class A {\n|[load] = 1\n}\n`,
      `${open}class A {\n#timer = 1;\n[load] = 1\n}\n`,
    ],
  ])('%s', (_, code, marked, expected) => {
    expect(insert(code, marked)).toBe(expected);
  });

  test('stays as it is where the file writes semicolons', () => {
    expect(insert('load(1);\n', "import { load } from './load';\n|load(2);\n")).toContain('load(1);\n');
  });

  test('takes away only what the fix brings', () => {
    expect(insert('load(1);\n', `${open}load(0);\n|load(2)\n`)).toBe(`${open}load(0);\nload(1)\nload(2)\n`);
  });
});

test('a file is taken for one without semicolons by most of its imports, else of its statements', () => {
  expect(usesSemicolons(parse('a.ts', "import a from 'a'\na();\na();\n"))).toBe(false);
  expect(usesSemicolons(parse('a.ts', 'a();\nb();\nc()\n'))).toBe(true);
  expect(usesSemicolons(parse('a.ts', 'a()\nb()\nc();\n'))).toBe(false);
});
