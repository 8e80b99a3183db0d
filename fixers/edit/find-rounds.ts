import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  type Invocation,
  isFunctionNode,
  isLogical,
  listBoundNames,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip } from '../../src/model/fixer.ts';

/** The rounds over a list that is known ahead of them: of a `for…of`, or of the callback of `map`. */
export interface Rounds {
  /** The loop, or the call of `map`. */
  node: ts.ForOfStatement | ts.CallExpression;
  /** What a round calls its element: `order`, `{ userId }`. */
  item: ts.BindingName;
  /** What the callback declares its element as. */
  type?: ts.TypeNode | undefined;
  over: ts.Expression;
  /** The function that a round runs in. */
  fn: FunctionNode | undefined;
}

interface Repeated {
  call: Invocation;
  repetition: { node: ts.Node };
  over: ts.Expression;
}

/** The rounds that make a query, or why nothing can be read ahead of them. */
export function findRoundsOf({ call, repetition: { node }, over }: Repeated): Rounds | Skip {
  const rounds = node === call ? undefined : (roundsOfLoop(node, over) ?? roundsOfMap(node, over));
  if (!rounds) return { skip: otherRounds(node, call) };
  return findList(over) ? rounds : { skip: 'what is iterated has no name to ask for its keys' };
}

function otherRounds(node: ts.Node, call: Invocation): string {
  if (node === call)
    return 'the resolver runs for each row: load it through a BatchLoader or DataLoader made for each request';
  if (ts.isForStatement(node)) return 'a counted `for` takes its element by an index: write it as `for…of` first';
  if (ts.isForOfStatement(node)) return 'the rows of a `for await` are not known ahead of it';
  return ts.isCallExpression(node)
    ? 'what runs it for each row is no `for…of` and no `map`: read all rows in one query ahead of it'
    : 'what the loop goes over is not known ahead of it';
}

function roundsOfLoop(node: ts.Node, over: ts.Expression): Rounds | undefined {
  if (!ts.isForOfStatement(node) || node.awaitModifier || !ts.isVariableDeclarationList(node.initializer))
    return undefined;
  const item = node.initializer.declarations[0]!.name;
  return { node, item, over, fn: findEnclosingFunction(node) };
}

function roundsOfMap(node: ts.Node, over: ts.Expression): Rounds | undefined {
  const map = ts.isCallExpression(node) ? findMethodCall(node) : undefined;
  if (map?.method !== 'map' || map.receiver !== skipWrappers(over) || ts.isOptionalChain(map.call)) return undefined;
  const [given] = map.call.arguments;
  const fn = given && skipWrappers(given);
  const first = fn && isFunctionNode(fn) ? fn.parameters[0] : undefined;
  if (!fn || !isFunctionNode(fn) || !first || first.dotDotDotToken) return undefined;
  const list = (skipWrappers(map.call.expression) as ts.PropertyAccessExpression).expression;
  return { node: map.call, item: first.name, type: first.type, over: list, fn };
}

/** The name of what is iterated, of `(rows ?? [])` too. */
function findList(over: ts.Expression): ts.Expression | undefined {
  const list = skipWrappers(over);
  if (findMemberPath(list)) return list;
  if (!isLogical(list)) return undefined;
  const { left, right } = list;
  const isEmpty = ts.isArrayLiteralExpression(right) && right.elements.length === 0;
  return isEmpty && findMemberPath(left) ? left : undefined;
}

/** `orders.map((order) => value)`; what may be missing is left out. */
export function writeKeys(rounds: Rounds, value: string, mayMiss: boolean, file: FileContext): string {
  const { over, item } = rounds;
  const parameter = writeParameter(rounds, value, file);
  const text = over.getText(file.source);
  const isMember = ts.isLeftHandSideExpression(over);
  const list = isOtherIterable(over, file) ? `[...${text}]` : isMember ? text : `(${text})`;
  if (mayMiss) return `${list}.flatMap((${parameter}) => ${value} ?? [])`;
  return value === item.getText(file.source) ? list : `${list}.map((${parameter}) => ${value})`;
}

/** The element with its type; of one that is taken apart, the parts that a value is made of. */
function writeParameter({ item, type }: Rounds, value: string, file: FileContext): string {
  const parts = ts.isObjectBindingPattern(item) ? item.elements : [];
  const used = parts.filter(({ name }) =>
    listBoundNames(name).some((bound) => new RegExp(`\\b${bound}\\b`).test(value)),
  );
  const isWhole = used.length === 0 || parts.some(({ dotDotDotToken }) => dotDotDotToken);
  const text = isWhole ? item.getText(file.source) : `{ ${used.map((part) => part.getText(file.source)).join(', ')} }`;
  return type ? `${text}: ${type.getText(file.source)}` : text;
}

/** Whether what is iterated is a Set or a Map by what it, or a field of its name, is declared with or made of. */
function isOtherIterable(over: ts.Expression, file: FileContext): boolean {
  const list = skipWrappers(over);
  const field = findMemberName(list);
  if (field !== undefined) {
    const made = String.raw`(?:!?:\s*Readonly|\??:\s*|(?::[^=;,()]*)?=\s*new\s+)(?:Set|Map)\b`;
    return new RegExp(`(?<![\\w$])${field.replaceAll('$', '\\$&')}\\??\\s*${made}`).test(file.text);
  }
  const declaration = ts.isIdentifier(list) ? file.bindingOf(list)?.declaration : undefined;
  if (!declaration || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) return false;
  const { type, initializer } = declaration;
  return /^(?:new\s+|Readonly)?(?:Set|Map|Iterable)\b/.test((type ?? initializer)?.getText(file.source) ?? '');
}
