/** A stranger's project in a folder of its own: laid out at its commit, installed, compiled, tested, put back. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findGitDir, layOut, listEntries } from '../clones.ts';
import { type CommandOutcome, countCompileErrors, countTests, runCommand, type TestCounts } from './command.ts';

/** What projects.json says of one. */
export interface ProjectFacts {
  /** `<owner>/<name>` */
  repository: string;
  commit: string;
  language: 'ts' | 'js';
  modules: 'esm' | 'cjs';
  /** Command lines. `compile` is what a TypeScript project is compiled with; it may write what the tests run. */
  install?: string;
  compile?: string;
  test: string;
  /** What is left out of the scan's way, and of the tests, and why. */
  note?: string;
}

export interface TestOutcome extends TestCounts {
  passing: boolean;
  seconds: number;
  output: string;
}

const work = join(import.meta.dirname, '../.work/fix-safety');
const defaultInstall =
  'if [ -f package-lock.json ]; then npm ci --ignore-scripts --no-audit --no-fund || ' +
  'npm install --ignore-scripts --no-audit --no-fund; else npm install --ignore-scripts --no-audit --no-fund; fi';

export class Project {
  readonly facts: ProjectFacts;
  readonly folder: string;

  constructor(facts: ProjectFacts) {
    this.facts = facts;
    this.folder = join(work, facts.repository.replace('/', '+'));
  }

  /** Lays the project out and installs it, unless an earlier run did; then puts it back as it was. */
  async prepare(checkouts: string): Promise<void> {
    const done = join(this.folder, '.git/installed');
    if (!existsSync(done)) {
      const gitDir = findGitDir(checkouts, this.facts.repository);
      if (gitDir === undefined) throw new Error(`no clone of ${this.facts.repository} in ${checkouts}`);
      mkdirSync(this.folder, { recursive: true });
      layOut(gitDir, listEntries(gitDir, this.facts.commit), this.folder);
      const installed = await runCommand(this.facts.install ?? defaultInstall, this.folder);
      if (!installed.passed) throw new Error(`cannot install: ${installed.output.slice(-1_000)}`);
      // A repository of its own: what fixes and tests write is undone by git, and no ignore file above is heeded.
      this.#git('init', '-q');
      appendFileSync(join(this.folder, '.git/info/exclude'), 'node_modules\n');
      this.#git('add', '-A');
      this.#git('commit', '-q', '-m', 'As found');
      mkdirSync(done);
    }
    this.restore();
  }

  /** As it was found, but installed: what its tests left behind goes too. */
  restore(): void {
    this.#git('reset', '-q', '--hard');
    this.#git('clean', '-q', '-f', '-d', '-x', '-e', 'node_modules');
  }

  #git(...args: string[]): void {
    const identity = ['-c', 'user.name=fix-safety', '-c', 'user.email=fix-safety@localhost', '-c', 'core.hooksPath='];
    const options = { cwd: this.folder, stdio: 'pipe', maxBuffer: 2 ** 28 } as const;
    execFileSync('git', [...identity, '-c', 'core.excludesFile=', ...args], options);
  }

  async compile(): Promise<{ errors: number; output: string }> {
    const { compile } = this.facts;
    if (compile === undefined) return { errors: 0, output: '' };
    const outcome: CommandOutcome = await runCommand(compile, this.folder);
    return { errors: countCompileErrors(outcome), output: outcome.output };
  }

  async test(): Promise<TestOutcome> {
    const { passed, output, seconds } = await runCommand(this.facts.test, this.folder);
    return { ...countTests(output), passing: passed, seconds, output };
  }
}
