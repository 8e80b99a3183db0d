import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isInLiteral } from './indent-lines.ts';

/** What formatters allow unless told otherwise, and the most that a file can show. */
const [narrow, wide] = [80, 120];

/** How many columns the code of a file takes, from 80 to 120: what cannot be broken (texts, comments, imports) does not tell. */
function lineWidth(file: FileContext): number {
  return file.memo(findWidth, file.source);
}

function findWidth(source: ts.SourceFile, file: FileContext): number {
  const widths = source.getLineStarts().flatMap((start, i, starts) => {
    const line = file.text.slice(start, starts[i + 1]).trimEnd();
    const isBroken = !/["'`]|\/[/*]|^\s*\*|^import\b/.test(line) && !isInLiteral(start, file);
    return isBroken ? [columnsOf(line)] : [];
  });
  return Math.min(wide, Math.max(narrow, ...widths));
}

/** Whether a text is one line, and no longer than the others of the file. */
export function fitsLine(text: string, file: FileContext): boolean {
  return !text.includes('\n') && columnsOf(text) <= lineWidth(file);
}

function columnsOf(line: string): number {
  return line.replaceAll('\t', '    ').length;
}
