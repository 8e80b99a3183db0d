import { join } from 'node:path';
import { analyseFile } from '../ast/analyse.ts';
import { findOrigin } from '../ast/names/provenance.ts';
import type { FileContext } from '../model/file-context.ts';
import type { Maker } from '../model/fixer.ts';
import { scanImports } from './import-scan.ts';
import { PackageIndex } from './packages.ts';
import { Project, type ProjectFile } from './project.ts';
import type { ScannedFile } from './scan-request.ts';
import { readSource } from './source-text.ts';
import { SymbolTable } from './symbols.ts';

/** Answers where instances of a class are made, over the files of a scan. Reads all of them when it is first asked. */
export class MakerIndex {
  readonly #root: string;
  readonly #scanned: readonly Pick<ScannedFile, 'path' | 'packageDir'>[];
  readonly #packages: PackageIndex;
  #project: Project | undefined;
  #symbols: SymbolTable | undefined;

  constructor(root: string, scanned: readonly Pick<ScannedFile, 'path' | 'packageDir'>[]) {
    this.#root = root;
    this.#scanned = scanned;
    this.#packages = new PackageIndex(root);
  }

  /**
   * Every `new` of the class that `file` declares at module level as `className`, sorted by file and place.
   *
   * @param texts stand for files on disk; their imports of project files must be those on disk
   */
  list(file: string, className: string, texts: ReadonlyMap<string, string>): Maker[] {
    const project = this.#open();
    const makers: Maker[] = [];
    for (const path of new Set([...project.reachersOf([file]), file])) {
      const text = texts.get(path) ?? project.textOf(path);
      if (!text?.includes('new') || (path === file && !isNamedTwice(text, className))) continue;
      const context = analyseFile(path, text, this.#packages.factsOf(project.files.get(path)?.packageDir ?? ''));
      if (context.role === 'test') continue;
      const at = this.#listNews(context, file, className);
      if (at.length > 0) makers.push({ file: path, text, at });
    }
    return makers.sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  #listNews(context: FileContext, file: string, className: string): number[] {
    return context.nodes('NewExpression').flatMap((node) => {
      const origin = findOrigin(node.expression, context);
      const name = origin?.path.find((step) => step !== '*') ?? '';
      if (!origin || origin.path.at(-1) !== name) return [];
      if (origin.module === '.') return context.path === file && name === className ? [node.getStart()] : [];
      const target = this.#project!.resolver.resolve(context.path, origin.module);
      const found = target === undefined ? undefined : this.#symbols!.originOf(target, name);
      return found?.file === file && found.local === className ? [node.getStart()] : [];
    });
  }

  #open(): Project {
    if (this.#project) return this.#project;
    const files = new Map<string, ProjectFile>();
    for (const { path, packageDir } of this.#scanned) {
      const absolute = join(this.#root, path);
      const source = readSource(path, absolute);
      if ('problem' in source) continue;
      this.#packages.add(packageDir);
      files.set(path, { path, absolute, packageDir, imports: scanImports(source.text) });
    }
    this.#project = new Project(this.#root, files, this.#packages);
    this.#symbols = new SymbolTable(this.#project);
    return this.#project;
  }
}

/** A module that makes instances of its own class names it where it declares it and where it makes them. */
function isNamedTwice(text: string, name: string): boolean {
  return text.indexOf(name, text.indexOf(name) + 1) >= 0;
}
