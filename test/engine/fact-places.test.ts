import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ts } from '../../src/ast/ts.ts';
import { FactPlaces } from '../../src/engine/fact-places.ts';
import { FileScanner } from '../../src/engine/file-scanner.ts';
import { scan } from '../../src/engine/scan.ts';
import { ScanMemory } from '../../src/engine/scan-memory.ts';
import type { ScanRequest } from '../../src/engine/scan-request.ts';
import { callRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

/** Reports `ask('fact')` where a file states the fact. */
const askRule = callRule('no-fact', 'ask', (call) => {
  const [fact] = call.arguments;
  return { kind: 'project-states', fact: fact && ts.isStringLiteral(fact) ? fact.text : '' };
});

const asking = (...facts: string[]) => facts.map((fact) => `ask('${fact}');\n`).join('');
const stating = (signal: string) => `process.on('${signal}', () => {});\n`;

const files = {
  'a.ts': asking('signal:SIGTERM'),
  'lib/b.ts': 'export const b = 1;\n',
  'lib/c.ts': stating('SIGHUP'),
};

/** What is done to the files, and how many facts are found then. */
const steps: [name: string, step: (root: string) => void, found: number][] = [
  ['a file begins to state a fact', (root) => writeFileSync(join(root, 'lib/b.ts'), stating('SIGTERM')), 1],
  ['another one changes', (root) => writeFileSync(join(root, 'lib/c.ts'), `${stating('SIGHUP')}// more\n`), 1],
  ['it stops', (root) => writeFileSync(join(root, 'lib/b.ts'), files['lib/b.ts']), 0],
  ['it only mentions it', (root) => writeFileSync(join(root, 'lib/b.ts'), '// SIGTERM\n'), 0],
  ['a file comes, first of all', (root) => writeFileSync(join(root, '0.ts'), stating('SIGTERM')), 1],
  ['another one comes in between', (root) => writeFileSync(join(root, 'lib/b2.ts'), stating('SIGTERM')), 1],
  ['the first goes', (root) => rmSync(join(root, '0.ts')), 1],
  ['the other goes', (root) => rmSync(join(root, 'lib/b2.ts')), 0],
  [
    'a fact is asked for that was not before',
    (root) => writeFileSync(join(root, 'a.ts'), asking('signal:SIGTERM', 'signal:SIGHUP')),
    1,
  ],
  ['it is not any more', (root) => writeFileSync(join(root, 'a.ts'), files['a.ts']), 0],
  ['and what states it stops', (root) => writeFileSync(join(root, 'lib/c.ts'), stating('SIGTERM')), 1],
  ['it is again', (root) => writeFileSync(join(root, 'a.ts'), asking('signal:SIGTERM', 'signal:SIGHUP')), 1],
  ['a package.json comes', (root) => writeFileSync(join(root, 'package.json'), '{ "name": "x" }'), 1],
];

describe('facts are found as if nothing was known', () => {
  test.each([
    ['cache', (root: string) => ({ cache: { folder: join(root, '.cache'), identity: '1' } })],
    ['memory', () => ({ memory: new ScanMemory() })],
    ['both', (root: string) => ({ cache: { folder: join(root, '.cache'), identity: '1' }, memory: new ScanMemory() })],
  ])('with a %s', async (_, open) => {
    const root = tempProject(files);
    const known: Partial<ScanRequest> = open(root);
    const outcomeOf = (more: Partial<ScanRequest> = {}) => scan({ root, ...more }, [askRule]);
    expect((await outcomeOf(known)).findings).toHaveLength(0);
    for (const [name, step, found] of steps) {
      step(root);
      const fresh = await outcomeOf();
      expect(fresh.findings, name).toHaveLength(found);
      const narrow = { paths: ['a.ts'] };
      expect(JSON.stringify(await outcomeOf({ ...known, ...narrow })), name).toBe(
        JSON.stringify(await outcomeOf(narrow)),
      );
      const texts = new Map([['lib/b.ts', stating('SIGHUP')]]);
      expect(JSON.stringify(await outcomeOf({ ...known, texts })), name).toBe(
        JSON.stringify(await outcomeOf({ texts })),
      );
      expect(JSON.stringify(await outcomeOf(known)), name).toBe(JSON.stringify(fresh));
      expect(JSON.stringify(await outcomeOf(known)), name).toBe(JSON.stringify(fresh));
    }
  });

  test('when files are scanned one by one, as they are edited', () => {
    const scanner = new FileScanner({ root: tempProject(files) }, [askRule]);
    const found = (...facts: string[]) => scanner.scan('a.ts', asking(...facts))?.findings.length;
    expect(found('signal:SIGTERM')).toBe(0);
    scanner.scan('lib/b.ts', stating('SIGTERM'));
    expect(found('signal:SIGTERM')).toBe(1);
    expect(found('signal:SIGTERM', 'signal:SIGHUP')).toBe(2);
    scanner.scan('lib/b.ts', files['lib/b.ts']);
    scanner.scan('lib/c.ts', stating('SIGTERM'));
    expect(found('signal:SIGTERM', 'signal:SIGHUP')).toBe(1);
  });
});

describe('places of facts', () => {
  const paths = Object.keys(files).sort();
  const [term, hup] = ['signal:SIGTERM', 'signal:SIGHUP'];

  function open(root: string): { places: FactPlaces; read: string[] } {
    const read: string[] = [];
    const textOf = (path: string): string => {
      read.push(path);
      return readFileSync(join(root, path), 'utf8');
    };
    return { places: new FactPlaces(paths, textOf), read };
  }

  test('of one folder are looked for below it alone, also when a text changes', () => {
    const root = tempProject({ ...files, 'library/d.ts': stating('SIGHUP') });
    const read: string[] = [];
    const textOf = (path: string): string => {
      read.push(path);
      return readFileSync(join(root, path), 'utf8');
    };
    const places = new FactPlaces([...paths, 'library/d.ts'], textOf);
    expect(places.filesOf('held:lib:SIGHUP')).toEqual(['lib/c.ts']);
    expect(read).toEqual(['lib/b.ts', 'lib/c.ts']);
    places.forget('a.ts');
    places.forget('lib/b.ts');
    writeFileSync(join(root, 'lib/b.ts'), stating('SIGHUP'));
    expect(places.filesOf('held:lib:SIGHUP')).toEqual(['lib/b.ts', 'lib/c.ts']);
    expect(read.slice(2)).toEqual(['lib/b.ts']);
    expect(places.filesOf('held::SIGHUP')).toEqual(['lib/b.ts', 'lib/c.ts', 'library/d.ts']);
  });

  test('are looked for once, and then in the texts that changed', () => {
    const root = tempProject(files);
    const { places, read } = open(root);
    places.lookFor([term, hup]);
    expect(read).toEqual(paths);
    expect([places.filesOf(term), places.filesOf(hup)]).toEqual([['a.ts'], ['lib/c.ts']]);
    expect(read).toEqual(paths);

    const kept = places.keep(['1', '2', '3'], true);
    const later = open(root);
    later.places.recall(kept, ['1', 'x', '3']);
    writeFileSync(join(root, 'lib/b.ts'), stating('SIGHUP'));
    expect(later.places.filesOf(hup)).toEqual(['lib/b.ts', 'lib/c.ts']);
    expect(later.read).toEqual(['lib/b.ts']);
    later.places.forget('lib/c.ts');
    writeFileSync(join(root, 'lib/c.ts'), stating('SIGTERM'));
    expect([later.places.filesOf(term), later.places.filesOf(hup)]).toEqual([['a.ts', 'lib/c.ts'], ['lib/b.ts']]);
    expect(later.read).toEqual(['lib/b.ts', 'lib/c.ts']);
  });

  test('are kept of what was asked, and of all where not all was asked', () => {
    const root = tempProject(files);
    const { places } = open(root);
    places.lookFor([term, hup]);
    const contents = ['1', '2', ''];
    const { places: later, read } = open(root);
    later.recall(places.keep(contents, true), contents);
    expect(later.isChanged).toBe(false);
    expect(later.filesOf(hup)).toEqual(['lib/c.ts']);
    // A file whose content nobody could tell is looked at again.
    expect(read).toEqual(['lib/c.ts']);
    expect(later.isChanged).toBe(true);
    const factsOf = (isWhole: boolean) => later.keep(contents, isWhole).facts.map(([fact]) => fact);
    expect([factsOf(true), factsOf(false)]).toEqual([[hup], [term, hup]]);
  });
});
