import { findEnclosingFunction, findMethodCall, getOutermostWrapped, isAsync } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import type { Rounds } from './find-rounds.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { nameRows, type RowNames } from './name-rows.ts';
import { replaceNode } from './replace-node.ts';
import type { KeyedQuery } from './rows-at-once.ts';
import { stringLiteral } from './string-literal.ts';

/** What stands for the answer of a query: its `await`, or the promise itself where that is waited for elsewhere. */
export function findQueryAnswer(call: ts.CallExpression, rounds: Rounds): ts.Expression | undefined {
  const { parent } = call;
  if (ts.isAwaitExpression(parent)) return parent;
  if (isGivenBack(call, rounds)) return isAsync(rounds.fn!) || isAllOf(rounds.node) ? call : undefined;
  return ts.isArrayLiteralExpression(parent) && isAllOf(parent) && isAwaited(parent.parent) ? call : undefined;
}

/** Whether the callback of `map` gives a value as its result. */
function isGivenBack(value: ts.Node, { node, fn }: Rounds): boolean {
  if (!ts.isCallExpression(node)) return false;
  return value.parent === fn || (ts.isReturnStatement(value.parent) && value.parent.parent.parent === fn);
}

/** Whether `Promise.all` waits for a list. */
function isAllOf(list: ts.Node): boolean {
  const all = ts.isCallExpression(list.parent) ? findMethodCall(list.parent) : undefined;
  return all?.method === 'all' && all.receiver.getText() === 'Promise';
}

function isAwaited(node: ts.Node): boolean {
  return ts.isAwaitExpression(getOutermostWrapped(node).parent);
}

/** The statements that read and sort all rows, and the look-up in place of the answer of a round. */
export function writeLookup(
  keyed: KeyedQuery,
  keys: string,
  answer: ts.Expression,
  { node }: Rounds,
  file: FileContext,
): { ahead: string; lookup: TextEdit } {
  const names = nameRows(keyed, answer, findEnclosingFunction(node) ?? file.source, file);
  const byText = (value: string): string =>
    keyed.isByText && !value.startsWith('String(') ? `String(${value})` : value;
  const ahead = keyed.isList
    ? writeGroups(keyed, names, keys, byText, file)
    : writeRows(keyed, names, keys, byText, file);
  const found = `${names.map}.get(${byText(keyed.key.getText(file.source))})${keyed.none}`;
  return { ahead, lookup: replaceNode(answer, standsAlone(answer) || keyed.none === '' ? found : `(${found})`, file) };
}

/** Takes a row as the round had it, and the key that it is told apart by. */
const withoutColumn = (column: string): string => `{ ${column}, ...row }`;

type ByText = (value: string) => string;

function writeRows(keyed: KeyedQuery, { map }: RowNames, keys: string, byText: ByText, file: FileContext): string {
  const { column, isAdded } = keyed;
  const all = keyed.all(keys).replaceAll('\n', '\n  ');
  const row = isAdded ? `(${withoutColumn(column)})` : '(row)';
  const pair = `[${byText(isAdded ? column : `row.${column}`)}, row]${isTypeScriptFile(file) ? ' as const' : ''}`;
  return `const ${map} = new Map(\n  (await ${all}).map(${row} => ${pair}),\n);`;
}

function writeGroups(
  keyed: KeyedQuery,
  { map, all: rows }: RowNames,
  keys: string,
  byText: ByText,
  file: FileContext,
): string {
  const { column, isAdded } = keyed;
  const type = isAdded ? `Omit<(typeof ${rows})[number], ${stringLiteral(column, file)}>[]` : `typeof ${rows}`;
  const empty = isTypeScriptFile(file) ? `[] as ${type}] as const` : '[]]';
  const row = isAdded ? withoutColumn(column) : 'row';
  return [
    `const ${rows} = await ${keyed.all(keys)};`,
    inLines(`const ${map} = new Map(`, `${rows}.map((row) => [${byText(`row.${column}`)}, ${empty})`),
    `for (const ${row} of ${rows}) ${map}.get(${byText(isAdded ? column : `row.${column}`)})?.push(row);`,
  ].join('\n');
}

const widest = 120;

/** A call with one argument, which gets a line of its own where one is too long. */
function inLines(head: string, argument: string): string {
  const line = `${head}${argument});`;
  return line.length <= widest ? line : `${head}\n  ${argument},\n);`;
}

/** Whether `a ?? b` may stand in the place of an expression as it is. */
function standsAlone(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.arguments.includes(node);
  if (ts.isBinaryExpression(parent))
    return parent.right === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return (
    ts.isVariableDeclaration(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isParenthesizedExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isExpressionStatement(parent) ||
    ts.isIfStatement(parent) ||
    ts.isForOfStatement(parent)
  );
}
