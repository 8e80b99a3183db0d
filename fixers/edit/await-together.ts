import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { declarationOf, type ReadGroup } from './group-reads.ts';
import { moveLines } from './indent-lines.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { endWithComment } from './insert-after-statement.ts';
import { startWithComments } from './insert-before.ts';
import { fitsLine } from './line-width.ts';
import { trailingComma } from './trailing-comma.ts';

/** One `Promise.all` for all reads of a group where the first stands, and below it what stood between them. */
export function awaitTogether({ reads, between }: ReadGroup, file: FileContext): TextEdit[] {
  const { text, source } = file;
  const [first, ...others] = reads;
  const last = reads.at(-1)!;
  const [keyword] = /^\w+/.exec(first.declarationList.getText(source))!;
  const names = reads.map((read) => declarationOf(read).name.getText(source));
  const { head, indent } = writeHead(keyword, names, indentationOf(first, file), file);
  const inner = indent + indentUnit(file);
  const item = `\n${inner}`;
  const above = others.map((read) => listCommentLines(endWithComment(statementBefore(read), file), read, file));
  // What is said of the first goes with it where something is said of others too.
  const isEachExplained = above.some((comments) => comments.length > 0);
  const start = isEachExplained ? startWithComments(first, file) : first.getStart(source);
  const comments = [listCommentLines(start, first, file), ...above];
  return reads.flatMap((read, i): TextEdit[] => {
    const { expression } = declarationOf(read).initializer as ts.AwaitExpression;
    const from = i === 0 ? start : endWithComment(reads[i - 1]!, file);
    const end = read === last ? endOfRead(read, file) : read.end;
    const to = end === read.end ? endWithComment(read, file) : end;
    const begin = expression.getStart(source);
    const behind =
      read === last
        ? `${trailingComma(file)}${text.slice(end, to)}${closeList(end, between, indent, file)}`
        : `,${text.slice(end, to)}`;
    return [
      {
        start: from,
        end: begin,
        text: `${i === 0 ? head : ''}${comments[i]!.map((line) => (line === '' ? '\n' : item + line)).join('')}${item}`,
      },
      ...moveLines(begin, expression.end, indentationOf(expression, file), inner, file),
      { start: expression.end, end: to, text: behind },
    ];
  });
}

/** `const [a, b] = await Promise.all([` behind an indentation, in lines where there is much to name, and the indentation of its end. */
export function writeHead(
  keyword: string,
  names: readonly string[],
  indent: string,
  file: FileContext,
): { head: string; indent: string } {
  const inner = indent + indentUnit(file);
  const start = `${keyword} [${names.join(', ')}] =`;
  const end = 'await Promise.all([';
  if (fitsLine(`${indent}${start} ${end}`, file)) return { head: `${start} ${end}`, indent };
  if (fitsLine(indent + start, file)) return { head: `${start}\n${inner}${end}`, indent: inner };
  const lines = names.map((name) => `\n${inner}${name}`).join(',');
  return { head: `${keyword} [${lines}${trailingComma(file)}\n${indent}] = ${end}`, indent };
}

/** The end of the list, as the last read ends, and the declarations that follow it from now on. */
function closeList(end: number, between: readonly ts.Statement[], indent: string, file: FileContext): string {
  const moved = between.map((one) =>
    file.text.slice(endWithComment(statementBefore(one), file), endWithComment(one, file)),
  );
  return `\n${indent}])${file.text[end - 1] === ';' ? ';' : ''}${moved.join('')}`;
}

/** Where a read ends; a semicolon in front of the next line (`;[a, b].forEach(…)`) stays there. */
function endOfRead(read: ts.VariableStatement, { text }: FileContext): number {
  const { end } = declarationOf(read);
  return text.slice(end, read.end).includes('\n') ? end : read.end;
}

/** Of two in one block. */
function statementBefore(statement: ts.Statement): ts.Statement {
  const { statements } = statement.parent as ts.Block;
  return statements[statements.indexOf(statement) - 1]!;
}

/** The lines of the comments between an offset and a statement, each behind the indentation of the statement. */
function listCommentLines(from: number, statement: ts.Statement, file: FileContext): string[] {
  const start = statement.getStart(file.source);
  const comments = file.text.slice(from, start).trim();
  const indent = indentationOf(statement, file);
  if (comments === '') return [];
  return comments
    .split(/\r?\n/)
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
}
