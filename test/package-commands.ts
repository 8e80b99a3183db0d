import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { conversation, library, poller } from './cli/plimsoll.ts';

const root = join(import.meta.dirname, '..');

interface Done {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A project in which both packages are installed, and what runs a command there. */
export interface User {
  project: string;
  run(command: string, args: readonly string[], cwd?: string): Done;
}

/** Each command as its documentation shows it, from the installed package, in a project of its own. */
export function describeCommands(user: () => User): void {
  let made = 0;
  const rule = 'no-leaked-interval';

  function shop(files: Record<string, string> = {}): string {
    const folder = join(user().project, 'shops', String(made++));
    for (const [path, text] of Object.entries({ 'package.json': library, 'src/poller.ts': poller, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
    return folder;
  }
  const plimsoll = (cwd: string, ...args: string[]) => user().run('npx', ['plimsoll', ...args], cwd);
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd, encoding: 'utf8' });
  const commit = (cwd: string) => [git(cwd, 'add', '.'), git(cwd, 'commit', '-qm', 'as it is')];

  describe('each command of the packed tool', () => {
    test('init writes a configuration that holds, jobs and a hook; doctor is content with it', () => {
      const cwd = shop({ '.husky/_/.gitignore': '*\n' });
      const { status, stdout } = plimsoll(cwd, 'init', '--ci', 'github', '--ci', 'gitlab');
      expect(status).toBe(0);
      for (const file of [
        'plimsoll.config.json',
        '.github/workflows/plimsoll.yml',
        '.gitlab-ci.yml',
        '.husky/pre-commit',
      ]) {
        expect(stdout).toContain(`wrote    ${file}`);
        expect(existsSync(join(cwd, file))).toBe(true);
      }
      const { $schema } = JSON.parse(readFileSync(join(cwd, 'plimsoll.config.json'), 'utf8'));
      expect(existsSync(join(user().project, $schema))).toBe(true);
      expect(plimsoll(cwd, 'init', '--ci', 'github', '--ci', 'gitlab').stdout).not.toContain('wrote');
      const doctor = plimsoll(cwd, 'doctor');
      expect(doctor.stdout).toContain('configuration: plimsoll.config.json');
      expect(doctor.status).toBe(0);
    });

    test('a configuration in TypeScript, with defineConfig, needs nothing beside the package', () => {
      const config = `import { defineConfig } from 'plimsoll';
export default defineConfig({ rules: { '${rule}': 'low' }, gates: { failOn: 'medium' } });\n`;
      const cwd = shop({ 'plimsoll.config.ts': config });
      expect(plimsoll(cwd).status).toBe(0);
      expect(plimsoll(cwd, 'print-config', 'src/poller.ts').stdout).toMatch(
        /rules\.no-leaked-interval +"low" +plimsoll\.config\.ts/,
      );
      expect(JSON.parse(plimsoll(cwd, 'inputs', '--json').stdout)).toMatchObject({
        sources: ['plimsoll.config.ts', 'src/poller.ts'],
        configuration: ['plimsoll.config.ts'],
      });
      writeFileSync(join(cwd, 'plimsoll.config.ts'), config.replace(rule, 'no-leaked-intervl'));
      const wrong = plimsoll(cwd);
      expect(wrong.status).toBe(2);
      expect(wrong.stderr).toContain('  at plimsoll.config.ts:2:40\n  did you mean "no-leaked-interval"?');
    });

    test('baseline takes what is known out of the way, and a new finding in', () => {
      const cwd = shop();
      expect(plimsoll(cwd, 'baseline', 'update').stdout).toContain('plimsoll-baseline.ndjson holds 1 finding');
      const gates = ['--baseline', 'plimsoll-baseline.ndjson', '--max-new', '0'];
      expect(plimsoll(cwd, ...gates).status).toBe(0);
      writeFileSync(join(cwd, 'src/second.ts'), poller.replace('Poller', 'Second'));
      const { status, stdout } = plimsoll(cwd, ...gates);
      expect(status).toBe(1);
      expect(stdout).toContain('1 new finding, 0 allowed');
    });

    test('suppress writes a directive that holds, and --changed reports only what a branch brings', () => {
      const cwd = shop();
      commit(cwd);
      expect(plimsoll(cwd, 'suppress', rule, '--reason', 'one a process', 'src').stdout).toContain('1 finding of');
      expect(readFileSync(join(cwd, 'src/poller.ts'), 'utf8')).toContain('-- one a process');
      expect(plimsoll(cwd).status).toBe(0);
      git(cwd, 'checkout', '-q', '.');
      git(cwd, 'checkout', '-qb', 'feature');
      expect(plimsoll(cwd, '--changed', 'main').status).toBe(0);
      writeFileSync(join(cwd, 'src/second.ts'), poller.replace('Poller', 'Second'));
      commit(cwd);
      const { status, stdout } = plimsoll(cwd, '--changed', 'main', '--reporter', 'concise');
      expect(status).toBe(1);
      expect(stdout).toMatch(/^src\/second\.ts:3:5: high/);
      expect(stdout).toContain('1 new, 0 fixed, 1 known before');
    });

    test('owners, a trend, and reports of a saved result', async () => {
      const cwd = shop({ CODEOWNERS: '* @acme/platform\n' });
      const history = ['--history', 'history.ndjson'];
      plimsoll(cwd, ...history);
      const { stdout } = plimsoll(cwd, ...history, '--reporter', 'pretty', '--reporter', 'json=out.json');
      expect(stdout).toContain('@acme/platform');
      expect(stdout).toMatch(/Trend .*over 2 scans/);
      const reports = ['concise', 'html=out.html', 'sarif=out.sarif', 'junit=out.xml', 'badge=out.svg'];
      const args = reports.flatMap((name) => ['--reporter', name]);
      expect(plimsoll(cwd, 'report', 'out.json', ...args).stdout).toContain('[no-leaked-interval] (@acme/platform)');
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        const faults: string[] = [];
        page.on('pageerror', (error) => faults.push(error.message));
        page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
        await page.goto(pathToFileURL(join(cwd, 'out.html')).href);
        await page.getByRole('img', { name: /^Score \d+ of 100/ }).waitFor();
        expect(await page.locator('#list > li').count()).toBe(1);
        expect(await page.locator('#list').textContent()).toContain(rule);
        await page.goto(pathToFileURL(join(cwd, 'out.svg')).href);
        expect(await page.locator('svg').getAttribute('aria-label')).toMatch(/^plimsoll: \d+ /);
        expect(faults).toEqual([]);
      } finally {
        await browser.close();
      }
    });

    test('explain, why, rules, score and completion answer', () => {
      const cwd = shop();
      expect(plimsoll(cwd, 'explain', rule).stdout).toContain('Limits');
      expect(plimsoll(cwd, 'why', 'src/poller.ts:3').stdout).toContain(rule);
      expect(plimsoll(cwd, 'rules').stdout).toContain(rule);
      expect(plimsoll(cwd, 'score', '--fail-on', 'never').stdout).toMatch(/^\d+ [A-F]/);
      const script = plimsoll(cwd, 'completion', 'bash').stdout;
      const complete = `${script}\nCOMP_WORDS=(plimsoll explain no-leaked-i); COMP_CWORD=2; _plimsoll; echo "$COMPREPLY"`;
      expect(user().run('bash', ['-c', complete], cwd).stdout.trim()).toBe(rule);
    });

    test('shards are merged into the result of one scan', () => {
      const cwd = shop({ 'src/second.ts': poller.replace('Poller', 'Second') });
      for (const part of ['1', '2']) {
        writeFileSync(join(cwd, `${part}.json`), plimsoll(cwd, 'scan', '--shard', `${part}/2`).stdout);
      }
      const merged = plimsoll(cwd, 'merge', '1.json', '2.json', '--reporter', 'json');
      expect(merged.stdout).toBe(plimsoll(cwd, '--reporter', 'json').stdout);
    });

    test('rules of a package of the user, and of a file beside the configuration', () => {
      const plugin = (id: string, name: string) => `import { definePlugin, defineRule } from 'plimsoll';
import { ts } from 'plimsoll/ast';
const rule = defineRule({
  id: '${id}', category: 'api', severity: 'medium', confidence: 'certain', lifecycle: 'stable',
  message: '${name}() is slow.', why: 'It is.', advice: 'Do without.', limits: ['None.'], mentions: ['${name}'],
  visit: {
    CallExpression: (call) => ts.isIdentifier(call.expression) && call.expression.text === '${name}' ? { at: call, data: undefined } : undefined,
  },
});
export default definePlugin({ rules: [rule] });\n`;
      const cwd = shop({
        'my-rules.ts': plugin('no-one', 'one'),
        'node_modules/plimsoll-plugin-acme/package.json':
          '{ "name": "plimsoll-plugin-acme", "type": "module", "exports": "./index.js" }',
        'node_modules/plimsoll-plugin-acme/index.js': plugin('no-two', 'two'),
        'plimsoll.config.json': '{ "plugins": ["./my-rules", "plimsoll-plugin-acme"] }',
        'src/poller.ts': 'one();\ntwo();\n',
      });
      expect(plimsoll(cwd, '--reporter', 'concise').stdout).toMatch(
        /^src\/poller\.ts:1:1: medium one\(\) is slow\. \[no-one\]\nsrc\/poller\.ts:2:1: medium two\(\) is slow\. \[no-two\]\n/,
      );
      const test = `import { checkRule } from 'plimsoll/testing';
import plugin from './my-rules.ts';
console.log(checkRule(plugin.rules[0], 'one();').findings.length);\n`;
      writeFileSync(join(cwd, 'check.mts'), test);
      const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
      expect(user().run(process.execPath, [tsx, 'check.mts'], cwd).stdout).toBe('1\n');
    });

    test('-i asks at a terminal, and repairs what is agreed to', async () => {
      const cwd = shop();
      const bin = join(user().project, 'node_modules/plimsoll/bin/plimsoll.js');
      const { code, stdout } = await conversation(['-i', '--allow-dirty'], { cwd, bin }, [
        ['quit, and carry out', 'y'],
      ]);
      expect(stdout).toContain('Fixed 1 finding in 1 file');
      expect(code).toBe(0);
      expect(readFileSync(join(cwd, 'src/poller.ts'), 'utf8')).toContain('clearInterval(');
    });

    test('--watch reports again after a change, until it is interrupted', async () => {
      const cwd = shop();
      const bin = join(user().project, 'node_modules/plimsoll/bin/plimsoll.js');
      const child = spawn(process.execPath, [bin, '--watch', '--reporter', 'concise'], {
        cwd,
        env: { ...process.env, PLIMSOLL_TRIAL: 'weigh' },
      });
      let seen = '';
      const shown = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => {
            if (!seen.includes(text)) return;
            child.stdout.off('data', look);
            resolve();
          };
          child.stdout.on('data', look);
          look();
        });
      child.stdout.on('data', (data) => {
        seen += data;
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      await shown('1 high');
      writeFileSync(join(cwd, 'src/poller.ts'), 'export const ended = true;\n');
      await shown('0 high');
      child.kill('SIGINT');
      expect(await ended).toBe(130);
    });

    test('mcp names what it needs, and serves once that is installed', async () => {
      const cwd = shop();
      const without = plimsoll(cwd, 'mcp');
      expect(without.status).toBe(2);
      expect(without.stderr).toContain('help: npm install --save-dev @modelcontextprotocol/sdk');
      symlinkSync(
        join(root, 'node_modules/@modelcontextprotocol'),
        join(user().project, 'node_modules/@modelcontextprotocol'),
      );
      const client = new Client({ name: 'test', version: '1.0.0' });
      const bin = join(user().project, 'node_modules/plimsoll/bin/plimsoll.js');
      await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp'], cwd }));
      try {
        const { content } = await client.callTool({ name: 'scan', arguments: {} });
        expect((content as { text: string }[])[0]!.text).toContain(`src/poller.ts:3:5 high ${rule}`);
      } finally {
        await client.close();
      }
    });

    test('ESLint 9 shows the same finding as ESLint 10', () => {
      const cwd = shop({
        'eslint.config.js': "import plimsoll from 'plimsoll/eslint';\nexport default [plimsoll.configs.recommended];\n",
        'src/poller.js': poller.replace(/private readonly |: \(\) => void|: void/g, ''),
      });
      const nine = user().run(
        process.execPath,
        [join(root, 'node_modules/eslint9/bin/eslint.js'), 'src/poller.js'],
        cwd,
      );
      expect(nine.stdout).toContain(`plimsoll/${rule}`);
      expect(nine.stdout).toBe(user().run('npx', ['eslint', 'src/poller.js'], cwd).stdout);
    });
  });
}
