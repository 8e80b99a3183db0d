import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, startOfLine } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
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
