import { isWithin } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { hoistDeclarations } from './hoist-declarations.ts';
import { indentLines } from './indent-lines.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
import { startWithComments } from './insert-before.ts';
import { reindent } from './reindent.ts';
import { isInList } from './statement-of.ts';

/**
 * Wraps neighbouring statements of one block in `try { … } finally { code }`. Comments and indentation are kept; what
 * the statements declare and code behind them uses is declared before the `try`. Undefined where that cannot be done:
 * a class or function declared inside and used behind, a type that would be lost.
 */
export function wrapInTryFinally(
  first: ts.Statement,
  last: ts.Statement,
  code: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  if (!isInList(first) || first.parent !== last.parent) return undefined;
  const inside = (node: ts.Node) => node.pos >= first.pos && node.end <= last.end && isWithin(node, first.parent);
  const hoisted = hoistDeclarations(inside, file);
  if (!hoisted) return undefined;
  const indent = indentationOf(first, file);
  const inner = indent + indentUnit(file);
  const start = startWithComments(first, file);
  const end = endWithComment(last, file);
  const head = hoisted.declarations.map((line) => `${line}\n${indent}`).join('');
  return [
    { start, end: start, text: `${head}try {\n${inner}` },
    ...indentLines(start, end, file),
    ...hoisted.edits,
    { start: end, end, text: `\n${indent}} finally {\n${inner}${reindent(code, inner, file)}\n${indent}}` },
  ];
}
