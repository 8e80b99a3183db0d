import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads scanned files by the names they have in a result; each is read once. */
export function sourceReader(root: string): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const path = join(root, file);
      known.set(file, existsSync(path) ? readFileSync(path, 'utf8') : undefined);
    }
    return known.get(file);
  };
}
