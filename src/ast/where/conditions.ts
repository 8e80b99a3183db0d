import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** The conditions on which `node` runs within `fn`: of the branches it stands in, and of what has left `fn` before. */
export function listConditionsOn(node: ts.Node, fn: FunctionNode, file: FileContext): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.expression !== at) found.push(parent.expression);
    if (ts.isConditionalExpression(parent) && parent.condition !== at) found.push(parent.condition);
    if (ts.isBinaryExpression(parent) && parent.right === at && isShortCircuit(parent)) found.push(parent.left);
  }
  for (const guard of file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]) {
    const isAhead = guard.end <= node.pos && isWithin(guard, fn) && findEnclosingFunction(guard) === fn;
    if (isAhead && leavesFunction(guard.thenStatement)) found.push(guard.expression);
  }
  return found;
}

/** Whether a branch ends with `return` or `throw`. */
export function leavesFunction(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/**
 * Of `if (…) { … } else { … }` one branch runs: what stands in the other never meets it, nor what stands behind a branch that
 * leaves the function.
 */
export function isInOtherBranch(use: ts.Node, node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || at === parent.expression) continue;
    if (use.pos >= parent.end && leavesFunction(at as ts.Statement)) return true;
    if (!parent.elseStatement) continue;
    if (isWithin(use, at === parent.thenStatement ? parent.elseStatement : parent.thenStatement)) return true;
  }
  return false;
}

/** `a && b`, `a || b`. */
export function isShortCircuit(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

/** The parts of `a && b && c`, or of `a || b || c`, by the operator that joins them; a condition without it is the only one. */
export function splitBy(
  operator: ts.SyntaxKind.AmpersandAmpersandToken | ts.SyntaxKind.BarBarToken,
  condition: ts.Expression,
): ts.Expression[] {
  const at = skipWrappers(condition);
  return ts.isBinaryExpression(at) && at.operatorToken.kind === operator
    ? [...splitBy(operator, at.left), ...splitBy(operator, at.right)]
    : [at];
}

/** Whether a node stands in the `catch` of a `try` inside `within`: only a failure leads there. */
export function isInCatch(node: ts.Node, within: ts.Node): boolean {
  for (let at = node; at !== within && at.parent; at = at.parent) if (ts.isCatchClause(at)) return true;
  return false;
}

/** Whether only a failure leads to a node: it stands in a `catch`, in the callback of `.catch(…)`, or in the second one of `.then(…)`. */
export function isOnFailure(node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    if (ts.isCatchClause(at)) return true;
    if (!isFunctionNode(at)) continue;
    const call = getOutermostWrapped(at).parent;
    const method = findMethodCall(call)?.method;
    if (method === undefined || !ts.isCallExpression(call)) return false;
    const place = call.arguments.findIndex((argument) => isWithin(at, argument));
    return method === 'catch' || (method === 'then' && place === 1);
  }
  return false;
}

/** Whether a node stands in a `finally` of its function, or in the callback of `.finally(…)`. */
export function isInFinally(node: ts.Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.finallyBlock === at) return true;
    if (isFunctionNode(at)) return findMethodCall(getOutermostWrapped(at).parent)?.method === 'finally';
  }
  return false;
}

/** Whether a condition asks if something is above zero: `if (this.retryMs > 0)`. */
export function isAboveZero(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.GreaterThanToken) return false;
  return ts.isNumericLiteral(node.right) && node.right.text === '0';
}

/** How `x`, `!x` and `x === false` come out once `name` is given a value; undefined of all else. */
export function resultWith(condition: ts.Expression, name: string, value: boolean): boolean | undefined {
  const asked = skipWrappers(condition);
  if (asked.getText() === name) return value;
  if (ts.isPrefixUnaryExpression(asked) && asked.operator === ts.SyntaxKind.ExclamationToken) {
    const inner = resultWith(asked.operand, name, value);
    return inner === undefined ? undefined : !inner;
  }
  if (!ts.isBinaryExpression(asked) || skipWrappers(asked.left).getText() !== name) return undefined;
  const { kind } = asked.right;
  if (kind !== ts.SyntaxKind.TrueKeyword && kind !== ts.SyntaxKind.FalseKeyword) return undefined;
  const isSame = (kind === ts.SyntaxKind.TrueKeyword) === value;
  const operator = asked.operatorToken.getText();
  if (/^===?$/.test(operator)) return isSame;
  return /^!==?$/.test(operator) ? !isSame : undefined;
}
