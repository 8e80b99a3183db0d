import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanResult } from '../src/model/scan-result.ts';
import { startEditor } from './cli/editor.ts';
import { poller } from './cli/plimsoll.ts';
import { describeCommands } from './package-commands.ts';

const root = join(import.meta.dirname, '..');
let project = '';

/** What a CI or an agent that runs these tests has set. */
const notToShow = /^(?:GITHUB_|RUNNER_|CI_|PLIMSOLL_|AI_AGENT|CLAUDECODE|CODEX_|CURSOR_AGENT|GEMINI_|OPENCODE)/;

function run(command: string, args: readonly string[], cwd = project) {
  const own = Object.entries(process.env).filter(([name]) => !notToShow.test(name));
  // Rules on trial weigh: the sample is found by one, and these tests are about what a finding does.
  const env = { ...Object.fromEntries(own), NO_COLOR: '1', CI: 'true', PLIMSOLL_TRIAL: 'weigh' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** Both packages as they would be published, installed into an empty project. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'plimsoll-user-'));
  const packs = join(project, 'packs');
  mkdirSync(packs);
  for (const folder of ['.', 'runtime']) {
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', packs], { cwd: join(root, folder) });
  }
  writeFileSync(
    join(project, 'package.json'),
    '{"name":"user","version":"1.0.0","types":"index.d.ts","type":"module"}\n',
  );
  const tarballs = readdirSync(packs).map((name) => join(packs, name));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...tarballs, 'eslint@10'], { cwd: project });
  rmSync(packs, { recursive: true });
  mkdirSync(join(project, 'src'));
  writeFileSync(join(project, 'src/poller.ts'), poller);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed tool in an empty project', () => {
  test('npx plimsoll scans the project, reports the defect and fails', () => {
    const { status, stdout } = run('npx', ['plimsoll', '--reporter', 'concise']);
    expect(stdout).toContain('src/poller.ts:3:5: high');
    expect(stdout).toContain('[no-leaked-interval]');
    expect(status).toBe(1);
  });

  test('the API scans and gives the same finding as data', () => {
    const code = `import { scan } from 'plimsoll';
const result = await scan({ cwd: process.cwd() });
console.log(JSON.stringify(result.findings.map(({ ruleId, file, range }) => [ruleId, file, range.start.line])));`;
    const { stdout, stderr } = run(process.execPath, ['--input-type=module', '-e', code]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([['no-leaked-interval', 'src/poller.ts', 3]]);
  });

  test('--fix repairs it, and a second run changes nothing', () => {
    const first = run('npx', ['plimsoll', '--fix', '--reporter', 'concise']);
    expect(first.stderr).not.toContain('error');
    const fixed = readFileSync(join(project, 'src/poller.ts'), 'utf8');
    expect(fixed).toContain('clearInterval(');
    const second = run('npx', ['plimsoll', '--fix']);
    expect(second.status).toBe(0);
    expect(readFileSync(join(project, 'src/poller.ts'), 'utf8')).toBe(fixed);
  });

  test('ESLint shows the finding by the plugin, and repairs it', () => {
    const config = "import plimsoll from 'plimsoll/eslint';\nexport default [plimsoll.configs.recommended];\n";
    writeFileSync(join(project, 'eslint.config.js'), config);
    writeFileSync(join(project, 'src/poller.js'), poller.replace(/private readonly |: \(\) => void|: void/g, ''));
    const found = run('npx', ['eslint', '--max-warnings', '0', 'src/poller.js']);
    expect(found.stdout).toContain('plimsoll/no-leaked-interval');
    expect(found.status).toBe(1);
    expect(run('npx', ['eslint', '--fix', 'src/poller.js']).status).toBe(0);
    expect(readFileSync(join(project, 'src/poller.js'), 'utf8')).toContain('clearInterval(');
  });

  test('an editor gets the finding, and a fix, from the language server', async () => {
    const bin = join(project, 'node_modules/plimsoll/bin/plimsoll.js');
    const editor = await startEditor({ bin, folder: project });
    expect(await editor.open('src/poller.ts', poller)).toMatchObject([{ code: 'no-leaked-interval' }]);
    const [fix] = await editor.actions('src/poller.ts');
    expect(fix?.isPreferred).toBe(true);
  });

  test('both packages hold no sources, tests or fixtures beside what they need', () => {
    const installed = join(project, 'node_modules/plimsoll');
    // npm puts dependencies there where ESLint asks for another version of the same.
    expect(
      readdirSync(installed)
        .filter((name) => name !== 'node_modules')
        .sort(),
    ).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json', 'runtime-source', 'schema']);
    expect(readdirSync(join(project, 'node_modules/@plimsoll/runtime')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'src',
    ]);
  });
});

describeCommands(() => ({ project, run }));

describe('npx plimsoll on a fresh service, with no configuration', () => {
  const found = (name: string) => {
    const folder = join(project, 'samples', name);
    cpSync(join(root, 'fixtures/samples', name), folder, { recursive: true });
    const { status, stdout } = run('npx', ['plimsoll', '--reporter', 'json'], folder);
    const { findings, partial } = JSON.parse(stdout) as ScanResult;
    return {
      status,
      partial,
      findings: findings.map(({ ruleId, file, range }) => `${file}:${range.start.line} ${ruleId}`),
    };
  };

  test('of Express: what blocks, what piles up, what asks row by row, and nothing of what is ended', () => {
    expect(found('express')).toEqual({
      status: 1,
      partial: false,
      findings: [
        'src/app.js:14 no-query-in-loop',
        'src/app.js:21 no-sync-in-request',
        'src/app.js:33 no-leaked-interval',
        'src/db.js:3 require-pool-limits',
      ],
    });
  });

  test('of Nest: what a provider keeps of each request, and nothing of the timer that its hook ends', () => {
    expect(found('nest').findings).toEqual(['src/orders/orders.service.ts:7 no-unbounded-cache']);
  });

  test('of Next: a query for each row, a client for each request that an error leaves open, and nothing of an effect that cleans up', () => {
    expect(found('next').findings).toEqual([
      'app/api/orders/route.ts:8 no-query-in-loop',
      'app/api/orders/route.ts:15 no-client-per-request',
      'app/api/orders/route.ts:15 no-leaked-handle',
    ]);
  });
});
