import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCulprits } from '../../src/fix/verify.ts';
import { SampleProject } from './sample-project.ts';

/** Ten files with one fix each; `check.sh` is the project's own test. */
function projectWith(check: string): SampleProject {
  const sources = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}.ts`, `slow(${i});\n`]));
  return new SampleProject({ ...sources, 'check.sh': check });
}

function fixedFiles(project: SampleProject): string[] {
  return Object.entries(project.files()).flatMap(([file, text]) => (text.includes('fast(') ? [file] : []));
}

const all = Array.from({ length: 10 }, (_, i) => `f${i}.ts`);

describe('the verified command', () => {
  it('must pass before any fix, else fixing is refused', async () => {
    const project = projectWith('echo "no database" >&2; exit 1');
    await expect(project.fix({ verify: 'sh check.sh' })).rejects.toMatchObject({
      name: 'UsageError',
      kind: 'verify-fails-before',
      message: 'the command of --verify fails before any fix: sh check.sh\nno database',
    });
    expect(fixedFiles(project)).toEqual([]);
  });

  it('runs twice when the fixes are fine', async () => {
    const project = projectWith('echo fine');
    const result = await project.fix({ verify: 'sh check.sh' });
    expect(fixedFiles(project)).toEqual(all);
    expect(result).toMatchObject({
      takenBack: [],
      verification: { command: 'sh check.sh', runs: 2, passed: true, output: 'fine' },
      next: [],
    });
  });

  it('does not run when there is nothing to fix', async () => {
    const project = new SampleProject({ 'a.ts': 'fine();\n' });
    expect(await project.fix({ verify: 'exit 1' })).not.toHaveProperty('verification');
  });

  it('takes back the fixes that break it on their own, and keeps the rest', async () => {
    const project = projectWith('for n in 3 7; do if grep -q fast f$n.ts; then echo "f$n broke"; exit 1; fi; done');
    const result = await project.fix({ verify: 'sh check.sh' });
    expect(fixedFiles(project)).toEqual(all.filter((file) => file !== 'f3.ts' && file !== 'f7.ts'));
    expect(result.takenBack.map(({ finding, why }) => [finding.file, why])).toEqual([
      ['f3.ts', 'the fix breaks `sh check.sh`: f3 broke'],
      ['f7.ts', 'the fix breaks `sh check.sh`: f7 broke'],
    ]);
    expect(result.files).toHaveLength(8);
    expect(result.remaining.map(({ file }) => file).sort()).toEqual(['f3.ts', 'f7.ts']);
    expect(result.verification?.passed).toBe(true);
  });

  it('takes back one of two fixes that only break it together', async () => {
    const project = projectWith('if grep -q fast f2.ts && grep -q fast f5.ts; then echo both; exit 1; fi');
    const result = await project.fix({ verify: 'sh check.sh' });
    expect(fixedFiles(project)).toEqual(all.filter((file) => file !== 'f5.ts'));
    expect(result.takenBack).toHaveLength(1);
  });

  it('takes back all fixes when each breaks it, and leaves the project as it was', async () => {
    const project = projectWith('if grep -q fast f*.ts; then exit 1; fi');
    const before = project.files();
    const result = await project.fix({ verify: 'sh check.sh' });
    expect(project.files()).toEqual(before);
    expect(result).toMatchObject({ written: false, files: [] });
    expect(result.takenBack).toHaveLength(10);
  });

  it('takes back one of several fixes in one file, also where fixing the others moves it', async () => {
    const text = 'slow(0);\nslow(slow(1));\nslow(2);\nslow(2);\nlog();\n';
    const project = new SampleProject({ 'a.ts': text, 'package.json': '{}' });
    const result = await project.fix({
      verify: 'if grep -q "fast(1)" a.ts || grep -q RingBuffer a.ts; then exit 1; fi',
    });
    expect(project.files()).toEqual({
      'a.ts': 'fast(0);\nfast(slow(1));\nfast(2);\nfast(2);\nlog();\n',
      'package.json': '{}',
    });
    expect(result.takenBack.map(({ finding }) => finding.ruleId).sort()).toEqual(['no-log', 'no-slow']);
    expect(result.support).toEqual([]);
  });

  it('is refused when it could not find the runtime that fixed code imports', async () => {
    const project = new SampleProject({ 'a.ts': 'log();\n', 'package.json': '{}' });
    await expect(project.fix({ verify: 'true', runtime: 'package' })).rejects.toMatchObject({
      kind: 'runtime-not-installed',
      subject: '.',
    });
    expect(project.read('a.ts')).toBe('log();\n');
  });
});

describe('the search', () => {
  it('leaves a set that passes and to which no culprit can be added, whatever breaks', async () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 24 }),
      /** Each group breaks the command when all of it is in place. */
      groups: fc.array(fc.uniqueArray(fc.nat(23), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ count, groups }) => {
        const keys = Array.from({ length: count }, (_, i) => String(i));
        let runs = 0;
        const passes = (kept: readonly string[]) =>
          !groups.some((group) => group.every((i) => kept.includes(String(i))));
        const check = async (kept: readonly string[]) => {
          runs++;
          return { passed: passes(kept), output: '' };
        };
        fc.pre(!passes(keys));
        const { kept, culprits, result } = await findCulprits(keys, check, { passed: false, output: '' });
        expect(passes(kept)).toBe(true);
        expect(result.passed).toBe(true);
        expect([...kept, ...culprits.map(({ key }) => key)].sort()).toEqual([...keys].sort());
        for (const { key } of culprits) expect(passes([...kept, key])).toBe(false);
        expect(runs).toBeLessThanOrEqual(culprits.length * (Math.ceil(Math.log2(count)) + 1));
      }),
    );
  });
});
