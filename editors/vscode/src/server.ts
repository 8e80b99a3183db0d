import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The program that serves the workspace: the configured one, else the `plimsoll` in the nearest `node_modules` at or
 * above a folder of the workspace, the first folder that has one. Undefined where there is none.
 *
 * @param folders absolute paths
 * @param configured path of `bin/plimsoll.js`, absolute or from the first folder
 */
export function findServer(folders: readonly string[], configured?: string): string | undefined {
  if (configured) {
    const path = resolve(folders[0] ?? '', configured);
    return existsSync(path) ? path : undefined;
  }
  for (const folder of folders) {
    for (let at = folder; ; at = dirname(at)) {
      const path = join(at, 'node_modules/plimsoll/bin/plimsoll.js');
      if (existsSync(path)) return path;
      if (at === dirname(at)) break;
    }
  }
  return undefined;
}
