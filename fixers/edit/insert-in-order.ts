import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { isTypeScriptFile } from './keep-value.ts';

/**
 * Makes `list.push(entry); list.sort(order);` an insertion behind all that go before the entry or are equal, found by
 * halving. The entry, the function that orders and the comments stay as they are written; undefined where one stands
 * behind either within the brackets.
 */
export function insertInOrder(
  { call, push, list }: { call: ts.CallExpression; push: ts.CallExpression; list: ts.Expression },
  order: ts.Expression,
  type: string | undefined,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const [item, compare, low, high, middle] = ['item', 'compare', 'low', 'high', 'middle'].map((name) =>
    freeName(name, file),
  ) as [string, string, string, string, string];
  const isTyped = isTypeScriptFile(file);
  const written = list.getText(file.source);
  const named = [
    toVariable(push, push.arguments[0]!, `const ${item}${isTyped ? `: ${type}` : ''} = `, file),
    toVariable(call, order, `const ${compare}${isTyped ? `: (a: ${type}, b: ${type}) => number` : ''} = `, file),
  ].flat();
  if (named.some(({ start, end }) => /\/[/*]/.test(file.text.slice(start, end)))) return undefined;
  const code = [
    `let ${low} = 0;`,
    `let ${high} = ${written}.length;`,
    `while (${low} < ${high}) {`,
    `  const ${middle} = (${low} + ${high}) >>> 1;`,
    `  if (${compare}(${written}[${middle}]${isTyped ? '!' : ''}, ${item}) <= 0) ${low} = ${middle} + 1;`,
    `  else ${high} = ${middle};`,
    '}',
    `${written}.splice(${low}, 0, ${item});`,
  ].join('\n');
  return [...named, insertAfterStatement(call.parent as ts.Statement, code, file)].flat() as [TextEdit, ...TextEdit[]];
}

/** `list.push(entry)` as `const item = entry`. */
function toVariable(call: ts.CallExpression, value: ts.Expression, start: string, file: FileContext): TextEdit[] {
  return [
    { start: call.getStart(file.source), end: value.getStart(file.source), text: start },
    { start: value.end, end: call.end, text: '' },
  ];
}
