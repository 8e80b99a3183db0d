import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationAt } from './indentation-of.ts';

/** Adds a step behind a call of a chain, on a line of its own where that call has one: `.timeout(10_000)`. */
export function addStep(call: ts.CallExpression, step: string, file: FileContext): TextEdit {
  const text = `.${step}`;
  const { expression } = call;
  if (!ts.isPropertyAccessExpression(expression)) return { start: call.end, end: call.end, text };
  const dot = file.text.lastIndexOf('.', expression.name.getStart(file.source));
  const indent = indentationAt(dot, file);
  const isOnItsLine = file.text.slice(expression.expression.end, dot).includes('\n');
  return { start: call.end, end: call.end, text: isOnItsLine ? `\n${indent}${text}` : text };
}
