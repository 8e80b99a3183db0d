import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bin, leakyApp, manifest, project } from './plimsoll.ts';

const root = join(import.meta.dirname, '../..');
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
const [scan, upload, comment] = action.runs.steps;

let own: ReturnType<typeof project>;
beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterEach(() => own.remove());

/** Runs the step as a runner does, with npx finding this build instead of the registry. */
function runStep(env: Record<string, string> = {}) {
  const temp = join(own.folder, '.runner');
  mkdirSync(temp, { recursive: true });
  writeFileSync(join(temp, 'npx'), `#!/bin/sh\nshift 2\nexec '${process.execPath}' '${bin}' "$@"\n`);
  chmodSync(join(temp, 'npx'), 0o755);
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary.md') };
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', scan.run], {
    cwd: own.folder,
    encoding: 'utf8',
    env: {
      PATH: `${temp}:${process.env.PATH}`,
      HOME: temp,
      RUNNER_TEMP: temp,
      PLIMSOLL_ACTION_VERSION: action.inputs.version.default,
      PLIMSOLL_ACTION_ARGS: '',
      PLIMSOLL_TRIAL: 'weigh',
      PLIMSOLL_ACTION_CHANGED: 'false',
      ...files,
      ...env,
    },
  });
  const output = existsSync(files.GITHUB_OUTPUT) ? readFileSync(files.GITHUB_OUTPUT, 'utf8') : '';
  return {
    status,
    stdout,
    stderr,
    temp,
    output: Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ),
  };
}

describe('the action', () => {
  it('asks for the version that this is', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(action.inputs.version.default).toBe(version);
  });

  it('annotates, writes summary and SARIF, sets its outputs, and fails with the code of the scan', () => {
    const { status, stdout, stderr, temp, output } = runStep();
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(stdout).toContain('::error file=src/app.ts,line=6');
    expect(output).toEqual({ 'exit-code': '1', analysed: 'true', score: '55', grade: 'C+', new: '1', fixed: '0' });
    for (const name of Object.keys(action.outputs)) expect(output).toHaveProperty(name);
    expect(readFileSync(join(temp, 'summary.md'), 'utf8')).toContain('## Plimsoll: 55 / 100');
    expect(JSON.parse(readFileSync(join(temp, 'plimsoll.sarif'), 'utf8')).runs[0].results).toHaveLength(1);
    expect(upload.if).toContain("steps.scan.outputs.analysed == 'true'");
  });

  it('takes options, and uploads nothing when they are wrong', () => {
    expect(runStep({ PLIMSOLL_ACTION_ARGS: '--fail-on never src' }).status).toBe(0);
    const wrong = runStep({ PLIMSOLL_ACTION_ARGS: '--fail-onn high; echo owned' });
    expect(wrong.status).toBe(2);
    expect(wrong.stdout).not.toMatch(/^owned/m);
    expect(wrong.output['exit-code']).toBe('2');
  });

  it.each([
    ['writes a comment where there is none', '', 'POST repos/shop/api/issues/7/comments'],
    ['brings its own comment up to date', 'https://api.github.com/c/3', 'PATCH https://api.github.com/c/3'],
  ])('%s, with what the scan said', (_, known, wanted) => {
    const { temp } = runStep();
    const gh = join(temp, 'gh');
    // Answers the list of comments, and notes what it is told to write.
    writeFileSync(
      gh,
      `#!/bin/sh\nif [ "$2" = --paginate ]; then printf '%s' '${known}'; else echo "$4 $5" > '${temp}/told'; cat "\${7#body=@}" >> '${temp}/told'; fi\n`,
    );
    chmodSync(gh, 0o755);
    const { status, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', comment.run], {
      cwd: own.folder,
      encoding: 'utf8',
      env: {
        PATH: `${temp}:${process.env.PATH}`,
        HOME: temp,
        RUNNER_TEMP: temp,
        PLIMSOLL_ACTION_COMMENTS: 'repos/shop/api/issues/7/comments',
      },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(join(temp, 'told'), 'utf8')).toMatch(
      new RegExp(`^${wanted}\\n<!-- plimsoll -->\\n## Plimsoll: 55 / 100`),
    );
    expect(comment.if).toContain("inputs.comment == 'true' && github.event_name == 'pull_request'");
  });

  it('reports on a pull request what it brings', () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: own.folder, stdio: 'pipe' });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'start');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    const { status, output } = runStep({ PLIMSOLL_ACTION_CHANGED: 'true', GITHUB_BASE_REF: 'main' });
    expect(status).toBe(0);
    expect(output).toMatchObject({ new: '0', fixed: '0', score: '55' });
  });
});
