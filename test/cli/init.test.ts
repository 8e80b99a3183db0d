import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

let own: ReturnType<typeof project>;
const at = (file: string) => join(own.folder, file);
const read = (file: string) => readFileSync(at(file), 'utf8');
const run = (...args: string[]) => plimsoll(args, { cwd: own.folder });
beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterEach(() => own.remove());

describe('init', () => {
  it('writes a configuration that a scan takes, and a workflow that uploads SARIF, and does so once', async () => {
    const first = await run('init', '--ci', 'github', '--ci', 'gitlab');
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    const workflow = parse(read('.github/workflows/plimsoll.yml'));
    expect(workflow.permissions).toEqual({ contents: 'read', 'security-events': 'write' });
    const steps = workflow.jobs.plimsoll.steps;
    expect(steps[0].with['fetch-depth']).toBe(0);
    expect(steps[3].with.sarif_file).toBe('plimsoll.sarif');
    const job = parse(read('.gitlab/plimsoll.yml')).plimsoll;
    expect(job.artifacts.reports.codequality).toBe('gl-code-quality-report.json');
    expect(parse(read('.gitlab-ci.yml')).include).toEqual([{ local: '.gitlab/plimsoll.yml' }]);
    const files = () => readdirSync(own.folder, { recursive: true, encoding: 'utf8' }).sort();
    const before = files();
    const config = read('plimsoll.config.json');
    const second = await run('init', '--ci', 'github', '--ci', 'gitlab');
    expect(second.stdout).not.toContain('wrote');
    expect(files()).toEqual(before);
    expect(read('plimsoll.config.json')).toBe(config);
    expect((await run('--fail-on', 'never')).code).toBe(0);
  });

  it('writes a gate that a stable rule can fail', async () => {
    writeFileSync(at('package.json'), JSON.stringify({ name: 'shop', type: 'module' }));
    writeFileSync(
      at('src/app.ts'),
      `import express from 'express';
export const app = express();
app.get('/price/:id', async (req, res) => {
  const answer = await fetch(\`https://prices.example.com/\${req.params.id}\`);
  res.json(await answer.json());
});
`,
    );
    expect((await run('--quiet')).code).toBe(0);
    await run('init', '--ci', 'none');
    const { code, stdout } = await run('--reporter', 'concise');
    expect(stdout).toContain('failed fail-on: 1 medium finding, none allowed');
    expect(code).toBe(1);
  });

  it('writes jobs whose commands run, and whose reports are there', async () => {
    await run('init', '--ci', 'github', '--ci', 'gitlab');
    const commands = [
      parse(read('.github/workflows/plimsoll.yml')).jobs.plimsoll.steps[2].run,
      parse(read('.gitlab/plimsoll.yml')).plimsoll.script[0],
    ] as string[];
    for (const command of commands) {
      expect(command).toMatch(/^npx --yes plimsoll@\d+\.\d+\.\d+ /);
      const shell = `set -- {}; ${command.replace(/^npx --yes plimsoll@\S+/, '"$@"')}`;
      const { code, stderr } = await plimsoll([], {
        cwd: own.folder,
        shell,
        env: { GITHUB_STEP_SUMMARY: at('summary.md') },
      });
      expect(stderr).toBe('');
      expect(code).toBe(1);
    }
    expect(JSON.parse(read('plimsoll.sarif')).runs[0].results).toHaveLength(1);
    expect(read('summary.md')).toContain('## Plimsoll:');
    expect(JSON.parse(read('gl-code-quality-report.json'))).toHaveLength(1);
  });

  it('never touches what is there, and prints what to add', async () => {
    writeFileSync(at('.gitlab-ci.yml'), 'test:\n  script: npm test\n');
    writeFileSync(at('plimsoll.config.mjs'), 'export default {};\n');
    const own = { name: 'shop', type: 'module', 'lint-staged': { '*.ts': 'eslint' } };
    writeFileSync(at('package.json'), JSON.stringify(own));
    const { code, stdout } = await run('init');
    expect(code).toBe(0);
    expect(stdout).toContain('kept     plimsoll.config.mjs');
    expect(stdout).toContain('add to   .gitlab-ci.yml\n    include:\n      - local: .gitlab/plimsoll.yml\n');
    expect(stdout).toMatch(/add to {3}package\.json\n {4}\{\n.*plimsoll --staged/);
    expect(read('.gitlab-ci.yml')).toBe('test:\n  script: npm test\n');
    expect(read('package.json')).toBe(JSON.stringify(own));
    expect(existsSync(at('plimsoll.config.json'))).toBe(false);
    expect(existsSync(at('.github'))).toBe(false);
  });

  it('writes an entry where lint-staged is used without a configuration', async () => {
    writeFileSync(at('package.json'), JSON.stringify({ name: 'shop', devDependencies: { 'lint-staged': '16' } }));
    await run('init', '--ci', 'none');
    const { default: entries } = await import(at('.lintstagedrc.mjs'));
    // A function: lint-staged appends file names to what is a string, and they would narrow the scan.
    expect(entries['*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}']()).toBe('plimsoll --staged --quiet --reporter concise');
  });

  it('prints an entry that takes no file names, in the form of the configuration that is there', async () => {
    writeFileSync(at('.lintstagedrc.yaml'), "'*.md': prettier\n");
    const asText = await run('init', '--ci', 'none');
    expect(asText.stdout).toContain(`"sh -c 'plimsoll --staged --quiet --reporter concise'"`);
    rmSync(at('.lintstagedrc.yaml'));
    writeFileSync(at('lint-staged.config.js'), 'export default {};\n');
    const asCode = await run('init', '--ci', 'none');
    expect(asCode.stdout).toContain("': () => 'plimsoll --staged --quiet --reporter concise',");
  });

  it.each([
    ['lefthook', 'lefthook.yml'],
    ['husky', '.husky/pre-commit'],
  ])('writes a hook where %s is used, once, and prints the lines where one is there', async (name, file) => {
    writeFileSync(at('package.json'), JSON.stringify({ name: 'shop', devDependencies: { [name]: '1' } }));
    expect((await run('init', '--ci', 'none')).stdout).toContain(`wrote    ${file}`);
    const written = read(file);
    expect(written).toContain('npx plimsoll --staged --quiet --reporter concise');
    if (name === 'lefthook') expect(parse(written)['pre-commit'].commands.plimsoll.glob).toContain('*.{ts,');
    else expect(statSync(at(file)).mode & 0o111).not.toBe(0);
    expect((await run('init', '--ci', 'none')).stdout).toContain(`kept     ${file}`);
    writeFileSync(at(file), '# ours\n');
    const { stdout } = await run('init', '--ci', 'none');
    expect(stdout).toContain(`add to   ${file}\n    `);
    expect(stdout).toContain('npx plimsoll --staged');
    expect(read(file)).toBe('# ours\n');
  });

  it('leaves the hook alone where lint-staged has the entry', async () => {
    const dev = { husky: '9', 'lint-staged': '16' };
    writeFileSync(at('package.json'), JSON.stringify({ name: 'shop', devDependencies: dev }));
    const { stdout } = await run('init', '--ci', 'none');
    expect(stdout).toContain('wrote    .lintstagedrc.mjs');
    expect(existsSync(at('.husky'))).toBe(false);
  });

  it('loads no compiler', async () => {
    writeFileSync(
      at('hook.cjs'),
      `process.on('exit', () => {
        const seen = Object.keys(require('node:module')._cache).filter((file) => /ts-morph|typescript/.test(file));
        if (seen.length > 0) process.stderr.write('LOADED ' + seen.join());
      });`,
    );
    const nodeOptions = ['--require', at('hook.cjs')];
    const { code, stdout, stderr } = await plimsoll(['init', '--ci', 'none'], { cwd: own.folder, nodeOptions });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('wrote    plimsoll.config.json');
  });

  it('names the CI that it knows', async () => {
    const { code, stderr } = await run('init', '--ci', 'githb');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "github"?');
    expect(existsSync(at('plimsoll.config.json'))).toBe(false);
  });
});

describe('doctor', () => {
  it('tells what a scan depends on, and passes where one would run', async () => {
    execFileSync('git', ['init', '-q'], { cwd: own.folder });
    writeFileSync(at('plimsoll.config.json'), '{ "gates": { "failOn": "never" } }');
    const { code, stdout, stderr } = await run('doctor');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ Plimsoll \S+ on Node/);
    expect(stdout).toContain('✔ configuration: plimsoll.config.json');
    expect(stdout).toContain('1 files in scope, 1 parsed');
    expect(stdout).not.toContain('✖');
  });

  it('fails, with the place, where a scan would', async () => {
    writeFileSync(at('plimsoll.config.json'), '{ "gate": {} }');
    const { code, stdout } = await run('doctor');
    expect(code).toBe(2);
    expect(stdout).toContain('✖ unknown key "gate"');
    expect(stdout).toContain('plimsoll.config.json:1:3; did you mean "gates"?');
    expect(stdout).toContain('! git version');
  });

  it('fails for a baseline that is broken', async () => {
    writeFileSync(at('plimsoll.config.json'), '{ "baseline": "known.ndjson" }');
    writeFileSync(at('known.ndjson'), '<<<<<<< HEAD\n');
    const { code, stdout } = await run('doctor');
    expect(code).toBe(2);
    expect(stdout).toContain('✖ a merge left its conflict in the baseline');
  });
});
