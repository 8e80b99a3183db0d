import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { run } from '../../src/run.ts';
import { type FixRun, runFix } from '../../src/run-fix.ts';

const root = join(import.meta.dirname, '../..');
const projects = ['api-gateway', 'auto-scaler', 'connection-pool', 'distributed-cache'];
const marked = new Set([
  'no-client-per-request',
  'no-leaked-interval',
  'no-leaked-timeout',
  'no-naive-pool',
  'no-unbounded-cache',
  'no-unbounded-log',
  'no-unreleased-connection',
  'no-weak-hash',
]);

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-projects-'));
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function listSources(folder: string): string[] {
  return readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`)
    .sort();
}

/** `rule file:line`, as the marks at the ends of the lines say. */
function listMarks(folder: string): string[] {
  return listSources(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line, i) => {
        const ids = /\/\/ plimsoll-expect: (.+)$/.exec(line)?.[1]?.split(', ') ?? [];
        return ids.map((id) => `${id} ${file}:${i + 1}`);
      }),
  );
}

function listPlaces(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ ruleId, status }) => marked.has(ruleId) && status === 'active')
    .map(({ ruleId, file, range }) => `${ruleId} ${file}:${range.start.line}`);
}

function listTypeErrors(folder: string): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), { noEmit: true }, host);
  if (!config) throw new Error(`no tsconfig.json in ${folder}`);
  expect(config.options.strict).toBe(true);
  return ts
    .getPreEmitDiagnostics(ts.createProgram(config.fileNames, config.options))
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

function textsOf(folder: string): Record<string, string> {
  return Object.fromEntries(listSources(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

describe.each(projects)('%s', (project) => {
  const naive = join(root, 'fixtures/projects', project, 'naive');
  let folder: string;
  let fixed: FixRun;

  beforeAll(async () => {
    folder = join(work, project);
    for (const entry of ['src', 'package.json', 'tsconfig.json']) {
      cpSync(join(naive, entry), join(folder, entry), { recursive: true });
    }
    const options = {
      cwd: folder,
      safety: 'review',
      runtime: 'copy',
      allowDirty: true,
      confidence: 'possible',
    } as const;
    fixed = await runFix(options);
  }, 240_000);

  test('every planted defect is found on its line, and nothing else of these rules', async () => {
    // A class says nothing of how many are made of it: some are `possible` only.
    const { result } = await run({ cwd: naive, confidence: 'possible' });
    const marks = listMarks(naive).sort();
    expect(listPlaces(result.findings).sort()).toEqual(marks);
    expect(marks).toEqual(expect.arrayContaining(listPlaces(fixed.before.result.findings)));
  });

  test('scores at most 15 before, with rules on trial weighing, as its configuration says', () => {
    const { value, grade } = fixed.before.result.score;
    expect(value).toBeLessThanOrEqual(15);
    expect(grade).toBe('F');
  });

  test('the twin made by hand has no finding', async () => {
    const twin = await run({ cwd: join(root, 'fixtures/projects', project, 'twin'), config: false });
    expect(listPlaces(twin.result.findings)).toEqual([]);
    expect(twin.result.score.value).toBe(100);
  });

  test('after `--fix=review` no high finding is left and it scores at least 85', () => {
    const { findings, score } = fixed.after.result;
    const high = findings.filter(({ severity, status }) => severity === 'high' && status === 'active');
    expect(high.map(({ ruleId, file, range }) => `${ruleId} ${file}:${range.start.line}`)).toEqual([]);
    expect(score.value).toBeGreaterThanOrEqual(85);
  });

  test('what the fixers write compiles under its own strict settings', { timeout: 120_000 }, () => {
    expect(listTypeErrors(folder)).toEqual([]);
  });

  test('fixing once more changes nothing', { timeout: 240_000 }, async () => {
    const once = textsOf(folder);
    const options = {
      cwd: folder,
      safety: 'review',
      runtime: 'copy',
      allowDirty: true,
      confidence: 'possible',
    } as const;
    await runFix(options);
    expect(textsOf(folder)).toEqual(once);
  });
});
