import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileScanner } from '../../src/engine/file-scanner.ts';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';
import { plainRule, requestRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

const projects = join(import.meta.dirname, '../../fixtures/projects');
const states = readdirSync(projects, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => [`${name}/naive`, `${name}/twin`]);

const handler = `import express from 'express';
import { load } from './store';
const app = express();
app.get('/orders', (req, res) => res.json(load()));
`;
const store = 'declare function slow(): number;\nexport const load = () => slow();\n';

describe('files scanned one by one', () => {
  test.each(states)('say what a scan of the whole project says: %s', async (state) => {
    const root = join(projects, state);
    const whole = await scan({ root, confidence: 'possible' }, pairs);
    const scanner = new FileScanner({ root, confidence: 'possible' }, pairs);
    const single = whole.scanned.map(({ path }) => scanner.scan(path, readFileSync(join(root, path), 'utf8')));
    expect(single.flatMap((one) => one?.findings ?? [])).toEqual(whole.findings);
    expect(single.flatMap((one) => one?.suppressionProblems ?? [])).toEqual(whole.suppressionProblems);
  });

  test('a text that is not on disk counts, for the file itself and for those that depend on it', () => {
    const root = tempProject({ 'src/server.ts': handler, 'src/store.ts': store });
    const scanner = new FileScanner({ root }, [requestRule]);
    expect(scanner.scan('src/store.ts', store)?.findings).toHaveLength(1);
    expect(scanner.scan('src/store.ts', store.replaceAll('slow', 'fast'))?.findings).toHaveLength(0);
    scanner.scan('src/server.ts', handler.replace('load()', '1'));
    expect(scanner.scan('src/store.ts', store)?.findings).toHaveLength(0);
    scanner.scan('src/server.ts', handler);
    const [finding] = scanner.scan('src/store.ts', `\n${store}`)!.findings;
    expect(finding?.related.map(({ file, range }) => `${file}:${range.start.line}`)).toEqual([
      'src/server.ts:4',
      'src/server.ts:4',
    ]);
    expect(finding?.range.start.line).toBe(3);
  });

  test('the disk is looked at anew after refresh, and for a file that has come since', () => {
    const root = tempProject({ 'src/server.ts': handler, 'src/store.ts': store });
    const scanner = new FileScanner({ root }, [requestRule]);
    expect(scanner.scan('src/store.ts', store)?.findings).toHaveLength(1);
    writeFileSync(join(root, 'src/server.ts'), '');
    expect(scanner.scan('src/store.ts', store)?.findings).toHaveLength(1);
    scanner.refresh();
    expect(scanner.scan('src/store.ts', store)?.findings).toHaveLength(0);
    writeFileSync(join(root, 'src/new.ts'), store);
    expect(scanner.scan('src/new.ts', store)).toMatchObject({ findings: [], problems: [] });
  });

  test('what a scan leaves out is left out: tests, ignored and generated files, files that are not there', () => {
    const root = tempProject({
      'src/a.ts': 'slow();',
      'src/a.test.ts': 'slow();',
      'src/b.generated.ts': 'slow();',
      'src/c.ts': 'slow();',
      'src/d.ts': 'slow();',
      '.gitignore': 'c.ts\n',
    });
    const scanner = new FileScanner({ root, exclude: ['src/d.ts'] }, [plainRule]);
    const found = ['a.ts', 'a.test.ts', 'b.generated.ts', 'c.ts', 'd.ts', 'gone.ts'].map(
      (name) => scanner.scan(`src/${name}`, 'slow();')?.findings.length,
    );
    expect(found).toEqual([1, ...Array(5).fill(undefined)]);
    expect(scanner.scan('src/a.ts', '// @generated\nslow();')).toBeUndefined();
  });

  test('a syntax error is a problem, and the next text is judged again', () => {
    const scanner = new FileScanner({ root: tempProject({ 'a.ts': 'slow();' }) }, [plainRule]);
    expect(scanner.scan('a.ts', 'slow(;')).toMatchObject({
      findings: [],
      problems: [{ kind: 'syntax', file: 'a.ts' }],
    });
    expect(scanner.scan('a.ts', 'slow();')?.findings).toHaveLength(1);
  });
});

test('a scan with texts in place of files links by those texts', async () => {
  const root = tempProject({ 'src/server.ts': handler, 'src/store.ts': store });
  const moved = `// moved\n\n${handler}`;
  const { findings } = await scan({ root, texts: new Map([['src/server.ts', moved]]) }, [requestRule]);
  expect(findings[0]?.related.map(({ range }) => [range.start.line, range.start.column])).toEqual([
    [6, 1],
    [6, 43],
  ]);
});
