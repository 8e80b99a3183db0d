import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationAt, indentationOf, startOfLine } from './indentation-of.ts';
import { reindent } from './reindent.ts';
import { isInList } from './statement-of.ts';

/**
 * Puts statements on lines of their own before a statement and the comments that belong to it.
 * A statement without braces around it (`if (a) b();`) gets them.
 */
export function insertBefore(statement: ts.Statement, code: string, file: FileContext): [TextEdit, ...TextEdit[]] {
  const start = isInList(statement) ? startWithComments(statement, file) : statement.getStart(file.source);
  const indent = isInList(statement) ? indentationAt(start, file) : indentationOf(statement, file);
  const text = `${reindent(code, indent, file)}\n${indent}`;
  if (isInList(statement)) return [{ start, end: start, text }];
  const inOneLine = reindent(code, indent, file).replace(/\n\s*/g, ' ');
  return [
    { start, end: start, text: `{ ${inOneLine} ` },
    { start: statement.end, end: statement.end, text: ' }' },
  ];
}

/** Where a statement begins, with the comments directly above it: no blank line between, each alone on its line. */
export function startWithComments(node: ts.Node, file: FileContext): number {
  const { text, source } = file;
  let start = node.getStart(source);
  const comments = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  for (const comment of [...comments].reverse()) {
    const between = text.slice(comment.end, start);
    if (/\n\s*\n/.test(between.replaceAll('\r', ''))) break;
    if (text.slice(startOfLine(comment.pos, file), comment.pos).trim().replace('\uFEFF', '') !== '') break;
    if (text.startsWith('#!', comment.pos) || isPragma(text.slice(comment.pos, comment.end))) break;
    start = comment.pos;
  }
  return start;
}

/** What is said to the whole file or to all below; what is said of the next line goes with that. */
function isPragma(comment: string): boolean {
  return /^\/\*!|@license|@ts-(?:no)?check|eslint-(?!disable-next-line)|biome-ignore-all|<reference|plimsoll-ignore-(?:file|start|end)/.test(
    comment,
  );
}
