import { findMethodCall, findProperty, skipWrappers } from '../../src/ast/syntax.ts';
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

/** What it takes that the rows have the column by which they are told apart; or why they cannot have it. */
export function selectColumn(
  call: ts.CallExpression,
  first: ts.CallExpression,
  column: string,
  library: string,
  file: FileContext,
): TextEdit[] | string {
  if (library === 'mongoose') return holdsField(call, first, column) ? [] : leavesOut(column);
  const options = first.arguments.find((argument) => ts.isObjectLiteralExpression(skipWrappers(argument)));
  const omitted = findProperty(options, 'omit') ?? findProperty(findProperty(options, 'attributes'), 'exclude');
  if (omitted && mentions(omitted, column)) return leavesOut(column);
  const select = findProperty(options, 'select') ?? findProperty(options, 'attributes');
  if (!select || (library === 'sequelize' && ts.isObjectLiteralExpression(select))) return [];
  if (library === 'prisma') return selectInObject(select, column, file);
  if (/\b(?:fn|literal)\(/.test(select.getText(file.source))) return 'it counts or sums for each';
  return mentions(select, column) ? [] : leavesOut(column);
}

function mentions(node: ts.Node, column: string): boolean {
  return new RegExp(`(?<![\\w.])${column}(?![\\w])`).test(node.getText());
}

/** The projections of mongoose: `find(filter, 'name orderId')`, `.select({ name: 1 })`; what is populated is no key any more. */
function holdsField(call: ts.CallExpression, first: ts.CallExpression, column: string): boolean {
  const shown = first.arguments.slice(1, 2);
  for (let at = findMethodCall(call); at && at.call !== first; at = findMethodCall(at.receiver)) {
    if (at.method === 'select') shown.push(...at.call.arguments);
    if (at.method === 'populate' && mentions(at.call, column)) return false;
  }
  return shown.every((projection) => {
    const text = projection.getText();
    const isExclusion = new RegExp(`-${column}\\b|\\b${column}['"]?:\\s*(?:0|false)`).test(text);
    return !isExclusion && (column === '_id' || mentions(projection, column));
  });
}
