import { cpSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import type { ScanRequest } from '../../src/engine/scan-request.ts';
import { pairs } from '../../src/registry.generated.ts';
import { requestRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

const pairsModule = new URL('../../src/pairs.ts', import.meta.url).href;

/** A small service whose findings depend on other files, on a tsconfig and on a directive. */
const service = {
  'package.json': '{ "name": "shop", "dependencies": { "express": "5.0.0" } }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'server.ts': `import express from 'express';
import { list } from '@lib/orders';
const app = express();
app.get('/', (req, res) => res.json(list()));
`,
  'lib/orders.ts': `import { load } from './store';\nexport function list() {\n  return load();\n}\n`,
  'lib/store.ts': `import fs from 'node:fs';
const seen = new Map<string, string>();
export function load(): string {
  const text = fs.readFileSync('orders.json', 'utf8');
  seen.set(text, text);
  // plimsoll-ignore-next-line no-leaked-interval -- one a process
  setInterval(() => load(), 1000);
  return text;
}
`,
  'lib/idle.ts': `import fs from 'node:fs';\nexport const idle = () => fs.readFileSync('idle.json', 'utf8');\n`,
  'broken.ts': 'const = 1; // setInterval\n',
};

/** Scans with a cache in a folder of its own, all rules on. */
function scanning(root: string, folder = join(root, '.cache')) {
  return async (more: Partial<ScanRequest> = {}): Promise<string> => {
    const cache = { folder, identity: '1' };
    return JSON.stringify(await scan({ root, confidence: 'possible', cache, ...more }, pairs));
  };
}

/** What a scan without a cache says. */
async function afresh(root: string, more: Partial<ScanRequest> = {}): Promise<string> {
  return JSON.stringify(await scan({ root, confidence: 'possible', ...more }, pairs));
}

/** Files of this age have settled: their times can be trusted. */
function settle(root: string): void {
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(root, name)).isFile()) utimesSync(join(root, name), 1e9, 1e9);
  }
}

const cacheFiles = (root: string) => readdirSync(join(root, '.cache')).map((name) => join(root, '.cache', name));

describe('a scan with a cache says what one without says, byte for byte', () => {
  test('cold, warm, on several threads, after a change and after it was taken back', async () => {
    const root = tempProject(service);
    const before = await afresh(root);
    expect(JSON.parse(before)).toMatchObject({ problems: [{ kind: 'syntax' }] });
    expect(before).toContain('request handler: GET /');
    const cached = scanning(root);
    expect(await cached()).toBe(before);
    expect(await cached()).toBe(before);
    expect(await scanning(root, join(root, '.other'))({ threads: 3, pairsModule })).toBe(before);

    writeFileSync(join(root, 'server.ts'), service['server.ts'].replace('list()', '1'));
    const after = await afresh(root);
    expect(after).not.toBe(before);
    expect(await cached()).toBe(after);
    expect(await cached()).toBe(after);
    writeFileSync(join(root, 'server.ts'), service['server.ts']);
    expect(await cached()).toBe(before);
  });

  test('when a file imports another one than before, and when the tsconfig changes after a file did', async () => {
    const root = tempProject(service);
    const cached = scanning(root);
    await cached();
    const steps: [name: string, text: string][] = [
      ['server.ts', `${service['server.ts']}// Calls the same.\n`],
      ['tsconfig.json', '{ "compilerOptions": { "paths": { "@lib/*": ["./idle/*"] } } }'],
      ['server.ts', service['server.ts'].replace('@lib/orders', './lib/orders')],
      ['lib/orders.ts', service['lib/orders.ts'].replace('./store', './idle')],
      ['lib/orders.ts', service['lib/orders.ts']],
    ];
    for (const [name, text] of steps) {
      writeFileSync(join(root, name), text);
      expect(await cached(), text).toBe(await afresh(root));
    }
    expect(await cached()).toContain('request handler: GET /');
  });

  test('when a tsconfig changes that only the search for importers has read, one scan before the last', async () => {
    const root = tempProject({
      ...service,
      'far/tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./none/*"] } } }',
      'far/page.ts': service['server.ts'].replace("get('/'", "get('/far'"),
    });
    const cached = scanning(root);
    await cached();
    writeFileSync(join(root, 'server.ts'), service['server.ts'].replace('list()', '1'));
    expect(await cached()).toBe(await afresh(root));
    writeFileSync(join(root, 'far/tsconfig.json'), '{ "compilerOptions": { "paths": { "@lib/*": ["../lib/*"] } } }');
    expect(await cached()).toBe(await afresh(root));
    expect(await cached()).toContain('request handler: GET /far');
  });

  test('when a file keeps its size and its times', async () => {
    const root = tempProject(service);
    settle(root);
    const cached = scanning(root);
    await cached();
    await cached();
    const changed = service['lib/store.ts'].replace('seen.set', 'seen.get').replace('(text, text)', '(text      )');
    expect(changed.length).toBe(service['lib/store.ts'].length);
    writeFileSync(join(root, 'lib/store.ts'), changed);
    utimesSync(join(root, 'lib/store.ts'), 1e9, 1e9);
    expect(await cached()).toBe(await afresh(root));
  });

  test('when a tsconfig, a package.json, the files there are or the day change', async () => {
    const root = tempProject(service);
    const cached = scanning(root);
    const first = await cached();
    const steps: [name: string, step: () => void][] = [
      ['tsconfig', () => writeFileSync(join(root, 'tsconfig.json'), '{}')],
      ['nearer tsconfig', () => writeFileSync(join(root, 'lib/tsconfig.json'), '{}')],
      ['package', () => writeFileSync(join(root, 'package.json'), '{ "dependencies": { "electron": "1" } }')],
      ['nearer package', () => writeFileSync(join(root, 'lib/package.json'), '{ "name": "lib" }')],
      ['gone', () => rmSync(join(root, 'lib/idle.ts'))],
      ['added', () => writeFileSync(join(root, 'other.ts'), service['server.ts'])],
    ];
    for (const [name, step] of steps) {
      step();
      expect(await cached(), name).toBe(await afresh(root));
      expect(await cached(), name).toBe(await afresh(root));
    }
    expect(await cached()).not.toBe(first);
    const until = service['lib/store.ts'].replace(' -- ', ' until=2026-01-01 -- ');
    writeFileSync(join(root, 'lib/store.ts'), until);
    for (const today of ['2025-12-31', '2026-01-02', '2025-12-31']) {
      expect(await cached({ today }), today).toBe(await afresh(root, { today }));
    }
  });

  test('when only what says which Node.js a package runs on changes', async () => {
    const root = tempProject({
      'package.json': '{ "dependencies": { "express": "5.0.0" } }',
      '.nvmrc': '20\n',
      'server.ts': `import express from 'express';
const app = express();
app.get('/', async (req, res) => res.json(await (await fetch('https://rates.example.com')).json()));
`,
    });
    const cached = scanning(root);
    expect(await cached()).not.toContain('runs on Node.js 16');
    writeFileSync(join(root, '.nvmrc'), '16\n');
    expect(await cached()).toContain('runs on Node.js 16');
    expect(await cached()).toBe(await afresh(root));
  });

  test('when only the built file that `main` names changes', async () => {
    const root = tempProject({
      'package.json': '{ "name": "poll", "version": "2.1.0", "main": "dist/index.js" }',
      'dist/index.js': "exports.Poll = require('./poll').Poll;\n",
      'poll.ts': 'export class Poll {\n  start() {\n    setInterval(() => this.ask(), 900);\n  }\n  ask() {}\n}\n',
    });
    const cached = scanning(root);
    const ofLibrary = await cached();
    writeFileSync(join(root, 'dist/index.js'), "new (require('./poll').Poll)().start();\n");
    expect(await cached()).not.toBe(ofLibrary);
    expect(await cached()).toBe(await afresh(root));
  });

  test('with other rules, settings and paths in between', async () => {
    const root = tempProject(service);
    const cached = scanning(root);
    const requests: Partial<ScanRequest>[] = [
      {},
      { paths: ['lib/store.ts'] },
      { ruleIds: ['no-sync-in-request'] },
      { confidence: 'certain' },
      { rules: { 'no-sync-in-request': { severity: 'low' } } },
      { paths: ['lib'] },
      { entryPoints: { request: ['lib/idle.ts'] } },
      { texts: new Map([['server.ts', 'export {};\n']]) },
    ];
    for (const _ of [1, 2]) {
      for (const request of requests) expect(await cached(request)).toBe(await afresh(root, request));
    }
  });

  test('when what is cached is damaged anywhere, cut off, or of something else', async () => {
    const root = tempProject(service);
    const cached = scanning(root);
    const right = await cached();
    const [file = ''] = cacheFiles(root);
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x15;
      writeFileSync(file, damaged);
      expect(await cached(), `byte ${at}`).toBe(right);
    }
    for (const rest of [
      whole.subarray(0, whole.length / 2),
      whole.subarray(0, 10),
      Buffer.alloc(0),
      Buffer.from('x'),
    ]) {
      writeFileSync(file, rest);
      expect(await cached(), `${rest.length} bytes`).toBe(right);
    }
  });

  test('when scans run side by side', async () => {
    const root = tempProject(service);
    const right = await afresh(root);
    const cached = scanning(root);
    const results = await Promise.all(Array.from({ length: 8 }, () => cached()));
    expect(new Set([...results, await cached()])).toEqual(new Set([right]));
    expect(cacheFiles(root)).toHaveLength(1);
  });

  test('where the folder cannot be written', async () => {
    const root = tempProject({ ...service, '.cache': 'a file' });
    expect(await scanning(root)()).toBe(await afresh(root));
  });
});

describe('what is cached', () => {
  test('counts for one version of the tool alone', async () => {
    const root = tempProject({ 'a.ts': 'slow();\n' });
    const found = async (identity: string, rules: typeof pairs) =>
      (await scan({ root, cache: { folder: join(root, '.cache'), identity } }, rules)).findings.length;
    const { callRule } = await import('./sample-rules.ts');
    expect(await found('1', [callRule('no-slow', 'slow')])).toBe(1);
    expect(await found('2', [callRule('no-slow', 'fast')])).toBe(0);
    expect(await found('1', [callRule('no-slow', 'slow')])).toBe(1);
  });

  test('spares the compiler when nothing changed, and the other files when one did', async () => {
    const root = tempProject({ ...service, 'lib/store.ts': 'export const load = () => slow();\n' });
    let loads = 0;
    const parsed: string[] = [];
    const [kind] = Object.keys(requestRule.rule.visit) as ['CallExpression'];
    const visit = (node: never, file: { path: string }, options: never) => {
      if (!parsed.includes(file.path)) parsed.push(file.path);
      return requestRule.rule.visit[kind]?.(node, file as never, options);
    };
    const rules = async () => {
      loads++;
      return [{ rule: { ...requestRule.rule, mentions: ['('], visit: { [kind]: visit } } }] as unknown as typeof pairs;
    };
    const request = { root, cache: { folder: join(root, '.cache'), identity: '1' } };
    expect((await scan(request, rules)).findings).toHaveLength(1);
    expect(parsed.length).toBeGreaterThan(3);
    await scan(request, rules);
    await scan({ ...request, paths: ['.'] }, rules);
    expect(loads).toBe(1);
    parsed.length = 0;
    writeFileSync(join(root, 'server.ts'), `${service['server.ts']}// more\n`);
    expect((await scan(request, rules)).findings).toHaveLength(1);
    expect(loads).toBe(2);
    expect(parsed).toEqual(['server.ts']);
  });

  test('is filled by a copy of another tree, and never replaced by it', async () => {
    const root = tempProject(service);
    const copy = tempProject({});
    cpSync(root, copy, { recursive: true });
    writeFileSync(join(copy, 'server.ts'), 'export {};\n');
    const cache = { folder: join(root, '.cache'), identity: '1' };
    const before = JSON.stringify(
      await scan({ root: copy, confidence: 'possible', cache: { ...cache, isCopy: true } }, pairs),
    );
    expect(before).toBe(await afresh(copy));
    expect(await scanning(root)()).toBe(await afresh(root));
    const again = { root: copy, confidence: 'possible' as const, cache: { ...cache, isCopy: true } };
    expect(JSON.stringify(await scan(again, pairs))).toBe(before);
    expect(await scanning(root)()).toBe(await afresh(root));
  });

  test('is kept for the sets of rules used last, not for ever', async () => {
    const root = tempProject({ 'a.ts': 'slow();\n' });
    for (let i = 0; i < 12; i++) {
      await scan({ root, cache: { folder: join(root, '.cache'), identity: String(i) } }, pairs);
    }
    expect(cacheFiles(root)).toHaveLength(8);
  });
});
