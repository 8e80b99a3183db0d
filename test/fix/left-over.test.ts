import { describe, expect, it } from 'vitest';
import { applyFixes } from '../../src/fix/apply.ts';
import { fixable } from './fixable.ts';

/** The text with every `old(…)` replaced by one fix each. */
function fixOld(text: string, path = 'a.ts', put = 'fresh()'): string {
  const findings = [...text.matchAll(/(?<!function )\bold\([^)]*\)/g)].map(({ index, 0: call }, i) =>
    fixable(text, [{ start: index, end: index + call.length, text: put }], { ruleId: `rule-${i}` }),
  );
  expect(findings.length).toBeGreaterThan(0);
  return applyFixes(path, text, findings, { safety: 'review' }).text;
}

describe('what only replaced code used', () => {
  it('goes with the last use, and takes along what only it used', () => {
    const text = [
      "import { createHash, randomUUID } from 'node:crypto';",
      '',
      'type Text = string;',
      'const SIZE = 4;',
      '',
      'function old(text: Text): string {',
      "  return createHash('md5').update(text).digest('hex').slice(SIZE);",
      '}',
      '',
      "export const a = old('a');",
      'export const id = randomUUID();',
      "export const b = old('b');",
      '',
    ].join('\n');
    const after = fixOld(text);
    expect(after).toBe(
      [
        "import { randomUUID } from 'node:crypto';",
        '',
        'export const a = fresh();',
        'export const id = randomUUID();',
        'export const b = fresh();',
        '',
      ].join('\n'),
    );
  });

  it('stays while one use is left', () => {
    const text = "import { old } from 'lib';\nexport const a = old(1);\nexport const b = old;\n";
    expect(fixOld(text)).toBe("import { old } from 'lib';\nexport const a = fresh();\nexport const b = old;\n");
  });

  it('stays where it was unused before, is exported, or comes from a file that may do something by itself', () => {
    const text = [
      "import { spare } from 'lib';",
      "import { old } from './old.ts';",
      'export function unused(): void {}',
      'export const a = old(1);',
      '',
    ].join('\n');
    expect(fixOld(text)).toBe(text.replace('old(1)', 'fresh()'));
  });

  it('stays where a comment names it, or it carries one itself', () => {
    const named = "import { old } from 'lib';\n/** As {@link old}. */\nexport const a = old(1);\n";
    expect(fixOld(named)).toBe(named.replace('old(1)', 'fresh()'));
    const told = '// keep: loads the table\nconst old = (n: number) => n;\nexport const a = old(1);\n';
    expect(fixOld(told)).toBe(told.replace('old(1)', 'fresh()'));
  });

  it('stays where making it may do something', () => {
    const text = "import { connect } from 'lib';\nconst old = connect();\nexport const a = old(1);\n";
    expect(fixOld(text)).toBe(text.replace('old(1)', 'fresh()'));
  });

  it('stays in a script, whose names the page can use', () => {
    const script = 'function helper(n) { return n; }\nvar a = old(helper);\n';
    expect(fixOld(script, 'a.js')).toBe(script.replace('old(helper)', 'fresh()'));
    const module = `${script}module.exports = a;\n`;
    expect(fixOld(module, 'a.js')).toBe('var a = fresh();\nmodule.exports = a;\n');
  });

  it('stays as React in a file with JSX, which needs it without naming it', () => {
    const text = "import React from 'react';\nexport const a = old(React);\nexport const b = <i />;\n";
    expect(fixOld(text, 'a.tsx')).toBe(text.replace('old(React)', 'fresh()'));
  });
});
