import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listParts } from '../../src/engine/condition-order.ts';
import { wordsOfFact } from '../../src/engine/fact-words.ts';
import { runFile } from '../../src/engine/run-file.ts';
import { packageFacts } from '../../src/fix/package-facts.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import { pairs } from '../../src/registry.generated.ts';
import { fixturesRoot, listFixtures } from '../fixtures.ts';

const sources = join(import.meta.dirname, '../..');

/** The facts that the rules ask of other files, over all their fixtures. */
function askedInFixtures(): Set<string> {
  const asked = new Set<string>();
  const add = (condition: LinkCondition | undefined): void => {
    for (const part of condition ? listParts(condition) : []) {
      if (part.kind === 'project-states') asked.add(part.fact);
      if (part.kind === 'program-states') for (const fact of part.facts) asked.add(fact);
    }
  };
  const pkg = packageFacts('module');
  for (const pair of pairs) {
    const run = { pair, options: {}, severity: undefined, isTrusted: false };
    for (const { files } of [...listFixtures(pair.rule.id, 'bad'), ...listFixtures(pair.rule.id, 'good')]) {
      for (const [path, text] of Object.entries(files)) {
        if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
        const input = {
          path,
          text,
          package: pkg,
          role: 'product',
          hasDirectives: false,
          confidence: 'possible',
        } as const;
        for (const { when, sureWhen } of runFile(input, [run]).findings) {
          add(when);
          add(sureWhen);
        }
      }
    }
  }
  return asked;
}

/** The kinds of facts that the sources of rules and questions write out: `made-once:${name}`. */
function kindsInSources(): string[] {
  const kinds = ['rules', 'src/ast'].flatMap((folder) =>
    readdirSync(join(sources, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => {
        const text = readFileSync(join(sources, folder, path), 'utf8');
        return [...text.matchAll(/\bfact: [`']([a-z-]+):/g)].map(([, kind]) => kind!);
      }),
  );
  return [...new Set(kinds)].sort();
}

it('there are words for people for every fact that a rule asks for', () => {
  expect(readdirSync(fixturesRoot).length).toBeGreaterThan(40);
  const asked = [...askedInFixtures(), ...kindsInSources().map((kind) => `${kind}:name`)];
  expect(asked.length).toBeGreaterThan(40);
  expect(asked.filter((fact) => wordsOfFact(fact) === 'says so')).toEqual([]);
});
