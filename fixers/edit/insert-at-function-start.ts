import type { FunctionNode } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { blockOfExpression } from './block-of-expression.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { insertBefore } from './insert-before.ts';
import { reindent } from './reindent.ts';

/** Puts statements first in a function's body, behind directives and `super(…)`; undefined without a body. */
export function insertAtFunctionStart(
  fn: FunctionNode,
  code: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const body = fn.body;
  if (!body) return undefined;
  if (!ts.isBlock(body)) return blockOfExpression(fn as ts.ArrowFunction, code, '', file);
  const next = body.statements.find((statement) => !isFixedHead(statement));
  if (next) return insertBefore(next, code, file);
  const at = body.statements.at(-1)?.end ?? body.getStart(file.source) + 1;
  const outer = indentationOf(body, file);
  const indent = outer + indentUnit(file);
  const rest = file.text.slice(at, body.end - 1);
  const end = rest.trim() === '' ? body.end - 1 : at;
  return [
    {
      start: at,
      end,
      text: `\n${indent}${reindent(code, indent, file)}${end > at || rest === '' ? `\n${outer}` : ''}`,
    },
  ];
}

function isFixedHead(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  if (ts.isStringLiteral(expression)) return true;
  return ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}
