import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findFault } from './check.ts';
import { InputError } from './input-error.ts';
import { locate, parseJsonc } from './locate.ts';
import type { Shape } from './schema.ts';
import type { Config } from './types.ts';

export const configNames = ['ts', 'mts', 'js', 'mjs', 'json', 'jsonc'].map(
  (extension) => `plimsoll.config.${extension}`,
);

/** One configuration file as it stands. */
export interface ConfigFile {
  /** Absolute path. */
  file: string;
  config: Config;
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

/** The configuration file of a folder; two of them are an error, because either could be meant. */
export function configIn(folder: string): string | undefined {
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

/** Reads and checks one configuration file, without those it extends. */
export async function readConfig(file: string, shape: Shape, shown: (file: string) => string): Promise<ConfigFile> {
  const value = await evaluate(file, shown);
  const fault = findFault(value, shape);
  if (fault) {
    const prefix = file.endsWith('package.json') ? ['plimsoll'] : [];
    const place = await locate(readFileSync(file, 'utf8'), file, [...prefix, ...fault.path]);
    throw new InputError(fault.message, {
      at: place ? `${shown(file)}:${place.line}:${place.column}` : shown(file),
      wrong: fault.wrong,
      list: fault.list,
    });
  }
  return { file, config: value as Config };
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
  try {
    if (/^\.[cm]?ts$/.test(extension)) await understandTypeScript();
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    if (module.default === undefined)
      throw new InputError('a configuration must be the default export', { at: shown(file) });
    return module.default;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new InputError(`the configuration cannot be loaded: ${reason.replaceAll(dirname(file), '.')}`, {
      at: shown(file),
      cause,
    });
  }
}

async function parse(text: string, file: string, shown: (file: string) => string): Promise<unknown> {
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

let understood = false;

/** Where the runtime does not strip types itself, the compiler that Plimsoll carries does. */
async function understandTypeScript(): Promise<void> {
  if (understood || (process.features as { typescript?: unknown }).typescript) return;
  understood = true;
  const { register } = await import('node:module');
  const compiler = import.meta.resolve('@ts-morph/common');
  const hooks = `
    import { readFile } from 'node:fs/promises';
    import { fileURLToPath } from 'node:url';
    export async function load(url, context, next) {
      if (!/^file:.*\\.[cm]?ts(\\?|$)/.test(url)) return next(url, context);
      const { ts } = await import(${JSON.stringify(compiler)});
      const { outputText } = ts.transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
        fileName: fileURLToPath(url),
        reportDiagnostics: false,
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, inlineSourceMap: true },
      });
      return { format: 'module', shortCircuit: true, source: outputText };
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
