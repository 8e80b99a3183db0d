import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { describe, expect, it } from 'vitest';
import { analyseFile } from '../../src/ast/analyse.ts';
import { listFacts } from '../../src/ast/project-facts.ts';
import { textOfFact } from '../../src/engine/fact-text.ts';
import { createPick } from '../../src/engine/sift.ts';
import { packageFacts } from '../../src/fix/package-facts.ts';

const root = join(import.meta.dirname, '../..');
const paths = fastGlob.sync(['{fixtures,src,rules,fixers,runtime/src}/**/*.{ts,tsx,js,jsx,mjs,cjs,mts,cts}'], {
  cwd: root,
  ignore: ['**/node_modules/**', '**/*.d.ts', '**/dist/**'],
});

/** What the linker asks for to come to a fact; undefined where it asks the specifiers that a file imports, not its text. */
function askedFor(fact: string): string | undefined {
  if (fact.startsWith('import:')) return undefined;
  return fact.replace(/^part:([^:]*):.*/, 'made-for-call:$1');
}

/** Kinds that are looked for by more than words. */
const shaped = [
  'event-member',
  'few',
  'gives-remover-subscribe',
  'lent-0',
  'made-for-call',
  'made-once',
  'many',
  'part-of-closable',
  'requesting-getter',
  'same-signal',
  'trims',
];

function isHeld(fact: string, text: string): boolean {
  const form = textOfFact(fact);
  return createPick([form])(text).length === 1 && (form.shape?.test(text) ?? true);
}

describe('the form of a fact', () => {
  it('is that of every file that states the fact', () => {
    const missed: string[] = [];
    const kinds = new Set<string>();
    for (const path of paths) {
      const text = readFileSync(join(root, path), 'utf8');
      const file = analyseFile(path, text, packageFacts('module'), 'product');
      for (const fact of listFacts(file).flatMap((stated) => askedFor(stated) ?? [])) {
        kinds.add(fact.split(':')[0]!);
        if (!isHeld(fact, text)) missed.push(`${path}: ${fact}`);
      }
    }
    expect(missed).toEqual([]);
    expect([...kinds]).toEqual(expect.arrayContaining(shaped));
  });

  it.each([
    ['made-once:createSpec', "import { createSpec } from './spec.js';\nexport const block = { ...createSpec() };\n"],
    ['clear-timer:poll', 'export function clear(node) {\n  node.poll?.close?.();\n}\n'],
  ])('is told in what may stand around it: %s', (fact, text) => {
    const file = analyseFile('block.js', text, packageFacts('module'), 'product');
    expect(listFacts(file)).toContain(fact);
    expect(isHeld(fact, text)).toBe(true);
  });
});
