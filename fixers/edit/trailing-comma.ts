import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** What the last element of an array or object in lines ends with in this file: `,` or nothing. */
export function trailingComma(file: FileContext): string {
  return file.memo(findInLists, file.source);
}

/** What the last argument of a call in lines ends with. */
export function trailingCommaOfCall(file: FileContext): string {
  return file.memo(findInCalls, file.source);
}

function findInLists(_: ts.SourceFile, file: FileContext): string {
  const arrays = file.nodesOfKind(ts.SyntaxKind.ArrayLiteralExpression) as readonly ts.ArrayLiteralExpression[];
  const objects = file.nodesOfKind(ts.SyntaxKind.ObjectLiteralExpression) as readonly ts.ObjectLiteralExpression[];
  return mostly([...arrays.map(({ elements }) => elements), ...objects.map(({ properties }) => properties)], file);
}

/** Of a file without such calls, arrays and objects tell. */
function findInCalls(source: ts.SourceFile, file: FileContext): string {
  const lists = file.nodes('CallExpression').map((call) => call.arguments);
  return lists.some((list) => isInLines(list, file)) ? mostly(lists, file) : file.memo(findInLists, source);
}

function mostly(lists: readonly ts.NodeArray<ts.Node>[], file: FileContext): string {
  const inLines = lists.filter((list) => isInLines(list, file));
  const withComma = inLines.filter((list) => list.hasTrailingComma);
  return withComma.length * 2 >= inLines.length ? ',' : '';
}

/** Whether the bracket behind a list closes on another line than its last element. */
function isInLines(list: ts.NodeArray<ts.Node>, file: FileContext): boolean {
  const last = list.at(-1);
  return last !== undefined && /^\s*,?[^\S\n]*(?:\/\/.*)?\r?\n/.test(file.text.slice(last.end, list.end + 200));
}
