import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

let leaky: ReturnType<typeof project>;
const run = (args: string[], env: Record<string, string> = {}) => plimsoll(args, { cwd: leaky.folder, env });
beforeAll(() => {
  leaky = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterAll(() => leaky.remove());

describe('the first word', () => {
  it.each([
    ['help of a command that there is not', ['help', 'scor'], 'unknown command "scor"'],
    ['a command that there is not, asked for help', ['compare', '--help'], 'no such file, folder or command: compare'],
    ['an option before the command', ['--confidence', 'possible', 'why', 'src/app.ts:1'], 'plimsoll why comes first'],
  ])('%s is told', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it.each([[['help', 'score']], [['score', '--help']], [['help']], [['src', '--help']], [['--help']]])(
    '%j helps',
    async (args) => {
      const { code, stdout, stderr } = await run(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(args.includes('score') ? 'Usage: plimsoll score' : 'Usage: plimsoll [options]');
    },
  );

  it('may be a link that leads nowhere', async () => {
    symlinkSync('nowhere.ts', join(leaky.folder, 'link.ts'));
    const { code, stderr } = await run(['link.ts']);
    expect([code, stderr]).toEqual([2, 'error: the symbolic link leads nowhere: link.ts\n']);
    execFileSync('rm', [join(leaky.folder, 'link.ts')]);
  });
});

describe('variables', () => {
  it.each([
    ['PLIMSOLL_MIN_SCORE', 'abc', 'PLIMSOLL_MIN_SCORE must be a whole number'],
    ['PLIMSOLL_FAIL_ON', 'bad', 'unknown severity "bad"'],
    ['PLIMSOLL_REPORTER', 'concise,jsn', 'unknown reporter'],
  ])('%s is named where its value is wrong', async (name, value, message) => {
    const { code, stderr } = await run([], { [name]: value });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`at the variable ${name}\n`);
  });

  it('without effect are warned of, and flags keep their own names', async () => {
    const { stderr } = await run(['score', '--min-score', 'abc'], { PLIMSOLL_MINSCORE: '3', PLIMSOLL_MIN_SCORE: 'x' });
    expect(stderr).toContain('PLIMSOLL_MINSCORE has no effect: did you mean PLIMSOLL_MIN_SCORE?');
    expect(stderr).toContain('error: --min-score must be');
    expect((await run(['score', '--quiet', '--fail-on', 'never'], { PLIMSOLL_MINSCORE: '3' })).stderr).toBe('');
  });
});

it('score says on stderr which gate fails', async () => {
  const { code, stdout, stderr } = await run(['score', '--fail-on', 'never', '--min-score', '99']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^\d+ \S+\n$/);
  expect(stderr).toMatch(/^exit code 1: min-score: score \d+ < 99\n$/);
});

it('a pipe among the sources is never opened', async () => {
  execFileSync('mkfifo', [join(leaky.folder, 'src/pipe.ts')]);
  const { code, stdout } = await run(['--reporter', 'json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).files).toMatchObject({ inScope: 1, skipped: { special: 1 } });
  execFileSync('rm', [join(leaky.folder, 'src/pipe.ts')]);
}, 20_000);
