import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentUnit } from './indentation-of.ts';

/** Takes the `finally` off a `try`; without a `catch`, the `try` goes too and its statements move one level out. */
export function removeFinally(statement: ts.TryStatement, file: FileContext): TextEdit[] {
  const { tryBlock, catchClause } = statement;
  if (catchClause) return [{ start: catchClause.end, end: statement.end, text: '' }];
  const first = tryBlock.statements[0];
  const last = tryBlock.statements.at(-1);
  if (!first || !last) return [{ start: statement.getStart(file.source), end: statement.end, text: '' }];
  const open = first.getFullStart();
  const start = open + /^\s*/.exec(file.text.slice(open, first.end))![0].length;
  const unit = indentUnit(file);
  const lines = file.source.getLineStarts().filter((line) => line > start && line < last.end);
  const outdents = lines
    .filter((line) => file.text.startsWith(unit, line))
    .map((line) => ({ start: line, end: line + unit.length, text: '' }));
  return [
    { start: statement.getStart(file.source), end: start, text: '' },
    ...outdents,
    { start: last.end, end: statement.end, text: '' },
  ];
}
