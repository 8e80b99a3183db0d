import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { endOfLine, indentationOf } from './indentation-of.ts';
import { reindent } from './reindent.ts';
import { isInList } from './statement-of.ts';

/**
 * Puts statements on lines of their own behind a statement and the comment at the end of its line.
 * A statement without braces around it (`if (a) b();`) gets them.
 */
export function insertAfterStatement(
  statement: ts.Statement,
  code: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] {
  const indent = indentationOf(statement, file);
  const fitted = reindent(code, indent, file);
  if (isInList(statement)) {
    const end = endWithComment(statement, file);
    return [{ start: end, end, text: `\n${indent}${fitted}` }];
  }
  const start = statement.getStart(file.source);
  return [
    { start, end: start, text: '{ ' },
    { start: statement.end, end: statement.end, text: ` ${fitted.replace(/\n\s*/g, ' ')} }` },
  ];
}

/** The end of a node together with the comment that ends its line; the node's own end when code follows on the line. */
export function endWithComment(node: ts.Node, file: FileContext): number {
  const rest = file.text.slice(node.end, endOfLine(node.end, file));
  const isComment = /^[\t ]*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/[\t ]*)$/.test(rest);
  return isComment ? node.end + rest.trimEnd().length : node.end;
}
