import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findMethodCall, isFunctionNode, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leadsTo } from '../where/data-walk.ts';

type Added = ts.Expression | ts.ObjectLiteralElementLike;

/**
 * Whether what a step adds grows with all that is nested: what a walk of any data gives for a part is merged whole, or
 * the accumulator goes down with the walk. One value for each key makes more accumulators, none of them larger.
 */
export function mergesNested(
  added: readonly Added[],
  accumulator: string,
  walks: readonly FunctionNode[],
  file: FileContext,
): boolean {
  return walks.some(
    (walk) =>
      added.some((one) => {
        const merged = mergedBy(one);
        return merged !== undefined && comesFromWalk(merged, walk, file, 0);
      }) || handsDown(walk, accumulator, file),
  );
}

/** What is put in with all its parts: a spread, and an argument of `concat`. */
function mergedBy(added: Added): ts.Expression | undefined {
  if (ts.isSpreadElement(added) || ts.isSpreadAssignment(added)) return added.expression;
  return ts.isExpression(added) ? added : undefined;
}

function comesFromWalk(expression: ts.Expression, walk: FunctionNode, file: FileContext, depth: number): boolean {
  const value = skipAwait(expression);
  if (depth > 4 || isFunctionNode(value)) return false;
  if (ts.isArrayLiteralExpression(value))
    return value.elements.some((e) => ts.isSpreadElement(e) && comesFromWalk(e.expression, walk, file, depth + 1));
  if (ts.isConditionalExpression(value))
    return [value.whenTrue, value.whenFalse].some((side) => comesFromWalk(side, walk, file, depth + 1));
  if (ts.isBinaryExpression(value))
    return [value.left, value.right].some((side) => comesFromWalk(side, walk, file, depth + 1));
  if (ts.isCallExpression(value)) {
    if (isStepOf(value, walk, file)) return true;
    // One for each part, whatever is in it.
    if (findMethodCall(value)?.method === 'map') return false;
    const target = findMethodCall(value);
    return (
      (target !== undefined && comesFromWalk(target.receiver, walk, file, depth + 1)) ||
      value.arguments.some((argument) => mentionsStep(argument, walk, file))
    );
  }
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  return comesFromWalk(declaration.initializer, walk, file, depth + 1);
}

function mentionsStep(node: ts.Node, walk: FunctionNode, file: FileContext): boolean {
  if (ts.isCallExpression(node) && isStepOf(node, walk, file)) return true;
  if (ts.isIdentifier(node) && findFunctionValue(node, file) === walk) return true;
  return ts.forEachChild(node, (child) => mentionsStep(child, walk, file)) ?? false;
}

function isStepOf(call: ts.CallExpression, walk: FunctionNode, file: FileContext): boolean {
  const callee = findFunctionValue(call.expression, file);
  return callee !== undefined && leadsTo(callee, walk, file);
}

/** `walk(part, all)`: the same accumulator for what is below. */
function handsDown(walk: FunctionNode, accumulator: string, file: FileContext): boolean {
  const visit = (at: ts.Node): boolean =>
    (ts.isCallExpression(at) &&
      at.arguments.some((argument) => ts.isIdentifier(argument) && argument.text === accumulator) &&
      isStepOf(at, walk, file)) ||
    (ts.forEachChild(at, visit) ?? false);
  return walk.body !== undefined && visit(walk.body);
}
