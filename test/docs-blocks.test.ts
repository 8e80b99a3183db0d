import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { publishedSchema } from '../src/config/schema.ts';
import { reporters } from '../src/report/reporters.ts';
import { ruleFacts } from '../src/rule-facts.generated.ts';
import { plimsoll } from './cli/plimsoll.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  page: string;
  language: string;
  code: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    page,
    language: language!,
    code: code!,
  }));
}

const pagesIn = (path: string) =>
  readdirSync(join(root, path)).flatMap((name) => (name.endsWith('.md') ? [join(path, name)] : []));
const blocks = ['README.md', 'CONTRIBUTING.md', ...pagesIn('docs')].flatMap(blocksOf);
const rulePages = pagesIn('docs/rules').flatMap(blocksOf);

const inLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));
const textOf = ({ messageText }: ts.Diagnostic) => ts.flattenDiagnosticMessageText(messageText, ' ');

describe('the blocks of code in the documentation', () => {
  it('there are some of each language that is looked at here', () => {
    for (const language of ['ts', 'json', 'yaml', 'sh']) expect(inLanguage(language)).not.toEqual([]);
  });

  it('TypeScript compiles, under strict settings, where Plimsoll is installed', () => {
    // Those of autoscaling.md are of the runtime, and are compiled with its own.
    const own = inLanguage('ts').filter(({ page }) => page !== 'docs/autoscaling.md');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/plimsoll'));
    const pageOf = new Map<string, string>();
    for (const [index, { page, code }] of own.entries()) {
      const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1] ?? `block-${index}.ts`;
      writeFileSync(join(folder, name), code);
      pageOf.set(join(folder, name), page);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    const program = ts.createProgram([...pageOf.keys()], {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    });
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map((fault) => `${pageOf.get(fault.file?.fileName ?? '')}: ${textOf(fault)}`);
    expect(faults).toEqual([]);
  });

  it('JSON is JSON, and configurations are valid ones', () => {
    const isConfig = new Ajv({ allErrors: true, strict: false }).compile(
      publishedSchema(ruleFacts, Object.keys(reporters)),
    );
    for (const { page, code } of inLanguage('json')) {
      const value = JSON.parse(code) as object;
      if (!['baseline', 'plugins', 'gates'].some((key) => key in value)) continue;
      isConfig(value);
      expect([page, isConfig.errors]).toEqual([page, null]);
    }
  });

  it('YAML is YAML', () => {
    for (const { code } of inLanguage('yaml')) expect(parse(code)).toBeTypeOf('object');
  });

  it('every command that is called has the options that are given to it', async () => {
    const calls = [...blocks, ...rulePages].flatMap(({ page, code }) =>
      [...code.matchAll(/(?:^|[\s("'])plimsoll(?:@\S+)?((?:[ \t]+(?:"[^"]*"|'[^']*'|<\w+>|[^\s"'#|>&)<]+))*)/gm)].map(
        ([, words]) => ({
          page,
          words: words!.trim().match(/"[^"]*"|[^\s]+/g) ?? [],
        }),
      ),
    );
    expect(calls.length).toBeGreaterThan(30);
    const helps = new Map<string, string>();
    const { stdout: overview } = await plimsoll(['--help'], { cwd: root });
    const commands = [...overview.matchAll(/^ {2}([a-z-]+)(?: \[options\])?(?= |$)/gm)].map(([, name]) => name!);
    const faults: string[] = [];
    for (const { page, words } of calls) {
      const command = commands.find((name) => name === words[0]) ?? 'scan';
      if (!helps.has(command)) helps.set(command, (await plimsoll([command, '--help'], { cwd: root })).stdout);
      for (const word of words) {
        const option = /^--?[a-z][\w-]*/.exec(word)?.[0];
        const isKnown =
          option === undefined || new RegExp(`(?:^|[\\s,])${option}(?![\\w-])`, 'm').test(helps.get(command)!);
        if (!isKnown) faults.push(`${page}: plimsoll ${command} has no ${option}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('the samples of rule pages parse', () => {
    const faults = rulePages.flatMap(({ page, language, code }) => {
      if (language !== 'ts') return [];
      const { diagnostics } = ts.transpileModule(code, {
        fileName: 'sample.tsx',
        reportDiagnostics: true,
        compilerOptions: { jsx: ts.JsxEmit.Preserve, experimentalDecorators: true, target: ts.ScriptTarget.ES2023 },
      });
      return (diagnostics ?? []).map((fault) => `${page}: ${textOf(fault)}`);
    });
    expect(faults).toEqual([]);
  });
});
