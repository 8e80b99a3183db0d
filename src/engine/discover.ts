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
    throw new UsageError(
      'no-files',
      paths.join(' '),
      `No TypeScript or JavaScript file in scope under ${paths.join(', ')}${because ? ` (left out: ${because})` : ''}`,
    );
  }
  return discovery;
}

class Walk {
  readonly #root: string;
  /** How absolute paths below the root begin. */
  readonly #within: string;
  readonly #request: ScanRequest;
  readonly #isIncluded: ((path: string) => boolean) | undefined;
  readonly #isExcluded: ((path: string) => boolean) | undefined;
  readonly #packages: PackageIndex;
  readonly #files = new Map<string, DiscoveredFile>();
  readonly #problems: Problem[] = [];
  readonly #linkedFolders = new Set<string>();
  /** Absolute paths of files whose minified form stands beside them. */
  readonly #distributed = new Set<string>();
  readonly #skipped: FileCounts['skipped'] = {
    test: 0,
    declaration: 0,
    generated: 0,
    minified: 0,
    'build-output': 0,
    ignored: 0,
  };

  constructor(request: ScanRequest) {
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
      const kind = entry.isSymbolicLink() ? this.#followLink(absolute) : entry.isDirectory() ? 'folder' : 'file';
      if (kind === 'folder') this.#enter(absolute, home, rules, base);
      else if (kind === 'file' && sourceName.test(entry.name)) this.#addSource(absolute, home, rules, base);
    }
  }

  #enter(folder: string, packageDir: string, rules: IgnoreRules | undefined, base: string): void {
    if (isIgnored(folder, true, rules)) return;
    if (isOutputFolder(folder, base)) this.#countOutput(folder);
    else this.#walkFolder(folder, packageDir, rules, base);
  }

  /** Links to what lies under the root are skipped: it is read at its own place. Other folders are entered once. */
  #followLink(link: string): 'folder' | 'file' | undefined {
    try {
      const target = realpathSync(link);
      const isInside = target === this.#root || target.startsWith(`${realpathSync(this.#root)}/`);
      const isFolder = statSync(target).isDirectory();
      if (isInside && !target.includes('/node_modules/')) return undefined;
      if (!isFolder) return 'file';
      if (this.#linkedFolders.has(target)) return undefined;
      this.#linkedFolders.add(target);
      return 'folder';
    } catch (error) {
      const isLoop = (error as NodeJS.ErrnoException).code === 'ELOOP';
      if (isLoop || sourceName.test(link)) this.#reportUnreadable(link, error);
      return undefined;
    }
  }

  #addSource(absolute: string, packageDir: string, rules: IgnoreRules | undefined, base: string): void {
    const path = this.#relative(absolute);
    if (this.#isIncluded && !this.#isIncluded(path)) return;
    const inBase = base === this.#root ? path : relative(base, absolute).replaceAll('\\', '/');
    const reason = this.#skipReason(absolute, path, inBase, packageDir, rules);
    if (reason) this.#skipped[reason]++;
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

  #countOutput(folder: string): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== 'node_modules') this.#countOutput(join(folder, entry.name));
      else if (entry.isFile() && sourceName.test(entry.name)) this.#skipped['build-output']++;
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
