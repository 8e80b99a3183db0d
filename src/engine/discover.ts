import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { isFixturePath, isOfTests } from '../ast/where/file-role.ts';
import type { FileCounts, Problem } from '../model/scan-result.ts';
import { type IgnoreRules, isIgnored, isTakenBack, readIgnoreRules, readIgnoreRulesAbove } from './gitignore.ts';
import { compileGlobs } from './glob.ts';
import { compareText } from './order.ts';
import { PackageIndex } from './packages.ts';
import { entryCallsOf, type ScanRequest, UsageError } from './scan-request.ts';

export interface DiscoveredFile {
  /** POSIX, relative to the root. */
  path: string;
  absolute: string;
  packageDir: string;
  /** Named as an argument: read and judged whatever it looks like. */
  explicit: boolean;
}

export type SkipReason = keyof FileCounts['skipped'];

/** Why a scan of the root leaves a file out; what it never looks at is not counted. */
export type LeftOutReason = SkipReason | 'not-included' | 'installed' | 'hidden' | 'outside';

export interface Discovery {
  /** Sorted by path. */
  files: DiscoveredFile[];
  /** By what the path alone shows; what the text shows is added when it is read. */
  skipped: FileCounts['skipped'];
  problems: Problem[];
  packages: PackageIndex;
}

/** Loaded for arguments that are globs alone: it takes as long to start as a scan of which nothing changed. */
const loadFastGlob = () => createRequire(import.meta.url)('fast-glob') as typeof import('fast-glob');

const sourceName = /\.[cm]?[jt]sx?$/;
const declarationName = /\.d\.[cm]?ts$|\.d\.\w+\.ts$/;
const generatedName =
  /\.(?:generated|gen|g|pb|auto)\.[cm]?[jt]sx?$|_pb2?\.[jt]s$|(?:^|\/)(?:__generated__|generated)\//;
const minifiedName = /[.-]min\.[cm]?js$|\.bundle\.js$|\.chunk\.js$/;
/** `widget.min.js`: `widget.js` beside it is what came with it from elsewhere, or what a build wrote. */
const minifiedTwin = /\.min(?=\.[cm]?js$)/;
/** Folders that only tools write. */
const outputFolder = /^(?:dist|dist-\w+|coverage|bower_components|jspm_packages|storybook-static)$/;
/** Folders that tools write unless they hold sources: not below `src`, not with a package.json of their own. */
const likelyOutputFolder = /^(?:build|out|esm|cjs|lib-cov)$/;

/**
 * Finds the files in scope. Folders are walked here rather than by fast-glob, which cannot prune by nested .gitignore
 * files and fails whole on one unreadable folder; fast-glob expands arguments that are globs.
 *
 * @throws UsageError when a path does not exist, is no source file, or nothing is in scope.
 */
export function discover(request: ScanRequest): Discovery {
  const walk = new Walk(request);
  const paths = request.paths?.length ? request.paths : ['.'];
  for (const path of paths) walk.addArgument(path);
  const discovery = walk.finish();
  if (discovery.files.length === 0 && discovery.problems.length === 0) {
    const left = Object.entries(discovery.skipped).filter(([, count]) => count > 0);
    const because = left.map(([reason, count]) => `${count} ${reason}`).join(', ');
    const missed = walk.isAnyNotIncluded ? `: none matches "include" (${request.include?.join(', ')})` : '';
    throw new UsageError(
      'no-files',
      paths.join(' '),
      `No TypeScript or JavaScript file in scope under ${paths.join(', ')}${missed}${because ? ` (left out: ${because})` : ''}`,
    );
  }
  return discovery;
}

/** Why {@link discover} does not come to a file that is there; undefined where what the path shows is no reason. */
export function findLeftOutReason(request: ScanRequest, path: string): LeftOutReason | undefined {
  if (path.startsWith('../') || isAbsolute(path)) return 'outside';
  const walk = new Walk(request, resolve(request.root, path));
  walk.addArgument('.');
  if (walk.reason) return walk.reason;
  if (path.split('/').includes('node_modules')) return 'installed';
  return /(?:^|\/)\./.test(path) ? 'hidden' : undefined;
}

/** Whether a name is that of a file of TypeScript or JavaScript. */
export function isSourceName(name: string): boolean {
  return sourceName.test(name);
}

/** Counts of what is left out, before anything is. */
export function noneSkipped(): FileCounts['skipped'] {
  return {
    test: 0,
    declaration: 0,
    generated: 0,
    minified: 0,
    'build-output': 0,
    ignored: 0,
    linked: 0,
    special: 0,
  };
}

class Walk {
  /** Why the file that is asked about was left out. */
  reason: LeftOutReason | undefined;
  readonly #asked: string | undefined;
  readonly #root: string;
  /** How absolute paths below the root begin. */
  readonly #within: string;
  readonly #request: ScanRequest;
  /** Whether a source was left out because no glob of `include` matches it. */
  isAnyNotIncluded = false;
  readonly #isIncluded: ((path: string) => boolean) | undefined;
  readonly #isExcluded: ((path: string) => boolean) | undefined;
  readonly #packages: PackageIndex;
  readonly #files = new Map<string, DiscoveredFile>();
  readonly #problems: Problem[] = [];
  readonly #linkedFolders = new Set<string>();
  /** Absolute paths of files whose minified form stands beside them. */
  readonly #distributed = new Set<string>();
  readonly #skipped = noneSkipped();

  constructor(request: ScanRequest, asked?: string) {
    this.#asked = asked;
    this.#request = request;
    this.#root = request.root;
    this.#within = `${request.root}/`;
    this.#packages = new PackageIndex(request.root, entryCallsOf(request.entryPoints));
    if (request.include?.length) this.#isIncluded = compileGlobs(request.include);
    if (request.exclude?.length) this.#isExcluded = compileGlobs(request.exclude);
  }

  addArgument(argument: string): void {
    const absolute = isAbsolute(argument) ? resolve(argument) : resolve(this.#root, argument);
    let stats: Stats;
    try {
      stats = statSync(absolute);
    } catch {
      if (!loadFastGlob().isDynamicPattern(argument)) {
        throw new UsageError('missing-path', argument, `No such file or folder: ${argument}`);
      }
      this.#addGlob(argument);
      return;
    }
    if (!stats.isDirectory()) {
      if (!stats.isFile())
        throw new UsageError('not-source', argument, `Not a file, but a pipe or a device: ${argument}`);
      if (!sourceName.test(absolute)) {
        throw new UsageError('not-source', argument, `Not a TypeScript or JavaScript file: ${argument}`);
      }
      this.#addFile(absolute, this.#packages.dirOf(this.#relative(absolute)), true);
      return;
    }
    const path = this.#relative(absolute);
    const packageDir = path === '' ? '' : this.#packages.dirOf(`${path}/x`);
    this.#walkFolder(absolute, packageDir, this.#ignoreRulesAbove(absolute), absolute);
  }

  finish(): Discovery {
    return {
      files: [...this.#files.values()].sort((a, b) => compareText(a.path, b.path)),
      skipped: this.#skipped,
      problems: this.#problems,
      packages: this.#packages,
    };
  }

  #relative(absolute: string): string {
    const inside = absolute.startsWith(this.#within)
      ? absolute.slice(this.#within.length)
      : relative(this.#root, absolute);
    return inside.replaceAll('\\', '/');
  }

  /** A folder that was asked for by name is walked even where the rules above it ignore it. */
  #ignoreRulesAbove(folder: string): IgnoreRules | undefined {
    if (this.#request.respectGitignore === false) return undefined;
    const rules = readIgnoreRulesAbove(folder, this.#root);
    return isIgnored(folder, true, rules) ? undefined : rules;
  }

  #addGlob(pattern: string): void {
    const matches = loadFastGlob().sync(pattern, { cwd: this.#root, absolute: true, ignore: ['**/node_modules/**'] });
    const sources = matches.filter((match) => sourceName.test(match)).sort(compareText);
    if (sources.length === 0) {
      throw new UsageError('no-files', pattern, `No TypeScript or JavaScript file matches ${pattern}`);
    }
    const rulesOf = new Map<string, IgnoreRules | undefined>();
    for (const absolute of sources) {
      const folder = dirname(absolute);
      if (!rulesOf.has(folder)) {
        const above = this.#request.respectGitignore === false ? undefined : readIgnoreRulesAbove(folder, this.#root);
        rulesOf.set(folder, above && readIgnoreRules(folder, above));
      }
      this.#addSource(absolute, this.#packages.dirOf(this.#relative(absolute)), rulesOf.get(folder), this.#root);
    }
  }

  #walkFolder(folder: string, packageDir: string, above: IgnoreRules | undefined, base: string): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      this.#reportUnreadable(folder, error);
      return;
    }
    entries.sort((a, b) => compareText(a.name, b.name));
    let rules = above;
    let home = packageDir;
    for (const entry of entries) {
      if (entry.name === '.gitignore' && this.#request.respectGitignore !== false)
        rules = readIgnoreRules(folder, above);
      if (entry.name === 'package.json' && folder !== this.#root) {
        home = this.#relative(folder);
        this.#packages.add(home);
      }
      if (minifiedTwin.test(entry.name)) this.#distributed.add(join(folder, entry.name.replace(minifiedTwin, '')));
    }
    // What a package manager put there is nobody's to repair here, also where it is checked in.
    const isInstalled = entries.some(({ name }) => name === 'package.json');
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const absolute = `${folder === '/' ? '' : folder}/${entry.name}`;
      if (entry.name === 'node_modules' && (isInstalled || !isTakenBack(absolute, rules))) continue;
      const isLink = entry.isSymbolicLink();
      const linked = isLink ? this.#followLink(absolute, rules) : undefined;
      if (entry.isDirectory() || linked === 'folder') this.#enter(absolute, home, rules, base);
      else if (isLink && linked !== 'file') continue;
      else if (!sourceName.test(entry.name)) continue;
      else if (isLink || entry.isFile()) this.#addSource(absolute, home, rules, base);
      // To open a pipe waits for whoever writes into it.
      else this.#leave(absolute, 'special');
    }
  }

  #enter(folder: string, packageDir: string, rules: IgnoreRules | undefined, base: string): void {
    if (isIgnored(folder, true, rules)) this.#tell(folder, 'ignored');
    else if (isOutputFolder(folder, base)) this.#countOutput(folder);
    else this.#walkFolder(folder, packageDir, rules, base);
  }

  /**
   * What lies elsewhere is read here, as build systems lay out trees of links, a folder once. What lies under the root is
   * read at its own place, and a folder that holds the root is no part of it.
   */
  #followLink(link: string, rules: IgnoreRules | undefined): 'folder' | 'file' | undefined {
    try {
      const target = realpathSync(link);
      const stats = statSync(target);
      const root = realpathSync(this.#root);
      const isInside = target === root || (target.startsWith(`${root}/`) && !target.includes('/node_modules/'));
      if (stats.isDirectory()) {
        if (isInside || isIgnored(link, true, rules)) return undefined;
        const isAround = root.startsWith(target === '/' ? '/' : `${target}/`);
        if (!isAround && !this.#linkedFolders.has(target)) {
          this.#linkedFolders.add(target);
          return 'folder';
        }
        this.#leave(link, 'linked');
        return undefined;
      }
      if (!stats.isFile() && sourceName.test(link)) this.#leave(link, 'special');
      return stats.isFile() && !isInside ? 'file' : undefined;
    } catch (error) {
      const isLoop = (error as NodeJS.ErrnoException).code === 'ELOOP';
      if (isLoop || sourceName.test(link)) this.#reportUnreadable(link, error);
      return undefined;
    }
  }

  #addSource(absolute: string, packageDir: string, rules: IgnoreRules | undefined, base: string): void {
    const path = this.#relative(absolute);
    if (this.#isIncluded && !this.#isIncluded(path)) {
      this.isAnyNotIncluded = true;
      this.#tell(absolute, 'not-included');
      return;
    }
    const inBase = base === this.#root ? path : relative(base, absolute).replaceAll('\\', '/');
    const reason = this.#skipReason(absolute, path, inBase, packageDir, rules);
    if (reason) this.#leave(absolute, reason);
    else this.#addFile(absolute, packageDir, false, path);
  }

  #skipReason(
    absolute: string,
    path: string,
    inBase: string,
    packageDir: string,
    rules: IgnoreRules | undefined,
  ): SkipReason | undefined {
    if (this.#isExcluded?.(path) || isIgnored(absolute, false, rules)) return 'ignored';
    if (declarationName.test(path)) return 'declaration';
    if (generatedName.test(inBase)) return 'generated';
    if (minifiedName.test(path)) return 'minified';
    if (this.#distributed.has(absolute) && !this.#isMain(absolute)) return 'build-output';
    if (this.#request.testFiles === true) return undefined;
    return isFixturePath(inBase) || isOfTests(inBase, this.#packages.factsOf(packageDir)) ? 'test' : undefined;
  }

  /** What the package at the root loads is its own source, whatever was made of it. */
  #isMain(absolute: string): boolean {
    const { main } = this.#packages.manifestOf('');
    return typeof main === 'string' && join(this.#root, main) === absolute;
  }

  #addFile(absolute: string, packageDir: string, explicit: boolean, path = this.#relative(absolute)): void {
    const known = this.#files.get(path);
    if (known) known.explicit ||= explicit;
    else this.#files.set(path, { path, absolute, packageDir, explicit });
  }

  #leave(absolute: string, reason: SkipReason): void {
    this.#skipped[reason]++;
    this.#tell(absolute, reason);
  }

  #tell(absolute: string, reason: LeftOutReason): void {
    if (this.#asked === absolute || this.#asked?.startsWith(`${absolute}/`)) this.reason ??= reason;
  }

  #countOutput(folder: string): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const absolute = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') this.#countOutput(absolute);
      else if (entry.isFile() && sourceName.test(entry.name)) this.#leave(absolute, 'build-output');
    }
  }

  #reportUnreadable(path: string, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EACCES' || code === 'EPERM'
        ? 'permission denied'
        : code === 'ELOOP'
          ? 'the symbolic link leads back to itself'
          : code === 'ENOENT'
            ? 'the symbolic link leads nowhere'
            : message;
    this.#problems.push({ kind: 'unreadable', file: this.#relative(path), message: `Cannot read: ${why}` });
  }
}

function isOutputFolder(folder: string, base: string): boolean {
  const name = basename(folder);
  if (outputFolder.test(name)) return true;
  if (!likelyOutputFolder.test(name)) return false;
  if (/(?:^|\/)(?:src|source|app|lib)\//.test(relative(base, folder).replaceAll('\\', '/'))) return false;
  try {
    return !statSync(join(folder, 'package.json')).isFile();
  } catch {
    return true;
  }
}
