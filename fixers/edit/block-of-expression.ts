import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { reindent } from './reindent.ts';

/**
 * Gives an arrow function with an expression body (`() => work()`) a block, with statements before the expression or
 * behind it. What the expression gives is still what the function gives.
 */
export function blockOfExpression(
  fn: ts.ArrowFunction,
  before: string,
  behind: string,
  file: FileContext,
): [TextEdit, ...TextEdit[]] {
  const { body } = fn;
  const outer = indentationOf(fn, file);
  const indent = outer + indentUnit(file);
  const fitted = (code: string) => reindent(code, indent, file);
  const start = body.getStart(file.source);
  const result = behind === '' ? '' : freeName('result', file);
  const head = before === '' ? '' : `${fitted(before)}\n${indent}`;
  const keep = behind === '' ? 'return ' : `const ${result} = `;
  const tail = behind === '' ? '' : `\n${indent}${fitted(behind)}\n${indent}return ${result};`;
  return [
    { start, end: start, text: `{\n${indent}${head}${keep}` },
    { start: body.end, end: body.end, text: `;${tail}\n${outer}}` },
  ];
}
