import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, startOfLine } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
import { startWithComments } from './insert-before.ts';
import { reindent } from './reindent.ts';

/** Adds properties at the end of an object literal: on a line of its own each, where the literal is written in lines. */
export function addProperties(
  object: ts.ObjectLiteralExpression,
  properties: readonly string[],
  file: FileContext,
): [TextEdit, ...TextEdit[]] {
  const last = object.properties.at(-1);
  const open = object.getStart(file.source);
  if (!last) return [{ start: open, end: object.end, text: `{ ${properties.join(', ')} }` }];
  const isInLines = startOfLine(last.getStart(file.source), file) !== startOfLine(open, file);
  const { end } = last;
  if (!isInLines) return [{ start: end, end, text: `, ${properties.join(', ')}` }];

  const indent = indentationOf(last, file);
  const lines = properties.map((property) => `\n${indent}${reindent(property, indent, file)}`).join(',');
  if (!object.properties.hasTrailingComma) {
    const behind = endWithComment(last, file);
    if (behind === end) return [{ start: end, end, text: `,${lines}` }];
    return [
      { start: end, end, text: ',' },
      { start: behind, end: behind, text: lines },
    ];
  }
  const comma = file.text.indexOf(',', end) + 1;
  const behind = endWithComment({ end: comma } as ts.Node, file);
  return [{ start: behind, end: behind, text: `${lines},` }];
}

/** As {@link addProperties}, but ahead of what is spread into the literal, which has the last word. */
export function addDefault(object: ts.ObjectLiteralExpression, property: string, file: FileContext): Fix['edits'] {
  const spread = object.properties.find(ts.isSpreadAssignment);
  if (!spread) return addProperties(object, [property], file);
  const at = spread.getStart(file.source);
  const isFirstOfLine = file.text.slice(startOfLine(at, file), at).trim() === '';
  const start = isFirstOfLine ? startWithComments(spread, file) : at;
  const gap = isFirstOfLine ? `\n${indentationOf(spread, file)}` : ' ';
  return [{ start, end: start, text: `${property},${gap}` }];
}
