import type { FunctionNode } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { blockOfExpression } from './block-of-expression.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { insertBefore } from './insert-before.ts';

/**
 * Puts statements last in a function's body, before a `return` or `throw` that ends it; undefined without a body.
 * Other returns leave the function without running them: use `wrapInTryFinally` where that matters.
 */
export function insertAtFunctionEnd(
  fn: FunctionNode,
  code: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const body = fn.body;
  if (!body) return undefined;
  if (!ts.isBlock(body)) return blockOfExpression(fn as ts.ArrowFunction, '', code, file);
  const last = body.statements.at(-1);
  if (!last) return insertAtFunctionStart(fn, code, file);
  if (ts.isReturnStatement(last) || ts.isThrowStatement(last)) return insertBefore(last, code, file);
  return insertAfterStatement(last, code, file);
}
