import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  rootOf,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isIncoming } from './incoming.ts';

const countName =
  /(?:total|count|pages?|last|num|items|records|results|hits|head|height|size)(?:[A-Z_]\w*)?$|Pages?$|Count$|Total$|Page$/;
const settings = /config|options?$|settings|env$|limits/i;
const maxDepth = 6;

/**
 * Where a number comes from that whoever was asked tells of how many there are: `answer.pageCount`, `Math.ceil(total / 50)`
 * of a total that was waited for. Undefined where the program bounds it, and where nothing was asked.
 */
export function findToldCount(number: ts.Expression, file: FileContext, depth = 0): ts.Node | undefined {
  const value = skipWrappers(number);
  if (depth > maxDepth) return undefined;
  const again = (part: ts.Expression | undefined): ts.Node | undefined => part && findToldCount(part, file, depth + 1);
  if (ts.isAwaitExpression(value)) return isCounting(value) ? value : undefined;
  if (ts.isPrefixUnaryExpression(value)) return again(value.operand);
  if (ts.isBinaryExpression(value)) {
    const { kind } = value.operatorToken;
    if (kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.MinusToken || kind === ts.SyntaxKind.SlashToken)
      return again(value.left);
    return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken
      ? again(value.left)
      : undefined;
  }
  if (ts.isCallExpression(value))
    return /^(?:Math\.(?:ceil|floor|round|trunc)|Number|parseInt|(?:Number\.)?parse(?:Int|Float))$/.test(
      value.expression.getText(file.source),
    )
      ? again(value.arguments[0])
      : undefined;
  if (ts.isIdentifier(value)) return findToldVariable(value, file, again);
  const path = findMemberPath(value);
  if (!path || path.at(-1) === 'length' || !path.slice(1).some((part) => countName.test(part))) return undefined;
  if (path.some((part) => settings.test(part))) return undefined;
  return isAnswer(rootOf(value), file, 0) ? value : undefined;
}

/** `await User.count(filter)`, `await repo.getTotal()`. */
function isCounting(awaited: ts.AwaitExpression): boolean {
  const call = skipWrappers(awaited.expression);
  const name = ts.isCallExpression(call) ? findMemberPath(call.expression)?.at(-1) : undefined;
  return (
    name !== undefined &&
    /^(?:get|fetch|find|estimated)?(?:count|Count|Total)(?:[A-Z]\w*)?$|(?:Count|Total)$/.test(name)
  );
}

function findToldVariable(
  name: ts.Identifier,
  file: FileContext,
  again: (part: ts.Expression | undefined) => ts.Node | undefined,
): ts.Node | undefined {
  const binding = file.bindingOf(name);
  if (!binding || isBounded(binding)) return undefined;
  const { declaration } = binding;
  if (ts.isVariableDeclaration(declaration)) return again(declaration.initializer);
  if (!ts.isBindingElement(declaration)) return undefined;
  // `const { pageCount } = await list()`, `const [rows, total] = await …`
  const holder = declaration.parent.parent;
  const told = (declaration.propertyName ?? declaration.name).getText(file.source);
  const from = ts.isVariableDeclaration(holder) ? holder.initializer : undefined;
  return from && countName.test(told) && isAnswerOf(from, file, 0) ? declaration : undefined;
}

/** Compared with a limit, or cut to one in every case: `if (pages > 10) …`, `pages = Math.min(pages, 10)`. */
function isBounded({ references, writes, identifier }: Binding): boolean {
  if (references.some(({ parent }) => isLimitCheck(parent))) return true;
  return writes.some(
    (write) => write !== identifier && isAssignment(write.parent) && !isUnderOption(write, identifier.text),
  );
}

function isLimitCheck(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  const isOrder = kind === ts.SyntaxKind.GreaterThanToken || kind === ts.SyntaxKind.GreaterThanEqualsToken;
  return isOrder && !(ts.isNumericLiteral(node.right) && Number(node.right.text) <= 1) && ts.isIfStatement(node.parent);
}

/** In the branch of an `if` that asks for something else: it is done for some callers only. */
function isUnderOption(node: ts.Node, name: string): boolean {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    if (ts.isIfStatement(at.parent) && at.parent.expression !== at)
      return !new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`).test(at.parent.expression.getText());
  }
  return false;
}

/** What was waited for, or is read out of it. */
function isAnswer(name: ts.Expression, file: FileContext, depth: number): boolean {
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  if (!declaration || depth > 3 || isIncoming(name, file)) return false;
  const holder = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  const from = ts.isVariableDeclaration(holder) ? holder.initializer : undefined;
  return from !== undefined && isAnswerOf(from, file, depth);
}

function isAnswerOf(from: ts.Expression, file: FileContext, depth: number): boolean {
  if (skipAwait(from) !== skipWrappers(from)) return true;
  const value = skipWrappers(from);
  // `parseLinkHeader(response.headers.link)`
  const given = ts.isCallExpression(value) ? (findMethodCall(value)?.receiver ?? value.arguments[0]) : value;
  const parts = ts.isCallExpression(value) ? [given, ...value.arguments] : [given];
  return parts.some((part) => part !== undefined && isAnswer(rootOf(part), file, depth + 1));
}
