import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RulePair } from '../model/fixer.ts';
import type { FileSummary } from '../model/link.ts';
import type { Problem } from '../model/scan-result.ts';
import { type DiscoveredFile, type Discovery, discover } from './discover.ts';
import { scanImports } from './import-scan.ts';
import { Linker, type Verdict } from './link.ts';
import { compareText } from './order.ts';
import { type FileOutcome, processFile } from './process-file.ts';
import { Project, type ProjectFile } from './project.ts';
import { type PlanRequest, RulePlan } from './rule-plan.ts';
import type { RawFinding } from './run-file.ts';
import {
  type PackageSummary,
  type ScannedFile,
  type ScanOutcome,
  type ScanRequest,
  UsageError,
} from './scan-request.ts';
import { rawFindingsOf, type Scanned, settle } from './settle.ts';
import { readSource } from './source-text.ts';
import { decideThreads, processInThreads } from './threads.ts';

/** The event loop gets a turn this often, for progress and for aborting. */
const turnMs = 25;

/**
 * Finds what `pairs` report in the files of a request. Trees are dropped file by file; what depends on other files is
 * decided at the end over their summaries. The result does not depend on the number of threads or the order of files.
 *
 * @throws UsageError when the request is wrong and nothing was judged; the signal's reason when it aborts.
 */
export async function scan(request: ScanRequest, pairs: readonly RulePair<never>[]): Promise<ScanOutcome> {
  const plan = new RulePlan(pairs, request);
  const discovery = discover(request);
  const problems: Problem[] = [...discovery.problems];
  const outcomes = new Map<string, Scanned>();
  let done = 0;
  let failed = 0;
  const total = discovery.files.length;
  const take = (outcome: FileOutcome): void => {
    if (outcome.kind === 'skipped') discovery.skipped[outcome.reason]++;
    else if (outcome.kind === 'failed') failed = problems.push(outcome.problem) - discovery.problems.length;
    else outcomes.set(outcome.path, outcome);
    done++;
  };
  await processFiles(request, plan, discovery, take, () => request.onProgress?.({ done, total }));

  const scanned = [...outcomes.values()].sort((a, b) => compareText(a.path, b.path));
  for (const { result } of scanned) if (result) problems.push(...result.problems);
  const verdicts = link(request, discovery, scanned, rawFindingsOf(scanned));
  const { findings, refuted, suppressionProblems } = settle(scanned, verdicts, plan, request.today);
  const packageDirs = new Map(discovery.files.map(({ path, packageDir }) => [path, packageDir]));
  const files = scanned.map(
    ({ path, bytes, codeLines, hash, result }): ScannedFile => ({
      path,
      packageDir: packageDirs.get(path) ?? '',
      codeLines,
      bytes,
      parsed: result !== undefined,
      ...(hash !== undefined && { hash }),
    }),
  );
  return {
    findings,
    refuted,
    problems: problems.sort(compareProblems),
    suppressionProblems,
    files: {
      inScope: scanned.length + failed,
      parsed: files.filter(({ parsed }) => parsed).length,
      codeLines: files.reduce((sum, file) => sum + file.codeLines, 0),
      skipped: discovery.skipped,
    },
    scanned: files,
    packages: listPackages(files, discovery),
  };
}

async function processFiles(
  request: ScanRequest,
  plan: RulePlan,
  { files, packages }: Discovery,
  take: (outcome: FileOutcome) => void,
  report: () => void,
): Promise<void> {
  const { signal, pairsModule } = request;
  signal?.throwIfAborted();
  const threads = pairsModule === undefined || request.texts ? 1 : decideThreads(files, request.threads);
  if (threads > 1) {
    await processInThreads(files, packages, {
      threads,
      plan: plainPlan(request),
      pairsModule: pairsModule!,
      plugins: request.plugins ?? [],
      signal,
      onOutcome: (outcome) => {
        take(outcome);
        report();
      },
    });
    return;
  }
  let turnAt = performance.now() + turnMs;
  for (const file of files) {
    take(processFile(file, packages.factsOf(file.packageDir), plan, request.texts?.get(file.path)));
    if (performance.now() < turnAt) continue;
    report();
    await nextTurn();
    signal?.throwIfAborted();
    turnAt = performance.now() + turnMs;
  }
  report();
}

function plainPlan({ ruleIds, categories, confidence, rules, overrides }: ScanRequest): PlanRequest {
  return {
    ...(ruleIds && { ruleIds }),
    ...(categories && { categories }),
    ...(confidence && { confidence }),
    ...(rules && { rules }),
    ...(overrides && { overrides }),
  };
}

/** Decides what depends on other files. With narrower paths the rest of the root is looked at too, but not reported on. */
function link(
  request: ScanRequest,
  discovery: Discovery,
  scanned: readonly Scanned[],
  raw: readonly RawFinding[],
): Verdict[] {
  if (!raw.some(({ when }) => when)) return raw.map(() => ({ holds: true, evidence: [], why: '' }));
  const files = new Map<string, ProjectFile>();
  const summaries = new Map<string, FileSummary>();
  const discovered = new Map(discovery.files.map((file) => [file.path, file]));
  for (const { path, imports, result } of scanned) {
    const { absolute, packageDir } = discovered.get(path)!;
    files.set(path, { path, absolute, packageDir, imports });
    if (result?.summary) summaries.set(path, result.summary);
  }
  for (const file of request.paths?.length ? listRest(request, discovery) : []) {
    if (files.has(file.path)) continue;
    const source = readSource(file.path, file.absolute);
    if ('text' in source) files.set(file.path, { ...file, imports: scanImports(source.text) });
  }
  const { root, entryPoints, texts } = request;
  const project = new Project(root, files, discovery.packages, { summaries, entryPoints, texts });
  return new Linker(project).decide(raw);
}

function listRest(request: ScanRequest, discovery: Discovery): DiscoveredFile[] {
  const { paths: _, ...whole } = request;
  try {
    const rest = discover(whole);
    for (const dir of rest.packages.dirs()) discovery.packages.add(dir);
    return rest.files;
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function listPackages(files: readonly ScannedFile[], { packages }: Discovery): PackageSummary[] {
  const lines = new Map<string, number>();
  for (const { packageDir, codeLines } of files) lines.set(packageDir, (lines.get(packageDir) ?? 0) + codeLines);
  return [...lines.keys()]
    .sort(compareText)
    .map((dir) => ({ dir, name: packages.factsOf(dir).name, codeLines: lines.get(dir)! }));
}

function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.file, b.file) || compareText(a.kind, b.kind) || compareText(a.message, b.message);
}
