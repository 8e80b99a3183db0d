import { join } from 'node:path';
import { type Diagnostic, Project, type SourceFile, ts } from 'ts-morph';
import type { FixedFile, SupportFile } from '../model/fix-result.ts';
import { findRuntimeSource, runtimePackage } from './runtime-parts.ts';
import { findTsconfig } from './tsconfig.ts';

export interface NewTypeError {
  file: string;
  /** `file:line TS2345 message` */
  text: string;
}

/**
 * Finds the type errors that fixed files have and did not have before. Each file is checked under its nearest
 * tsconfig.json, with what it imports; nothing is written. Costs a type check of what the files reach, the first time;
 * what did not change is not parsed again.
 */
export class TypeChecker {
  readonly #root: string;
  readonly #groups = new Map<string, CheckedGroup>();
  /** By absolute path of a tsconfig.json under which the compiler itself failed: what it said. Its files are not checked. */
  readonly failures = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  findNewErrors(files: readonly FixedFile[], support: readonly SupportFile[]): NewTypeError[] {
    const byConfig = new Map<string, FixedFile[]>();
    for (const file of files) {
      const config = /\.[cm]?tsx?$/.test(file.file) ? findTsconfig(this.#root, file.file) : undefined;
      if (config !== undefined) byConfig.set(config, [...(byConfig.get(config) ?? []), file]);
    }
    return [...byConfig].flatMap(([config, own]) => this.#checkUnder(config, own, support));
  }

  #checkUnder(config: string, files: readonly FixedFile[], support: readonly SupportFile[]): NewTypeError[] {
    if (this.failures.has(config)) return [];
    try {
      const group = this.#groups.get(config) ?? new CheckedGroup(this.#root, config);
      this.#groups.set(config, group);
      return group.check(files, support);
    } catch (error) {
      this.failures.set(config, (error as Error).message);
      return [];
    }
  }
}

/** The files under one tsconfig.json. */
class CheckedGroup {
  readonly #root: string;
  readonly #project: Project;
  readonly #files = new Map<string, { source: SourceFile; before: string; errors: ReadonlySet<string> }>();

  constructor(root: string, tsConfigFilePath: string) {
    this.#root = root;
    this.#project = openProject(tsConfigFilePath);
  }

  check(files: readonly FixedFile[], support: readonly SupportFile[]): NewTypeError[] {
    this.#learn(files);
    const after = new Map(files.map((file) => [file.file, file.after]));
    for (const [name, { source, before }] of this.#files) setText(source, after.get(name) ?? before);
    for (const { file, after: text } of support) {
      if (/\.[cm]?[jt]sx?$/.test(file))
        this.#project.createSourceFile(join(this.#root, file), text, { overwrite: true });
    }
    const known = new Set(files.flatMap(({ file }) => [...this.#files.get(file)!.errors]));
    return files.flatMap(({ file }) =>
      errorsOf(this.#files.get(file)!.source)
        .filter((error) => !known.has(keyOf(error)))
        .map((error) => ({ file, text: `${file}:${error.getLineNumber() ?? 1} ${keyOf(error)}` })),
    );
  }

  /** Takes in files that were not checked yet, and the errors that they have as they are. */
  #learn(files: readonly FixedFile[]): void {
    const fresh = files.filter(({ file }) => !this.#files.has(file));
    if (fresh.length === 0) return;
    for (const { source, before } of this.#files.values()) setText(source, before);
    const sources = fresh.map(({ file, before }) =>
      this.#project.createSourceFile(join(this.#root, file), before, { overwrite: true }),
    );
    fresh.forEach(({ file, before }, i) => {
      const source = sources[i]!;
      this.#files.set(file, { source, before, errors: new Set(errorsOf(source).map(keyOf)) });
    });
  }
}

function setText(source: SourceFile, text: string): void {
  if (source.getFullText() !== text) source.replaceWithText(text);
}

function errorsOf(source: SourceFile): Diagnostic[] {
  return source.getPreEmitDiagnostics();
}

function openProject(tsConfigFilePath: string): Project {
  const project = new Project({ tsConfigFilePath, skipAddingFilesFromTsConfig: true });
  const options = project.getCompilerOptions();
  // The runtime need not be installed yet: its sources stand in for it, outside the folder that is compiled.
  for (const folder of ['rootDir', 'outDir', 'declarationDir', 'outFile']) delete options[folder];
  project.compilerOptions.reset();
  const { folder } = findRuntimeSource();
  project.compilerOptions.set({
    ...options,
    noEmit: true,
    composite: false,
    incremental: false,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: {
      ...(options.paths ?? {}),
      [runtimePackage]: [join(folder, 'index.ts')],
      [`${runtimePackage}/*`]: [join(folder, '*.ts')],
    },
  });
  return project;
}

function keyOf(error: Diagnostic): string {
  return `TS${error.getCode()} ${ts.flattenDiagnosticMessageText(error.compilerObject.messageText, ' ')}`;
}
