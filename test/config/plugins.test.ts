import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { publishedSchema } from '../../src/config/schema.ts';
import { reporters } from '../../src/report/reporters.ts';
import { ruleFacts } from '../../src/rule-facts.generated.ts';
import { manifest, plimsoll, project } from '../cli/plimsoll.ts';

const rules = `import { definePair, definePlugin, defineRule, type FixSafety } from 'plimsoll';
import { findMethodCall, onRequestPath, ts } from 'plimsoll/ast';

const noDebugQuery = defineRule<ts.CallExpression>({
  id: 'no-debug-query',
  category: 'database',
  severity: 'medium',
  confidence: 'certain',
  lifecycle: 'stable',
  message: '{name}() keeps the plan of every query in memory.',
  why: 'Memory grows with the number of different queries.',
  advice: 'Leave it to development.',
  limits: ['Known by its name alone.'],
  mentions: ['debugQuery'],
  options: { allowed: { type: 'string-list', default: [], description: 'Arguments that are fine.' } },
  page: 'https://example.com/rules/no-debug-query',
  visit: {
    CallExpression(call, _file, options) {
      const found = findMethodCall(call)?.method === 'debugQuery';
      const [argument] = call.arguments;
      const isAllowed = argument && ts.isStringLiteral(argument) && (options.allowed as string[]).includes(argument.text);
      return found && !isAllowed ? { at: call, values: { name: 'debugQuery' }, data: call } : undefined;
    },
  },
});
const safety: FixSafety = 'safe';

const noEcho = defineRule({
  id: 'no-echo',
  category: 'api',
  severity: 'low',
  confidence: 'likely',
  lifecycle: 'stable',
  message: 'echo() on the request path.',
  why: 'It is slow.',
  advice: 'Do without.',
  limits: ['None.'],
  mentions: ['echo'],
  visit: {
    CallExpression: (call, file) =>
      ts.isIdentifier(call.expression) && call.expression.text === 'echo'
        ? { at: call, data: undefined, when: onRequestPath(call, file) }
        : undefined,
  },
});

export default definePlugin({
  rules: [
    definePair({
      rule: noDebugQuery,
      fixer: {
        rule: 'no-debug-query',
        safety,
        changes: 'Calls query() instead.',
        fix(match) {
          const { name } = match.data.expression as ts.PropertyAccessExpression;
          return { edits: [{ start: name.getStart(), end: name.end, text: 'query' }] };
        },
      },
    }),
    noEcho,
  ],
});
`;

const app = `import express from 'express';
import { db } from './db.js';

const app = express();
app.get('/a', (request, response) => {
  echo(request);
  response.json(db.debugQuery('select 1'));
});
echo('started');
const server = app.listen(3000);
process.once('SIGTERM', () => server.close());
`;

const config = (more: object) => JSON.stringify({ plugins: ['./my-rules'], ...more });

/** A project that has Plimsoll installed: the plugin imports it by its name, as packages do. */
function shop(files: Record<string, string>): string {
  const own = project({ 'package.json': manifest, 'src/app.ts': app, ...files });
  onTestFinished(() => own.remove());
  mkdirSync(join(own.folder, 'node_modules'), { recursive: true });
  symlinkSync(join(import.meta.dirname, '../..'), join(own.folder, 'node_modules/plimsoll'));
  return own.folder;
}

const found = (stdout: string) =>
  (
    JSON.parse(stdout).findings as {
      ruleId: string;
      file: string;
      severity: string;
      status: string;
      range: { start: { line: number } };
    }[]
  )
    .filter(({ ruleId, file }) => file.startsWith('src/') && ['no-debug-query', 'no-echo'].includes(ruleId))
    .map(({ ruleId, severity, status, range }) => `${ruleId}:${range.start.line} ${severity} ${status}`);

describe('rules of a plugin, written in TypeScript beside the configuration', () => {
  const both = ['no-echo:6 low active', 'no-debug-query:7 medium active'];

  it('report what they find, with the linker deciding what depends on the request path', async () => {
    const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config({}) });
    const { stdout, stderr } = await plimsoll(['--reporter', 'json'], { cwd });
    expect(stderr).toBe('');
    expect(found(stdout)).toEqual(both);
  });

  it('run in worker threads to the same result, byte for byte', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`src/copy-${i}.ts`, app]));
    const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config({}), ...many });
    const alone = await plimsoll(['--reporter', 'json', '--threads', '1'], { cwd });
    const threads = await plimsoll(['--reporter', 'json', '--threads', '3'], { cwd });
    expect(threads.stderr).toBe('');
    expect(found(threads.stdout)).toHaveLength(82);
    expect(threads.stdout).toBe(alone.stdout);
  });

  it('take their severity, their options and overrides from the configuration', async () => {
    const settings = {
      rules: { 'no-debug-query': ['high', { allowed: ['select 2'] }], 'no-echo': 'off' },
      overrides: [{ files: ['src/old/**'], rules: { 'no-debug-query': 'off' } }],
    };
    const files = { 'src/old/app.ts': app, 'src/two.ts': app.replace('select 1', 'select 2') };
    const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config(settings), ...files });
    const { stdout } = await plimsoll(['--reporter', 'json'], { cwd });
    expect(found(stdout)).toEqual(['no-debug-query:7 high active']);
    const printed = await plimsoll(['print-config', 'src/app.ts', '--json'], { cwd });
    const rows = JSON.parse(printed.stdout) as { key: string; value: unknown; origin: string }[];
    const row = (key: string) => rows.find((one) => one.key === key);
    expect(row('plugins')).toMatchObject({ value: ['my-rules.ts'], origin: 'plimsoll.config.json' });
    expect(row('rules.no-debug-query')).toMatchObject({
      value: ['high', { allowed: ['select 2'] }],
      origin: 'plimsoll.config.json',
    });
  });

  it('are fixed and suppressed like any other', async () => {
    const ignored = app.replace('  echo', '  // plimsoll-ignore-next-line no-echo -- for the demonstration\n  echo');
    const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config({}), 'src/app.ts': ignored });
    const scan = await plimsoll(['--reporter', 'json', '--rule', 'no-echo', '--rule', 'no-debug-query'], { cwd });
    expect(found(scan.stdout)).toEqual(['no-echo:7 low suppressed', 'no-debug-query:8 medium active']);
    expect(JSON.parse(scan.stdout).suppressionProblems).toEqual([]);
    const diff = await plimsoll(['--diff'], { cwd });
    expect(diff.stdout).toContain("+  response.json(db.query('select 1'));");
  });

  it('are listed, explained and described in reports like any other', async () => {
    const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config({}) });
    const listed = await plimsoll(['rules'], { cwd });
    expect(listed.stdout).toMatch(/no-debug-query {2,}medium {2,}certain {2,}safe fix {2,}\.\/my-rules/);
    const explained = await plimsoll(['explain', 'no-debug-query'], { cwd });
    expect(explained.stdout).toContain('plugin ./my-rules');
    expect(explained.stdout).toContain('allowed  Arguments that are fine. (default [])');
    expect(explained.stdout).toContain('https://example.com/rules/no-debug-query');
    const inputs = await plimsoll(['inputs'], { cwd });
    expect(JSON.parse(inputs.stdout).configuration).toEqual(['plimsoll.config.json', 'my-rules.ts']);
    const sarif = JSON.parse((await plimsoll(['--reporter', 'sarif'], { cwd })).stdout);
    const described = sarif.runs[0].tool.driver.rules as { id: string; helpUri?: string }[];
    expect(described.find(({ id }) => id === 'no-debug-query')?.helpUri).toBe(
      'https://example.com/rules/no-debug-query',
    );
    expect(described.find(({ id }) => id === 'no-echo')?.helpUri).toBeUndefined();
  });

  it('come from a package just as well, also by way of a configuration that is extended', async () => {
    const cwd = shop({
      'node_modules/plimsoll-plugin-shop/package.json':
        '{ "name": "plimsoll-plugin-shop", "type": "module", "exports": { ".": { "import": "./rules.js" } } }',
      'node_modules/plimsoll-plugin-shop/rules.js': rules
        .replace('defineRule<ts.CallExpression>', 'defineRule')
        .replace(', type FixSafety', '')
        .replace('const safety: FixSafety', 'const safety')
        .replace(' as string[]', '')
        .replace(' as ts.PropertyAccessExpression', ''),
      'shared/base.json': '{ "plugins": ["plimsoll-plugin-shop"] }',
      'plimsoll.config.json': '{ "extends": ["./shared/base.json"], "rules": { "no-echo": "high" } }',
    });
    const { stdout, stderr } = await plimsoll(['--reporter', 'json'], { cwd });
    expect(stderr).toBe('');
    expect(found(stdout)).toEqual(['no-echo:6 high active', 'no-debug-query:7 medium active']);
  });
});

describe('a plugin that is wrong ends the run with 2, named with its place', () => {
  const good = `const rule = { id: 'no-x', category: 'api', severity: 'low', confidence: 'certain', lifecycle: 'stable',
  message: 'x', why: 'x', advice: 'x', limits: ['x'], mentions: ['x'], visit: { CallExpression: () => undefined } };\n`;
  it.each([
    ['is not there', undefined, 'there is no plugin ./my-rules', 'by its path'],
    ['does not load', 'import "not-installed-anywhere";', 'the plugin ./my-rules cannot be loaded:', ''],
    ['throws', 'throw new Error("no licence");', 'cannot be loaded: no licence', ''],
    ['has a syntax error', 'export default {', 'cannot be loaded:', ''],
    ['exports nothing', 'export {};', 'the plugin ./my-rules holds no rules', 'definePlugin'],
    ['exports no rules', 'export default { rules: [] };', 'holds no rules', 'definePlugin'],
    [
      'takes the id of a rule of Plimsoll',
      `${good}export default { rules: [{ ...rule, id: 'no-leaked-interval' }] };`,
      'the plugin ./my-rules has a rule "no-leaked-interval", but so has Plimsoll itself',
      'an id of its own',
    ],
    [
      'has one id twice',
      `${good}export default { rules: [rule, rule] };`,
      'has a rule "no-x", but so has the plugin ./my-rules',
      'an id of its own',
    ],
    [
      'leaves out a text',
      `${good}export default { rules: [{ ...rule, why: undefined }] };`,
      'rule "no-x" of the plugin ./my-rules: it needs "why"',
      '',
    ],
    [
      'looks at files of an unknown role',
      `${good}export default { rules: [{ ...rule, roles: ['server'] }] };`,
      'rule "no-x" of the plugin ./my-rules: unknown role "server"',
      '',
    ],
    [
      'has an unknown category',
      `${good}export default { rules: [{ ...rule, category: 'style' }] };`,
      'rule "no-x" of the plugin ./my-rules: unknown category "style"',
      '',
    ],
    [
      'visits a kind that there is not',
      `${good}export default { rules: [{ ...rule, visit: { Call() {} } }] };`,
      '"visit" has no kind "Call"',
      '',
    ],
    [
      'pairs a fixer with another rule',
      `${good}export default { rules: [{ rule, fixer: { rule: 'no-y' } }] };`,
      'its fixer is of the rule "no-y"',
      '',
    ],
    [
      'holds no object',
      'export default { rules: [null] };',
      'rule 1 of the plugin ./my-rules: it is not an object',
      '',
    ],
  ])('%s', async (_, text, message, help) => {
    const cwd = shop({
      'plimsoll.config.json': `{\n  "plugins": ["./my-rules"]\n}`,
      ...(text === undefined ? {} : { 'my-rules.js': text }),
    });
    const { code, stdout, stderr } = await plimsoll([], { cwd });
    expect(stderr).toContain(message);
    expect(stderr).toContain(help);
    expect(stderr).toContain('at plimsoll.config.json:2:15');
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('and rules still lists those of Plimsoll', async () => {
    const cwd = shop({ 'plimsoll.config.json': config({}) });
    const { code, stdout, stderr } = await plimsoll(['rules'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('no-leaked-interval');
    expect(stderr).toContain('note: without the rules of plugins: there is no plugin ./my-rules');
  });
});

it('a misspelt rule of a plugin is named with the nearest right one, in the configuration and as an option', async () => {
  const cwd = shop({ 'my-rules.ts': rules, 'plimsoll.config.json': config({ rules: { 'no-ecko': 'off' } }) });
  const { code, stderr } = await plimsoll([], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean "no-echo"?');
  const option = await plimsoll(['--no-config', '--rule', 'no-echo'], { cwd });
  expect(option.code).toBe(2);
  expect(option.stderr).toContain('unknown rule "no-echo"');
});

it('the published schema takes any rule where plugins may bring it in, and only known ones elsewhere', () => {
  const isValid = new Ajv({ strict: false }).compile(publishedSchema(ruleFacts, Object.keys(reporters)));
  expect(isValid({ rules: { 'no-echo': 'off' } })).toBe(false);
  expect(isValid({ plugins: ['./my-rules'], rules: { 'no-echo': ['high', { max: 3 }] } })).toBe(true);
  expect(isValid({ plugins: ['./my-rules'], rules: { 'no-echo': 'loud' } })).toBe(false);
  const overrides = [{ files: ['a'], rules: { 'no-echo': 'off' } }];
  expect(isValid({ overrides })).toBe(false);
  expect(isValid({ extends: ['./base.json'], overrides })).toBe(true);
});

it('checkRule tries a rule on a text alone', async () => {
  const test = `import plugin from './my-rules.ts';
import { checkRule } from 'plimsoll/testing';
const { findings, fixed } = checkRule(plugin.rules[0], "db.debugQuery('a');\\ndb.debugQuery('b');", { options: { allowed: ['b'] } });
console.log(JSON.stringify([findings.map((one) => one.range.start.line), fixed]));`;
  const cwd = shop({ 'my-rules.ts': rules, 'try.ts': test });
  const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs');
  const { execFileSync } = await import('node:child_process');
  const out = execFileSync(process.execPath, [tsx, 'try.ts'], { cwd, encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual([[1], "db.query('a');\ndb.debugQuery('b');"]);
});
