import { describe, expect, it } from 'vitest';
import { addArgument } from '../../fixers/edit/add-argument.ts';
import { addProperties } from '../../fixers/edit/add-property.ts';
import { freeName } from '../../fixers/edit/free-name.ts';
import { insertAfterStatement } from '../../fixers/edit/insert-after-statement.ts';
import { insertAtFunctionEnd } from '../../fixers/edit/insert-at-function-end.ts';
import { insertAtFunctionStart } from '../../fixers/edit/insert-at-function-start.ts';
import { insertBefore } from '../../fixers/edit/insert-before.ts';
import { insertClassMember } from '../../fixers/edit/insert-class-member.ts';
import { removeClassMember, removeStatement } from '../../fixers/edit/remove-statement.ts';
import { renameReferences } from '../../fixers/edit/rename-references.ts';
import { replaceNode } from '../../fixers/edit/replace-node.ts';
import { findStatement, getTopLevelStatement } from '../../fixers/edit/statement-of.ts';
import { wrapInTryFinally } from '../../fixers/edit/wrap-in-try-finally.ts';
import { analyseFile } from '../../src/ast/analyse.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';

const pkg = {
  dir: '',
  name: 'x',
  type: 'module',
  dependencies: new Set<string>(),
  scripts: new Set<string>(),
} as const;

function read(text: string, path = 'a.ts'): FileContext {
  return analyseFile(path, text, pkg);
}

function edited(file: FileContext, edits: TextEdit | readonly TextEdit[] | undefined): string {
  let { text } = file;
  const list = edits === undefined ? [] : 'start' in edits ? [edits] : [...edits];
  for (const edit of list
    .map((e, i) => ({ ...e, i }))
    .sort((a, b) => b.start - a.start || b.end - a.end || b.i - a.i)) {
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  }
  return text;
}

/** The first call of a function by name. */
function callOf(name: string, file: FileContext): ts.CallExpression {
  return file.nodes('CallExpression').find((call) => call.expression.getText(file.source).endsWith(name))!;
}

function statementOf(name: string, file: FileContext): ts.Statement {
  return findStatement(callOf(name, file))!;
}

describe('statements', () => {
  it('are put before a statement and its comments, in the unit of the file', () => {
    const file = read('function f() {\n\tif (x) {\n\t\ta();\n\n\t\t// why\n\t\twork();\n\t}\n}\n');
    expect(edited(file, insertBefore(statementOf('work', file), 'if (y) {\n  z();\n}', file))).toBe(
      'function f() {\n\tif (x) {\n\t\ta();\n\n\t\tif (y) {\n\t\t\tz();\n\t\t}\n\t\t// why\n\t\twork();\n\t}\n}\n',
    );
  });

  it('keep the white space of a template, which is part of its value', () => {
    const file = read('function f() {\n\twork();\n}\n');
    const code = `const text = \`one\n    two \${ask({\n  a,\n})}\n  \`;`;
    expect(edited(file, insertBefore(statementOf('work', file), code, file))).toBe(
      `function f() {\n\tconst text = \`one\n    two \${ask({\n\t\ta,\n\t})}\n  \`;\n\twork();\n}\n`,
    );
  });

  it('stay behind shebang, byte order mark, licence and pragmas', () => {
    const file = read('\uFEFF// @ts-check\nwork();\n');
    expect(edited(file, insertBefore(statementOf('work', file), 'a();', file))).toBe(
      '\uFEFF// @ts-check\na();\nwork();\n',
    );
    const script = read('#!/usr/bin/env node\nwork();\n');
    expect(edited(script, insertBefore(statementOf('work', script), 'a();', script))).toBe(
      '#!/usr/bin/env node\na();\nwork();\n',
    );
  });

  it('get braces where a lone statement stands', () => {
    const file = read('if (x) work();\n');
    expect(edited(file, insertBefore(statementOf('work', file), 'a();', file))).toBe('if (x) { a(); work(); }\n');
    expect(edited(file, insertAfterStatement(statementOf('work', file), 'a();', file))).toBe(
      'if (x) { work(); a(); }\n',
    );
  });

  it('are put behind a statement and the comment at the end of its line', () => {
    const file = read('  work(); // plimsoll-expect\n  next();\n');
    expect(edited(file, insertAfterStatement(statementOf('work', file), 'a();\nb();', file))).toBe(
      '  work(); // plimsoll-expect\n  a();\n  b();\n  next();\n',
    );
  });

  it('are removed with their line, and without their comments', () => {
    const file = read('// one\nwork(); // two\nmore();\r\nlast();');
    expect(edited(file, removeStatement(statementOf('work', file), file))).toBe('// one\n// two\nmore();\r\nlast();');
    expect(edited(file, removeStatement(statementOf('more', file), file))).toBe('// one\nwork(); // two\nlast();');
    const lone = read('if (x) work();\n');
    expect(edited(lone, removeStatement(statementOf('work', lone), lone))).toBe('if (x) {}\n');
  });

  it('are found at the top level', () => {
    const file = read('export class A {\n  m() { work(); }\n}\n');
    expect(getTopLevelStatement(callOf('work', file)).kind).toBe(ts.SyntaxKind.ClassDeclaration);
    expect(edited(file, replaceNode(callOf('work', file), 'play()', file))).toContain('{ play(); }');
  });
});

describe('functions', () => {
  const fnOf = (file: FileContext) =>
    [...file.nodes('MethodDeclaration'), ...file.nodes('Constructor'), ...file.nodes('ArrowFunction')][0]!;

  it('take statements first, behind super and directives', () => {
    const file = read('class A extends B {\n  constructor() {\n    super();\n  }\n}\n');
    expect(edited(file, insertAtFunctionStart(fnOf(file), 'a();', file))).toBe(
      'class A extends B {\n  constructor() {\n    super();\n    a();\n  }\n}\n',
    );
    const empty = read('class A {\n  constructor(private b: B) {}\n}\n');
    expect(edited(empty, insertAtFunctionStart(fnOf(empty), 'a();', empty))).toBe(
      'class A {\n  constructor(private b: B) {\n    a();\n  }\n}\n',
    );
  });

  it('take statements last, before the return that ends them', () => {
    const file = read('class A {\n  stop() {\n    b();\n    return 1;\n  }\n}\n');
    expect(edited(file, insertAtFunctionEnd(fnOf(file), 'a();', file))).toBe(
      'class A {\n  stop() {\n    b();\n    a();\n    return 1;\n  }\n}\n',
    );
  });

  it('with an expression body get a block that returns it', () => {
    const file = read('const f = async () => work();\n');
    expect(edited(file, insertAtFunctionStart(fnOf(file), 'a();', file))).toBe(
      'const f = async () => {\n  a();\n  return work();\n};\n',
    );
    expect(edited(file, insertAtFunctionEnd(fnOf(file), 'a();', file))).toBe(
      'const f = async () => {\n  const result = work();\n  a();\n  return result;\n};\n',
    );
  });
});

describe('classes', () => {
  const classOf = (file: FileContext) => file.nodes('ClassDeclaration')[0]!;

  it('take fields first and methods last', () => {
    const file = read('class A {\n    // first\n    b = 1;\n\n    c() {\n        work();\n    } // end of c\n}\n');
    expect(edited(file, insertClassMember(classOf(file), 'a = 0;', 'start', file))).toContain(
      'class A {\n    a = 0;\n    // first\n    b = 1;\n',
    );
    expect(edited(file, insertClassMember(classOf(file), 'stop() {\n  x();\n}', 'end', file))).toContain(
      '    } // end of c\n\n    stop() {\n        x();\n    }\n}\n',
    );
  });

  it('take members where they have none', () => {
    const file = read('  class A {}\n');
    expect(edited(file, insertClassMember(classOf(file), 'a = 0;', 'end', file))).toBe(
      '  class A {\n    a = 0;\n  }\n',
    );
    const commented = read('  class A {\n    // none\n  }\n');
    expect(edited(commented, insertClassMember(classOf(commented), 'a = 0;', 'end', commented))).toBe(
      '  class A {\n    // none\n    a = 0;\n  }\n',
    );
  });

  it('lose members with their lines', () => {
    const file = read('class A {\n  b = 1;\n  c = 2;\n}\n');
    expect(edited(file, removeClassMember(classOf(file).members[0]!, file))).toBe('class A {\n  c = 2;\n}\n');
  });
});

describe('names', () => {
  it('are renamed in shorthands and exports without changing what others see', () => {
    const file = read('const a = 1;\nuse(a, { a });\nexport { a };\n');
    expect(edited(file, renameReferences(file.bindings[0]!, 'b', file))).toBe(
      'const a = 1;\nuse(b, { a: b });\nexport { b as a };\n',
    );
  });

  it('are free when no scope bears them', () => {
    expect(freeName('timer', read('function f(timer) { const timer2 = 1; }'))).toBe('timer3');
  });
});

describe('arguments and properties', () => {
  it('are added at the end', () => {
    const file = read('const a = new Pool();\nconst b = new Pool;\nwork(1);\n');
    const [first, second] = file.nodes('NewExpression');
    expect(edited(file, addArgument(first!, '{ max: 1 }', file))).toContain('new Pool({ max: 1 });');
    expect(edited(file, addArgument(second!, '{ max: 1 }', file))).toContain('new Pool({ max: 1 });\nwork');
    expect(edited(file, addArgument(callOf('work', file), 'two', file))).toContain('work(1, two)');
  });

  it('follow the way an object literal is written', () => {
    const add = (text: string) => {
      const file = read(text);
      return edited(file, addProperties(file.nodes('ObjectLiteralExpression')[0]!, ['max: 1', 'idle: 2'], file));
    };
    expect(add('f({});')).toBe('f({ max: 1, idle: 2 });');
    expect(add('f({ a: 1 });')).toBe('f({ a: 1, max: 1, idle: 2 });');
    expect(add('f({\n  a: 1,\n});')).toBe('f({\n  a: 1,\n  max: 1,\n  idle: 2,\n});');
    expect(add('f({\n  a: 1, // one\n});')).toBe('f({\n  a: 1, // one\n  max: 1,\n  idle: 2,\n});');
    expect(add('f({\n  a: 1 // one\n});')).toBe('f({\n  a: 1, // one\n  max: 1,\n  idle: 2\n});');
  });
});

describe('try and finally', () => {
  const wrap = (text: string, from: string, to: string, code = 'c.release();') => {
    const file = read(text);
    const edits = wrapInTryFinally(statementOf(from, file), statementOf(to, file), code, file);
    return edits && edited(file, edits);
  };

  it('keep comments and indentation, and leave the lines of templates alone', () => {
    const text = [
      'async function f() {',
      '\tconst c = await pool.connect();',
      '\t// ask',
      '\tconst rows = await c.query(`',
      '  select 1',
      '`); // asked',
      '\tsend(rows);',
      '}',
      '',
    ].join('\n');
    expect(wrap(text, 'c.query', 'send')).toBe(
      [
        'async function f() {',
        '\tconst c = await pool.connect();',
        '\ttry {',
        '\t\t// ask',
        '\t\tconst rows = await c.query(`',
        '  select 1',
        '`); // asked',
        '\t\tsend(rows);',
        '\t} finally {',
        '\t\tc.release();',
        '\t}',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('declare outside what is used outside', () => {
    expect(
      wrap('async function f() {\n  const rows: Row[] = await query();\n  return rows;\n}\n', 'query', 'query'),
    ).toBe(
      'async function f() {\n  let rows: Row[];\n  try {\n    rows = await query();\n  } finally {\n    c.release();\n  }\n  return rows;\n}\n',
    );
  });

  it('are refused where a type or an order would be lost', () => {
    expect(
      wrap('function f() {\n  const rows = query();\n  return () => rows;\n}\n', 'query', 'query'),
    ).toBeUndefined();
    expect(wrap('function f() {\n  const { a } = query();\n  return a;\n}\n', 'query', 'query')).toBeUndefined();
  });
});
