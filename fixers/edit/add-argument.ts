import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, startOfLine } from './indentation-of.ts';
import { reindent } from './reindent.ts';

/** Adds a last argument to a call or `new`; `new X` without a list gets one. */
export function addArgument(call: ts.CallExpression | ts.NewExpression, code: string, file: FileContext): TextEdit {
  const fitted = reindent(code, indentationOf(call, file), file);
  const list = call.arguments;
  if (!list) return { start: call.end, end: call.end, text: `(${fitted})` };
  const last = list.at(-1);
  if (!last) return { start: call.end - 1, end: call.end - 1, text: fitted };
  const own = startOfLine(last.getStart(file.source), file);
  // Arguments that stand on lines of their own get another one.
  if (file.text.slice(own, last.getStart(file.source)).trim() !== '') {
    return { start: last.end, end: last.end, text: `, ${fitted}` };
  }
  const indent = indentationOf(last, file);
  return { start: last.end, end: last.end, text: `,\n${indent}${reindent(code, indent, file)}` };
}
