import { fileRole } from '../ast/where/file-role.ts';
import type { FileSummary } from '../model/link.ts';
import { FactPlaces, type KeptPlaces } from './fact-places.ts';
import { compileGlobs } from './glob.ts';
import { hasReExport } from './import-scan.ts';
import type { ImportTargets } from './kept-targets.ts';
import { KeptTexts } from './kept-texts.ts';
import { compareText } from './order.ts';
import { isLibraryPackage, type PackageIndex } from './packages.ts';
import { ModuleResolver } from './resolve-module.ts';
import { summariseFile } from './run-file.ts';
import type { EntryPointSettings } from './scan-request.ts';
import { readSource } from './source-text.ts';
import { isTestFile } from './test-file.ts';
import { hasWord } from './words.ts';

/** A file that the linker may look at. */
export interface ProjectFile {
  path: string;
  absolute: string;
  packageDir: string;
  /** Specifiers that its text names. */
  imports: readonly string[];
}

/** What outlives a scan. */
export interface ProjectStore {
  /** Null stands for a file that cannot be parsed. */
  summaryOf(file: ProjectFile): FileSummary | null | undefined;
  putSummary(file: ProjectFile, summary: FileSummary | null): void;
  /** What was answered to a question about the text of a file. */
  answerOf(file: ProjectFile, question: string): unknown;
  putAnswer(file: ProjectFile, question: string, answer: unknown): void;
  /** Which files those at `paths` import, where that is known. */
  targetsOf?(paths: readonly string[]): ImportTargets | undefined;
  putTargets?(paths: readonly string[], found: ImportTargets): void;
  /** What tells the content of a file from every other one; '' where it cannot be read. */
  contentOf(file: ProjectFile): string;
  /** Which files may state which facts, as far as it is known, of any contents. */
  places(): KeptPlaces | undefined;
  putPlaces?(places: KeptPlaces): void;
}

/** What is known of the files of a project ahead of time. */
export interface ProjectKnowledge {
  summaries?: ReadonlyMap<string, FileSummary>;
  entryPoints?: EntryPointSettings | undefined;
  /** Texts that stand for those on disk. */
  texts?: ReadonlyMap<string, string> | undefined;
  /** Texts that were read from disk. */
  kept?: KeptTexts | undefined;
  store?: ProjectStore | undefined;
}

/** What the linker knows of the files: summaries, made on demand where no rule asked for a parse, and who imports whom. */
export class Project {
  readonly resolver: ModuleResolver;
  readonly #files: Map<string, ProjectFile>;
  readonly #packages: PackageIndex;
  readonly #summaries: Map<string, FileSummary | undefined>;
  readonly #store: ProjectStore | undefined;
  readonly #texts: KeptTexts;
  readonly #given: Map<string, string>;
  readonly #updated = new Set<string>();
  #importers: Map<string, string[]> | undefined;
  #places: FactPlaces | undefined;
  readonly #aside = new Map<string, boolean>();
  readonly #answers = new Map<string, Map<string, unknown>>();
  readonly #passesOn = new Map<string, boolean>();
  readonly #routes = new Map<string, readonly string[]>();
  readonly #entryGlobs: { kind: 'request' | 'event'; matches(path: string): boolean }[] = [];
  /** Told of each summary as it becomes known. */
  onSummary: ((file: string, summary: FileSummary) => void) | undefined;

  constructor(
    root: string,
    files: ReadonlyMap<string, ProjectFile>,
    packages: PackageIndex,
    { summaries = new Map(), entryPoints, texts = new Map(), kept = new KeptTexts(), store }: ProjectKnowledge = {},
  ) {
    this.#files = new Map(files);
    this.#store = store;
    this.#packages = packages;
    this.#summaries = new Map(summaries);
    this.#given = new Map(texts);
    this.#texts = kept;
    this.resolver = new ModuleResolver(root, new Set(files.keys()), packages);
    for (const kind of ['request', 'event'] as const) {
      const globs = entryPoints?.[kind];
      if (globs?.length) this.#entryGlobs.push({ kind, matches: compileGlobs(globs) });
    }
  }

  get files(): ReadonlyMap<string, ProjectFile> {
    return this.#files;
  }

  /** Takes in the text that a known file has by now; false when it is the one that is known already. */
  update(path: string, text: string, imports: readonly string[], summary: FileSummary | undefined): boolean {
    if (this.textOf(path) === text) {
      if (summary && !this.#summaries.has(path)) this.#learn(path, summary);
      return false;
    }
    const before = this.#files.get(path)!;
    const isSame = before.imports.length === imports.length && before.imports.every((one, i) => one === imports[i]);
    if (!isSame) {
      this.#files.set(path, { ...before, imports });
      this.#importers = undefined;
    }
    this.#given.set(path, text);
    this.#updated.add(path);
    this.#answers.delete(path);
    this.#places?.forget(path);
    this.#passesOn.delete(path);
    this.#routes.clear();
    this.#summaries.delete(path);
    if (summary) this.#learn(path, summary);
    return true;
  }

  isSummarised(file: string): boolean {
    return this.#summaries.has(file);
  }

  /** Parses the file when no one has yet. */
  summaryOf(file: string): FileSummary | undefined {
    if (this.#summaries.has(file)) return this.#summaries.get(file);
    const summary = this.#makeSummary(file);
    this.#learn(file, summary);
    return summary;
  }

  #learn(file: string, summary: FileSummary | undefined): void {
    this.#summaries.set(file, summary);
    if (summary) this.onSummary?.(file, summary);
  }

  #makeSummary(file: string): FileSummary | undefined {
    const known = this.#files.get(file);
    if (!known) return undefined;
    const store = this.#storeOf(file);
    const kept = store?.summaryOf(known);
    if (kept !== undefined) return kept ?? undefined;
    const summary = this.#summariseText(known);
    store?.putSummary(known, summary ?? null);
    return summary;
  }

  #summariseText({ path, packageDir }: ProjectFile): FileSummary | undefined {
    const text = this.textOf(path);
    return text === undefined ? undefined : summariseFile(path, text, this.#packages.factsOf(packageDir));
  }

  /** What is kept answers for the texts that this was made with. */
  #storeOf(file: string): ProjectStore | undefined {
    return this.#updated.has(file) ? undefined : this.#store;
  }

  /** Files with a summary so far, sorted. */
  summarised(): string[] {
    return [...this.#summaries.keys()].filter((file) => this.#summaries.get(file)).sort(compareText);
  }

  textOf(file: string): string | undefined {
    const kept = this.#given.get(file) ?? this.#texts.get(file);
    if (kept !== undefined) return kept;
    const known = this.#files.get(file);
    const source = known && readSource(file, known.absolute);
    if (!source || 'problem' in source) return undefined;
    this.#texts.keep(file, source.text);
    return source.text;
  }

  /** An answer that depends on the text of a file and the question alone; the text is read only where no scan asked before. */
  ask<Answer>(file: string, question: string, answerTo: (text: string) => Answer): Answer {
    let answers = this.#answers.get(file);
    if (!answers) {
      answers = new Map();
      this.#answers.set(file, answers);
    }
    if (!answers.has(question)) answers.set(question, this.#answer(file, question, answerTo));
    return answers.get(question) as Answer;
  }

  #answer<Answer>(file: string, question: string, answerTo: (text: string) => Answer): Answer {
    const known = this.#files.get(file);
    const store = this.#storeOf(file);
    const kept = known && store?.answerOf(known, question);
    if (kept !== undefined) return kept as Answer;
    const text = this.textOf(file);
    const answer = answerTo(text ?? '');
    if (known && text !== undefined) store?.putAnswer(known, question, answer);
    return answer;
  }

  /** Which files may state which facts, by their texts. */
  get places(): FactPlaces {
    this.#places ??= this.#openPlaces();
    return this.#places;
  }

  #openPlaces(): FactPlaces {
    const paths = this.#sortedPaths();
    const places = new FactPlaces(paths, (path) => this.textOf(path));
    const kept = this.#store?.places();
    if (kept) places.recall(kept, this.#contentsOf(paths));
    return places;
  }

  #sortedPaths(): string[] {
    return [...this.#files.keys()].sort(compareText);
  }

  #contentsOf(paths: readonly string[]): string[] {
    return paths.map((path) => this.#storeOf(path)?.contentOf(this.#files.get(path)!) ?? '');
  }

  /**
   * Gives the store what was learnt of all files together.
   *
   * @param isWhole whether all was asked that scans of these files ask; else what earlier ones asked stays, too
   */
  keepPlaces(isWhole: boolean): void {
    if (!this.#places?.isChanged || !this.#store?.putPlaces) return;
    this.#store.putPlaces(this.#places.keep(this.#contentsOf(this.#sortedPaths()), isWhole));
  }

  /** The files of a package whose text holds a word, by path. */
  filesHolding(word: string, packageDir: string): string[] {
    const files = this.places.filesOf(`held:${packageDir}:${word}`);
    return files.filter((path) => this.#files.get(path)!.packageDir === packageDir);
  }

  /** Whether one of `words` stands in a file's text, not as a part of a longer name. */
  mentions(file: string, words: Iterable<string>): boolean {
    const text = this.textOf(file);
    if (text === undefined) return false;
    for (const word of words) if (hasWord(text, word)) return true;
    return false;
  }

  /** Files that import `file` directly, sorted. */
  importersOf(file: string): readonly string[] {
    this.#importers ??= this.#indexImporters();
    return this.#importers.get(file) ?? [];
  }

  /** `file` and the files through which its exports can be had: re-exports, and exported objects that hold them. Sorted behind `file`. */
  routesTo(file: string): readonly string[] {
    const known = this.#routes.get(file);
    if (known) return known;
    const routes = new Set([file]);
    for (const route of routes) {
      for (const importer of this.importersOf(route)) if (this.#passesExportsOn(importer)) routes.add(importer);
    }
    const list = [...routes];
    this.#routes.set(file, list);
    return list;
  }

  /** Files that import one of `files`, or hand it on; sorted. */
  reachersOf(files: Iterable<string>): string[] {
    const found = new Set<string>();
    for (const file of files) {
      for (const route of this.routesTo(file)) {
        found.add(route);
        for (const importer of this.importersOf(route)) found.add(importer);
      }
    }
    return [...found].sort(compareText);
  }

  /** The kind of entry that the configuration says the exports of a file are. */
  configuredEntry(file: string): 'request' | 'event' | undefined {
    return this.#entryGlobs.find((globs) => globs.matches(file))?.kind;
  }

  /** Whether the file is product code of a package that others install and import from. */
  isPublished(file: string): boolean {
    const known = this.#files.get(file);
    return known !== undefined && this.#packages.isPublished(known.packageDir) && !this.isAside(file);
  }

  /** Whether the file is product code of a library: see {@link isLibraryPackage}. */
  isOfLibrary(file: string): boolean {
    const known = this.#files.get(file);
    return (
      known !== undefined && this.isPublished(file) && isLibraryPackage(this.#packages.manifestOf(known.packageDir))
    );
  }

  /** Tests, scripts and examples: what they call says nothing of how often the product does. */
  isAside(file: string): boolean {
    let isAside = this.#aside.get(file);
    if (isAside === undefined) {
      const known = this.#files.get(file);
      const role = known && fileRole(file, '', this.#packages.factsOf(known.packageDir));
      isAside = (role !== 'product' && role !== 'ui') || isTestFile(this, file);
      this.#aside.set(file, isAside);
    }
    return isAside;
  }

  /** A file off the product's path that only such files import: no entry point is found by way of its calls. */
  leadsNowhere(file: string): boolean {
    return (
      this.isAside(file) &&
      this.configuredEntry(file) === undefined &&
      this.importersOf(file).every((importer) => this.isAside(importer))
    );
  }

  /** The packages of files, and those that they depend on, at any remove. */
  packagesOf(files: readonly string[]): ReadonlySet<string> {
    const dirs = new Set(files.flatMap((file) => this.#files.get(file)?.packageDir ?? []));
    const byName = new Map(this.#packages.dirs().map((dir) => [this.#packages.factsOf(dir).name, dir]));
    for (const dir of dirs) {
      for (const name of this.#packages.factsOf(dir).dependencies) {
        const needed = byName.get(name);
        if (needed !== undefined) dirs.add(needed);
      }
    }
    return dirs;
  }

  /** The other files of the product in a file's package. */
  filesBeside(file: string): string[] {
    const dir = this.#files.get(file)?.packageDir;
    return [...this.#files.values()]
      .filter(({ path, packageDir }) => packageDir === dir && path !== file && !this.isAside(path))
      .map(({ path }) => path);
  }

  /** Whether the package of a file depends on one of `modules`. */
  dependsOn(file: string, modules: readonly string[]): boolean {
    const known = this.#files.get(file);
    const named = known && this.#packages.factsOf(known.packageDir).dependencies;
    return modules.some((module) => named?.has(module));
  }

  /** Whether the package of a file, or one of the project that depends on that, depends on one of `modules`. */
  isUsedWith(file: string, modules: readonly string[]): boolean {
    const dir = this.#files.get(file)?.packageDir;
    const name = dir === undefined ? undefined : this.#packages.factsOf(dir).name;
    if (this.dependsOn(file, modules)) return true;
    if (!name) return false;
    return this.#packages.dirs().some((other) => {
      const { dependencies } = this.#packages.factsOf(other);
      return dependencies.has(name) && modules.some((module) => dependencies.has(module));
    });
  }

  /** Part of a desktop application: one person asks for what it does, so nothing of it is on a request path. */
  isDesktop(file: string): boolean {
    return this.dependsOn(file, ['electron']);
  }

  #passesExportsOn(file: string): boolean {
    let passes = this.#passesOn.get(file);
    if (passes === undefined) {
      passes = this.ask(file, 're-exports', hasReExport);
      this.#passesOn.set(file, passes);
    }
    return passes;
  }

  #indexImporters(): Map<string, string[]> {
    const importers = new Map<string, string[]>();
    for (const [path, targets] of this.#findTargets()) {
      for (const target of targets) {
        const list = importers.get(target);
        if (list) list.push(path);
        else importers.set(target, [path]);
      }
    }
    return importers;
  }

  /** The files that each file imports, sorted by importer. */
  #findTargets(): ReadonlyMap<string, readonly string[]> {
    const paths = this.#sortedPaths();
    const store = this.#updated.size > 0 ? undefined : this.#store;
    const known = store?.targetsOf?.(paths);
    if (known) this.resolver.recall(known.configs);
    const targets = new Map(paths.map((path) => [path, known?.targets.get(path) ?? this.#targetsOf(path)]));
    if (known?.targets.size !== paths.length) {
      store?.putTargets?.(paths, { targets, configs: this.resolver.configStates() });
    }
    return targets;
  }

  #targetsOf(path: string): string[] {
    const targets = new Set<string>();
    for (const specifier of this.#files.get(path)!.imports) {
      const target = this.resolver.resolve(path, specifier);
      if (target !== undefined && target !== path) targets.add(target);
    }
    return [...targets];
  }
}
