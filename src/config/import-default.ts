import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findSyntaxFault } from './locate.ts';
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

/**
 * The default export of a module, TypeScript or not; undefined when it has none. `failed` says what to throw; the place is
 * `:3:1` where the syntax of the file itself is wrong.
 */
export async function importedDefault(
  file: string,
  failed: (reason: string, cause: unknown, place?: string) => Error | Promise<Error>,
): Promise<unknown> {
  try {
    if (/\.[cm]?ts$/.test(file)) await understandTypeScript();
    const module: { default?: unknown } = await import(addressOf(file));
    return module.default;
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? await findSyntaxFault(readFileSync(file, 'utf8'), file) : undefined;
    if (fault) throw await failed(fault.message, cause, `:${fault.line}:${fault.column}`);
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw await failed(reason.replaceAll(dirname(file), '.'), cause);
  }
}
