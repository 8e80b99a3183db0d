import { isWithin } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentLines } from './indent-lines.ts';
import { indentationOf, indentUnit, startOfLine } from './indentation-of.ts';
import { startWithComments } from './insert-before.ts';

/**
 * Lets a `try … finally` begin at an earlier statement of its list, so that it covers what stands between. Undefined where
 * it has a `catch`, does not stand on lines of its own, or where what is declared between is named outside of it, or twice.
 */
export function raiseTry(
  first: ts.Statement,
  statement: ts.TryStatement,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const { tryBlock, catchClause, finallyBlock } = statement;
  const open = statement.getStart(file.source);
  const line = startOfLine(open, file);
  const head = /^try\s*\{[\t ]*\r?\n/.exec(file.text.slice(open, statement.end))?.[0];
  if (catchClause || tryBlock.statements.length === 0 || head === undefined) return undefined;
  if (line !== open - indentationOf(statement, file).length) return undefined;
  const between = file.bindings.filter(({ declaration }) => declaration.pos >= first.pos && declaration.end <= open);
  const isNamedOutside = between.some(({ references }) =>
    references.some((use) => use.pos >= statement.end || isWithin(use, finallyBlock!)),
  );
  const isNamedTwice = file.bindings.some(
    ({ name, declaration }) => isWithin(declaration, tryBlock) && between.some((one) => one.name === name),
  );
  if (isNamedOutside || isNamedTwice) return undefined;
  const indent = indentationOf(first, file);
  const start = startWithComments(first, file);
  return [
    { start, end: start, text: `try {\n${indent}${indentUnit(file)}` },
    ...indentLines(start, line, file),
    { start: line, end: open + head.length, text: '' },
  ];
}
