import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { endOfLine, startOfLine } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
import { startWithComments } from './insert-before.ts';
import { isInList } from './statement-of.ts';

/** Removes a statement, with its line when nothing else stands on it; comments stay. */
export function removeStatement(statement: ts.Statement, file: FileContext): TextEdit {
  const start = statement.getStart(file.source);
  if (!isInList(statement)) return { start, end: statement.end, text: '{}' };
  return removeLines(start, statement.end, file);
}

/** Removes a class member, as `removeStatement` does. */
export function removeClassMember(member: ts.ClassElement, file: FileContext): TextEdit {
  return removeLines(member.getStart(file.source), member.end, file);
}

/** Removes a declaration together with the comments that belong to it. */
export function removeDeclaration(node: ts.Node, file: FileContext): TextEdit {
  return removeLines(startWithComments(node, file), endWithComment(node, file), file);
}

/** Length of a blank line that would stand doubled, or first in a block, once the line above it is gone. */
function blankLineAt(offset: number, removed: number, file: FileContext): number {
  const blank = /^[\t ]*(?:\r\n|[\r\n])/.exec(file.text.slice(offset, offset + 200))?.[0].length ?? 0;
  const above = file.text.slice(Math.max(0, removed - 400), removed).replaceAll('\r', '');
  return above === '' || /(?:^|\n)[\t ]*\n$|[{[(]\n$/.test(above) ? blank : 0;
}

/** Length of a blank line that would stand last in a block. */
function blankLineBefore(offset: number, file: FileContext): number {
  const above = /[\r\n]([\t ]*(?:\r\n|[\r\n]))$/.exec(file.text.slice(Math.max(0, offset - 400), offset));
  return above ? above[1]!.length : 0;
}

function removeLines(start: number, end: number, file: FileContext): TextEdit {
  const { text } = file;
  const line = startOfLine(start, file);
  const lineEnd = endOfLine(end, file);
  const before = text.slice(line, start).replace('\uFEFF', '');
  const behind = text.slice(end, lineEnd);
  if (before.trim() !== '' || behind.trim() !== '') {
    const spaces = /^[\t ]*/.exec(behind)![0].length;
    return { start, end: end + spaces, text: '' };
  }
  const breakLength = /^(?:\r\n|[\r\n\u2028\u2029])?/.exec(text.slice(lineEnd, lineEnd + 2))![0].length;
  const next = lineEnd + breakLength;
  const blank = blankLineAt(next, line, file);
  const above = blank === 0 && /^[\t ]*[}\])]/.test(text.slice(next, next + 200)) ? blankLineBefore(line, file) : 0;
  return { start: start - before.length - above, end: next + blank, text: '' };
}
