import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../model/finding.ts';
import type { RulePair } from '../model/fixer.ts';
import type { Problem, SuppressionProblem } from '../model/scan-result.ts';
import { type DiscoveredFile, type Discovery, discover, noneSkipped } from './discover.ts';
import { scanImports } from './import-scan.ts';
import { Linker } from './link.ts';
import { MakerIndex } from './makers.ts';
import { PackageIndex } from './packages.ts';
import { processFile } from './process-file.ts';
import { Project, type ProjectFile } from './project.ts';
import { RulePlan } from './rule-plan.ts';
import { asksOthers } from './run-file.ts';
import { type ScanRequest, UsageError } from './scan-request.ts';
import { rawFindingsOf, type Scanned, settle, unsureWanted } from './settle.ts';
import { readSource } from './source-text.ts';
import type { Verdict } from './verdict.ts';

/** What is wrong with one file. */
export interface FileScan {
  findings: Finding[];
  suppressionProblems: SuppressionProblem[];
  problems: Problem[];
}

/** The project as it was when it was last looked at. */
interface View {
  at: number;
  discovery: Discovery;
  files: ReadonlyMap<string, DiscoveredFile>;
  /** Absent until a finding depends on other files. */
  project?: Project;
  /** Absent when what it knows has changed. */
  linker?: Linker | undefined;
  makers?: MakerIndex;
}

/** File systems stamp files by a clock that may be some milliseconds behind. */
const clockSlackMs = 50;

/**
 * Scans the files of one project one at a time, as linters and editors ask for them, with what a scan of the project
 * would say of each. The other files are read when a finding first depends on them, and kept until `refresh`: a file
 * costs a parse then, and the first one that asks about others a read of the project. Synchronous.
 */
export class FileScanner {
  readonly root: string;
  readonly #request: ScanRequest;
  readonly #plan: RulePlan;
  #view: View | undefined;

  /** @throws UsageError when a rule that the request names does not exist. */
  constructor(request: ScanRequest, pairs: readonly RulePair<never>[]) {
    const { paths: _, ...whole } = request;
    this.root = request.root;
    this.#request = whole;
    this.#plan = new RulePlan(pairs, request);
  }

  /** Looks at the disk anew when it is next asked. */
  refresh(): void {
    this.#view = undefined;
  }

  /**
   * Judges a file that has this text, on disk or not; undefined where a scan of the project leaves it out.
   *
   * @param path POSIX, relative to the root
   */
  scan(path: string, text: string): FileScan | undefined {
    const view = this.#viewWith(path);
    const file = view.files.get(path);
    if (!file) return undefined;
    const { packages } = view.discovery;
    const outcome = processFile(file, packages.factsOf(file.packageDir), this.#plan, { instead: text });
    if (outcome.kind === 'skipped') return undefined;
    if (outcome.kind === 'failed') return { findings: [], suppressionProblems: [], problems: [outcome.problem] };
    const raw = rawFindingsOf([outcome]);
    const isAsking = raw.some(asksOthers);
    if (isAsking || view.project) this.#takeIn(outcome, text, view);
    const verdicts: Verdict[] = isAsking
      ? this.#linkerOf(view).decide(raw, unsureWanted([outcome], this.#plan))
      : raw.map(() => ({ holds: true, evidence: [], why: '' }));
    const { findings, suppressionProblems } = settle([outcome], verdicts, this.#plan, this.#request.today);
    const problems = [...(outcome.result?.problems ?? []), ...verdicts.flatMap(({ problem }) => problem ?? [])];
    return { findings, suppressionProblems, problems };
  }

  /** Where instances of classes are made, over the files as they are on disk. */
  makers(): MakerIndex {
    const view = this.#viewWith();
    view.makers ??= new MakerIndex(this.root, view.discovery.files);
    return view.makers;
  }

  /** A file that came after the last look is looked for. */
  #viewWith(path?: string): View {
    const view = this.#view;
    const isKnown = view && (path === undefined || view.files.has(path) || !this.#isNewer(path, view.at));
    if (isKnown) return view;
    const discovery = this.#discover();
    this.#view = { at: Date.now(), discovery, files: new Map(discovery.files.map((file) => [file.path, file])) };
    return this.#view;
  }

  #isNewer(path: string, than: number): boolean {
    return (statSync(join(this.root, path), { throwIfNoEntry: false })?.ctimeMs ?? 0) >= than - clockSlackMs;
  }

  #discover(): Discovery {
    try {
      return discover(this.#request);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { files: [], skipped: noneSkipped(), problems: [], packages: new PackageIndex(this.root) };
    }
  }

  #takeIn({ path, imports, result }: Scanned, text: string, view: View): void {
    view.project ??= this.#openProject(view);
    if (view.project.update(path, text, imports, result?.summary)) view.linker = undefined;
  }

  #linkerOf(view: View): Linker {
    view.linker ??= new Linker(view.project!);
    return view.linker;
  }

  #openProject({ discovery }: View): Project {
    const files = new Map<string, ProjectFile>();
    for (const file of discovery.files) {
      const source = readSource(file.path, file.absolute);
      files.set(file.path, { ...file, imports: 'text' in source ? scanImports(source.text) : [] });
    }
    const { entryPoints, texts } = this.#request;
    return new Project(this.root, files, discovery.packages, { entryPoints, texts });
  }
}
