import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { reindent } from './reindent.ts';

/** Puts statements in the `finally` of a `try`: behind what it holds already, or in one of its own. */
export function addFinally(statement: ts.TryStatement, code: string, file: FileContext): TextEdit[] {
  const last = statement.finallyBlock?.statements.at(-1);
  if (last) return insertAfterStatement(last, code, file);
  const outer = indentationOf(statement, file);
  const inner = outer + indentUnit(file);
  const body = `{\n${inner}${reindent(code, inner, file)}\n${outer}}`;
  const empty = statement.finallyBlock;
  if (empty) return [{ start: empty.getStart(file.source), end: empty.end, text: body }];
  return [{ start: statement.end, end: statement.end, text: ` finally ${body}` }];
}
