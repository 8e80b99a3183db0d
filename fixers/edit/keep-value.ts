import { getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { findStatement } from './statement-of.ts';

/**
 * Keeps what an expression gives in `target` (`this.timer`, `timer`) as well. Undefined where an assignment cannot
 * stand in its place.
 */
export function keepValue(
  expression: ts.Expression,
  target: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const outer = getOutermostWrapped(expression);
  const { parent } = outer;
  const start = outer.getStart(file.source);
  if (ts.isExpressionStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer)) {
    return [{ start, end: start, text: `${target} = ` }];
  }
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const statement = findStatement(parent);
    return statement && insertAfterStatement(statement, `${target} = ${parent.name.text};`, file);
  }
  return undefined;
}

/** Whether the file is TypeScript, so that types and access modifiers can be written. */
export function isTypeScript(file: FileContext): boolean {
  return /\.[cm]?tsx?$/.test(file.path);
}
