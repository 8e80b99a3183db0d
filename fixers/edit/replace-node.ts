import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf } from './indentation-of.ts';
import { reindent } from './reindent.ts';

/** Replaces a node; the comments before it stay. `code` as for `reindent`. */
export function replaceNode(node: ts.Node, code: string, file: FileContext): TextEdit {
  return { start: node.getStart(file.source), end: node.end, text: reindent(code, indentationOf(node, file), file) };
}

/** Replaces what stands from the start of one node to the end of another. */
export function replaceNodes(first: ts.Node, last: ts.Node, code: string, file: FileContext): TextEdit {
  return { start: first.getStart(file.source), end: last.end, text: reindent(code, indentationOf(first, file), file) };
}
