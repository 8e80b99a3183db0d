import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { endOfLine, startOfLine } from './indentation-of.ts';
import { isInList } from './statement-of.ts';

/** Removes a statement, with its line when nothing else stands on it; comments stay. */
export function removeStatement(statement: ts.Statement, file: FileContext): TextEdit {
  const start = statement.getStart(file.source);
  if (!isInList(statement)) return { start, end: statement.end, text: '{}' };
  return removeLines(start, statement.end, file);
}

/** Removes a class member, as `removeStatement` does. */
export function removeMember(member: ts.ClassElement, file: FileContext): TextEdit {
  return removeLines(member.getStart(file.source), member.end, file);
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
  return { start: start - before.length, end: lineEnd + breakLength, text: '' };
}
