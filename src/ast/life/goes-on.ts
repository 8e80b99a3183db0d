import type { FileContext } from '../../model/file-context.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findStringValue,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';

/** What a living owner is, and one that has ended is not. */
const liveState = /^(?:is)?_*(?:open|opened|connected|ready|alive|established|authenticated|logged_?in|acknowledged)$/i;

/** `if (!this.connected) …`, `if (socket.readyState !== OPEN) …`: what it guards runs also when the owner has ended. */
export function goesOnAfterEnd({ expression, thenStatement, elseStatement }: ts.IfStatement): boolean {
  const at = skipWrappers(expression);
  const denied =
    ts.isPrefixUnaryExpression(at) && at.operator === ts.SyntaxKind.ExclamationToken ? at.operand : undefined;
  if (denied && isMadeIn(thenStatement, denied)) return true;
  if (elseStatement || leavesFunction(thenStatement)) return false;
  if (denied) return isLiveState(denied);
  if (!ts.isBinaryExpression(at)) return false;
  const { kind } = at.operatorToken;
  const isUnequal =
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken;
  return isUnequal && (isLiveState(at.right) || liveState.test(findStringValue(at.right) ?? ''));
}

/** `if (!this.socket) this.socket = connect()`: what is asked for is made where it is missing. */
function isMadeIn(branch: ts.Statement, asked: ts.Expression): boolean {
  const name = findMemberPath(skipWrappers(asked))?.join('.');
  const first = ts.isBlock(branch) ? branch.statements[0] : branch;
  if (name === undefined || !first || !ts.isExpressionStatement(first)) return false;
  const made = skipWrappers(first.expression);
  if (!isAssignment(made) || findMemberPath(skipWrappers(made.left))?.join('.') !== name) return false;
  return made.right.kind !== ts.SyntaxKind.TrueKeyword;
}

function isLiveState(expression: ts.Expression): boolean {
  const at = skipWrappers(expression);
  return liveState.test(findMemberPath(ts.isCallExpression(at) ? at.expression : at)?.at(-1) ?? '');
}

/**
 * `if (this.socket) this.unlisten(); else this.id = id; this.socket = new WebSocket(url)`: neither branch leaves the
 * function, and what it starts is made behind them.
 */
export function goesOnEitherWay(asked: ts.IfStatement, file: FileContext): boolean {
  const { parent } = asked;
  if (!ts.isBlock(parent) || leavesAnywhere(asked, file)) return false;
  return parent.statements.slice(parent.statements.indexOf(asked) + 1).some(makesNew);
}

/** In the condition of an `if` that goes on either way. */
export function isOfIdleCondition(node: ts.Node, file: FileContext): boolean {
  let at = node;
  while (ts.isExpression(at) && at.parent && !ts.isIfStatement(at.parent)) at = at.parent;
  return ts.isIfStatement(at.parent) && at.parent.expression === at && goesOnEitherWay(at.parent, file);
}

function leavesAnywhere(asked: ts.IfStatement, file: FileContext): boolean {
  const home = findEnclosingFunction(asked);
  return [ts.SyntaxKind.ReturnStatement, ts.SyntaxKind.ThrowStatement].some((kind) =>
    file.nodesOfKind(kind).some((exit) => isWithin(exit, asked) && findEnclosingFunction(exit) === home),
  );
}

/** `this.socket = new WebSocket(url);` */
function makesNew(statement: ts.Statement): boolean {
  const made = ts.isExpressionStatement(statement) ? skipWrappers(statement.expression) : undefined;
  return made !== undefined && isAssignment(made) && ts.isNewExpression(skipWrappers(made.right));
}
