import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `init` did about one file. */
export interface InitStep {
  /** Relative to the folder. */
  file: string;
  /** What happened, or what is left for the user to do. */
  said: string;
  /** Lines that the user has to put in by hand, because the file is theirs. */
  byHand?: string;
}

/** Writes a file that is not there yet. */
export function writeNew(folder: string, file: string, text: string, mode = 0o644): InitStep {
  const path = join(folder, file);
  if (existsSync(path)) return { file, said: 'kept' };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: 'wx', mode });
  return { file, said: 'wrote' };
}

/** A file that is the user's: the lines to add, unless it speaks of Plimsoll already. */
export function addTo(folder: string, file: string, byHand: string, there?: string): InitStep {
  const text = there ?? readFileSync(join(folder, file), 'utf8');
  return text.includes('plimsoll') ? { file, said: 'kept' } : { file, said: 'add to', byHand };
}
