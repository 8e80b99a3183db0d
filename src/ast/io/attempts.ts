/** Questions about attempts that are repeated when they fail. */

import type { FileContext } from '../../model/file-context.ts';
import {
  calleeName,
  type FunctionNode,
  isAssignment,
  isFunctionNode,
  isLoop,
  isWithin,
  type LoopNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction, resultWith } from '../where/conditions.ts';
import { contains } from '../within.ts';
import { waitsForOthers } from './renewed-wait.ts';

/** The loop whose body the attempt is: nothing but blocks and conditions in between. */
export function findRetryLoop(node: ts.Node): LoopNode | undefined {
  for (let at = node.parent; at && !isFunctionNode(at); at = at.parent) {
    if (isLoop(at)) return at;
    if (!ts.isBlock(at) && !ts.isIfStatement(at) && !ts.isLabeledStatement(at)) return undefined;
  }
  return undefined;
}

/** `if (!this.connection) return;`: the loop ends with what it works on. */
export function leavesWithoutConnection(loop: LoopNode, file: FileContext): boolean {
  return contains(
    loop.statement,
    (node) =>
      ts.isIfStatement(node) &&
      /!|===?\s*(?:null|undefined|false)|clos|end|stop|destroy|abort/i.test(node.expression.getText(file.source)) &&
      /conn|socket|client|clos|ended|stop|destroy|abort|running|alive/i.test(node.expression.getText(file.source)) &&
      contains(node, (n) => ts.isReturnStatement(n) || ts.isBreakStatement(n) || ts.isThrowStatement(n)) &&
      !contains(node, ts.isAwaitExpression) &&
      !isBehindAwait(node),
  );
}

/** It asks for what the attempt has brought. */
function isBehindAwait({ parent, pos }: ts.IfStatement): boolean {
  return (
    ts.isBlock(parent) &&
    ts.isTryStatement(parent.parent) &&
    parent.statements.some((s) => s.end <= pos && contains(s, ts.isAwaitExpression))
  );
}

/** What is waited for between two attempts is a pause by another name, or mends what failed; undoing and logging are neither. */
export function isPauseOrRepair(node: ts.Node): boolean {
  if (!ts.isAwaitExpression(node)) return false;
  const call = skipWrappers(node.expression);
  if (!ts.isCallExpression(call)) return true;
  const name = calleeName(call);
  return !/^(?:abort|rollback|close|release|disconnect|destroy|end|unlock|clean|dispose|log|warn|error|debug)/i.test(
    name,
  );
}

/** `while (true)`, `for (;;)`, and loops that go on until it has worked. */
export function isEndless(loop: LoopNode): boolean {
  if (ts.isForStatement(loop)) return !loop.condition;
  if (ts.isWhileStatement(loop) || ts.isDoStatement(loop))
    return (
      loop.expression.kind === ts.SyntaxKind.TrueKeyword ||
      /^!\s*(?:done|success|succeeded|connected|ok|committed)$/.test(loop.expression.getText())
    );
  return false;
}

/** `for (let attempt = 0; attempt < maxAttempts; attempt++)`. */
export function isCountedRetry(loop: LoopNode, file: FileContext): boolean {
  const head = ts.isForStatement(loop)
    ? `${loop.initializer?.getText(file.source) ?? ''} ${loop.condition?.getText(file.source) ?? ''}`
    : ts.isWhileStatement(loop) || ts.isDoStatement(loop)
      ? loop.expression.getText(file.source)
      : '';
  return /attempt|retr(?:y|ies)|tries/i.test(head);
}

/** `if (this.busy) return;` ahead of the attempt, whose `finally` sets it free: until then a call of itself returns at once. */
export function isLocked(attempt: ts.TryStatement, fn: FunctionNode, file: FileContext): boolean {
  const { finallyBlock } = attempt;
  if (!finallyBlock || !fn.body) return false;
  const isFreed = (condition: ts.Expression): boolean =>
    contains(
      finallyBlock,
      (n) => isAssignment(n) && condition.getText(file.source).includes(n.left.getText(file.source)),
    );
  return contains(
    fn.body,
    (n) => ts.isIfStatement(n) && n.end <= attempt.pos && isFreed(n.expression) && leavesFunction(n.thenStatement),
  );
}

/**
 * `if (!canBulk) return byOne(); try { … } catch { canBulk = false; return load(); }`: what the `catch` sets leads the next
 * call past the attempt, and it is no name of one call.
 */
export function goesOtherWay(attempt: ts.TryStatement, fn: FunctionNode, file: FileContext): boolean {
  const { body } = fn;
  if (!body) return false;
  return contains(attempt.catchClause!.block, (set) => {
    if (!isAssignment(set)) return false;
    const isSet = booleanOf(set.right);
    if (isSet === undefined) return false;
    const declaration = ts.isIdentifier(set.left) ? file.bindingOf(set.left)?.declaration : undefined;
    if (declaration && isWithin(declaration, fn)) return false;
    const name = set.left.getText(file.source);
    return contains(body, (n) => {
      if (!ts.isIfStatement(n)) return false;
      const isTrue = resultWith(n.expression, name, isSet);
      if (isTrue === undefined) return false;
      if (n.end <= attempt.pos) return isTrue && leavesFunction(n.thenStatement);
      return isTrue ? isWithin(attempt, n.elseStatement ?? n.expression) : isWithin(attempt, n.thenStatement);
    });
  });
}

/**
 * `const message = await queue.receive()` ahead of the attempt: each round waits for what it works on. To read the same
 * thing anew (`await db.get(id)`) is no wait.
 */
export function isPacedByRound(attempt: ts.TryStatement, loop: LoopNode): boolean {
  return contains(
    loop.statement,
    (node) => ts.isAwaitExpression(node) && node.end <= attempt.pos && !isReadByKey(skipWrappers(node.expression)),
  );
}

function isReadByKey(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && node.arguments.length > 0 && /^(?:get|find|load|fetch)/.test(calleeName(node));
}

/** The attempt returns, breaks, or sets the flag that ends the loop. */
export function endsOnSuccess(attempt: ts.TryStatement, loop: LoopNode): boolean {
  if (contains(attempt.tryBlock, (n) => ts.isReturnStatement(n) || ts.isBreakStatement(n))) return true;
  if (behindTryLeaves(attempt)) return true;
  const condition = ts.isWhileStatement(loop) || ts.isDoStatement(loop) ? loop.expression.getText() : '';
  return contains(
    attempt.tryBlock,
    (n) => isAssignment(n) && ts.isIdentifier(n.left) && new RegExp(`\\b${n.left.text}\\b`).test(condition),
  );
}

/** What stands behind the attempt, in its block, ends the loop or the function. */
export function behindTryLeaves(attempt: ts.TryStatement): boolean {
  const { parent } = attempt;
  if (!ts.isBlock(parent)) return false;
  return parent.statements
    .slice(parent.statements.indexOf(attempt) + 1)
    .some((s) => ts.isReturnStatement(s) || ts.isBreakStatement(s) || ts.isThrowStatement(s));
}

/**
 * The tries may come to an end that is no success: the `catch` ends them, or counts (to tell the count of a log is no
 * limit), what stands beside the attempt leaves, or the attempt does for a flag that is set elsewhere.
 */
export function mayGiveUp(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): boolean {
  const { block } = attempt.catchClause!;
  if (contains(block, isExit) || behindTryLeaves(attempt)) return true;
  if (/attempt|retr(?:y|ies)|tries/i.test(withoutTexts(block, file).replace(logCall, ''))) return true;
  return contains(loop.statement, (n) => (isExit(n) && !isWithin(n, attempt)) || isLeftForFlag(n, loop, file));
}

/** `if (isOver) break;`, where only other functions set `isOver`: a timer, or whoever calls it off. */
function isLeftForFlag(node: ts.Node, loop: LoopNode, file: FileContext): boolean {
  if (!ts.isIfStatement(node) || !(isExit(node.thenStatement) || contains(node.thenStatement, isExit))) return false;
  const flag = skipWrappers(node.expression);
  const { writes = [] } = (ts.isIdentifier(flag) && file.bindingOf(flag)) || {};
  return writes.length > 0 && writes.every((write) => !isWithin(write, loop));
}

const logCall = /(?:[\w$.]+\.)?(?:log(?:ger)?|console|debug)(?:\.\w+)*\([^;]*?\)(?=\s*(?:;|\}|$|\n))/gi;

function isExit(node: ts.Node): boolean {
  return ts.isThrowStatement(node) || ts.isReturnStatement(node) || ts.isBreakStatement(node);
}

/** A `catch` that ends the loop or the function whatever has failed. */
export function leavesAlways(block: ts.Block): boolean {
  const last = block.statements.at(-1);
  return last !== undefined && (ts.isThrowStatement(last) || ts.isReturnStatement(last) || ts.isBreakStatement(last));
}

/** `while (!done) try { … } catch { done = true; }`: whatever has failed, the loop asks for what its `catch` has set, and ends. */
export function endsOnFailure({ catchClause }: ts.TryStatement, loop: LoopNode): boolean {
  const condition = ts.isForStatement(loop) ? loop.condition : loop.expression;
  if (!condition) return false;
  return catchClause!.block.statements.some((statement) => {
    const set = ts.isExpressionStatement(statement) ? statement.expression : undefined;
    if (!set || !isAssignment(set)) return false;
    const value = booleanOf(set.right);
    if (value === undefined) return false;
    const name = set.left.getText();
    const isTakenBack = (n: ts.Node): boolean =>
      isAssignment(n) && n.pos >= set.end && n.left.getText() === name && booleanOf(n.right) !== value;
    return isFalseWith(condition, name, value) && !contains(loop.statement, isTakenBack);
  });
}

/** `!done && tries < 3` once `done` is true. */
function isFalseWith(condition: ts.Expression, name: string, value: boolean): boolean {
  const asked = skipWrappers(condition);
  if (ts.isBinaryExpression(asked) && asked.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
    return isFalseWith(asked.left, name, value) || isFalseWith(asked.right, name, value);
  return resultWith(asked, name, value) === false;
}

function booleanOf({ kind }: ts.Expression): boolean | undefined {
  if (kind === ts.SyntaxKind.TrueKeyword) return true;
  return kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
}

/** Another server, name or page is tried each time: a search, not a retry. */
export function changesSubject(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): boolean {
  const counter =
    ts.isForStatement(loop) && loop.initializer && ts.isVariableDeclarationList(loop.initializer)
      ? loop.initializer.declarations[0]?.name.getText(file.source)
      : undefined;
  if (counter === undefined)
    return /\b(?:EEXIST|unique|duplicate|conflict|P2002|collision|slug|code === )/i.test(
      attempt.getText(file.source).replace(logCall, ''),
    );
  return (
    new RegExp(`\\[\\s*${counter}\\b`).test(attempt.tryBlock.getText(file.source)) ||
    contains(attempt.tryBlock, (node) => isGivenCounter(node, counter, file)) ||
    new RegExp(`\\b\\w*(?:[pP]ort|[sS]tart\\w*)\\s*\\+\\s*${counter}\\b`).test(loop.getText(file.source)) ||
    /unique|duplicate|conflict|P2002|collision/i.test(attempt.getText(file.source))
  );
}

/** `fetchPage(attempt)`; work that is handed in (`operation(attempt)`) is told which attempt it is. */
function isGivenCounter(node: ts.Node, counter: string, file: FileContext): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  if (!node.arguments?.some((argument) => argument.getText(file.source) === counter)) return false;
  const callee = skipWrappers(node.expression);
  const declaration = ts.isIdentifier(callee) ? file.bindingOf(callee)?.declaration : undefined;
  return !(declaration && ts.isParameter(declaration) && /attempt|retr(?:y|ies)|tr(?:y|ies)/i.test(counter));
}

/**
 * `catch { token = undefined; }`: the next round asks for something else, without the token that was refused; also
 * where the round makes its request of it ahead of the attempt, or first waits for another promise.
 */
export function changesAttempt(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): boolean {
  const { tryBlock, catchClause } = attempt;
  if (waitsForOthers(attempt, file)) return true;
  return contains(catchClause!.block, (node) => {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
    if (!ts.isIdentifier(node.left) || isCaughtError(node.right, catchClause!)) return false;
    const { references = [] } = file.bindingOf(node.left) ?? {};
    const isCounter = references.some((use) => isWithin(use, node.right));
    const within = isCounter ? tryBlock : loop.statement;
    return references.some((use) => isWithin(use, within) && !isWithin(use, catchClause!) && !isWritten(use));
  });
}

/** `lastError = error`: kept to be thrown, or asked before the next attempt. */
function isCaughtError(value: ts.Expression, { variableDeclaration }: ts.CatchClause): boolean {
  const name = variableDeclaration?.name;
  const kept = skipWrappers(value);
  return name !== undefined && ts.isIdentifier(name) && ts.isIdentifier(kept) && kept.text === name.text;
}

function isWritten(use: ts.Node): boolean {
  return isAssignment(use.parent) && use.parent.left === use;
}

/**
 * `try { host = this.nextHost(); } catch (error) { return this.giveUp(error); }` ahead of it: each attempt takes another
 * one of what comes to an end.
 */
export function isOneOfMany(attempt: ts.TryStatement, fn: FunctionNode): boolean {
  if (!fn.body || !ts.isBlock(fn.body)) return false;
  return fn.body.statements.some((statement) => {
    if (statement.end > attempt.pos) return false;
    const isNext = /\b(?!nextTick)(?:next|\w*Next)[A-Z]?\w*\s*\(|\.(?:shift|pop)\(/.test(statement.getText());
    if (!isNext) return false;
    return !ts.isTryStatement(statement) || (!!statement.catchClause && leavesAlways(statement.catchClause.block));
  });
}

const pauseName = /sleep|delay|wait|pause|back-?off|setTimeout|jitter|throttle|retryAfter|timeout/i;

/** Whether it calls what waits, by the name of that. */
export function callsPause(text: string): boolean {
  // A limit of time for the attempt is none.
  const calls = text.replace(/\bAbortSignal\.timeout\(/g, '').matchAll(/\b([\w$]+)\s*\(/g);
  return [...calls].some(([, name]) => name !== 'await' && pauseName.test(name!));
}

/** What it does, without what it tells of that. */
export function withoutTexts(node: ts.Node, file: FileContext): string {
  return node.getText(file.source).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, '');
}

/** `this.trigger('error', error)`: it tells itself of the failure, and does not try again. */
export function isToldOfError(
  { arguments: given }: ts.CallExpression,
  { variableDeclaration }: ts.CatchClause,
): boolean {
  const name = variableDeclaration?.name.getText();
  return name !== undefined && given.some((argument) => new RegExp(`\\b${name}\\b`).test(argument.getText()));
}

/** `next(index + 1)`: what failed is passed over, and the next one is tried. */
export function goesOn(call: ts.CallExpression): boolean {
  return call.arguments.some(
    (argument) =>
      ts.isBinaryExpression(skipWrappers(argument)) && !/attempt|retr(?:y|ies)|tries|count/i.test(argument.getText()),
  );
}

/** `if (isTransient(error)) continue;`, with nothing in the loop that counts: some errors are tried again without end. */
export function takesUpAtWill(block: ts.Block, loop: LoopNode, file: FileContext): boolean {
  if (!contains(block, ts.isContinueStatement)) return false;
  const code = withoutTexts(loop, file);
  return !/attempts?\b|tries\b|retries|count|remaining|\+\+|--|[-+]= ?1/i.test(code);
}
