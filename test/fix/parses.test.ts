import { Script } from 'node:vm';
import { ts } from '@ts-morph/common';
import { describe, expect, it } from 'vitest';
import { findNewSyntaxError } from '../../src/fix/parses.ts';

/** What the engine says of the compiled text, which stands in an async function. */
function engineError(path: string, text: string): string | undefined {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      jsx: ts.JsxEmit.React,
      allowJs: true,
    },
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) return String(diagnostics[0]!.messageText);
  try {
    new Script(`(async function () {${outputText.replace(/^#!.*/, '').replace(/\bimport\.meta\b/g, 'meta')}\n})`);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const wrong: [what: string, path: string, text: string][] = [
  ['a brace too few', 'a.ts', 'export function a() { if (b) { c(); }'],
  ['a constant twice', 'a.ts', 'const a = 1;\nconst a = 2;'],
  ['a constant and a function', 'a.js', 'const a = 1;\nfunction a() {}'],
  ['a parameter and a constant', 'a.ts', 'export function f(a: number) { const a = 2; return a; }'],
  ['a name twice in a pattern', 'a.js', 'const { a, b: a } = c;'],
  ['a var over a let', 'a.js', 'function f() { let a; var a; }'],
  ['a class twice', 'a.ts', 'class A {}\nclass A {}'],
  ['twice in one switch', 'a.ts', 'switch (x) { case 1: let a = 1; break; case 2: let a = 2; }'],
  ['await in a plain function', 'a.ts', 'function f() { const a = await b(); return a; }'],
  ['await in a callback of an async function', 'a.js', 'async function f() { list.forEach((x) => { await x; }); }'],
  ['for await in a plain method', 'a.ts', 'class A { m() { for await (const x of y) z(x); } }'],
  ['yield in a plain function', 'a.ts', '"use strict";\nfunction f() { yield 1; }'],
  ['break in a callback', 'a.ts', 'for (const a of b) { a.forEach(() => { break; }); }'],
  ['continue in a switch alone', 'a.ts', 'switch (a) { case 1: continue; }'],
  ['a label that is not around it', 'a.js', 'outer: for (;;) {}\nfor (;;) break outer;'],
  ['a private name of no class', 'a.ts', 'class A { m() { return this.#x; } }'],
  ['a type in JavaScript', 'a.js', 'const a: number = 1;'],
  ['a cast in JavaScript', 'a.mjs', 'const a = b as Map;'],
  ['an access modifier in JavaScript', 'a.cjs', 'class A { private x = 1; }'],
];

const right: [what: string, path: string, text: string][] = [
  ['await at the top level', 'a.ts', 'const a = await b();'],
  ['return at the top level of a script', 'a.cjs', 'if (a) return;\nb();'],
  ['a hash bang', 'a.js', '#!/usr/bin/env node\nconsole.log(import.meta.url);'],
  [
    'overloads',
    'a.ts',
    'function f(a: string): void;\nfunction f(a: number): void;\nfunction f(a: unknown): void { b(a); }',
  ],
  ['a type and a value of one name', 'a.ts', 'const A = 1;\ntype A = number;\nexport { A };'],
  ['an interface that a class merges with', 'a.ts', 'interface A { a: number }\nclass A { b = 1; }'],
  ['a namespace that a function merges with', 'a.ts', 'function f() {}\nnamespace f { export const a = 1; }'],
  ['an enum in two parts', 'a.ts', 'enum E { a = 1 }\nenum E { b = 2 }'],
  ['a name again in an inner block', 'a.js', 'const a = 1;\n{ const a = 2; b(a); }'],
  ['a name again in a callback’s parameters', 'a.ts', 'const a = 1;\nb((a: number) => a);'],
  ['var twice', 'a.js', 'var a = 1;\nvar a = 2;'],
  ['a catch clause that hides a name', 'a.ts', 'const e = 1;\ntry { a(e); } catch (e) { b(e); }'],
  ['await in an async arrow', 'a.ts', 'const f = async () => { await a(); };'],
  ['yield in a generator', 'a.ts', 'function* f() { yield 1; }'],
  ['break out of a switch in a loop', 'a.ts', 'for (;;) { switch (a) { case 1: continue; default: break; } }'],
  ['continue to a label', 'a.js', 'outer: for (const a of b) { for (const c of a) { if (c) continue outer; } }'],
  [
    'a private name of an outer class',
    'a.ts',
    'class A { #x = 1; m() { return class { n(a: A) { return a.#x; } }; } }',
  ],
  ['an accessor pair', 'a.ts', 'class A { get a() { return 1; } set a(v: number) { b(v); } }'],
  ['void and this in JavaScript', 'a.js', 'export class A extends B { m() { void this.n(); } }'],
  ['JSX in JavaScript', 'a.jsx', 'export const a = () => <div>{b}</div>;'],
];

describe('a change that the engine would refuse', () => {
  it.each(wrong)('%s is told', (_, path, text) => {
    expect(engineError(path, text)).toBeDefined();
    expect(findNewSyntaxError(path, 'start();', text)).toBeDefined();
  });

  it('is told by what it is about', () => {
    expect(findNewSyntaxError('a.ts', '', 'const a = 1;\nconst a = 2;')).toBe("'a' is declared twice");
  });
});

describe('a change that the engine takes', () => {
  it.each(right)('%s is let pass', (_, path, text) => {
    expect(engineError(path, text)).toBeUndefined();
    expect(findNewSyntaxError(path, 'start();', text)).toBeUndefined();
  });

  it('is let pass where only the old text was wrong already', () => {
    expect(findNewSyntaxError('a.js', 'const a: number = 1;', 'const a: number = 2;')).toBeUndefined();
    expect(
      findNewSyntaxError('a.js', 'const a: number = 1;', 'const a: number = 1;\nconst b: string = c;'),
    ).toBeDefined();
  });
});
