import type { RulePair } from '../model/fixer.ts';
import type { FileSummary } from '../model/link.ts';
import type { Problem } from '../model/scan-result.ts';
import type { ScanCache } from './cache.ts';
import { headOfHash, sha256 } from './content-hash.ts';
import type { DiscoveredFile } from './discover.ts';
import { scanImports } from './import-scan.ts';
import { KeptTexts } from './kept-texts.ts';
import { Linker } from './link.ts';
import { compareText } from './order.ts';
import type { PackageIndex } from './packages.ts';
import type { FileOutcome } from './process-file.ts';
import { processFiles } from './process-files.ts';
import { Project, type ProjectFile, type ProjectStore } from './project.ts';
import { RulePlan } from './rule-plan.ts';
import { asksOthers } from './run-file.ts';
import type { ScanScope } from './scan.ts';
import type { PackageSummary, ScannedFile, ScanOutcome, ScanRequest } from './scan-request.ts';
import { rawFindingsOf, type Scanned, settle, unsureWanted } from './settle.ts';
import { readSource } from './source-text.ts';
import type { Verdict } from './verdict.ts';

/** An outcome, and what it depends on that shows only when it is made. */
export interface Judged {
  outcome: ScanOutcome;
  /**
   * tsconfig files that were read or looked for, relative to the root, with the state of each; undefined when nothing
   * was asked of other files.
   */
  configs: Record<string, string> | undefined;
  /** Whether the day it was judged on matters. */
  hasDates: boolean;
}

/** Processes the files of a scope that the cache does not know, links, and applies the suppressions. */
export async function scanFiles(
  request: ScanRequest & { today: string },
  pairs: readonly RulePair<never>[],
  scope: ScanScope,
  cache: ScanCache | undefined,
): Promise<Judged> {
  const makePlan = () => new RulePlan(pairs, request);
  const plan = request.memory?.open(scope, makePlan) ?? makePlan();
  const { files: discovered, packages } = scope;
  const problems: Problem[] = [...scope.problems];
  const outcomes = new Map<string, Scanned>();
  let failed = 0;
  const take = (outcome: FileOutcome): void => {
    if (outcome.kind === 'skipped') scope.skipped[outcome.reason]++;
    else if (outcome.kind === 'failed') failed = problems.push(outcome.problem) - scope.problems.length;
    else outcomes.set(outcome.path, outcome);
  };
  const kept = new KeptTexts();
  const processAll = () => processFiles(request, plan, scope, cache, kept, take);
  await (request.timing ? request.timing.measure('read and parse', processAll) : processAll());

  const scanned = [...outcomes.values()].sort((a, b) => compareText(a.path, b.path));
  for (const { result } of scanned) if (result) problems.push(...result.problems);
  const linkAll = () => link(request, scope, scanned, plan, kept, cache);
  const { verdicts, configs } = request.timing ? request.timing.measure('link', linkAll) : linkAll();
  problems.push(...verdicts.flatMap(({ problem }) => problem ?? []));
  const { findings, refuted, suppressionProblems } = settle(scanned, verdicts, plan, request.today);
  const packageDirs = new Map(discovered.map(({ path, packageDir }) => [path, packageDir]));
  const files = scanned.map(
    ({ path, bytes, codeLines, hash, result }): ScannedFile => ({
      path,
      packageDir: packageDirs.get(path) ?? '',
      codeLines,
      bytes,
      parsed: result !== undefined,
      hash,
    }),
  );
  const outcome: ScanOutcome = {
    findings,
    refuted,
    problems: problems.sort(compareProblems),
    suppressionProblems,
    files: {
      inScope: scanned.length + failed,
      parsed: files.filter(({ parsed }) => parsed).length,
      codeLines: files.reduce((sum, file) => sum + file.codeLines, 0),
      skipped: scope.skipped,
    },
    scanned: files,
    packages: listPackages(files, packages),
  };
  const hasDates = scanned.some(({ result }) => result?.directives?.suppressions.some(({ until }) => until));
  return { outcome, configs, hasDates };
}

/** Decides what depends on other files. */
function link(
  request: ScanRequest,
  { files: discovered, packages, listRest }: ScanScope,
  scanned: readonly Scanned[],
  plan: RulePlan,
  kept: KeptTexts,
  cache: ScanCache | undefined,
): { verdicts: Verdict[]; configs: Record<string, string> | undefined } {
  const raw = rawFindingsOf(scanned);
  if (!raw.some(asksOthers)) {
    return { verdicts: raw.map(() => ({ holds: true, evidence: [], why: '' })), configs: undefined };
  }
  const rest = listRest();
  const known = new Map([...discovered, ...rest].map((file) => [file.path, file]));
  const files = new Map<string, ProjectFile>();
  const summaries = new Map<string, FileSummary>();
  for (const { path, imports, result } of scanned) {
    const { absolute, packageDir } = known.get(path)!;
    files.set(path, { path, absolute, packageDir, imports });
    if (result?.summary) summaries.set(path, result.summary);
  }
  for (const file of rest) {
    const imports = importsOf(file, packages, cache);
    if (imports) files.set(file.path, { ...file, imports });
  }
  const { root, entryPoints, texts } = request;
  const store = cache || request.memory ? storeOf(request, known, packages, cache) : undefined;
  const project = new Project(root, files, packages, { summaries, entryPoints, texts, kept, store });
  const verdicts = new Linker(project).decide(raw, unsureWanted(scanned, plan));
  project.keepPlaces(rest.length === 0);
  return { verdicts, configs: project.resolver.configStates() };
}

/** What cache and memory know of files; the cache only of texts on disk. */
function storeOf(
  { root, memory, texts }: ScanRequest,
  known: ReadonlyMap<string, DiscoveredFile>,
  packages: PackageIndex,
  cache: ScanCache | undefined,
): ProjectStore {
  const partsOf = ({ path, packageDir }: ProjectFile) => {
    const instead = texts?.get(path);
    const facts = packages.factsOf(packageDir);
    return { file: known.get(path)!, facts, instead, cache: instead === undefined ? cache : undefined };
  };
  const keyOf = (paths: readonly string[]): string =>
    sha256(JSON.stringify([paths, ['', ...packages.dirs()].map((dir) => [dir, packages.manifestOf(dir)])]));
  const filesAt = (paths: readonly string[]) => paths.map((path) => known.get(path)!);
  return {
    summaryOf(of) {
      const { file, facts, instead, cache: own } = partsOf(of);
      return memory?.summaryOf(file, facts, instead) ?? own?.summaryOf(file, facts);
    },
    putSummary(of, summary) {
      const { file, facts, instead, cache: own } = partsOf(of);
      memory?.putSummary(file, facts, summary, instead);
      own?.putSummary(file, facts, summary);
    },
    answerOf(of, question) {
      const { file, facts, instead, cache: own } = partsOf(of);
      return memory?.answerOf(file, facts, question, instead) ?? own?.answerOf(file, question);
    },
    putAnswer(of, question, answer) {
      const { file, facts, instead, cache: own } = partsOf(of);
      memory?.putAnswer(file, facts, question, answer, instead);
      own?.putAnswer(file, question, answer);
    },
    contentOf(of) {
      const { file, instead, cache: own } = partsOf(of);
      if (instead !== undefined) return headOfHash(sha256(instead));
      return own?.contentOf(file) ?? memory?.contentOf(file) ?? '';
    },
    places: () => memory?.places ?? cache?.places(),
    putPlaces(places) {
      if (memory) memory.places = places;
      if (!texts) cache?.putPlaces(places);
    },
    ...(cache &&
      !texts && {
        targetsOf: (paths) => cache.targetsOf(keyOf(paths), root, filesAt(paths)),
        putTargets: (paths, found) => cache.putTargets(keyOf(paths), filesAt(paths), found),
      }),
  };
}

/** The specifiers that the text of a file names; undefined when it cannot be read. */
function importsOf(
  file: DiscoveredFile,
  packages: PackageIndex,
  cache: ScanCache | undefined,
): readonly string[] | undefined {
  const kept = cache?.importsOf(file);
  if (kept) return kept;
  const source = readSource(file.path, file.absolute);
  if ('problem' in source) return undefined;
  const imports = scanImports(source.text);
  cache?.putImports(file, packages.factsOf(file.packageDir), source.text, imports);
  return imports;
}

function listPackages(files: readonly ScannedFile[], packages: PackageIndex): PackageSummary[] {
  const lines = new Map<string, number>();
  for (const { packageDir, codeLines } of files) lines.set(packageDir, (lines.get(packageDir) ?? 0) + codeLines);
  return [...lines.keys()]
    .sort(compareText)
    .map((dir) => ({ dir, name: packages.factsOf(dir).name, codeLines: lines.get(dir)! }));
}

function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.file, b.file) || compareText(a.kind, b.kind) || compareText(a.message, b.message);
}
