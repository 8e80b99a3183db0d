import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tsParser from '@typescript-eslint/parser';
import { ESLint as ESLint10, type Linter } from 'eslint';
import { ESLint as ESLint9 } from 'eslint9';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ruleFacts } from '../../src/rule-facts.generated.ts';
import { cache, leakyApp, library, poller, project, plimsoll as runPlimsoll } from '../cli/plimsoll.ts';

/** As a user gets it: built, by the name that package.json exports. */
const own: string = 'plimsoll/eslint';
const { default: plimsoll } = (await import(own)) as typeof import('../../src/eslint/plugin.ts');

const root = join(import.meta.dirname, '../..');
const docs = readFileSync(join(root, 'docs/eslint.md'), 'utf8');
const blocks = [...docs.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);

const withRuntime = library.replace('5.0.0"', '5.0.0", "@plimsoll/runtime": "*"');
const typed: Linter.Config = { files: ['**/*.ts'], languageOptions: { parser: tsParser as Linter.Parser } };

function files(contents: Record<string, string>): string {
  const made = project({ 'package.json': library, ...contents });
  onTestFinished(made.remove);
  return made.folder;
}

interface LintOptions {
  fix?: boolean;
  config?: Linter.Config;
}

describe.each([
  ['ESLint 9', ESLint9 as unknown as typeof ESLint10],
  ['ESLint 10', ESLint10],
])('under %s', (_, ESLint) => {
  async function lint(cwd: string, { fix = false, config = {} }: LintOptions = {}) {
    const eslint = new ESLint({
      cwd,
      fix,
      overrideConfigFile: true,
      overrideConfig: [plimsoll.configs.recommended as Linter.Config, typed, config],
    });
    const results = await eslint.lintFiles(['.']);
    if (fix) await ESLint.outputFixes(results);
    const rules = eslint.getRulesMetaForResults(results);
    return { messages: results.flatMap(({ messages }) => messages), rules };
  }

  test('the findings are those of a scan: rule, message and place', async () => {
    const cwd = files({ 'src/poller.ts': poller, 'src/app.js': leakyApp });
    const { messages, rules } = await lint(cwd);
    const { stdout } = await runPlimsoll(['--reporter', 'json'], { cwd });
    const { findings } = JSON.parse(stdout) as import('../../src/index.ts').ScanResult;
    expect(findings.length).toBeGreaterThan(1);
    const place = (id: string, message: string, line: number, column: number, end?: number) =>
      `${id} ${line}:${column}-${end} ${message}`;
    expect(messages.map((one) => place(one.ruleId!, one.message, one.line, one.column, one.endColumn)).sort()).toEqual(
      findings
        .map(({ ruleId, message, range: { start, end } }) =>
          place(`plimsoll/${ruleId}`, message, start.line, start.column, end.column),
        )
        .sort(),
    );
    const url = 'https://github.com/plimsoll-dev/plimsoll/blob/main/docs/rules/no-leaked-interval.md';
    expect(rules['plimsoll/no-leaked-interval']?.docs?.url).toBe(url);
  });

  test('a rule is an error where a scan would fail of it: of high severity, and stable; else a warning', () => {
    const fails = ruleFacts.filter(({ severity, lifecycle }) => severity === 'high' && lifecycle === 'stable');
    const { rules } = plimsoll.configs.recommended;
    const ids = (level: string) => Object.keys(rules).filter((id) => rules[id] === level);
    expect(ids('error')).toEqual(fails.map(({ id }) => `plimsoll/${id}`));
    expect(ids('warn')).toHaveLength(ruleFacts.length - fails.length);
    expect(rules['plimsoll/no-query-in-loop']).toBe('warn');
  });

  test('severities and comments of ESLint work, and so do directives of Plimsoll', async () => {
    const off = poller.replace(
      '    setInterval',
      '    // eslint-disable-next-line plimsoll/no-leaked-interval\n    setInterval',
    );
    const kept = poller.replace(
      '    setInterval',
      '    // plimsoll-ignore-next-line no-leaked-interval -- one for the life of the process\n    setInterval',
    );
    const cwd = files({ 'src/off.ts': off, 'src/kept.ts': kept, 'src/poller.ts': poller });
    const rules = { 'plimsoll/no-leaked-interval': 'warn' } as const;
    const { messages } = await lint(cwd, { config: { rules } });
    expect(messages.map(({ ruleId, severity }) => [ruleId, severity])).toEqual([['plimsoll/no-leaked-interval', 1]]);
  });

  test('safe fixes are applied by --fix, as Plimsoll writes them', async () => {
    const cwd = files({ 'src/poller.ts': poller });
    const other = files({ 'src/poller.ts': poller });
    expect((await lint(cwd, { fix: true })).messages).toEqual([]);
    await runPlimsoll(['--fix', '--quiet'], { cwd: other });
    const fixed = readFileSync(join(cwd, 'src/poller.ts'), 'utf8');
    expect(fixed).toContain('clearInterval(');
    expect(fixed).toBe(readFileSync(join(other, 'src/poller.ts'), 'utf8'));
  });

  test('fixes that need review are suggestions, and are not applied by --fix', async () => {
    const keys = `import { Router } from 'express';
import Redis from 'ioredis';

const redis = new Redis();
export const router = Router();
router.get('/sessions/:user', async (req, res) => {
  const keys = await redis.keys(\`session:\${req.params.user}:*\`);
  res.json(keys.length);
});
`;
    const cwd = files({ 'src/list.js': keys });
    const { messages } = await lint(cwd, { fix: true });
    const [message] = messages.filter(({ ruleId }) => ruleId === 'plimsoll/no-redis-keys');
    expect(readFileSync(join(cwd, 'src/list.js'), 'utf8')).toBe(keys);
    const [suggestion] = message?.suggestions ?? [];
    expect(suggestion?.desc).toMatch(/^collects the keys by SCAN.*; SCAN may give a key twice/);
    const { range, text } = suggestion!.fix;
    expect(keys.slice(0, range[0]) + text + keys.slice(range[1])).toContain('redis.scanStream(');
  });

  test('what other files say counts', async () => {
    const cwd = files({
      'src/app.js': `import express from 'express';
import { read } from './read.js';
const app = express();
app.get('/', (req, res) => res.send(read()));
app.listen(3000);
`,
      'src/read.js': `import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
export const read = () => readFileSync('/tmp/page.html', 'utf8');
`,
      'src/script.js': `import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
export const own = () => readFileSync('/tmp/page.html', 'utf8');
`,
    });
    const { messages } = await lint(cwd, { config: { settings: { plimsoll: { confidence: 'possible' } } } });
    const sync = messages.filter(({ ruleId }) => ruleId === 'plimsoll/no-sync-in-request');
    expect(sync.map(({ line, column }) => [line, column])).toEqual([[2, 27]]);
  });

  test('a wrong setting is refused by name', async () => {
    const cwd = files({ 'src/poller.ts': poller });
    const wrong = lint(cwd, { config: { settings: { plimsoll: { confidense: 'possible' } } } });
    await expect(wrong).rejects.toThrow('settings.plimsoll of the ESLint configuration: unknown key "confidense"');
    await expect(wrong).rejects.toThrow('known: root, confidence, entryPoints');
    // ESLint prints the stack of what a rule throws.
    await expect(wrong).rejects.toMatchObject({ stack: expect.not.stringMatching(/^ +at /m) });
  });

  test('a file that ESLint can read and Plimsoll cannot is named, once', async () => {
    const cwd = files({ 'src/old.cjs': '<!-- hidden\nsetInterval(() => {}, 10);\n' });
    const { messages } = await lint(cwd);
    expect(messages.map(({ message, line }) => [message.split(':')[0], line])).toEqual([
      ['Plimsoll cannot analyse this file', 1],
    ]);
  });

  test('a fix whose other half belongs to another file is a suggestion that says so', async () => {
    const cwd = files({
      'package.json': withRuntime,
      'src/poller.ts': poller.replace('  stop(): void {}\n', ''),
      'src/gateway.ts': `import { Poller } from './poller.js';

export class Gateway {
  readonly #poller = new Poller(() => {});

  close(): void {}
}
`,
    });
    const { messages } = await lint(cwd, { fix: true });
    expect(messages.map(({ suggestions }) => suggestions?.map(({ desc }) => desc))).toEqual([
      [expect.stringMatching(/; Gateway\.close must call dispose\(\) then$/)],
    ]);
  });

  test('a fix that needs a file beside the fixed one is left to plimsoll --fix', async () => {
    const cwd = files({ 'src/cache.ts': cache });
    const { messages } = await lint(cwd, { fix: true });
    expect(messages.map(({ ruleId, suggestions }) => [ruleId, suggestions])).toEqual([
      ['plimsoll/no-unbounded-cache', undefined],
    ]);
    expect(readFileSync(join(cwd, 'src/cache.ts'), 'utf8')).toBe(cache);
    const supplied = files({ 'src/cache.ts': cache, 'package.json': withRuntime });
    expect((await lint(supplied, { fix: true })).messages).toEqual([]);
    expect(readFileSync(join(supplied, 'src/cache.ts'), 'utf8')).toContain("from '@plimsoll/runtime'");
  });
});

test('a CommonJS configuration can require the plugin', () => {
  const required = createRequire(import.meta.url)(own) as { default: typeof plimsoll };
  expect(Object.keys(required.default.rules)).toEqual(Object.keys(plimsoll.rules));
});

test.each(blocks)('the configuration that docs/eslint.md shows works as it stands', async (config) => {
  const cwd = files({ 'eslint.config.js': config, 'src/app.js': leakyApp });
  mkdirSync(join(cwd, 'node_modules/@typescript-eslint'), { recursive: true });
  symlinkSync(root, join(cwd, 'node_modules/plimsoll'));
  const parser = 'node_modules/@typescript-eslint/parser';
  symlinkSync(join(root, parser), join(cwd, parser));
  const results = await new ESLint10({ cwd }).lintFiles(['src']);
  const [first] = results.flatMap(({ messages }) => messages);
  expect(first).toMatchObject({ ruleId: 'plimsoll/no-leaked-interval', severity: 1 });
});

test('every rule of Plimsoll is a rule of the plugin, with a fix where it has a fixer', async () => {
  const { listRules } = await import('../../src/index.ts');
  expect(Object.keys(plimsoll.rules)).toEqual(listRules().map(({ id }) => id));
  for (const { id, fix } of listRules()) expect(plimsoll.rules[id]?.meta?.fixable).toBe(fix ? 'code' : undefined);
});
