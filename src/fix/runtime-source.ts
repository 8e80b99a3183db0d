import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import type { SupportFile } from '../model/fix-result.ts';
import type { RuntimeName } from '../model/fixer.ts';
import { addDependency } from './package-json.ts';
import {
  copyExtension,
  findRuntimeSource,
  isSameCopy,
  type RuntimeSource,
  renderCopy,
  runtimePackage,
  specifierFor,
} from './runtime-parts.ts';
import { type SpecifierStyle, specifierStyleOf } from './specifier-style.ts';

export type RuntimeMode = 'package' | 'copy';

/** A fixed file, as far as its runtime goes. */
export interface RuntimeUser {
  /** POSIX, relative to the root. */
  file: string;
  /** Its text before any fix, for its style. */
  text: string;
  modules: 'esm' | 'cjs';
}

interface Home {
  /** Absolute folder of the package. */
  dir: string;
  manifest: string | undefined;
  type: 'module' | 'commonjs';
  mode: RuntimeMode;
}

/**
 * Decides how fixed code of one project gets the runtime, and what has to be written for it. Reads the project;
 * writes nothing.
 */
export class RuntimeSupply {
  readonly #root: string;
  readonly #mode: RuntimeMode | undefined;
  readonly #source: RuntimeSource;
  readonly #homes = new Map<string, Home>();
  readonly #modules = new Map<string, { module: string } | { why: string }>();

  constructor(root: string, mode: RuntimeMode | undefined, source: RuntimeSource = findRuntimeSource()) {
    this.#root = resolve(root);
    this.#mode = mode;
    this.#source = source;
  }

  /** What package.json says of the modules of a file. */
  packageTypeOf(file: string): 'module' | 'commonjs' {
    return this.#homeOf(file).type;
  }

  /** The module that a file imports a runtime name from, or why it cannot. */
  moduleFor(name: RuntimeName, user: RuntimeUser): { module: string } | { why: string } {
    const key = `${user.file}\0${name}`;
    const known = this.#modules.get(key) ?? this.#findModule(name, user);
    this.#modules.set(key, known);
    return known;
  }

  #findModule(name: RuntimeName, user: RuntimeUser): { module: string } | { why: string } {
    const part = this.#source.parts.get(name);
    if (part === undefined) return { why: `the runtime of this version has no ${name}` };
    const home = this.#homeOf(user.file);
    if (home.mode === 'package') {
      return home.manifest ? { module: runtimePackage } : { why: 'there is no package.json to add the dependency to' };
    }
    const style = this.#styleOf(user, home);
    const copy = this.#copyOf(part, user, home);
    for (const needed of this.#source.listNeeded(part)) {
      const why = this.#refuse(needed, user, home, style);
      if (why) return { why };
    }
    const from = posix.dirname(user.file);
    const path = posix.relative(from, copy.replace(/\.[^.]+$/, ''));
    const module = path.startsWith('.') ? path : `./${path}`;
    return { module: specifierFor(module, copyExtension(user.file), style) };
  }

  /** The files that must be there for the names that fixed files use; only those that are not there yet. */
  listSupport(users: readonly (RuntimeUser & { names: ReadonlySet<RuntimeName> })[]): SupportFile[] {
    const support = new Map<string, SupportFile>();
    for (const user of users) {
      const home = this.#homeOf(user.file);
      if (user.names.size === 0) continue;
      if (home.mode === 'package') {
        const file = this.#relative(home.manifest!);
        const before = readFileSync(home.manifest!, 'utf8');
        if (hasRuntime(before)) continue;
        const { version } = this.#source;
        const after = addDependency(before, runtimePackage, `^${version}`);
        support.set(file, { file, before, after, what: `dependency ${runtimePackage} ^${version}` });
        continue;
      }
      const style = this.#styleOf(user, home);
      const parts = new Set([...user.names].flatMap((name) => this.#source.listNeeded(this.#source.parts.get(name)!)));
      for (const part of parts) {
        const file = this.#copyOf(part, user, home);
        if (existsSync(join(this.#root, file))) continue;
        const after = renderCopy(this.#source, part, copyExtension(user.file), style, user.modules);
        support.set(file, {
          file,
          before: undefined,
          after,
          what: `copied from ${runtimePackage} ${this.#source.version}`,
        });
      }
    }
    return [...support].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  }

  /** Folders whose runtime comes as a package that is not installed: what to run, for each. */
  listToInstall(users: readonly RuntimeUser[]): string[] {
    const homes = new Set(users.map((user) => this.#homeOf(user.file)));
    const missing = [...homes].filter((home) => home.mode === 'package' && !isInstalled(home.dir));
    return missing.map((home) => this.#relative(home.dir) || '.').sort();
  }

  #refuse(part: string, user: RuntimeUser, home: Home, style: SpecifierStyle): string | undefined {
    const file = this.#copyOf(part, user, home);
    const absolute = join(this.#root, file);
    if (!existsSync(absolute)) {
      const folder = findExisting(dirname(absolute));
      return isWritable(folder) ? undefined : `${this.#relative(folder) || '.'} is read-only`;
    }
    const wanted = renderCopy(this.#source, part, copyExtension(user.file), style, user.modules);
    if (isSameCopy(readFileSync(absolute, 'utf8'), wanted)) return undefined;
    return `${file} is there already and differs from the runtime's; move it away to have it copied again`;
  }

  #copyOf(part: string, user: RuntimeUser, home: Home): string {
    const dir = this.#relative(home.dir);
    const [top = ''] = posix.relative(dir, posix.dirname(user.file)).split('/');
    // Beside `src` there may be another program, which is built apart.
    const folder = existsSync(join(home.dir, 'src')) ? top : '';
    return posix.join(dir, folder, 'lib/plimsoll', `${part}.${copyExtension(user.file)}`);
  }

  #styleOf(user: RuntimeUser, home: Home): SpecifierStyle {
    return specifierStyleOf(user.file, user.text, this.#root, home.dir, user.modules, home.type);
  }

  /** The nearest package.json at or below the root; the root itself, when there is none. */
  #homeOf(file: string): Home {
    const start = dirname(join(this.#root, file));
    const known = this.#homes.get(start);
    if (known) return known;
    let dir = start;
    while (dir !== this.#root && !existsSync(join(dir, 'package.json'))) dir = dirname(dir);
    const own = join(dir, 'package.json');
    const manifest = existsSync(own) ? own : undefined;
    const text = readIfThere(manifest ?? findManifestAbove(dir));
    const home: Home = {
      dir,
      manifest,
      type: typeIn(text),
      mode: this.#mode ?? (hasRuntime(text) ? 'package' : 'copy'),
    };
    this.#homes.set(start, home);
    return home;
  }

  #relative(absolute: string): string {
    return relative(this.#root, absolute).split(sep).join('/');
  }
}

function readIfThere(path: string | undefined): string {
  return path === undefined ? '{}' : readFileSync(path, 'utf8');
}

function findManifestAbove(from: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return join(dir, 'package.json');
    if (dir === dirname(dir)) return undefined;
  }
}

interface Manifest {
  type?: unknown;
  dependencies?: object;
  devDependencies?: object;
  peerDependencies?: object;
  optionalDependencies?: object;
}

function parse(text: string): Manifest {
  try {
    return (JSON.parse(text.replace(/^\uFEFF/, '')) as Manifest | null) ?? {};
  } catch {
    return {};
  }
}

function typeIn(text: string): 'module' | 'commonjs' {
  return parse(text).type === 'module' ? 'module' : 'commonjs';
}

function hasRuntime(text: string): boolean {
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = parse(text);
  const kinds = [dependencies, devDependencies, peerDependencies, optionalDependencies];
  return kinds.some((kind) => typeof kind === 'object' && kind !== null && Object.hasOwn(kind, runtimePackage));
}

function isInstalled(from: string): boolean {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'node_modules', runtimePackage, 'package.json'))) return true;
    if (dir === dirname(dir)) return false;
  }
}

function findExisting(from: string): string {
  let dir = from;
  while (!existsSync(dir)) dir = dirname(dir);
  return dir;
}

/** By the mode too: a superuser may write everything, and a file marked read-only is meant to stay. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return (statSync(path).mode & 0o222) !== 0;
  } catch {
    return false;
  }
}
