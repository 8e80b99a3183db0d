import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as api from '../../src/index.ts';
import { leakyApp, manifest, project } from './plimsoll.ts';

const use = async (run: (cwd: string) => Promise<void>) => {
  const own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
  await run(own.folder).finally(() => own.remove());
};

it('exports names alone, and no more than it says', () => {
  expect(Object.keys(api).sort()).toEqual([
    'InputError',
    'defineConfig',
    'definePair',
    'definePlugin',
    'defineRule',
    'explain',
    'fix',
    'listRules',
    'report',
    'scan',
  ]);
});

it('scan returns a plain result and touches neither the exit code nor the files', async () => {
  await use(async (cwd) => {
    const result = await api.scan({ cwd, config: { trial: 'weigh', gates: { minScore: 99 } } });
    expect(result.exit.code).toBe(1);
    expect(result.gates.map((gate) => gate.passed)).toEqual([false, false]);
    expect(structuredClone(result)).toEqual(result);
    expect(process.exitCode ?? 0).toBe(0);
    expect(readFileSync(join(cwd, 'src/app.ts'), 'utf8')).toBe(leakyApp);
  });
});

it('scan rejects with what is wrong, in words and as data', async () => {
  await use(async (cwd) => {
    const wrong = { rules: { nope: 'off' } } as unknown as api.Config;
    await expect(api.scan({ cwd, config: wrong })).rejects.toMatchObject({
      name: 'InputError',
      wrong: { name: 'nope' },
    });
    await expect(api.scan({ cwd, paths: ['nope.ts'] })).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('nope.ts'),
      wrong: { name: 'nope.ts' },
    });
    await expect(api.scan({ cwd: 'nowhere' })).rejects.toMatchObject({
      name: 'InputError',
      message: 'no such folder: nowhere',
      wrong: { name: 'nowhere' },
    });
  });
});

it('scan rejects with the reason of its signal', async () => {
  await use(async (cwd) => {
    const reason = new Error('enough');
    await expect(api.scan({ cwd, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it('fix plans without writing when asked, and returns the patch', async () => {
  await use(async (cwd) => {
    const { before, after, fixes } = await api.fix({ cwd, write: false, safety: 'review' });
    expect(before.score.value).toBeLessThanOrEqual(after.score.value);
    expect(fixes.written).toBe(false);
    expect(readFileSync(join(cwd, 'src/app.ts'), 'utf8')).toBe(leakyApp);
  });
});

it('report renders a result in any format, and names the nearest one for a wrong name', async () => {
  await use(async (cwd) => {
    const result = await api.scan({ cwd });
    expect(await api.report(result, 'concise', cwd)).toMatch(/^src\/app\.ts:6:3: high /);
    expect(await api.report(result, 'pretty', cwd)).toContain('6 │   setInterval(');
    expect(await api.report(result, 'sarif', cwd)).toContain('"version": "2.1.0"');
    await expect(api.report(result, 'srif')).rejects.toMatchObject({ name: 'InputError', wrong: { name: 'srif' } });
  });
});

it('explain and listRules answer from plain data', () => {
  expect(api.explain('no-leaked-interval')?.category).toBe('resources');
  expect(api.explain('nope')).toBeUndefined();
  expect(api.listRules('resources').every((rule) => rule.category === 'resources')).toBe(true);
});
