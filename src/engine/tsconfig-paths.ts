import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ts } from '../ast/ts.ts';
import { readState } from './content-hash.ts';
import { isRecord } from './packages.ts';

/** What a tsconfig.json says about where modules lie. Absolute folders. */
export interface PathMapping {
  baseUrl: string | undefined;
  /** Patterns as written, `@/*`, longest prefix first, with absolute targets. */
  paths: { pattern: string; targets: string[] }[];
}

/** Reads the mapping that holds in a folder: of the nearest tsconfig.json or jsconfig.json that has one, up to the root. */
export class PathMappings {
  readonly #root: string;
  readonly #byFolder = new Map<string, PathMapping | undefined>();
  /** Every file that an answer came from, or could have come from, absolute: its state as {@link readState} tells it. */
  readonly states = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @param folder Absolute. */
  of(folder: string): PathMapping | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder);
    let mapping: PathMapping | undefined;
    for (const name of ['tsconfig.json', 'jsconfig.json']) mapping ??= readMapping(join(folder, name), this.states);
    const parent = dirname(folder);
    if (!mapping && folder !== this.#root && parent !== folder) mapping = this.of(parent);
    this.#byFolder.set(folder, mapping);
    return mapping;
  }
}

function readMapping(file: string, states: Map<string, string>): PathMapping | undefined {
  const config = readConfig(file, new Set(), states);
  if (!config) return undefined;
  if (config.baseUrl !== undefined || config.paths.length > 0) return config;
  for (const reference of config.references) {
    const referred = readConfig(reference, new Set([file]), states);
    if (referred && (referred.baseUrl !== undefined || referred.paths.length > 0)) return referred;
  }
  return undefined;
}

interface Config extends PathMapping {
  /** Absolute paths of the configs that this one only gathers. */
  references: string[];
}

/** Follows `extends`; what a config sets itself replaces what it inherits. */
function readConfig(file: string, seen: Set<string>, states: Map<string, string>): Config | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  const { state, text } = readState(file);
  states.set(file, state);
  if (text === undefined) return undefined;
  const { config } = ts.parseConfigFileTextToJson(file, text) as { config?: unknown };
  if (!isRecord(config)) return undefined;
  const folder = dirname(file);
  const result: Config = { baseUrl: undefined, paths: [], references: [] };
  const bases = Array.isArray(config.extends) ? config.extends : [config.extends];
  for (const base of bases) {
    const inherited = typeof base === 'string' ? readExtended(base, folder, seen, states) : undefined;
    if (!inherited) continue;
    if (inherited.baseUrl !== undefined) result.baseUrl = inherited.baseUrl;
    if (inherited.paths.length > 0) result.paths = inherited.paths;
  }
  const options = isRecord(config.compilerOptions) ? config.compilerOptions : {};
  if (typeof options.baseUrl === 'string') result.baseUrl = resolve(folder, options.baseUrl);
  if (isRecord(options.paths)) {
    const base = result.baseUrl ?? folder;
    result.paths = Object.entries(options.paths)
      .map(([pattern, targets]) => ({
        pattern,
        targets: Array.isArray(targets)
          ? targets.filter((t) => typeof t === 'string').map((t) => resolve(base, t))
          : [],
      }))
      .sort((a, b) => b.pattern.length - a.pattern.length);
  }
  if (Array.isArray(config.references)) {
    for (const reference of config.references) {
      if (!isRecord(reference) || typeof reference.path !== 'string') continue;
      result.references.push(configFile(resolve(folder, reference.path)));
    }
  }
  return result;
}

function readExtended(
  base: string,
  folder: string,
  seen: Set<string>,
  states: Map<string, string>,
): Config | undefined {
  if (base.startsWith('.') || isAbsolute(base)) {
    const path = resolve(folder, base);
    return readConfig(path, seen, states) ?? readConfig(`${path}.json`, seen, states);
  }
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'node_modules', base);
    const found =
      readConfig(path, seen, states) ??
      readConfig(`${path}.json`, seen, states) ??
      readConfig(join(path, 'tsconfig.json'), seen, states);
    if (found || dirname(at) === at) return found;
  }
}

function configFile(path: string): string {
  try {
    return statSync(path).isDirectory() ? join(path, 'tsconfig.json') : path;
  } catch {
    return path;
  }
}
