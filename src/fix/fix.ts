import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Finding } from '../model/finding.ts';
import type { FixResult, LeftFinding, Verification } from '../model/fix-result.ts';
import type { FixSafety } from '../model/fixer.ts';
import type { EditedFix } from './edited-fix.ts';
import { admit, readText, readTexts } from './fixable-texts.ts';
import type { ListMakers } from './follow-ends.ts';
import { checkCleanTree, findPrefix } from './git.ts';
import { Journal } from './journal.ts';
import { filePatch } from './patch.ts';
import { type OnFixed, type Plan, planFixes, type Refind, type Rescan } from './plan.ts';
import { keysOf, type PlannedFix } from './progress.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { type RuntimeMode, RuntimeSupply } from './runtime-source.ts';
import { hasTypedFiles } from './tsconfig.ts';
import type { NewTypeError } from './type-check.ts';
import { FixRefused } from './usage-error.ts';
import { type Culprit, findCulprits } from './verify.ts';

export type { EditedFix } from './edited-fix.ts';
export type { ListMakers } from './follow-ends.ts';
export type { Rescan } from './plan.ts';
export type { RuntimeMode } from './runtime-source.ts';

export interface FixRequest {
  /** Absolute path that the findings' files are relative to. */
  root: string;
  /** Those of a scan. Suppressed and baselined ones are left alone. */
  findings: readonly Finding[];
  /** SHA-256, in hex, of files as they were scanned; the others are held against the findings' snippets. */
  contentHashes?: ReadonlyMap<string, string>;
  /** `review` applies the fixes that need review too. Default: `safe`. */
  safety?: FixSafety;
  /** Only these of `findings`; `safety` still holds. Default: all. */
  isChosen?(finding: Finding): boolean;
  /** What a person has made of the fix of a finding; undefined where it stays the fixer's. */
  editedFix?(finding: Finding): EditedFix | undefined;
  /** False plans and shows the patch, and writes nothing. Default: true. */
  write?: boolean;
  /** How fixed code gets the runtime. Default: as a package where it is a dependency already, else copied. */
  runtime?: RuntimeMode;
  /** A command line that must pass before and after; fixes that break it are taken back. */
  verify?: string;
  /** Fix although the git tree has changes that are not committed. Default: false. */
  allowDirty?: boolean;
  /** Every file of the scan. Those with nothing to fix at first may be changed later on; without it none is. */
  scanned?: ReadonlySet<string>;
  /** Told of each text that the rescan will be about, with its tree. */
  onFixed?: OnFixed | undefined;
  /** Finds again what had to wait for another fix of its file; without it, that waits for the rescan. */
  refind?: Refind | undefined;
  /** Where instances of a class are made; without it the owners of repaired classes are not looked for. */
  listMakers?: ListMakers;
  /** Ends the run; every file is put back as it was. */
  signal?: AbortSignal;
  /** Told of each run of the verified command. */
  onVerify?(run: { runs: number; fixes: number }): void;
}

/**
 * Repairs what a scan found: plans all changes in memory, pass by pass, then writes them file by file, each in one step.
 *
 * @throws UsageError when fixing is refused and nothing was changed; the signal's reason when it aborts, with every file
 * put back; the error of the file system when runtime files cannot be written, with every file put back.
 */
export async function fixProject(given: FixRequest, rescan: Rescan): Promise<FixResult> {
  const { root, signal, write = true } = given;
  signal?.throwIfAborted();
  const { request, edited } = withEditedFixes(given);
  const early: Outcome = { left: [], problems: [] };
  const texts = readTexts(request, early);
  const supply = new RuntimeSupply(root, request.runtime);
  const candidates = request.findings.filter(({ file }) => texts.has(file));
  const others = request.findings.filter(({ file, status }) => !texts.has(file) && status === 'active');
  const chosen = request.isChosen && keysOf(candidates.filter((finding) => request.isChosen!(finding)));
  const planFor = (only: ReadonlySet<string> | undefined = chosen): Promise<Plan> =>
    planFixes({
      findings: candidates,
      texts,
      safety: request.safety ?? 'safe',
      supply,
      rescan,
      listMakers: request.listMakers,
      onFixed: request.onFixed,
      refind: request.refind,
      admit: (file) => admit(file, request),
      signal,
      edited,
      ...(only && { only }),
    });
  const plan = await planFor();
  const run: Run = { request, plan, planFor, supply, early, others, takenBack: [] };
  await takeBackTypeErrors(run);
  if (!write || run.plan.files.length === 0) return await toResult(run, false);
  if (!request.allowDirty)
    await checkCleanTree(
      root,
      run.plan.files.map(({ file }) => file),
    );
  return await writeAndVerify(run);
}

/** Puts the fixes that a person has edited in place of the fixers', and tells their keys. */
function withEditedFixes(given: FixRequest): { request: FixRequest; edited: ReadonlySet<string> } {
  const edited: Finding[] = [];
  const findings = given.findings.map((finding) => {
    const own = given.editedFix?.(finding);
    if (!own) return finding;
    edited.push(finding);
    return { ...finding, fix: own.fix };
  });
  return { request: { ...given, findings }, edited: keysOf(edited) };
}

/** Fixes that bring new type errors, in projects with a tsconfig.json, are taken out of the plan before it is written. */
async function takeBackTypeErrors(run: Run): Promise<void> {
  const { root } = run.request;
  if (!hasTypedFiles(root, run.plan.files)) return;
  // ts-morph takes as long to load as a small scan.
  const { TypeChecker } = await import('./type-check.ts');
  const checker = new TypeChecker(root);
  const check = ({ files, support }: Plan): NewTypeError[] => checker.findNewErrors(files, support);
  for (let errors = check(run.plan); errors.length > 0; errors = check(run.plan)) {
    const culprits: Culprit[] = [];
    for (const file of new Set(errors.map((error) => error.file))) {
      const own = errors.filter((error) => error.file === file);
      culprits.push(...(await findBreakers(run, file, own, check)));
    }
    const { fixes } = run.plan;
    const out = new Set(culprits.map(({ key }) => key));
    for (const { key, output } of culprits) run.takenBack.push(takeBack(fixes, key, `does not compile: ${output}`));
    run.plan = await run.planFor(new Set(fixes.map(({ key }) => key).filter((key) => !out.has(key))));
  }
  for (const [config, why] of checker.failures) {
    const file = relative(root, config).replaceAll('\\', '/');
    run.early.problems.push({
      file,
      message: `The compiler failed under it, so that fixes were not type-checked: ${why}`,
    });
  }
}

/** Which of the fixes of a file with new type errors bring them; all, where they only do together with other files. */
async function findBreakers(
  run: Run,
  file: string,
  errors: readonly NewTypeError[],
  check: (plan: Plan) => NewTypeError[],
): Promise<Culprit[]> {
  const resultOf = (found: readonly NewTypeError[]): CommandResult => {
    const texts = found.flatMap((error) => (error.file === file ? [error.text] : []));
    return { passed: texts.length === 0, output: texts.slice(0, 3).join('; ') };
  };
  const keys = run.plan.keysIn.get(file) ?? [];
  const failure = resultOf(errors);
  const blame = () => keys.map((key) => ({ key, output: failure.output }));
  if (keys.length === 1) return blame();
  const checkOnly = async (kept: readonly string[]) => resultOf(check(await run.planFor(new Set(kept))));
  if ((await checkOnly(keys)).passed) return blame();
  return (await findCulprits(keys, checkOnly, failure)).culprits;
}

function takeBack(fixes: readonly PlannedFix[], key: string, why: string): LeftFinding {
  const { finding, follows } = fixes.find((fix) => fix.key === key)!;
  return { finding, why: `${follows === undefined ? 'the fix' : `that ${follows}`} ${why}` };
}

interface Outcome {
  left: LeftFinding[];
  problems: FixResult['problems'];
}

interface Run {
  request: FixRequest;
  plan: Plan;
  planFor(only?: ReadonlySet<string>): Promise<Plan>;
  supply: RuntimeSupply;
  early: Outcome;
  /** Active findings of files that no fix is tried on. */
  others: Finding[];
  takenBack: LeftFinding[];
  verification?: Verification;
}

async function writeAndVerify(run: Run): Promise<FixResult> {
  const { request } = run;
  const { root, verify, signal } = request;
  let runs = 0;
  const runVerify = (fixes: number): Promise<CommandResult> => {
    runs++;
    request.onVerify?.({ runs, fixes });
    return runCommand(verify!, root, signal);
  };
  if (verify !== undefined) {
    refuseMissingRuntime(run);
    const before = await runVerify(0);
    if (!before.passed) {
      throw new FixRefused(
        'verify-fails-before',
        verify,
        withOutput(`the command of --verify fails before any fix: ${verify}`, '\n', before.output),
        'make it pass first, or leave --verify out',
      );
    }
  }
  let journal = new Journal();
  try {
    await writePlan(run, journal);
    if (verify !== undefined) {
      let result = await runVerify(run.plan.fixes.length);
      if (!result.passed) {
        const all = run.plan.fixes;
        const check = async (kept: readonly string[]): Promise<CommandResult> => {
          journal.restore();
          journal = new Journal();
          run.plan = await run.planFor(new Set(kept));
          await writePlan(run, journal);
          return await runVerify(kept.length);
        };
        const found = await findCulprits(
          all.map(({ key }) => key),
          check,
          result,
        );
        for (const { key, output } of found.culprits)
          run.takenBack.push(takeBack(all, key, withOutput(`breaks \`${verify}\``, ': ', output)));
        result = found.result;
      }
      run.verification = { command: verify, runs, ...result };
    }
    await nextTurn();
    signal?.throwIfAborted();
  } catch (error) {
    journal.restore();
    throw error;
  }
  return await toResult(run, run.plan.files.length > 0);
}

/** A command that fails may say nothing. */
function withOutput(what: string, between: string, output: string): string {
  return output.trim() === '' ? what : `${what}${between}${output}`;
}

function refuseMissingRuntime({ plan, supply, request }: Run): void {
  const folders = supply.listToInstall(plan.users);
  if (folders.length === 0) return;
  throw new FixRefused(
    'runtime-not-installed',
    folders.join(', '),
    `@plimsoll/runtime is not installed in ${folders.join(', ')}, so that \`${request.verify}\` could not run the fixed code`,
    'run `npm install @plimsoll/runtime` there first, or pass --runtime copy',
  );
}

/** Writes runtime files first: fixed code must never stand without them. */
async function writePlan(run: Run, journal: Journal): Promise<void> {
  const { root, signal } = run.request;
  const stale = run.plan.files.filter(({ file, before }) => readText(join(root, file)) !== before);
  drop(
    run,
    stale.map(({ file }) => file),
    'the file was changed while it was being fixed',
  );
  for (const { file, before, after } of run.plan.support) {
    const path = join(root, file);
    if (before === undefined ? existsSync(path) : readFileSync(path, 'utf8') !== before) {
      throw new Error(`${file} was changed while the project was being fixed`);
    }
    journal.write(path, after);
  }
  const failed: string[] = [];
  for (const { file, after } of run.plan.files) {
    await nextTurn();
    signal?.throwIfAborted();
    try {
      journal.write(join(root, file), after);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      run.early.problems.push({ file, message: `Cannot write: ${code === 'EACCES' ? 'permission denied' : message}` });
      failed.push(file);
    }
  }
  drop(run, failed, 'the file cannot be written');
}

/** Takes files out of the plan. */
function drop(run: Run, files: readonly string[], why: string): void {
  if (files.length === 0) return;
  const dropped = new Set(files);
  const { plan } = run;
  // An owner must not call what its part does not have.
  for (const { file, follows } of plan.files)
    if (follows.some(({ finding }) => dropped.has(finding.file))) dropped.add(file);
  for (const { file, applied } of plan.files) {
    if (!dropped.has(file)) continue;
    run.early.left.push(...applied.map((finding) => ({ finding, why })));
    run.others.push(...applied);
  }
  run.plan = {
    ...plan,
    files: plan.files.filter(({ file }) => !dropped.has(file)),
    fixes: plan.fixes.filter(({ finding }) => !dropped.has(finding.file)),
  };
}

async function toResult(run: Run, written: boolean): Promise<FixResult> {
  const { plan, early, takenBack, verification } = run;
  const changed = [...plan.files, ...plan.support].sort((a, b) => (a.file < b.file ? -1 : 1));
  const prefix = changed.length === 0 ? '' : await findPrefix(run.request.root);
  const others = run.others.filter(({ file }) => !plan.admitted.has(file));
  let patch: string | undefined;
  return {
    written,
    passes: plan.passes,
    files: plan.files,
    support: plan.support,
    skipped: [...plan.left, ...early.left, ...skips(others, early)],
    takenBack,
    remaining: [...plan.remaining, ...others],
    problems: early.problems,
    // Told line by line, which costs more than the fixes themselves: not all want it.
    get patch() {
      patch ??= changed.map(({ file, before, after }) => filePatch(prefix + file, before, after)).join('');
      return patch;
    },
    ...(verification && { verification }),
    next: nextSteps(run),
  };
}

/** Findings of files that no fix was tried on, where the fixer said why. */
function skips(others: readonly Finding[], early: Outcome): LeftFinding[] {
  const told = new Set(early.left.map(({ finding }) => finding));
  return others.flatMap((finding) =>
    finding.skip !== undefined && !told.has(finding) ? [{ finding, why: finding.skip }] : [],
  );
}

function nextSteps({ plan, supply, verification }: Run): string[] {
  const next = supply
    .listToInstall(plan.users)
    .map(
      (folder) =>
        `run \`npm install\`${folder === '.' ? '' : ` in ${folder}`}: the fixed code imports @plimsoll/runtime`,
    );
  next.push(...plan.fixes.flatMap(({ uncalled }) => (uncalled ? [`call ${uncalled}: until then it leaks`] : [])));
  if (plan.files.length > 0 && !verification)
    next.push('run your tests; `--verify "<command>"` does it and takes back what breaks them');
  return next;
}
