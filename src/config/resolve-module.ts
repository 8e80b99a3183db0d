import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const extensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/** The file of a plugin, absolute: a path relative to the folder, with or without its extension, or a package. */
export function resolveModule(name: string, folder: string): string | undefined {
  if (/^\.{0,2}\//.test(name) || name === '.' || name === '..') return resolvePath(resolve(folder, name));
  try {
    return createRequire(join(folder, 'package.json')).resolve(name);
  } catch {
    // A package that has an entry for `import` alone.
    return resolveImportOnly(name, folder);
  }
}

function resolvePath(path: string): string | undefined {
  const candidates = [
    path,
    ...extensions.map((extension) => path + extension),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

function resolveImportOnly(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const dir = join(at, 'node_modules', name);
    if (existsSync(join(dir, 'package.json'))) {
      const { exports } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { exports?: unknown };
      const target = targetOf(exports);
      return target === undefined ? undefined : resolvePath(join(dir, target));
    }
    if (dirname(at) === at) return undefined;
  }
}

/** The entry of a package in its `exports`, in the order that they are written. */
function targetOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [key, value] of Object.entries(exports)) {
    if (!['.', 'import', 'node', 'module', 'default'].includes(key)) continue;
    const target = targetOf(value);
    if (target !== undefined) return target;
  }
  return undefined;
}
