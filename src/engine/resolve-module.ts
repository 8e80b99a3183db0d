import { dirname, join, normalize, relative, resolve } from 'node:path';
import { isRecord, type PackageIndex } from './packages.ts';
import { type PathMapping, PathMappings } from './tsconfig-paths.ts';

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
/** A specifier names the output; the source lies beside it under the other extension. */
const sourceExtensions: Record<string, readonly string[]> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const notCode = /\.(?:json|css|scss|less|svg|png|wasm|md|txt)$/;
const outputFolder = /^(?:dist|build|lib|out|esm|cjs|es)(?:\/(?:esm|cjs|src|node|types|es))?(?=\/)/;

/** Finds the file of the project that a specifier means; files outside the known ones are no answer. */
export class ModuleResolver {
  readonly #root: string;
  readonly #files: ReadonlySet<string>;
  readonly #packages: PackageIndex;
  readonly #mappings: PathMappings;
  readonly #byName = new Map<string, string>();
  readonly #byFolder = new Map<string, PathMapping | undefined>();
  readonly #packageDirs = new Map<string, string>();
  readonly #relativeMappings = new Map<PathMapping, PathMapping>();
  readonly #cache = new Map<string, Map<string, string | undefined>>();

  /** By path without the extension, the file whose extension goes first. */
  #byStem: ReadonlyMap<string, string> | undefined;

  /** @param files POSIX paths relative to `root`. */
  constructor(root: string, files: ReadonlySet<string>, packages: PackageIndex) {
    this.#root = root;
    this.#files = files;
    this.#packages = packages;
    this.#mappings = new PathMappings(root);
    for (const dir of ['', ...packages.dirs()]) {
      const { name } = packages.factsOf(dir);
      const known = name === undefined ? undefined : this.#byName.get(name);
      if (name !== undefined && (known === undefined || dir.length < known.length)) this.#byName.set(name, dir);
    }
  }

  /** Every tsconfig file that answers so far depend on, relative to the root, with its state. */
  configStates(): Record<string, string> {
    const states = [...this.#mappings.states].map(([file, state]) => [relative(this.#root, file), state] as const);
    return Object.fromEntries(states);
  }

  /** Takes in that answers found before depend on these tsconfig files too, named relative to the root. */
  recall(configs: Readonly<Record<string, string>>): void {
    for (const [path, state] of Object.entries(configs)) this.#mappings.states.set(join(this.#root, path), state);
  }

  resolve(from: string, specifier: string): string | undefined {
    const folder = dirname(from);
    let answers = this.#cache.get(folder);
    if (!answers) {
      answers = new Map();
      this.#cache.set(folder, answers);
    }
    if (!answers.has(specifier)) answers.set(specifier, this.#find(folder === '.' ? '' : folder, specifier));
    return answers.get(specifier);
  }

  #find(folder: string, specifier: string): string | undefined {
    if (specifier.startsWith('.')) return this.#candidate(join(folder, specifier));
    if (specifier.startsWith('node:')) return undefined;
    const mapped = this.#fromMapping(this.#mappingOf(folder), specifier);
    if (mapped !== undefined) return mapped;
    if (specifier.startsWith('#')) return this.#fromImports(folder, specifier);
    return this.#fromAliases(folder, specifier) ?? this.#fromPackage(specifier);
  }

  /**
   * The files that others import from the package of a file, where its manifest says all of them; undefined where they may
   * import any.
   */
  entriesBeside(file: string): readonly string[] | undefined {
    const { name, main, exports } = this.#packages.manifestOf(this.#packageOf(dirname(file)));
    if (typeof name !== 'string' || this.#byName.get(name) === undefined) return undefined;
    const paths = isRecord(exports) ? Object.keys(exports).filter((path) => path.startsWith('.')) : [];
    if (exports === undefined && !(typeof main === 'string' && outputFolder.test(main.replace(/^\.\//, ''))))
      return undefined;
    const entries: string[] = [];
    for (const path of paths.length > 0 ? paths : ['.']) {
      if (notCode.test(path)) continue;
      const entry = path.includes('*') ? undefined : this.#fromPackage(join(name, path));
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  /** The mapping that holds in a folder, its targets relative to the root. */
  #mappingOf(folder: string): PathMapping | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder);
    const found = this.#mappings.of(resolve(this.#root, folder));
    let mapping = found && this.#relativeMappings.get(found);
    if (found && !mapping) {
      const paths = found.paths.map(({ pattern, targets }) => ({
        pattern,
        targets: targets.map((t) => this.#relative(t)),
      }));
      mapping = { paths, baseUrl: found.baseUrl === undefined ? undefined : this.#relative(found.baseUrl) };
      this.#relativeMappings.set(found, mapping);
    }
    this.#byFolder.set(folder, mapping);
    return mapping;
  }

  #fromMapping(mapping: PathMapping | undefined, specifier: string): string | undefined {
    if (!mapping) return undefined;
    for (const { pattern, targets } of mapping.paths) {
      const rest = matchPattern(pattern, specifier);
      if (rest === undefined) continue;
      for (const target of targets) {
        const found = this.#candidate(normalize(target.replace('*', rest)));
        if (found !== undefined) return found;
      }
    }
    return mapping.baseUrl === undefined ? undefined : this.#candidate(join(mapping.baseUrl, specifier));
  }

  /** The folder of the package that a folder is part of. */
  #packageOf(folder: string): string {
    let dir = this.#packageDirs.get(folder);
    if (dir === undefined) {
      dir = this.#packages.dirOf(join(folder, 'x'));
      this.#packageDirs.set(folder, dir);
    }
    return dir;
  }

  /** package.json `imports`. */
  #fromImports(folder: string, specifier: string): string | undefined {
    const dir = this.#packageOf(folder);
    const { imports } = this.#packages.manifestOf(dir);
    if (!isRecord(imports)) return undefined;
    for (const [pattern, target] of Object.entries(imports)) {
      const rest = matchPattern(pattern, specifier);
      if (rest === undefined) continue;
      for (const path of listTargets(target)) {
        const found = this.#inPackage(dir, path.replace('*', rest));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** package.json `_moduleAliases`, which the package module-alias takes for what a name, or what is below it, stands for. */
  #fromAliases(folder: string, specifier: string): string | undefined {
    const dir = this.#packageOf(folder);
    const { _moduleAliases: aliases } = this.#packages.manifestOf(dir);
    for (const [alias, target] of isRecord(aliases) ? Object.entries(aliases) : []) {
      if (typeof target !== 'string') continue;
      const rest = specifier === alias ? '' : matchPattern(`${alias}/*`, specifier);
      const found = rest === undefined ? undefined : this.#inPackage(dir, join(target, rest));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fromPackage(specifier: string): string | undefined {
    const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(specifier) ?? [];
    const dir = this.#byName.get(name);
    if (dir === undefined) return undefined;
    const manifest = this.#packages.manifestOf(dir);
    if (rest === '') {
      const own = [
        manifest.source,
        ...listTargets(exportsOf(manifest.exports, '.')),
        manifest.module,
        manifest.main,
        manifest.types,
      ];
      for (const target of [...own, 'src/index', 'index', 'lib/index', 'src/main']) {
        const found = typeof target === 'string' ? this.#inPackage(dir, target) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    }
    const exported = listTargets(exportsOf(manifest.exports, `./${rest}`));
    for (const target of [...exported, rest, `src/${rest}`]) {
      const found = this.#inPackage(dir, target);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** As named, else the source that its output folder was built from. */
  #inPackage(dir: string, target: string): string | undefined {
    const path = target.replace(/^\.\//, '');
    const source = path.replace(outputFolder, 'src').replace(/\.d\.([cm]?)ts$/, '.$1ts');
    return this.#candidate(join(dir, path)) ?? (source === path ? undefined : this.#candidate(join(dir, source)));
  }

  #relative(absolute: string): string {
    return relative(this.#root, absolute).replaceAll('\\', '/');
  }

  #candidate(path: string): string | undefined {
    const files = this.#files;
    const base = path.endsWith('/') ? path.slice(0, -1) : path;
    if (files.has(base)) return base;
    const dot = base.lastIndexOf('.');
    const written = dot > 0 ? sourceExtensions[base.slice(dot)] : undefined;
    for (const extension of written ?? []) {
      const source = base.slice(0, dot) + extension;
      if (files.has(source)) return source;
    }
    this.#byStem ??= indexByStem(files);
    return this.#byStem.get(base) ?? this.#byStem.get(base === '' || base === '.' ? 'index' : `${base}/index`);
  }
}

function indexByStem(files: ReadonlySet<string>): ReadonlyMap<string, string> {
  const byStem = new Map<string, string>();
  const rankOf = (path: string): number => extensions.indexOf(path.slice(path.lastIndexOf('.')));
  for (const path of files) {
    const rank = rankOf(path);
    if (rank < 0) continue;
    const stem = path.slice(0, path.lastIndexOf('.'));
    const known = byStem.get(stem);
    if (known === undefined || rank < rankOf(known)) byStem.set(stem, path);
  }
  return byStem;
}

/** What `*` stands for; '' for an exact match. */
function matchPattern(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === specifier ? '' : undefined;
  const prefix = pattern.slice(0, star);
  const suffix = pattern.slice(star + 1);
  const fits =
    specifier.length >= prefix.length + suffix.length && specifier.startsWith(prefix) && specifier.endsWith(suffix);
  return fits ? specifier.slice(prefix.length, specifier.length - suffix.length) : undefined;
}

/** The entry of an `exports` map for a subpath, patterns filled in. */
function exportsOf(exports: unknown, subpath: string): unknown {
  if (!isRecord(exports)) return subpath === '.' ? exports : undefined;
  if (!Object.keys(exports).some((key) => key.startsWith('.'))) return subpath === '.' ? exports : undefined;
  for (const [pattern, target] of Object.entries(exports)) {
    const rest = matchPattern(pattern, subpath);
    if (rest !== undefined) return pattern.includes('*') ? fillStar(target, rest) : target;
  }
  return undefined;
}

function fillStar(target: unknown, rest: string): unknown {
  return listTargets(target).map((path) => path.replace('*', rest));
}

/** Every file that a conditional target may mean, in the order written. */
function listTargets(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  if (Array.isArray(target)) return target.flatMap(listTargets);
  return isRecord(target) ? Object.values(target).flatMap(listTargets) : [];
}
