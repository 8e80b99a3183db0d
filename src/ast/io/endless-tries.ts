/** Tries that are repeated at once, and that no number ends: only success, the kind of a failure, or the time. */

import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import { calleeName, findEnclosingFunction, isWithin, type LoopNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { splitBy } from '../where/conditions.ts';
import { contains } from '../within.ts';
import { isEndless, takesUpAtWill, withoutTexts } from './attempts.ts';

/** In that time, tries without a pause are many. */
const longMs = 5000;
const clock = /\bDate\.now\(|\bperformance\.now\(|\bhrtime\b|\bnew Date\(\)/;
const countWord = /attempt|retr(?:y|ies)(?!able)|tries|count|remaining|\bmax/i;
/** What a failure is that goes by, of a dependency that is down or slow. */
const passing =
  /transient|retr[iy]able|shouldRetry|canRetry|temporar|unavailable|busy|overload|throttl|rateLimit|network|time_?d?_?out|ECONN|EPIPE|conflict|\b(?:409|429|50[234])\b/i;
/** It tells of a failure, and does not end the tries. */
const telling = /^(?:on[A-Z]|emit$|log$|warn$|error$|info$|debug$|trace$)/;

/** `while (true)`, `while (Date.now() < deadline)`, `for (let i = 0; i < tries; i++)` where `tries` may be `Infinity`. */
export function isOpenLoop(loop: LoopNode, file: FileContext): boolean {
  const head = headOf(loop);
  return isEndless(loop) || (head !== undefined && (isOfClock(head, file) || isUnbounded(head, file)));
}

/**
 * How tries come to an end other than by success: `kind`, where some failures end them and those that go by do not; `time`,
 * where the clock does, later than within some seconds. Undefined where a count, a flag or a short time may.
 */
export function findOnlyEnd(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): 'kind' | 'time' | undefined {
  const clause = attempt.catchClause!;
  if (isEndless(loop) && takesUpAtWill(clause.block, loop, file)) return 'kind';
  const head = headOf(loop);
  const ways = listWaysOut(attempt, loop);
  if (!ways || contains(clause.block, (node) => mayEndByCount(node, file))) return undefined;
  const isKnown = (asked: ts.Expression): boolean => isOfClock(asked, file) || isOfRound(asked, loop, file);
  if (!ways.every((way) => way.some(isKnown))) return undefined;
  const clocks = [...ways.flat(), ...(head ? [head] : [])].filter((asked) => isOfClock(asked, file));
  if (clocks.length > 0 && !(head && isUnbounded(head, file)))
    return clocks.every((asked) => longestIn(asked, file) >= longMs) ? 'time' : undefined;
  const ofCatch = ways.flat().filter((asked) => isWithin(asked, clause));
  return ofCatch.every((asked) => passing.test(asked.getText(file.source))) ? 'kind' : undefined;
}

function headOf(loop: LoopNode): ts.Expression | undefined {
  if (ts.isForStatement(loop)) return loop.condition;
  return ts.isWhileStatement(loop) || ts.isDoStatement(loop) ? loop.expression : undefined;
}

/**
 * What ends the loop after a failure, or keeps it from going on, each with what it asks for together; undefined where it
 * is left whatever holds.
 */
function listWaysOut(attempt: ts.TryStatement, loop: LoopNode): readonly ts.Expression[][] | undefined {
  const ways: ts.Expression[][] = [];
  const or = ts.SyntaxKind.BarBarToken;
  const and = ts.SyntaxKind.AmpersandAmpersandToken;
  let isOpen = true;
  contains(loop.statement, (node) => {
    const isExit = ts.isThrowStatement(node) || ts.isReturnStatement(node) || ts.isBreakStatement(node);
    if (!isExit && !ts.isContinueStatement(node)) return false;
    if (isWithin(node, attempt.tryBlock) && (contains(node, ts.isAwaitExpression) || isBehindAwait(node, attempt)))
      return false;
    const conditions = listConditionsAround(node, loop);
    for (const way of conditions.flatMap((condition) => splitBy(isExit ? or : and, condition)))
      ways.push(splitBy(isExit ? and : or, way));
    // `if (isTransient(error)) continue; throw error;`
    const isLast = isWithin(node, attempt.catchClause!) && contains(attempt.catchClause!, ts.isContinueStatement);
    if (isExit && conditions.length === 0 && !isLast) isOpen = false;
    return false;
  });
  return isOpen ? ways : undefined;
}

/** It comes of what the attempt has brought. */
function isBehindAwait(node: ts.Node, { tryBlock }: ts.TryStatement): boolean {
  return contains(tryBlock, (at) => ts.isAwaitExpression(at) && at.end <= node.pos);
}

function listConditionsAround(node: ts.Node, loop: LoopNode): ts.Expression[] {
  const found: ts.Expression[] = [];
  for (let at = node; at !== loop && at.parent; at = at.parent)
    if (ts.isIfStatement(at.parent) && at.parent.expression !== at) found.push(at.parent.expression);
  return found;
}

/** `this.giveUpAfter(retries)`: what is handed the count may end them by it. */
function mayEndByCount(node: ts.Node, file: FileContext): boolean {
  if (!ts.isCallExpression(node) || telling.test(calleeName(node))) return false;
  return node.arguments.some((argument) => countWord.test(withoutTexts(argument, file)));
}

/** It asks for the time, itself or by a name that is made of it. */
function isOfClock(asked: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(asked);
  if (!ts.isBinaryExpression(at) || !/^[<>]=?$/.test(at.operatorToken.getText(file.source))) return false;
  return [at.left, at.right].some((side) => {
    const value = declaredValue(side, file);
    return clock.test(side.getText(file.source)) || (value !== undefined && clock.test(value.getText(file.source)));
  });
}

/** `attempt <= tries` of `const tries = deadline ? Infinity : maxTries`. */
function isUnbounded(head: ts.Expression, file: FileContext): boolean {
  const asked = skipWrappers(head);
  if (!ts.isBinaryExpression(asked) || !/^<=?$/.test(asked.operatorToken.getText(file.source))) return false;
  const isEndlessNumber = (value: ts.Expression): boolean => {
    const at = skipWrappers(value);
    if (ts.isConditionalExpression(at)) return isEndlessNumber(at.whenTrue) || isEndlessNumber(at.whenFalse);
    return /^(?:Infinity|Number\.(?:POSITIVE_INFINITY|MAX_SAFE_INTEGER|MAX_VALUE))$/.test(at.getText(file.source));
  };
  return isEndlessNumber(declaredValue(asked.right, file) ?? asked.right);
}

/** What a name is declared with, or is by default. */
function declaredValue(name: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(name);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const isValue =
    declaration &&
    (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration));
  return isValue ? declaration.initializer : undefined;
}

/** It asks for what has failed, or for what this very round has brought, and counts nothing. */
function isOfRound(asked: ts.Expression, loop: LoopNode, file: FileContext): boolean {
  // `shouldRetry(error)` is no count.
  const text = withoutTexts(asked, file).replace(/[\w$]+\(/g, '(');
  if (countWord.test(text)) return false;
  let isOfFailure = false;
  let isOfThis = false;
  const visit = (node: ts.Node): void => {
    const declaration = ts.isIdentifier(node) ? file.bindingOf(node)?.declaration : undefined;
    if (declaration && isWithin(declaration, loop.statement)) {
      isOfThis = true;
      if (ts.isCatchClause(declaration.parent)) isOfFailure = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(asked);
  return isOfFailure || (isOfThis && !/[^=]>|</.test(text));
}

/** The longest time that a condition, or what its names are made of, is known to tell of. */
function longestIn(asked: ts.Expression, file: FileContext): number {
  let longest = 0;
  const fn = findEnclosingFunction(asked);
  const visit = (node: ts.Node, depth: number): void => {
    const number = ts.isExpression(node) ? findNumber(node, file) : undefined;
    if (number !== undefined) longest = Math.max(longest, number);
    const value = ts.isIdentifier(node) ? declaredValue(node, file) : undefined;
    if (value && depth < 3 && (!fn || isWithin(value, fn))) visit(value, depth + 1);
    ts.forEachChild(node, (child) => visit(child, depth));
  };
  visit(asked, 0);
  return longest;
}
