import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { Settings } from './config/settings.ts';
import { hashOfFile, sha256 } from './engine/content-hash.ts';
import { scanImports } from './engine/import-scan.ts';
import type { CacheRequest } from './engine/scan-request.ts';
import { build, version } from './version.ts';

/**
 * Where a scan keeps what it found, and by what; undefined when it keeps nothing: unasked, with nowhere to put it, or
 * run from source, where rules change under one version.
 */
export function cacheRequestOf(
  asked: boolean | string,
  cwd: string,
  { root, plugins }: Pick<Settings, 'root' | 'plugins'>,
): CacheRequest | undefined {
  if (asked === false || build === undefined) return undefined;
  const folder = asked === true ? usualFolder(root) : resolve(cwd, asked);
  if (folder === undefined) return undefined;
  return { folder, identity: `${cacheIdentity(root, plugins.value)}\n${relative(folder, root)}` };
}

/** Names all that findings depend on besides a request and the files: Plimsoll, its compiler and the plugins. */
export function cacheIdentity(root: string, plugins: readonly string[]): string {
  const require = createRequire(import.meta.url);
  const compiler = (require('@ts-morph/common/package.json') as { version: string }).version;
  return [version, build, compiler, ...hashesOfModules(plugins, root)].join('\n');
}

/** Tools keep such things in node_modules/.cache: ignored by git, and gone with it. Never made where there is none. */
function usualFolder(root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    if (existsSync(modules)) return join(modules, '.cache', 'plimsoll');
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/** What is loaded stays as it was when it was loaded: so do its hashes, for as long as the process lives. */
const hashesAtLoad = new Map<string, string[]>();

function hashesOfModules(modules: readonly string[], root: string): string[] {
  const name = [root, ...modules].join('\0');
  const known = hashesAtLoad.get(name) ?? listHashes(modules, root);
  hashesAtLoad.set(name, known);
  return known;
}

/** Content hashes of modules and of all they import: files by their own, installed packages by their package.json. */
function listHashes(modules: readonly string[], root: string): string[] {
  const found = new Map<string, string | undefined>();
  const open = [...modules];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.set(file, hashOfFile(file));
    if (!/\.[cm]?[jt]s$/.test(file) || !existsSync(file)) continue;
    for (const specifier of scanImports(readFileSync(file, 'utf8'))) {
      const target = isBuiltin(specifier) ? undefined : resolveImport(specifier, file);
      if (target !== undefined) open.push(target);
    }
  }
  return [...found].map(([file, hash]) => sha256(`${relative(root, file)}\n${hash}`));
}

/** The file that an import means; of an installed package its package.json, which holds its version. */
function resolveImport(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return resolveFile(resolve(dirname(from), specifier));
  if (specifier.startsWith('#')) return resolveEntry(specifier, from);
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  for (let at = dirname(from); ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(folder)) {
      const real = realpathSync(folder);
      const isInstalled = /[\\/]node_modules[\\/]/.test(real);
      return isInstalled ? join(real, 'package.json') : resolveEntry(specifier, from);
    }
    if (dirname(at) === at) return undefined;
  }
}

/** Of a package of the same workspace, which changes without a new version, or of a package.json's own `imports`. */
function resolveEntry(specifier: string, from: string): string | undefined {
  try {
    return realpathSync(createRequire(from).resolve(specifier));
  } catch {
    return undefined;
  }
}

function resolveFile(path: string): string | undefined {
  const extensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];
  const source = path.replace(/\.([cm]?)js$/, '.$1ts');
  const candidates = [path, source, ...extensions.flatMap((end) => [path + end, join(path, `index${end}`)])];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
