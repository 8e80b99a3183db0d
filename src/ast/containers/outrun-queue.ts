import type { FileContext } from '../../model/file-context.ts';
import { dependsOnRound } from '../size/loop-facts.ts';
import {
  findMemberPath,
  findMethodCall,
  isAssignment,
  isLogical,
  isWithin,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/**
 * Whether a loop that drains a queue leaves off before it is empty, because whoever takes the entries takes no more for
 * now (`if (!stream.push(entry)) break`), or because its time is up: what comes meanwhile is not held back by anybody.
 */
export function isOutrun(loop: ts.Node, shift: ts.CallExpression, file: FileContext): boolean {
  const condition =
    ts.isWhileStatement(loop) || ts.isDoStatement(loop)
      ? loop.expression
      : ts.isForStatement(loop)
        ? loop.condition
        : undefined;
  if (condition && (isAnswered(condition, loop, shift, file) || asksTime(condition, loop, file))) return true;
  return file.nodesOfKind(ts.SyntaxKind.IfStatement).some((node) => {
    const { expression, thenStatement } = node as ts.IfStatement;
    return (
      isWithin(node, loop) &&
      leavesLoop(thenStatement) &&
      (asksTime(expression, loop, file) ||
        (isRefusal(expression) &&
          (isAnswered(expression, loop, shift, file) ||
            listNodesWithin('CallExpression', expression, file).some((call) => takes(call, shift, file)))))
    );
  });
}

/** What is returned has been looked for: then the loop leaves off because it was found. */
function leavesLoop(statement: ts.Statement): boolean {
  return /\b(?:break|return)\s*[;}]/.test(`${statement.getText()};`);
}

/** `Date.now() - start > budget`, `performance.now() < until`, `deadline.timeRemaining() > 0`: the time of the loop itself, not of an entry. */
function asksTime(question: ts.Expression, loop: ts.Node, file: FileContext): boolean {
  const value = skipWrappers(question);
  if (!ts.isBinaryExpression(value)) return false;
  const [left, right] = [skipWrappers(value.left), skipWrappers(value.right)];
  const isCompared = /^[<>]=?$/.test(value.operatorToken.getText(file.source));
  if (isLogical(value)) return asksTime(left, loop, file) || asksTime(right, loop, file);
  const isLeft = (side: ts.Expression): boolean => findMethodCall(side)?.method === 'timeRemaining';
  if (!isCompared || isLeft(left) || isLeft(right)) return isCompared;
  const [clock, limit] = readsClock(left, loop, file) ? [left, right] : [right, left];
  return readsClock(clock, loop, file) && isSetBefore(limit, loop, file);
}

/** `Date.now()`, `performance.now() - start`, where `start` was set before the loop. */
function readsClock(node: ts.Expression, loop: ts.Node, file: FileContext): boolean {
  if (ts.isCallExpression(node)) return /^(?:Date|performance)\.now$/.test(node.expression.getText(file.source));
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.MinusToken) return false;
  return readsClock(skipWrappers(node.left), loop, file) && isSetBefore(skipWrappers(node.right), loop, file);
}

/** A number, a setting, or a name that no round gives another value. */
function isSetBefore(node: ts.Expression, loop: ts.Node, file: FileContext): boolean {
  if (ts.isBinaryExpression(node))
    return isSetBefore(skipWrappers(node.left), loop, file) && isSetBefore(skipWrappers(node.right), loop, file);
  if (ts.isNumericLiteral(node)) return true;
  return findMemberPath(node) !== undefined && !dependsOnRound(node, loop, file);
}

/** `!taken`, `taken === false`. */
function isRefusal(question: ts.Expression): boolean {
  return /!(?!=)|===?\s*false\b/.test(question.getText());
}

/** A question for what the call that was handed the entry gave: `ok = socket.write(entry)`. */
function isAnswered(question: ts.Expression, loop: ts.Node, shift: ts.CallExpression, file: FileContext): boolean {
  const asked = new Set(operandsOf(question).map(pathOf));
  const isGiven = (target: ts.Node, value: ts.Expression | undefined): boolean => {
    const call = value && skipAwait(value);
    const path = pathOf(target as ts.Expression);
    return path !== undefined && asked.has(path) && !!call && ts.isCallExpression(call) && takes(call, shift, file);
  };
  return (
    listNodesWithin('VariableDeclaration', loop, file).some(({ name, initializer }) => isGiven(name, initializer)) ||
    listNodesWithin('BinaryExpression', loop, file).some((node) => isAssignment(node) && isGiven(node.left, node.right))
  );
}

function operandsOf(question: ts.Expression): ts.Expression[] {
  const value = skipWrappers(question);
  if (ts.isPrefixUnaryExpression(value)) return operandsOf(value.operand);
  return ts.isBinaryExpression(value) ? [...operandsOf(value.left), ...operandsOf(value.right)] : [value];
}

function pathOf(node: ts.Expression): string | undefined {
  return ts.isIdentifier(node) ? node.text : findMemberPath(skipWrappers(node))?.join('.');
}

/** `stream.push(list.shift())`, or with the variable that the entry is in, or with a part of it. */
function takes(call: ts.CallExpression, shift: ts.CallExpression, file: FileContext): boolean {
  if (call === shift || /^(?:shift|splice)$/.test(findMethodCall(call)?.method ?? '')) return false;
  return call.arguments.some((argument) => {
    if (isWithin(shift, argument)) return true;
    const root = rootOfMembers(argument);
    const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
    return !!declaration && ts.isVariableDeclaration(declaration) && isWithin(shift, declaration);
  });
}
