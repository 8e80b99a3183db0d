import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configIn } from '../../config/load.ts';
import { version } from '../../version.ts';
import { assertKnown, type InitFlags } from '../options.ts';
import { print } from '../output.ts';
import type { Session } from '../session.ts';
import { hooks } from './init-hooks.ts';
import { addTo, type InitStep, writeNew } from './init-step.ts';

export const ciChoices = ['github', 'gitlab', 'none'] as const;

/** Writes what is missing of the configuration, the CI job and the hook. What is there is never touched. */
export async function initCommand(flags: InitFlags, session: Session): Promise<number> {
  const folder = session.cwd;
  for (const name of flags.ci ?? []) assertKnown('CI', name, ciChoices, ciChoices.join(', '));
  const chosen = flags.ci ?? detectCi(folder);
  const steps = [
    configuration(folder),
    ...(chosen.includes('github')
      ? [writeNew(folder, '.github/workflows/plimsoll.yml', githubWorkflow(mainBranch(folder)))]
      : []),
    ...(chosen.includes('gitlab') ? gitlab(folder) : []),
    ...hooks(folder),
  ];
  for (const { file, said, byHand } of steps) {
    await print(`${said.padEnd(8)} ${file}\n${byHand === undefined ? '' : `${byHand.replace(/^/gm, '    ')}\n`}`);
  }
  await print('\nNext: npx plimsoll, and on old code: npx plimsoll baseline update\n');
  return 0;
}

function configuration(folder: string): InitStep {
  const found = configIn(folder);
  if (found !== undefined) return { file: found.slice(folder.length + 1), said: 'kept' };
  const config = {
    $schema: './node_modules/plimsoll/schema/config.schema.json',
    // The default, high, fails on nothing while every rule of that severity is on trial.
    gates: { failOn: 'medium' },
  };
  return writeNew(folder, 'plimsoll.config.json', `${JSON.stringify(config, undefined, 2)}\n`);
}

function git(folder: string, ...args: string[]): string {
  try {
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

function detectCi(folder: string): string[] {
  const remote = git(folder, 'remote', 'get-url', 'origin');
  const found: string[] = [];
  if (existsSync(join(folder, '.github')) || /github/i.test(remote)) found.push('github');
  if (existsSync(join(folder, '.gitlab-ci.yml')) || /gitlab/i.test(remote)) found.push('gitlab');
  return found;
}

function mainBranch(folder: string): string {
  const head = git(folder, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD').replace(/^origin\//, '');
  const name = head || git(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD') || 'main';
  return /^[\w./-]+$/.test(name) ? name : 'main';
}

function githubWorkflow(branch: string): string {
  return `name: Plimsoll

on:
  push:
    branches: [${branch}]
  pull_request:

permissions:
  contents: read
  security-events: write

jobs:
  plimsoll:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v5
        with:
          node-version: 22
      - run: npx --yes plimsoll@${version} --reporter github --reporter sarif=plimsoll.sarif --reporter markdown="$GITHUB_STEP_SUMMARY"
      - uses: github/codeql-action/upload-sarif@v4
        # A pull request from a fork may not write security events.
        if: \${{ !cancelled() && (github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository) }}
        with:
          sarif_file: plimsoll.sarif
          category: plimsoll
`;
}

const gitlabJob = `plimsoll:
  image: node:22
  variables:
    GIT_DEPTH: "0"
  script:
    - npx --yes plimsoll@${version} --reporter pretty --reporter gitlab=gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
`;

function gitlab(folder: string): InitStep[] {
  const include = 'include:\n  - local: .gitlab/plimsoll.yml\n';
  const job = writeNew(folder, '.gitlab/plimsoll.yml', gitlabJob);
  const root = '.gitlab-ci.yml';
  if (!existsSync(join(folder, root))) return [job, writeNew(folder, root, include)];
  return [job, addTo(folder, root, include.trimEnd())];
}
