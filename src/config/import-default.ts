import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { understandTypeScript } from './typescript-loader.ts';

/** When a file had last changed as it was first imported. */
const firstSeen = new Map<string, number>();

/** Node keeps modules by their address: one that has changed since gets another. */
function addressOf(file: string): string {
  const { mtimeMs } = statSync(file);
  const seen = firstSeen.get(file) ?? mtimeMs;
  firstSeen.set(file, seen);
  const { href } = pathToFileURL(file);
  return mtimeMs === seen ? href : `${href}?changed=${mtimeMs}`;
}

/** The default export of a module, TypeScript or not; undefined when it has none. `failed` says what to throw. */
export async function importedDefault(
  file: string,
  failed: (reason: string, cause: unknown) => Error | Promise<Error>,
): Promise<unknown> {
  try {
    if (/\.[cm]?ts$/.test(file)) await understandTypeScript();
    const module: { default?: unknown } = await import(addressOf(file));
    return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw await failed(reason.replaceAll(dirname(file), '.'), cause);
  }
}
