import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from './config/input-error.ts';
import type { ScanResult, TrendPoint } from './model/scan-result.ts';

/** Scans that a result carries along; the file keeps all. */
const mostShown = 200;

/** What is written down of a scan. */
export function trendPointOf(result: ScanResult, at: Date, commit: string | undefined): TrendPoint {
  const { value, grade, counts, codeLines } = result.score;
  return {
    at: at.toISOString(),
    ...(commit === undefined ? {} : { commit }),
    score: value,
    grade,
    counts: { high: counts.high, medium: counts.medium, low: counts.low },
    codeLines,
    version: result.tool.version,
  };
}

/**
 * The last scans of a history file, oldest first, in whatever order branches were merged; none when there is no file.
 *
 * @param shown the file as messages name it
 * @throws InputError for a file that cannot be read and for the first line that is none of a history
 */
export function readHistory(file: string, shown: string): TrendPoint[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new InputError(`cannot read the history: ${message}`, { cause });
  }
  const points = text.split(/\r\n|\n|\r/).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '') return [];
    const point = pointIn(line);
    if (point) return [point];
    throw new InputError('not a line of a history of Plimsoll', { at: `${shown}:${index + 1}` });
  });
  return points.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-mostShown);
}

function pointIn(line: string): TrendPoint | undefined {
  try {
    const { at, commit, score, grade, counts, codeLines, version } = JSON.parse(line) as TrendPoint;
    const isWhole =
      new Date(at).toISOString() === at &&
      (commit === undefined || /^[0-9a-f]{7,64}$/.test(commit)) &&
      [score, counts.high, counts.medium, counts.low, codeLines].every((count) => Number.isInteger(count)) &&
      typeof grade === 'string' &&
      typeof version === 'string';
    return isWhole
      ? { at, ...(commit === undefined ? {} : { commit }), score, grade, counts, codeLines, version }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds a line at the end, in one write: several scans may do so at once. Makes the file and its folder.
 *
 * @throws InputError when the file cannot be written
 */
export function recordPoint(file: string, point: TrendPoint): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${endsOpen(file) ? '\n' : ''}${JSON.stringify(point)}\n`);
  } catch (cause) {
    throw new InputError(`cannot write the history: ${(cause as Error).message}`, { cause });
  }
}

/** True when the last line has no end, as an editor may leave it. */
function endsOpen(file: string): boolean {
  const handle = openSync(file, 'a+');
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
  } finally {
    closeSync(handle);
  }
}
