import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FixedFile } from '../model/fix-result.ts';

/** The nearest tsconfig.json at or above a file's folder, not above the root; absolute. */
export function findTsconfig(root: string, file: string): string | undefined {
  for (let dir = dirname(file); ; dir = dirname(dir)) {
    const candidate = join(root, dir, 'tsconfig.json');
    if (existsSync(candidate)) return candidate;
    if (dir === '.') return undefined;
  }
}

/** Whether any of the files is TypeScript under a tsconfig.json. */
export function hasTypedFiles(root: string, files: readonly FixedFile[]): boolean {
  return files.some(({ file }) => /\.[cm]?tsx?$/.test(file) && findTsconfig(root, file) !== undefined);
}
