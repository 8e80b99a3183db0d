/**
 * Writes what follows from the rules, fixers and fixtures: the registry, the plain facts, a doc page per rule, the table
 * in the README. `--check` writes nothing and fails when a file is not what it would be.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTwoFilesPatch } from 'diff';
import { unmeasured } from '../benchmarks/costs/unmeasured.ts';
import { factsOf } from '../src/config/facts-of.ts';
import { categoryChoices, publishedSchema } from '../src/config/schema.ts';
import { scan } from '../src/engine/scan.ts';
import type { Fixer, RulePair } from '../src/model/fixer.ts';
import type { Rule } from '../src/model/rule.ts';
import type { RuleFacts } from '../src/model/rule-facts.ts';
import { reporters } from '../src/report/reporters.ts';
import { withAccuracyTables, withBlock } from './accuracy-page.ts';

const root = join(import.meta.dirname, '..');
interface Source {
  rule: Rule;
  fixer: Fixer | undefined;
}

/** The rules by category and id; each file is checked against its place. */
export async function loadSources(): Promise<Source[]> {
  const sources: Source[] = [];
  for (const category of categoryChoices) {
    for (const file of listFiles(join(root, 'rules', category), /\.ts$/)) {
      const { rule } = (await load(join('rules', category, file))) as { rule?: Rule };
      const id = file.slice(0, -'.ts'.length);
      if (!rule) throw new Error(`rules/${category}/${file} exports no \`rule\``);
      if (rule.id !== id || rule.category !== category) {
        throw new Error(`rules/${category}/${file} says it is ${rule.category}/${rule.id}`);
      }
      const fixerFile = join('fixers', file);
      if (!existsSync(join(root, fixerFile))) {
        sources.push({ rule, fixer: undefined });
        continue;
      }
      const { fixer } = (await load(fixerFile)) as { fixer?: Fixer };
      if (fixer?.rule !== id) throw new Error(`${fixerFile} exports no \`fixer\` of ${id}`);
      sources.push({ rule, fixer });
    }
  }
  const ids = new Set(sources.map(({ rule }) => rule.id));
  for (const file of listFiles(join(root, 'fixers'), /\.ts$/)) {
    if (!ids.has(file.slice(0, -'.ts'.length))) throw new Error(`fixers/${file} has no rule`);
  }
  return sources;
}

function load(file: string): Promise<unknown> {
  return import(pathToFileURL(join(root, file)).href);
}

function listFiles(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

function registryOf(sources: readonly Source[]): string {
  const lines = ["import type { Fix, Fixer, RulePair, Skip } from './model/fixer.ts';"];
  lines.push("import type { FileContext } from './model/file-context.ts';");
  lines.push("import type { Match, Rule } from './model/rule.ts';");
  for (const { rule, fixer } of sources) {
    lines.push(`import { rule as ${camel(rule.id)} } from '../rules/${rule.category}/${rule.id}.ts';`);
    if (fixer) lines.push(`import { fixer as ${camel(rule.id)}Fixer } from '../fixers/${rule.id}.ts';`);
  }
  lines.push(
    '',
    '/** A fixer must take all that its rule may hand it: one that drifts from it does not compile. */',
    'interface StrictFixer<Data> extends Fixer<Data> {',
    '  fix: (match: Match<Data>, file: FileContext) => Fix | Skip;',
    '}',
    '',
    'function pair<Data>(rule: Rule<Data>, fixer?: StrictFixer<NoInfer<Data>>): RulePair<never> {',
    '  return (fixer ? { rule, fixer } : { rule }) as RulePair<unknown> as RulePair<never>;',
    '}',
    '',
    'export const pairs: readonly RulePair<never>[] = [',
  );
  for (const { rule, fixer } of sources) {
    lines.push(`  pair(${camel(rule.id)}${fixer ? `, ${camel(rule.id)}Fixer` : ''}),`);
  }
  lines.push('];', '');
  return lines.join('\n');
}

function camel(id: string): string {
  return id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

async function shownFactsOf(source: Source): Promise<RuleFacts> {
  const facts = factsOf(source as Parameters<typeof factsOf>[0]);
  const bad = exampleOf(facts.id, 'bad');
  const good = exampleOf(facts.id, 'good');
  return {
    ...facts,
    ...(bad && { bad: bad.text, says: await messageOf(source, bad) }),
    ...(good && { good: good.text }),
  };
}

interface Example {
  file: string;
  text: string;
}

/** The shortest fixture shows the rule best. */
function exampleOf(id: string, kind: 'bad' | 'good'): Example | undefined {
  const folder = join(root, 'fixtures', id, kind);
  const examples = listFiles(folder, /\.[cm]?[jt]sx?$/).map((file) => ({
    file,
    text: readFileSync(join(folder, file), 'utf8'),
  }));
  examples.sort((a, b) => a.text.length - b.text.length || (a.text < b.text ? -1 : 1));
  const [first] = examples;
  return first && { ...first, text: withoutMarks(first.text).trimEnd() };
}

/** What a rule says of an example, in a project of its own. */
async function messageOf({ rule, fixer }: Source, { file, text }: Example): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-generate-'));
  try {
    const manifest = join(root, 'fixtures', rule.id, 'package.json');
    if (existsSync(manifest)) cpSync(manifest, join(folder, 'package.json'));
    writeFileSync(join(folder, file), text);
    const pair = { rule, ...(fixer && { fixer }) } as RulePair<unknown> as RulePair<never>;
    const { findings } = await scan({ root: folder, paths: [file], confidence: 'possible' }, [pair]);
    if (!findings[0]) throw new Error(`fixtures/${rule.id}/bad/${file}: nothing is reported`);
    return findings[0].message;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withoutMarks(text: string): string {
  return text.replace(/[ \t]*\/\/ plimsoll-expect.*$/gm, '');
}

/** What the fix does to one of the fixtures, as a diff: the shortest that there is. */
function exampleOfFix(id: string): string | undefined {
  const folder = join(root, 'fixtures', id);
  const diffs = listFiles(join(folder, 'fixed'), /\.[cm]?[jt]sx?$/).flatMap((file) => {
    const [before = '', after = ''] = ['bad', 'fixed'].map((kind) =>
      withoutMarks(readFileSync(join(folder, kind, file), 'utf8')),
    );
    const patch = createTwoFilesPatch('', '', before, after, '', '', { context: 3 });
    return patch.slice(patch.indexOf('@@')).trimEnd();
  });
  return diffs.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

function factsModule(facts: readonly RuleFacts[]): string {
  return [
    "import type { RuleFacts } from './model/rule-facts.ts';",
    '',
    `export const ruleFacts: readonly RuleFacts[] = ${JSON.stringify(facts, null, 2)};`,
    '',
  ].join('\n');
}

/** The options of each rule as types, so that a wrong rule id or option in plimsoll.config.ts does not compile. */
function optionTypes(facts: readonly RuleFacts[]): string {
  const types = { integer: 'number', boolean: 'boolean', 'string-list': 'readonly string[]' } as const;
  const lines = facts.map(({ id, options }) => {
    const fields = Object.entries(options).map(([name, { type }]) => `${name}?: ${types[type]}`);
    return `  '${id}': ${fields.length > 0 ? `{ ${fields.join('; ')} }` : 'Record<string, never>'};`;
  });
  return ['export interface RuleOptionTypes {', ...lines, '}', ''].join('\n');
}

function configSchema(facts: readonly RuleFacts[]): string {
  const schema = publishedSchema(facts, Object.keys(reporters));
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'plimsoll.config' };
  return `${JSON.stringify({ ...head, ...schema }, undefined, 2)}\n`;
}

/** What the last full run of `npm run bench:costs` measured, by rule. */
const costs = (() => {
  const file = join(root, 'benchmarks/results/costs.json');
  if (!existsSync(file)) return new Map<string, Cost>();
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Cost[] };
  return new Map(rows.map((row) => [row.rule, row]));
})();

interface Cost {
  rule: string;
  work: string;
  forms: [bad: string, good: string];
  unit: string;
  bad: number;
  good: number;
}

/** "A queue of 60,000 entries drained: 201 ms with `shift()`, 1.2 ms with a Deque." */
function costLines(id: string): string[] {
  const cost = costs.get(id);
  const reason = unmeasured[id];
  if (!cost) return reason ? ['', '## Measured', '', `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`] : [];
  const { work, forms, unit, bad, good } = cost;
  const figure = (value: number) => `**${value < 0.01 ? 'under 0.01' : value.toLocaleString('en-US')} ${unit}**`;
  const what = `${work.charAt(0).toUpperCase()}${work.slice(1)}`;
  return [
    '',
    '## Measured',
    '',
    `${what}:`,
    '',
    `- ${forms[0]}: ${figure(bad)}`,
    `- ${forms[1]}: ${figure(good)}`,
    '',
    'Both forms in one process, by `npm run bench:costs`.',
  ];
}

function docPage(facts: RuleFacts): string {
  const fix = facts.fix ? `${facts.fix.safety === 'safe' ? 'safe' : 'review'}: ${facts.fix.changes}` : 'none';
  const parts = [
    `# ${facts.id}`,
    '',
    'What it says of the code that is shown below as reported:',
    '',
    `> ${facts.says}`,
    '',
    '| category | severity | confidence | stage | by hand | fix |',
    '|-|-|-|-|-|-|',
    `| ${facts.category} | ${facts.severity} | ${facts.confidence} | ${facts.lifecycle} | about ${facts.effort} min | ${fix.replaceAll('|', '\\|')} |`,
    '',
    '## Why it matters',
    '',
    facts.why,
    ...costLines(facts.id),
    '',
    '## What to do',
    '',
    facts.advice,
  ];
  if (facts.bad !== undefined) parts.push('', '## Reported', '', '```ts', facts.bad, '```');
  if (facts.good !== undefined) parts.push('', '## Not reported', '', '```ts', facts.good, '```');
  const fixed = exampleOfFix(facts.id);
  if (fixed !== undefined) parts.push('', '## What the fix changes', '', '```diff', fixed, '```');
  const options = Object.entries(facts.options);
  if (options.length > 0) {
    parts.push('', '## Options', '', '| option | type | default | meaning |', '|-|-|-|-|');
    for (const [name, option] of options) {
      parts.push(`| \`${name}\` | ${option.type} | \`${JSON.stringify(option.default)}\` | ${option.description} |`);
    }
  }
  parts.push('', '## Limits', '', ...facts.limits.map((limit) => `- ${limit}`));
  parts.push('', '## Suppressing one finding', '', `\`// plimsoll-ignore-next-line ${facts.id} -- <reason>\``, '');
  return parts.join('\n');
}

/** @param folder where the pages are, as the document that holds the table names it */
function ruleTable(facts: readonly RuleFacts[], folder: string): string {
  const rows = facts.map(({ id, category, severity, lifecycle, fix }) => {
    const stage = lifecycle === 'trial' ? ' (trial)' : '';
    return `| [\`${id}\`](${folder}${id}.md) | ${category} | ${severity}${stage} | ${fix?.safety ?? '–'} |`;
  });
  return ['| rule | category | severity | fix |', '|-|-|-|-|', ...rows].join('\n');
}

/** Every generated file with its text, by path relative to the repository. */
export async function generate(): Promise<Map<string, string>> {
  const sources = await loadSources();
  const facts = await Promise.all(sources.map(shownFactsOf));
  const files = new Map<string, string>();
  files.set('src/registry.generated.ts', registryOf(sources));
  files.set('src/rule-facts.generated.ts', factsModule(facts));
  files.set('src/rule-options.generated.ts', optionTypes(facts));
  files.set('schema/config.schema.json', configSchema(facts));
  files.set('docs/rules/index.md', `# Rules\n\n${ruleTable(facts, '')}\n`);
  for (const rule of facts) files.set(`docs/rules/${rule.id}.md`, docPage(rule));
  const readme = join(root, 'README.md');
  if (existsSync(readme))
    files.set('README.md', withBlock(readFileSync(readme, 'utf8'), 'rules', ruleTable(facts, 'docs/rules/')));
  const accuracy = join(root, 'docs/accuracy.md');
  files.set('docs/accuracy.md', withAccuracyTables(readFileSync(accuracy, 'utf8'), facts));
  return files;
}

/** Doc pages whose rule is gone. */
function listStale(files: ReadonlyMap<string, string>): string[] {
  return listFiles(join(root, 'docs/rules'), /\.md$/)
    .map((file) => `docs/rules/${file}`)
    .filter((file) => !files.has(file));
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const files = await generate();
  const stale = listStale(files);
  const changed = [...files].filter(([path, text]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  if (isCheck) {
    for (const [path] of changed) console.error(`${path} is not up to date: run npm run generate`);
    for (const path of stale) console.error(`${path} has no rule: run npm run generate`);
    process.exitCode = changed.length + stale.length > 0 ? 1 : 0;
    return;
  }
  for (const [path, text] of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  for (const path of stale) {
    rmSync(join(root, path));
    console.log(`removed ${path}`);
  }
}

if (process.argv[1] === import.meta.filename) await main();
