import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { understandTypeScript } from './typescript-loader.ts';

/** The default export of a module, TypeScript or not; undefined when it has none. `failed` says what to throw. */
export async function importedDefault(
  file: string,
  failed: (reason: string, cause: unknown) => Error | Promise<Error>,
): Promise<unknown> {
  try {
    if (/\.[cm]?ts$/.test(file)) await understandTypeScript();
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw await failed(reason.replaceAll(dirname(file), '.'), cause);
  }
}
