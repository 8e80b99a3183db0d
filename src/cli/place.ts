import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../config/input-error.ts';
import { isSourceName } from '../engine/discover.ts';
import { assertPaths } from './paths.ts';

interface SourceLine {
  file: string;
  line: number;
}

/** `src/cache.ts:12` and `src/cache.ts:12:5`; throws `InputError` for anything else. */
export function readPlace(place: string): SourceLine {
  const [, file, line] = /^(.+?):(\d+)(?::\d+)?$/.exec(place) ?? [];
  if (file === undefined || line === undefined) {
    throw new InputError(`not a place: ${place}`, { help: 'give a file and a line: plimsoll why src/cache.ts:12' });
  }
  return { file, line: Number(line) };
}

/** Throws `InputError` where there is no such line of a source file. */
export function assertPlace({ file, line }: SourceLine, cwd: string): void {
  assertPaths([file], cwd, []);
  const absolute = resolve(cwd, file);
  if (statSync(absolute).isDirectory()) {
    throw new InputError(`a folder, not a file: ${file}`, { help: `plimsoll scan ${file} lists what is found in it` });
  }
  if (!isSourceName(file)) throw new InputError(`not a TypeScript or JavaScript file: ${file}`);
  const lines = countLines(absolute);
  if (line < 1 || line > lines) throw new InputError(`no such line: ${file}:${line}; it has ${lines} lines`);
}

function countLines(absolute: string): number {
  if (!statSync(absolute).isFile()) return Number.POSITIVE_INFINITY;
  try {
    return readFileSync(absolute, 'utf8').split('\n').length;
  } catch {
    // Why it cannot be read, the scan says.
    return Number.POSITIVE_INFINITY;
  }
}
