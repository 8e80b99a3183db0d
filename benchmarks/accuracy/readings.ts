import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A finding that was read by hand, in code that its rule was not tuned on when it was found. */
export interface Reading {
  repository: string;
  commit: string;
  path: string;
  line: number;
  rule: string;
  /** `true`: a maintainer would thank for it. `doubtful`: they might not. */
  verdict: 'true' | 'false' | 'doubtful';
  reason: string;
  /** Whether its reader wrote the rule. */
  reader?: 'author' | 'another';
  /** Reported with `--confidence possible` alone when it was read. */
  possible?: true;
}

/** Every reading, file by file. */
export function listReadings(): Reading[] {
  const folder = join(import.meta.dirname, 'readings');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Reading[]);
}
