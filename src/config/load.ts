import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { findFault, type KeyPath } from './check.ts';
import { importedDefault } from './import-default.ts';
import { InputError } from './input-error.ts';
import { locateSetting, parseJsonc } from './locate.ts';
import type { Shape } from './schema.ts';
import type { Config } from './types.ts';

export const configNames = ['ts', 'mts', 'js', 'mjs', 'json', 'jsonc'].map(
  (extension) => `plimsoll.config.${extension}`,
);

/** Names that look right, and are of kinds that are not read. */
const unreadNames = ['cjs', 'cts', 'jsx', 'tsx', 'json5', 'yaml', 'yml', 'toml'].map(
  (extension) => `plimsoll.config.${extension}`,
);

/** One configuration file as it stands. */
export interface ConfigFile {
  /** Absolute path. */
  file: string;
  config: Config;
  /** The folder that its globs are relative to, where that is not its own. */
  globsFrom?: string | undefined;
}

function manifestWithKey(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'plimsoll' in manifest ? file : undefined;
  } catch {
    // A broken package.json is not ours to report.
    return undefined;
  }
}

/**
 * The configuration file of a folder; two of them are an error, because either could be meant, and so is one that would be
 * passed over.
 */
export function configIn(folder: string): string | undefined {
  const unread = unreadNames.find((name) => existsSync(join(folder, name)));
  if (unread !== undefined) {
    throw new InputError(`a configuration cannot be of this kind: ${join(folder, unread)}`, {
      help: `it is read as ${configNames.join(', ')}`,
    });
  }
  const found = configNames.map((name) => join(folder, name)).filter((file) => existsSync(file));
  const manifest = manifestWithKey(folder);
  if (manifest !== undefined) found.push(manifest);
  if (found.length > 1) {
    throw new InputError(`two configurations in one folder: ${found.join(' and ')}`, { help: 'keep one of them' });
  }
  return found[0];
}

/** The nearest configuration file from `folder` upwards, not past the root of its repository. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = configIn(at);
    if (found !== undefined) return found;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/** Reads one configuration file, without those it extends. Nothing of it is checked. */
export async function readConfig(file: string, shown: (file: string) => string): Promise<ConfigFile> {
  return { file, config: (await evaluate(file, shown)) as Config };
}

/** Holds a configuration file against a shape; throws `InputError` with the place of the first fault. */
export async function checkConfig(one: ConfigFile, shape: Shape, shown: (file: string) => string): Promise<void> {
  const fault = findFault(one.config, shape);
  if (!fault) return;
  throw new InputError(fault.message, {
    at: await placeIn(one.file, fault.path, shown),
    wrong: fault.wrong,
    list: fault.list,
    help: fault.help,
  });
}

/** `plimsoll.config.json:9:5`, or the file alone where the value is computed or the configuration is not a file. */
export async function placeIn(file: string, path: KeyPath, shown: (file: string) => string): Promise<string> {
  if (!existsSync(file)) return shown(file);
  const prefix = file.endsWith('package.json') ? ['plimsoll'] : [];
  const place = await locateSetting(readFileSync(file, 'utf8'), file, [...prefix, ...path]);
  return place ? `${shown(file)}:${place.line}:${place.column}` : shown(file);
}

async function evaluate(file: string, shown: (file: string) => string): Promise<unknown> {
  const extension = extname(file);
  if (extension === '.json' || extension === '.jsonc') {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (cause) {
      throw new InputError(`cannot read ${shown(file)}`, { cause });
    }
    const value = await parse(text, file, shown);
    return file.endsWith('package.json') ? (value as { plimsoll: unknown }).plimsoll : value;
  }
  const value = await importedDefault(file, (reason, cause, place = '') => {
    return new InputError(`the configuration cannot be loaded: ${reason}`, { at: `${shown(file)}${place}`, cause });
  });
  if (value === undefined) throw new InputError('a configuration must be the default export', { at: shown(file) });
  return value;
}

async function parse(text: string, file: string, shown: (file: string) => string): Promise<unknown> {
  if (text.trim() === '') throw new InputError('the configuration is empty', { at: shown(file), help: 'write {}' });
  try {
    return JSON.parse(text);
  } catch {
    const parsed = await parseJsonc(text, file);
    if ('value' in parsed) return parsed.value;
    throw new InputError(`the configuration is not valid JSON: ${parsed.message}`, {
      at: `${shown(file)}:${parsed.line}:${parsed.column}`,
    });
  }
}
