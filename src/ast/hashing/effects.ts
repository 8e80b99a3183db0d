import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall, isAssignment, isWithin, rootOf, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Part } from './parts.ts';

/** Whether an expression is one of the parts itself. */
export function isPart(expression: ts.Expression, state: readonly Part[]): boolean {
  const value = skipWrappers(expression);
  return state.some(({ accesses }) => accesses.includes(value));
}

/** What a statement does besides changing these parts and variables of its own; undefined when that is all. */
export function findOtherEffect(main: ts.Node, state: readonly Part[], file: FileContext): string | undefined {
  const why = 'the code that changes its points does more than that';
  const isOwn = (target: ts.Expression): boolean => {
    let at = skipWrappers(target);
    for (;;) {
      if (isPart(at, state)) return true;
      if (!ts.isPropertyAccessExpression(at) && !ts.isElementAccessExpression(at)) break;
      at = skipWrappers(at.expression);
    }
    const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
    return declaration !== undefined && isWithin(declaration, main);
  };
  const visit = (node: ts.Node): string | undefined => {
    if (
      ts.isAwaitExpression(node) ||
      ts.isYieldExpression(node) ||
      ts.isThrowStatement(node) ||
      (ts.isReturnStatement(node) && isInBody(node, main))
    )
      return why;
    if (isAssignment(node) && !isOwn(node.left)) return why;
    if (ts.isDeleteExpression(node) && !isOwn(node.expression)) return why;
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { operator } = node;
      const isStep = operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
      if (isStep && !isOwn(node.operand)) return why;
    }
    if (ts.isExpressionStatement(node)) {
      const call = skipWrappers(node.expression);
      const target = findMethodCall(call);
      if (
        ts.isCallExpression(call) &&
        target?.method !== 'forEach' &&
        !(target && isOwn(rootedIn(target.receiver, state)))
      )
        return why;
    }
    return ts.forEachChild(node, visit);
  };
  return visit(main);
}

/** The part that a chain of calls begins with, `points` of `points.sort().reverse()`. */
function rootedIn(receiver: ts.Expression, state: readonly Part[]): ts.Expression {
  let at = skipWrappers(receiver);
  while (!isPart(at, state)) {
    const target = findMethodCall(at);
    if (!target) return rootOf(at) === at ? at : rootOf(at);
    at = target.receiver;
  }
  return at;
}

/** A `return` of the function that the statement stands in, not of a callback. */
function isInBody(node: ts.Node, main: ts.Node): boolean {
  for (let at = node.parent; at && at !== main.parent; at = at.parent) if (ts.isFunctionLike(at)) return false;
  return true;
}

/** Whether one of these parts is used in a node. */
export function touches(node: ts.Node, state: readonly Part[]): boolean {
  return state.some(({ accesses }) => accesses.some((access) => isWithin(access, node)));
}
