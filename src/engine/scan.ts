import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RulePair } from '../model/fixer.ts';
import { ScanCache } from './cache.ts';
import { sha256 } from './content-hash.ts';
import { type DiscoveredFile, type Discovery, discover } from './discover.ts';
import { type ScanOutcome, type ScanRequest, UsageError } from './scan-request.ts';

/** The rules of a scan, or what loads them, and with them the compiler, when they are needed. */
export type RuleSource = readonly RulePair<never>[] | (() => Promise<readonly RulePair<never>[]>);

/** All files of a scan. */
export interface ScanScope extends Discovery {
  /** With narrower paths, the other files of the root: looked at for what is asked of the whole, but not reported on. */
  listRest(): readonly DiscoveredFile[];
}

/**
 * Finds what `rules` report in the files of a request. Trees are dropped file by file; what depends on other files is
 * decided at the end over their summaries. The result does not depend on the number of threads, the order of files, or
 * what is in the cache.
 *
 * @throws UsageError when the request is wrong and nothing was judged; the signal's reason when it aborts.
 */
export async function scan(request: ScanRequest, rules: RuleSource): Promise<ScanOutcome> {
  request.signal?.throwIfAborted();
  const { timing } = request;
  const scope = timing ? timing.measure('find files', () => findScope(request)) : findScope(request);
  // Texts that stand for others are kept nowhere; the rest is in memory by then.
  const cache = request.texts && request.memory ? undefined : ScanCache.open(request);
  const today = request.today ?? new Date().toISOString().slice(0, 10);
  const keys = cache && !request.texts ? wholeKeys(request, scope, cache) : undefined;
  const known = keys && findWhole(keys, request.root, scope, cache!, today);
  if (known) {
    cache!.save();
    return known;
  }
  const load = typeof rules === 'function' ? rules() : rules;
  const [{ scanFiles }, pairs] = await Promise.all([import('./scan-files.ts'), load]);
  const { outcome, configs, hasDates } = await scanFiles({ ...request, today }, pairs, scope, cache);
  const key = configs ? keys?.withRest() : keys?.alone();
  if (key !== undefined) {
    const { files } = scope;
    cache?.putWhole({ key, configs: configs ?? {}, files, ...(hasDates && { day: today }) }, outcome);
  }
  cache?.save(coversRoot(request) ? new Set(scope.files.map(({ path }) => path)) : undefined);
  return outcome;
}

function findScope(request: ScanRequest): ScanScope {
  const discovery = discover(request);
  let rest: readonly DiscoveredFile[] | undefined;
  return {
    ...discovery,
    listRest() {
      rest ??= coversRoot(request) ? [] : findRest(request, discovery);
      return rest;
    },
  };
}

function coversRoot({ root, paths }: ScanRequest): boolean {
  return !paths?.length || paths.some((path) => resolve(root, path) === resolve(root));
}

function findRest(request: ScanRequest, { files, packages }: Discovery): DiscoveredFile[] {
  const { paths = [], ...whole } = request;
  const homes = new Set(paths.map((path) => findRepository(path, request.root)));
  const [home] = homes;
  try {
    const found = discover(homes.size === 1 && home !== undefined ? { ...whole, paths: [home] } : whole);
    for (const dir of found.packages.dirs()) packages.add(dir);
    const named = new Set(files.map(({ path }) => path));
    return found.files.filter(({ path }) => !named.has(path));
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

/**
 * The clone below the root that a path lies in: a project of its own, which those beside it do not call. A submodule,
 * whose `.git` is a file, is a part of what is around it.
 */
function findRepository(path: string, root: string): string | undefined {
  for (let folder = resolve(root, path); folder.startsWith(join(root, '/')); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git/HEAD'))) return folder;
  }
  return undefined;
}

/** Keys of all that an outcome depends on besides rules and tsconfig files; undefined when a file cannot be read. */
interface WholeKeys {
  /** Of an outcome that asked nothing of other files. */
  alone(): string | undefined;
  withRest(): string | undefined;
}

/** What discovery found is taken down at once: the scan goes on counting in it. */
function wholeKeys(request: ScanRequest, scope: ScanScope, cache: ScanCache): WholeKeys {
  const { files, skipped, problems, packages } = scope;
  const found = JSON.stringify([request.entryPoints, skipped, problems]);
  const keyOf = (rest: readonly DiscoveredFile[] | undefined): string | undefined => {
    const hashes: unknown[] = [];
    for (const file of [...files, ...(rest ?? [])]) {
      const hash = cache.hashOf(file);
      if (hash === undefined) return undefined;
      hashes.push([file.path, file.packageDir, file.explicit, hash]);
    }
    const dirs = rest ? ['', ...packages.dirs()] : [...new Set(files.map(({ packageDir }) => packageDir))].sort();
    // What facts tell that no package.json does: files that stand beside it, or that it names.
    const known = dirs.map((dir) => [
      dir,
      packages.manifestOf(dir),
      packages.factsOf(dir).node,
      packages.isPublished(dir),
    ]);
    return sha256(JSON.stringify([found, files.length, rest !== undefined, known, hashes]));
  };
  return { alone: () => keyOf(undefined), withRest: () => keyOf(scope.listRest()) };
}

/** Files that were never seen are not worth their hashes here. */
function findWhole(
  keys: WholeKeys,
  root: string,
  { files, listRest }: ScanScope,
  cache: ScanCache,
  today: string,
): ScanOutcome | undefined {
  if (!files.every((file) => cache.knows(file))) return undefined;
  return (
    cache.findWhole(keys.alone(), root, today, files) ??
    (listRest().every((file) => cache.knows(file)) ? cache.findWhole(keys.withRest(), root, today, files) : undefined)
  );
}
