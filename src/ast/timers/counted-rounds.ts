import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, type LoopNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isShortCircuit, listConditionsOn } from '../where/conditions.ts';

/** `attempt < max`, `retries > 0`, `Date.now() < end`: somebody has set an end to it. A length is not set. */
export function isCountedCondition(condition: ts.Expression): boolean {
  const value = skipWrappers(condition);
  if (!ts.isBinaryExpression(value)) return false;
  const { kind } = value.operatorToken;
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken)
    return isCountedCondition(value.left) || isCountedCondition(value.right);
  if (kind < ts.SyntaxKind.LessThanToken || kind > ts.SyntaxKind.GreaterThanEqualsToken) return false;
  return !/\b(?:length|size)\b/.test(value.getText());
}

/** `do { …; attempt++; if (attempt >= retries) throw …; } while (true)`: a counter of the call that each round makes one more. */
export function isCountedWithin({ statement }: LoopNode, file: FileContext): boolean {
  if (!ts.isBlock(statement) || listContinues(statement, file).length > 0) return false;
  return statement.statements.some((exit) => {
    if (!ts.isIfStatement(exit) || !leavesLoop(exit.thenStatement)) return false;
    return listChoices(exit.expression).some(
      (choice) => isCountedCondition(choice) && comparesCounter(choice, exit, file),
    );
  });
}

function listContinues(loop: ts.Block, file: FileContext): ts.Node[] {
  return file.nodesOfKind(ts.SyntaxKind.ContinueStatement).filter((node) => isWithin(node, loop));
}

function listChoices(condition: ts.Expression): ts.Expression[] {
  const value = skipWrappers(condition);
  if (!ts.isBinaryExpression(value)) return [value];
  const { kind } = value.operatorToken;
  if (kind === ts.SyntaxKind.BarBarToken) return [...listChoices(value.left), ...listChoices(value.right)];
  return kind === ts.SyntaxKind.AmpersandAmpersandToken ? [] : [value];
}

/** Whether a comparison is of a variable of the function around the loop that rises there, in each round once. */
function comparesCounter(node: ts.Node, exit: ts.IfStatement, file: FileContext): boolean {
  if (!ts.isIdentifier(node))
    return ts.forEachChild(node, (part) => comparesCounter(part, exit, file) || undefined) === true;
  const binding = file.bindingOf(node);
  const loop = exit.parent;
  if (!binding || isWithin(binding.identifier, loop)) return false;
  if (findEnclosingFunction(binding.identifier) !== findEnclosingFunction(loop)) return false;
  const inRounds = binding.writes.filter((write) => isWithin(write, loop));
  return inRounds.length === 1 && inRounds.every(({ parent }) => isStep(parent) && isOfEachRound(parent, exit));
}

function isStep(node: ts.Node): boolean {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node))
    return node.operator === ts.SyntaxKind.PlusPlusToken;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
}

/** A statement of the loop itself, or within what ends it. */
function isOfEachRound(step: ts.Node, exit: ts.IfStatement): boolean {
  const isStatement = ts.isExpressionStatement(step.parent) && step.parent.parent === exit.parent;
  return isStatement || isWithin(step, exit.expression);
}

function leavesLoop(branch: ts.Statement): boolean {
  const last = ts.isBlock(branch) ? branch.statements.at(-1) : branch;
  return last !== undefined && (ts.isBreakStatement(last) || ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/**
 * Whether a run starts its timer again only so many times: what it asks compares a counter from outside of it that rises at
 * each try, and that nothing sets back.
 */
export function isOneOfTries(call: ts.Node, file: FileContext): boolean {
  const run = findEnclosingFunction(call);
  return (
    run !== undefined && listConditionsOn(call, run, file).some((condition) => comparesTries(condition, run, file))
  );
}

function comparesTries(condition: ts.Node, run: FunctionNode, file: FileContext): boolean {
  if (ts.isBinaryExpression(condition) && isCountedCondition(condition) && !isShortCircuit(condition))
    return [condition.left, condition.right].some((side) => countsTries(skipWrappers(side), run, file));
  return ts.forEachChild(condition, (part) => comparesTries(part, run, file) || undefined) === true;
}

function countsTries(side: ts.Expression, run: FunctionNode, file: FileContext): boolean {
  const value = ts.isPrefixUnaryExpression(side) || ts.isPostfixUnaryExpression(side) ? side.operand : side;
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding || isWithin(binding.identifier, run)) return false;
  return binding.writes.length === 1 && binding.writes.every(({ parent }) => isStep(parent) && isWithin(parent, run));
}
