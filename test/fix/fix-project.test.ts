import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SampleProject } from './sample-project.ts';

function git(project: SampleProject, ...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: project.root, encoding: 'utf8', stdio: 'pipe' });
}

function commitAll(project: SampleProject): void {
  git(project, 'init', '-q');
  git(project, 'add', '-A');
  git(project, 'commit', '-qm', 'first');
}

describe('fixing a project', () => {
  it('takes as many passes as overlapping fixes need, and a second run changes nothing', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(slow(slow(1)));\n', 'b.ts': 'slow(2);\n', 'c.ts': 'fine();\n' });
    const result = await project.fix();
    expect(project.files()).toEqual({ 'a.ts': 'fast(fast(fast(1)));\n', 'b.ts': 'fast(2);\n', 'c.ts': 'fine();\n' });
    expect(result).toMatchObject({ written: true, passes: 3, skipped: [], remaining: [], problems: [] });
    expect(result.files.map(({ file, applied }) => [file, applied.length])).toEqual([
      ['a.ts', 3],
      ['b.ts', 1],
    ]);
    const again = await project.fix();
    expect(again).toMatchObject({ written: false, passes: 0, files: [], patch: '' });
  });

  it('tells where in the old text each fix was', async () => {
    const project = new SampleProject({ 'a.ts': 'log();\nslow(\n  slow(1));\n' });
    const result = await project.fix();
    const places = result.files[0]!.applied.map(({ ruleId, range }) => [ruleId, range.start.line, range.start.column]);
    expect(places).toEqual([
      ['no-log', 1, 1],
      ['no-slow', 2, 1],
      ['no-slow', 2, 1],
    ]);
  });

  it('ends after ten passes and says so', async () => {
    const project = new SampleProject({ 'a.ts': 'endless(0);\n' });
    const result = await project.fix();
    expect(project.read('a.ts')).toBe('endless(10);\n');
    expect(result.skipped[0]!.why).toBe('10 passes are used up; fix again to go on');
  });

  it('leaves fixes for review alone unless asked for them', async () => {
    const project = new SampleProject({ 'a.ts': 'risky();\nslow(1);\n' });
    const safe = await project.fix();
    expect(project.read('a.ts')).toBe('risky();\nfast(1);\n');
    expect(safe.skipped[0]!.why).toBe('needs review (--fix=review): tame is not risky');
    expect(safe.remaining.map(({ ruleId }) => ruleId)).toEqual(['no-risky']);
    await project.fix({ safety: 'review' });
    expect(project.read('a.ts')).toBe('tame();\nfast(1);\n');
  });

  it('leaves suppressed findings alone', async () => {
    const text = '// plimsoll-ignore-next-line no-slow -- kept for the example\nslow(1);\n';
    const project = new SampleProject({ 'a.ts': text });
    expect(await project.fix()).toMatchObject({ written: false, remaining: [] });
    expect(project.read('a.ts')).toBe(text);
  });

  it('gives the same result twice', async () => {
    const files = { 'b.ts': 'slow(slow(1));\nlog();\n', 'a.ts': 'stop();\nslow(2);\n', 'package.json': '{}' };
    const one = new SampleProject(files);
    const two = new SampleProject(files);
    expect(JSON.stringify(await one.fix())).toBe(JSON.stringify(await two.fix()));
  });
});

describe('files', () => {
  it('keep their mode, and links are followed', async () => {
    const project = new SampleProject({ 'real/a.ts': 'slow(1);\n' });
    chmodSync(project.path('real/a.ts'), 0o751);
    symlinkSync('real/a.ts', project.path('link.ts'));
    const findings = (await project.scan()).findings.map((finding) => ({ ...finding, file: 'link.ts' }));
    await project.fix({ findings, contentHashes: new Map() });
    expect(project.read('real/a.ts')).toBe('fast(1);\n');
    expect(statSync(project.path('real/a.ts')).mode & 0o777).toBe(0o751);
    expect(lstatSync(project.path('link.ts')).isSymbolicLink()).toBe(true);
  });

  it('that are read-only are named, and the others are fixed', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n', 'b.ts': 'slow(2);\n' });
    chmodSync(project.path('a.ts'), 0o444);
    const result = await project.fix();
    expect(project.files()).toEqual({ 'a.ts': 'slow(1);\n', 'b.ts': 'fast(2);\n' });
    expect(result.problems).toEqual([
      { file: 'a.ts', message: 'The file is read-only: allow writing to it to have it fixed' },
    ]);
    expect(result.skipped.map(({ finding, why }) => [finding.file, why])).toEqual([['a.ts', 'the file is read-only']]);
    expect(result.remaining).toHaveLength(1);
  });

  it.each([
    ['is known by its hash', true],
    ['is known by the snippets of its findings', false],
  ])('that changed since the scan are left as they are; the change %s', async (_, withHashes) => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n', 'b.ts': 'slow(2);\n' });
    const result = await project.fix(withHashes ? {} : { contentHashes: new Map() }, {
      afterScan: () => project.write('a.ts', withHashes ? 'slow(1);\n// new\n' : '// new\nslow(1);\n'),
    });
    expect(project.read('a.ts')).toContain('slow(1);');
    expect(project.read('b.ts')).toBe('fast(2);\n');
    expect(result.skipped.map(({ finding, why }) => [finding.file, why])).toEqual([
      ['a.ts', 'the file has changed since the scan; scan again'],
    ]);
  });

  it('that change while they are being fixed are left as they are', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n', 'b.ts': 'slow(2);\n' });
    const result = await project.fix({}, { onRescan: () => project.write('a.ts', 'mine();\n') });
    expect(project.files()).toEqual({ 'a.ts': 'mine();\n', 'b.ts': 'fast(2);\n' });
    expect(result.skipped.map(({ finding, why }) => [finding.file, why])).toEqual([
      ['a.ts', 'the file was changed while it was being fixed'],
    ]);
    expect(result.files.map(({ file }) => file)).toEqual(['b.ts']);
  });

  it('that are gone since the scan are named', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n' });
    const { findings } = await project.scan();
    const result = await project.fix({ findings: findings.map((finding) => ({ ...finding, file: 'gone.ts' })) });
    expect(result.skipped[0]!.why).toBe('the file is gone since the scan');
  });

  it('with CRLF, a byte order mark and tabs keep them', async () => {
    const project = new SampleProject({
      'a.ts': '\uFEFF// head\r\n\r\nif (x) {\r\n\tlog();\r\n}\r\n',
      'package.json': '{}',
    });
    await project.fix({ runtime: 'package' });
    expect(project.read('a.ts')).toBe(
      "\uFEFF// head\r\n\r\nimport { RingBuffer } from '@plimsoll/runtime';\r\n\r\nif (x) {\r\n\tnew RingBuffer(9);\r\n}\r\n",
    );
  });
});

describe('the patch', () => {
  it('is what git applies, and nothing is written for it', async () => {
    const files = {
      'src/a.ts': '\uFEFFslow(1);\r\nlog();\r\n',
      'b.ts': 'a();\n\n\n\n\n\n\n\nslow(2);',
      'package.json': '{ "type": "module" }\n',
    };
    const project = new SampleProject(files);
    commitAll(project);
    project.write('untracked.txt', 'x');
    const result = await project.fix({ write: false });
    expect(result.written).toBe(false);
    expect(git(project, 'status', '--porcelain')).toBe('?? untracked.txt\n');
    project.write('fix.patch', result.patch);
    git(project, 'apply', '--whitespace=nowarn', 'fix.patch');
    const patched = project.files();

    const twin = new SampleProject(files);
    await twin.fix();
    const { 'fix.patch': _, 'untracked.txt': __, ...rest } = patched;
    expect(rest).toEqual(twin.files());
    expect(rest['b.ts']).toBe('a();\n\n\n\n\n\n\n\nfast(2);');
  });
});

describe('git', () => {
  it('with changes that are not committed refuses to fix, and --allow-dirty lets it', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n', 'b.ts': 'b();\n' });
    commitAll(project);
    project.write('b.ts', 'mine();\n');
    await expect(project.fix()).rejects.toMatchObject({
      name: 'UsageError',
      kind: 'dirty-tree',
      message: 'the git tree has changes that are not committed: b.ts',
      hint: 'commit or stash them first, or pass --allow-dirty',
    });
    expect(project.read('a.ts')).toBe('slow(1);\n');
    await project.fix({ allowDirty: true });
    expect(project.read('a.ts')).toBe('fast(1);\n');
  });

  it('minds the files under the root alone, and the untracked ones that would change', async () => {
    const project = new SampleProject({ 'pkg/a.ts': 'slow(1);\n', 'other.ts': 'b();\n' });
    commitAll(project);
    project.write('other.ts', 'mine();\n');
    project.write('pkg/report.json', '{}');
    const inner = { root: project.path('pkg') };
    const findings = (await project.scan()).findings.map((finding) => ({ ...finding, file: 'a.ts' }));
    project.write('pkg/new.ts', 'slow(1);\n');
    const mixed = [...findings, ...findings.map((finding) => ({ ...finding, file: 'new.ts' }))];
    await expect(project.fix({ ...inner, findings: mixed, contentHashes: new Map() })).rejects.toThrow(/: new\.ts$/);
    const result = await project.fix({ ...inner, findings, contentHashes: new Map() });
    expect(result.written).toBe(true);
  });
});

describe('an abort', () => {
  it('in mid-fix puts every file back and leaves nothing behind', async () => {
    const sources = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}.ts`, `slow(${i});\nlog();\n`]));
    const project = new SampleProject({ ...sources, 'package.json': '{}' });
    const before = project.files();
    const { findings } = await project.scan();
    const abort = new AbortController();
    let seenNew = 0;
    const watch = setInterval(() => {}, 1000);
    const look = (): void => {
      seenNew = Object.values(project.files()).filter((text) => text.includes('fast')).length;
      if (seenNew >= 5) abort.abort(new Error('interrupted'));
      else if (!abort.signal.aborted) setImmediate(look);
    };
    setImmediate(look);
    await expect(project.fix({ findings, signal: abort.signal })).rejects.toThrow('interrupted');
    clearInterval(watch);
    expect(seenNew).toBeGreaterThanOrEqual(5);
    expect(seenNew).toBeLessThan(20);
    expect(project.files()).toEqual(before);
  });

  it('before anything is written changes nothing', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n' });
    await expect(project.fix({ signal: AbortSignal.abort(new Error('interrupted')) })).rejects.toThrow('interrupted');
    expect(project.read('a.ts')).toBe('slow(1);\n');
  });

  it('while the verified command runs ends the command and puts every file back', async () => {
    const project = new SampleProject({ 'a.ts': 'slow(1);\n' });
    const abort = new AbortController();
    const fixing = project.fix({
      verify: 'if grep -q fast a.ts; then touch started; sleep 30; fi',
      signal: abort.signal,
      onVerify: ({ fixes }) => {
        if (fixes > 0) setTimeout(() => abort.abort(new Error('interrupted')), 300);
      },
    });
    await expect(fixing).rejects.toThrow('interrupted');
    expect(project.files()).toEqual({ 'a.ts': 'slow(1);\n', started: '' });
  });
});
