import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

let own: ReturnType<typeof project>;
const at = (file: string) => join(own.folder, file);
const gitIn = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args], {
    cwd: folder,
    stdio: 'pipe',
    encoding: 'utf8',
  });
const git = (...args: string[]) => gitIn(own.folder, ...args);
const commit = (message: string) => {
  git('add', '.');
  git('commit', '-qm', message);
};
const run = (...args: string[]) => plimsoll(args, { cwd: own.folder });
const scan = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('scan', '--reporter', 'json', ...args);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) };
};
const active = (result: { findings: { status: string; file: string }[] }) =>
  result.findings.filter(({ status }) => status === 'active').map(({ file }) => file);
const usersApp = leakyApp.replaceAll('/orders', '/users');
const clean = leakyApp.replace(/ {2}setInterval.*\n/, '');

beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp, 'src/old.ts': usersApp });
  git('init', '-q', '-b', 'main');
  commit('start');
  git('checkout', '-qb', 'work');
});
afterEach(() => own.remove());

describe('--changed', () => {
  it('reports what is new since the merge base, counts what is fixed, and keeps the score of all the code', async () => {
    writeFileSync(at('src/app.ts'), clean);
    commit('repair');
    writeFileSync(at('src/new.ts'), usersApp);
    git('checkout', '-q', 'main');
    writeFileSync(at('src/elsewhere.ts'), usersApp);
    git('add', 'src/elsewhere.ts');
    git('commit', '-qm', 'what others did meanwhile');
    git('checkout', '-q', 'work');
    const { code, result } = await scan('--changed', 'main');
    expect(code).toBe(1);
    expect(active(result)).toEqual(['src/new.ts']);
    expect(result.exit.reason).toBe('fail-on: 1 high finding, none allowed');
    expect(result.comparison).toMatchObject({
      ref: 'main',
      commit: git('merge-base', 'main', 'work').trim(),
      known: 1,
      fresh: 1,
      fixed: [{ file: 'src/app.ts', ruleId: 'no-leaked-interval', count: 1 }],
      scoreChange: 0,
    });
    expect(result.score.counts.high).toBe(2);
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/scan-result.schema.json'), 'utf8'));
    const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
    validate(result);
    expect(validate.errors).toBeNull();
    const text = await run('--changed', 'main');
    expect(text.stdout).toContain('src/new.ts:6:3');
    expect(text.stdout).not.toContain('src/old.ts:6:3');
    expect(text.stdout.replace(/\s+/g, ' ')).toMatch(
      /since main \([0-9a-f]{7}\): 1 new, 1 fixed, 1 known before; score/,
    );
  });

  it('passes when nothing is new, with code that moved within its file or to another one', async () => {
    writeFileSync(at('src/app.ts'), `// moved\n\n${leakyApp}`);
    renameSync(at('src/old.ts'), at('src/users.ts'));
    git('add', '.');
    const { code, result } = await scan('--changed', 'main', '--max-new', '0');
    expect(code).toBe(0);
    expect(result.comparison).toMatchObject({ known: 2, fresh: 0, fixed: [], scoreChange: 0 });
  });

  it('works from a folder below the root of the repository, on named paths, and on folders that are new', async () => {
    mkdirSync(at('packages/api/src'), { recursive: true });
    writeFileSync(at('packages/api/package.json'), manifest);
    writeFileSync(at('packages/api/src/a.ts'), usersApp);
    const options = { cwd: at('packages/api') };
    const { code, stdout, stderr } = await plimsoll(['src', '--changed', 'main', '--reporter', 'json'], options);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(active(JSON.parse(stdout))).toEqual(['src/a.ts']);
  });

  it('leaves the index, the tree and the temporary folder as they were', async () => {
    writeFileSync(at('src/new.ts'), usersApp);
    const state = () => `${git('status', '--porcelain')}${git('ls-files', '--stage')}${git('worktree', 'list')}`;
    const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('plimsoll-base-')).length;
    const [before, folders] = [state(), leftovers()];
    await run('--changed', 'main');
    await run('--staged');
    expect(state()).toBe(before);
    expect(leftovers()).toBe(folders);
  });

  it('compares with the branch that the change goes to, in CI by what the CI says', async () => {
    writeFileSync(at('src/new.ts'), usersApp);
    expect((await scan('--changed')).result.comparison.ref).toBe('main');
    const { code, stderr } = await plimsoll(['--changed'], { cwd: own.folder, env: { GITHUB_BASE_REF: 'release' } });
    expect(code).toBe(2);
    expect(stderr).toContain('git knows no ref "origin/release"');
  });
});

describe('--lines', () => {
  const counts = ({ comparison }: { comparison: { fresh: number; elsewhere?: number } }) => [
    comparison.fresh,
    comparison.elsewhere,
  ];

  it('reports of what is new what stands on changed lines, and counts the rest', async () => {
    const cleared = leakyApp
      .replace('  setInterval(', '  const timer = setInterval(')
      .replace('  response.json', "  response.on('close', () => clearInterval(timer));\n  response.json");
    writeFileSync(at('src/app.ts'), cleared);
    git('checkout', '-q', 'main');
    commit('cleared');
    git('checkout', '-q', '-B', 'work');
    // The call that clears goes: the leak is on a line that was there before.
    writeFileSync(at('src/app.ts'), cleared.replace(/ {2}response\.on.*\n/, ''));
    const gone = await scan('--changed', 'main', '--lines');
    expect([gone.code, active(gone.result), counts(gone.result)]).toEqual([0, [], [0, 1]]);
    expect(gone.result.findings).toMatchObject([
      { file: 'src/app.ts', status: 'baselined', reason: 'on no line changed since main' },
      { file: 'src/old.ts', reason: 'known at main' },
    ]);
    expect((await scan('--changed', 'main')).code).toBe(1);
    // A new file, not even added; one that moved, and has one more.
    writeFileSync(at('src/new [1].ts'), usersApp);
    const second = usersApp.replace(
      'const server',
      "app.get('/more', (request) => {\n  setInterval(() => request, 50);\n});\n\nconst server",
    );
    renameSync(at('src/old.ts'), at('src/users.ts'));
    writeFileSync(at('src/users.ts'), second);
    git('add', 'src/users.ts', 'src/old.ts');
    const { code, result } = await scan('--changed', 'main', '--lines', '--max-new', '2');
    expect([code, active(result), counts(result)]).toEqual([1, ['src/new [1].ts', 'src/users.ts'], [2, 1]]);
    expect(result.gates).toContainEqual({ name: 'max-new', passed: true, message: '2 new findings, 2 allowed' });
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/scan-result.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(validate(result)).toBe(true);
    const { stdout } = await run('--changed', 'main', '--lines', '--reporter', 'concise');
    expect(stdout).toContain('2 new on changed lines and 1 elsewhere, 0 fixed, 1 known before');
    const staged = await scan('--staged', '--lines');
    expect([active(staged.result), counts(staged.result)]).toEqual([['src/users.ts'], [1, 0]]);
  });

  it('needs something to compare with', async () => {
    for (const args of [['--lines'], ['score', '--lines']]) {
      const { code, stderr } = await run(...args);
      expect(code).toBe(2);
      expect(stderr).toContain('--lines narrows what --changed or --staged reports\n  help: add one of them');
    }
  });
});

describe('--staged', () => {
  it('judges what is staged, not what lies in the folder', async () => {
    writeFileSync(at('src/new.ts'), usersApp);
    git('add', 'src/new.ts');
    writeFileSync(at('src/new.ts'), clean);
    writeFileSync(at('src/untracked.ts'), usersApp);
    const { code, result } = await scan('--staged');
    expect(code).toBe(1);
    expect(active(result)).toEqual(['src/new.ts']);
    expect(result.comparison).toMatchObject({ ref: 'HEAD', known: 2, fresh: 1 });
    const text = await run('--staged');
    expect(text.stdout).toContain('setInterval(() => console.log(request.path), 1000);');
    git('add', 'src/new.ts');
    expect((await scan('--staged')).code).toBe(0);
  });

  it('takes the files that a hook hands it', async () => {
    writeFileSync(at('src/new.ts'), usersApp);
    git('add', '.');
    const { code, result } = await scan('--staged', at('src/new.ts'));
    expect(code).toBe(1);
    expect(active(result)).toEqual(['src/new.ts']);
  });
});

describe('what cannot be compared is exit 2 with the command to run', () => {
  const failing = async (cwd: string, ...args: string[]) => {
    const { code, stdout, stderr } = await plimsoll(args, { cwd });
    expect(stdout).toBe('');
    expect(code).toBe(2);
    return stderr;
  };

  it('a ref that is not there, with the nearest one', async () => {
    const stderr = await failing(own.folder, '--changed', 'mian');
    expect(stderr).toContain('git knows no ref "mian"');
    expect(stderr).toContain('did you mean "main"?');
  });

  it('a branch that was not fetched, and a clone that is too shallow: the command that it names repairs it', async () => {
    const clone = join(own.folder, '..', `${own.folder.split('/').at(-1)}-clone`);
    try {
      writeFileSync(at('src/new.ts'), usersApp);
      commit('work');
      gitIn(tmpdir(), 'clone', '-q', '--depth', '1', '--branch', 'work', `file://${own.folder}`, clone);
      const missing = await failing(clone, '--changed', 'origin/main');
      const [, fetch = ''] = /help: git (fetch .*)/.exec(missing) ?? [];
      expect(fetch).toBe('fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main');
      gitIn(clone, 'fetch', '-q', '--depth', '1', 'origin', '+refs/heads/main:refs/remotes/origin/main');
      const shallow = await failing(clone, '--changed', 'origin/main');
      expect(shallow).toContain('shallow');
      expect(shallow).toContain('git fetch --unshallow origin');
      expect(shallow).toContain('fetch-depth: 0');
      expect(await failing(clone, '--changed', 'HEAD~1')).toContain('git fetch --unshallow origin');
      gitIn(clone, 'fetch', '-q', '--unshallow', 'origin');
      const { code, stdout } = await plimsoll(['--changed', 'origin/main', '--reporter', 'json'], { cwd: clone });
      expect(code).toBe(1);
      expect(active(JSON.parse(stdout))).toEqual(['src/new.ts']);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });

  it('a folder without git, and options that contradict each other', async () => {
    const outside = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
    try {
      expect(await failing(outside.folder, '--changed', 'main')).toContain('need a git repository');
    } finally {
      outside.remove();
    }
    expect(await failing(own.folder, '--changed', 'main', '--staged')).toContain('give one of them');
    expect(await failing(own.folder, '--staged', '--fix')).toContain('does not work with --fix');
  });
});
