import { findProperty } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf } from './indentation-of.ts';

/** Why rows cannot be told apart by a column. */
export const leavesOut = (column: string): string => `the selected columns leave \`${column}\` out`;

/** Has an object of selected columns (`{ name: true }`) name one more, unless it does; or why it cannot. */
export function selectInObject(select: ts.Expression, column: string, file: FileContext): TextEdit[] | string {
  if (!ts.isObjectLiteralExpression(select)) return 'its columns are not written out';
  const known = findProperty(select, column);
  if (known) return known.kind === ts.SyntaxKind.TrueKeyword ? [] : leavesOut(column);
  const isExclusion = select.properties.some((p) => /:\s*false$/.test(p.getText(file.source)));
  return isExclusion ? [] : addProperty(select, `${column}: true`, file);
}

/** One more property at the head of an object, on a line of its own where the others stand so. */
export function addProperty(object: ts.ObjectLiteralExpression, code: string, file: FileContext): TextEdit[] | string {
  const [first] = object.properties;
  if (!first) return 'it selects nothing';
  // Nothing but the column itself would be left of a row that has one of its name.
  if (/^row\b/.test(code)) return leavesOut('row');
  const start = first.getStart(file.source);
  const isBelow = file.text.slice(object.getStart(file.source), start).includes('\n');
  return [{ start, end: start, text: `${code},${isBelow ? `\n${indentationOf(first, file)}` : ' '}` }];
}
