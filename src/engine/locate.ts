import type { Position, RelatedLocation } from '../model/finding.ts';
import type { Project } from './project.ts';
import { firstCodeOfLine } from './source-text.ts';

/** The name or call at a place; at the first code of the line when only the line is known. */
export function locate(
  project: Project,
  file: string,
  line: number,
  at: number | undefined,
  note: string,
): RelatedLocation {
  const text = project.textOf(file) ?? '';
  const offset = at ?? firstCodeOfLine(text, line);
  const word = /(?:new\s+)?[\w$.#?!@]*/y;
  word.lastIndex = offset;
  const length = Math.max(1, word.exec(text)?.[0].length ?? 1);
  const column = offset - (text.lastIndexOf('\n', offset - 1) + 1) + 1;
  const position = (by: number): Position => ({ line, column: column + by, offset: offset + by });
  return { file, range: { start: position(0), end: position(length) }, note };
}
