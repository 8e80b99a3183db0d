import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
import { startWithComments } from './insert-before.ts';
import { reindent } from './reindent.ts';

/**
 * Adds a member to a class: a field at the `start`, a method at the `end` behind a blank line.
 * In JavaScript files leave out types and accessibility modifiers.
 */
export function insertClassMember(
  cls: ts.ClassLikeDeclaration,
  code: string,
  where: 'start' | 'end',
  file: FileContext,
): TextEdit {
  const outer = indentationOf(cls, file);
  const first = cls.members[0];
  const last = cls.members.at(-1);
  if (!first || !last) {
    const close = cls.end - 1;
    const open = file.text.lastIndexOf('{', close) + 1;
    const indent = outer + indentUnit(file);
    const start = open + file.text.slice(open, close).trimEnd().length;
    return { start, end: close, text: `\n${indent}${reindent(code, indent, file)}\n${outer}` };
  }
  const indent = indentationOf(first, file);
  if (where === 'end') {
    const end = endWithComment(last, file);
    return { start: end, end, text: `\n\n${indent}${reindent(code, indent, file)}` };
  }
  const start = startWithComments(first, file);
  const gap = ts.isPropertyDeclaration(first) ? '\n' : '\n\n';
  return { start, end: start, text: `${reindent(code, indent, file)}${gap}${indent}` };
}
