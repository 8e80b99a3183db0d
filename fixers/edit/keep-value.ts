import { getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentLines } from './indent-lines.ts';
import { indentationOf, indentUnit, startOfLine } from './indentation-of.ts';
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
  if (ts.isExpressionStatement(parent)) return [{ start, end: start, text: `${target} = ` }];
  if (ts.isArrowFunction(parent) && parent.body === outer) {
    // What the function of `new Promise` gives is dropped.
    if (ts.isNewExpression(parent.parent) && hasBareBody(parent, file)) return keepInBlock(parent, target, file);
    return [
      { start, end: start, text: `(${target} = ` },
      { start: outer.end, end: outer.end, text: ')' },
    ];
  }
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const statement = findStatement(parent);
    return statement && insertAfterStatement(statement, `${target} = ${parent.name.text};`, file);
  }
  return undefined;
}

/** `(resolve) => setTimeout(resolve)` → `(resolve) => { target = setTimeout(resolve); }`, in lines. */
function keepInBlock(fn: ts.ArrowFunction, target: string, file: FileContext): [TextEdit, ...TextEdit[]] {
  const { body, equalsGreaterThanToken: arrow } = fn;
  const outer = indentationOf(fn, file);
  const inner = outer + indentUnit(file);
  const start = body.getStart(file.source);
  const isBelow = startOfLine(start, file) > arrow.end;
  return [
    { start: arrow.end, end: start, text: ` {\n${inner}${target} = ` },
    ...(isBelow ? [] : indentLines(start, body.end, file)),
    { start: body.end, end: endOfArguments(fn, file), text: `;\n${outer}}` },
  ];
}

/** Where the list closes that a function on lines of its own stands last in; a comma and a line break go. */
function endOfArguments({ parent, end }: ts.ArrowFunction, file: FileContext): number {
  const close = parent.end - 1;
  return /^,\s*$/.test(file.text.slice(end, close)) ? close : end;
}

/** Whether nothing but white space stands between the arrow and the body. */
function hasBareBody({ body, equalsGreaterThanToken: arrow }: ts.ArrowFunction, file: FileContext): boolean {
  return file.text.slice(arrow.end, body.getStart(file.source)).trim() === '';
}

/** Whether the file is TypeScript, so that types and access modifiers can be written. */
export function isTypeScriptFile(file: FileContext): boolean {
  return /\.[cm]?tsx?$/.test(file.path);
}
