import type { Binding, FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { runOnOneConnection } from '../clients/one-connection.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { dependsOnRound, isDeclaredIn, listUsedBindings } from '../size/loop-facts.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { countedOver, isStepped } from '../where/data-loop.ts';
import { askedReadOf, isSharedRecord, paced, readOf, sendOf } from './read-call.ts';
import { listWaited } from './round-waits.ts';

/** A loop that goes over a list, an item a round. */
export type ListLoop = ts.ForOfStatement | ts.ForInStatement | ts.ForStatement;

/** The awaited calls of one round of a loop, when no round needs another one's outcome. */
export interface IndependentRounds {
  loop: ListLoop;
  /** What it goes over. */
  over: ts.Expression;
  calls: readonly ts.CallExpression[];
  /** Functions among them of which only the whole project tells whether they read. */
  asked: readonly SymbolRef[];
  /** Functions of other files that send something for one item, whose failure each round deals with: the project tells whether they do. */
  sent: readonly SymbolRef[];
}

/**
 * Whether the rounds of a loop read from outside independently: nothing that a round writes is read by another one's
 * calls or decisions, no early exit, nothing that changes the state outside, no pace that is kept on purpose.
 */
export function findIndependentRounds(loop: ListLoop, file: FileContext): IndependentRounds | undefined {
  const counted = ts.isForStatement(loop) ? findCount(loop, file) : undefined;
  const isCounted = counted !== undefined;
  const over = ts.isForStatement(loop) ? (countedOver(loop) ?? counted) : loop.expression;
  if (!over || (ts.isForOfStatement(loop) && loop.awaitModifier)) return undefined;
  if (!hasAwait(loop.statement) || paced.test(withComments(loop, file))) return undefined;
  const calls: ts.CallExpression[] = [];
  const asked: SymbolRef[] = [];
  const sent: SymbolRef[] = [];
  let isFit = true;
  const written = new Set<Binding>();
  const taken = new Set<Binding>();
  const visit = (at: ts.Node): void => {
    if (!isFit) return;
    if (isFunctionNode(at)) {
      // A nested function may run later, or be what is awaited.
      return;
    }
    switch (at.kind) {
      case ts.SyntaxKind.BreakStatement:
      case ts.SyntaxKind.ReturnStatement:
      case ts.SyntaxKind.YieldExpression:
      case ts.SyntaxKind.LabeledStatement:
        isFit = false;
        return;
      case ts.SyntaxKind.ForOfStatement:
      case ts.SyntaxKind.ForInStatement:
      case ts.SyntaxKind.ForStatement:
      case ts.SyntaxKind.WhileStatement:
      case ts.SyntaxKind.DoStatement:
        // Judged by itself, level by level; a nested loop with waits is not one step of this one.
        if (hasAwait(at)) isFit = false;
        break;
      default:
    }
    if (ts.isAwaitExpression(at)) {
      const waited = listWaited(at);
      const isCaught = isOfOneRound(at, loop);
      isFit = waited.length > 0;
      for (const { call, isSettled } of waited) {
        if (isOfRoundOnly(call, loop, file)) continue;
        const send = isCaught || isSettled ? sendOf(call, file) : undefined;
        const read = send ?? readOf(call, file) ?? askedReadOf(call, file);
        // Of a round that is only counted, each call asks for what it counts: else the same is asked again.
        if (!read || (isCounted && !dependsOnRound(call, loop, file))) {
          isFit = false;
          break;
        }
        calls.push(read.call);
        if (read.asked) (send ? sent : asked).push(read.asked);
      }
      if (!isFit) return;
    }
    if (isAssignment(at)) collectWrites(at.left, loop, written, file);
    if (ts.isPostfixUnaryExpression(at) || ts.isPrefixUnaryExpression(at)) {
      if (at.operator === ts.SyntaxKind.PlusPlusToken || at.operator === ts.SyntaxKind.MinusMinusToken)
        collectWrites(at.operand, loop, written, file);
    }
    if (ts.isExpressionStatement(at) && fillsInOrder(at.expression, loop, file)) {
      isFit = false;
      return;
    }
    const method = findMethodCall(at);
    if (method && isChanging(method.method)) collectWrites(method.receiver, loop, written, file);
    if (method && isTaking(method.method)) collectWrites(method.receiver, loop, taken, file);
    ts.forEachChild(at, visit);
  };
  visit(loop.statement);
  // What one round puts in, a later one may take out: their order counts.
  if (!isFit || calls.length === 0 || taken.size > 0) return undefined;
  // A list that its own rounds make longer: the next item is not known before the last is read.
  if (listUsedBindings(over, file).some((b) => written.has(b))) return undefined;
  if (calls.some((call) => listUsedBindings(call, file).some((b) => written.has(b)))) return undefined;
  if (hasConditionOn(loop.statement, written, file) || runOnOneConnection(calls, file, loop)) return undefined;
  return { loop, over, calls, asked, sent };
}

const fewTimes = /max|limit|retr|attempt|tries|depth|hour|day|week|month|year|thread|worker|concurren|parallel|warm/i;

/** `doc.head` of `for (let i = 0; i <= doc.head; i++)`: as many rounds as data says, none of them asked for by hand. */
function findCount(loop: ts.ForStatement, file: FileContext): ts.Expression | undefined {
  const { condition, initializer } = loop;
  const first = initializer && ts.isVariableDeclarationList(initializer) && initializer.declarations[0]?.initializer;
  // From a number on that is worked out, it is a few of them.
  if (!first || !ts.isNumericLiteral(first)) return undefined;
  if (!isStepped(loop) || !condition || !ts.isBinaryExpression(condition)) return undefined;
  const { operatorToken, right } = condition;
  const isUpTo =
    operatorToken.kind === ts.SyntaxKind.LessThanToken || operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken;
  const bound = skipWrappers(right);
  const name = findMemberPath(bound)?.at(-1);
  if (!isUpTo || name === undefined || name === 'length' || /^[A-Z][A-Z0-9_]+$/.test(name)) return undefined;
  return fewTimes.test(name) || findNumber(bound, file) !== undefined ? undefined : bound;
}

const bodyReading =
  /^(?:json|text|arrayBuffer|blob|buffer|bytes|formData|dump|transformToString|transformToByteArray|jsonValue)$/;

/** `await response.json()` of what the round has asked for, and a local function that only computes: no step of its own. */
function isOfRoundOnly(call: ts.CallExpression, loop: ListLoop, file: FileContext): boolean {
  const target = findMethodCall(call);
  const root = target ? rootOf(target.receiver) : undefined;
  const binding = root && ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (target && bodyReading.test(target.method)) return binding !== undefined && isDeclaredIn(binding, loop.statement);
  const fn = findFunctionValue(call.expression, file);
  return fn?.body !== undefined && !hasAwaitedCall(fn.body) && !isSharedRecord(call, file);
}

function hasAwaitedCall(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return ts.isCallExpression(skipWrappers(node.expression));
  return ts.forEachChild(node, hasAwaitedCall) ?? false;
}

/** In a `try` of the round whose `catch` goes on with the next: no round minds how another one ended. */
function isOfOneRound(node: ts.Node, loop: ListLoop): boolean {
  for (let at = node; at !== loop.statement && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause)
      return !leaves(parent.catchClause.block);
  }
  return false;
}

function leaves(node: ts.Node): boolean {
  if (ts.isThrowStatement(node) || ts.isBreakStatement(node) || ts.isReturnStatement(node)) return true;
  return isFunctionNode(node) ? false : (ts.forEachChild(node, leaves) ?? false);
}

/** The text of the loop with the comments in front of it. */
function withComments(loop: ts.Node, file: FileContext): string {
  return file.text.slice(loop.pos, loop.end);
}

export function hasAwait(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  return isFunctionNode(node) ? false : (ts.forEachChild(node, hasAwait) ?? false);
}

/** The call that an `await` waits for, behind `.lean()`, `.catch()` and the like. */
export function awaitedCall(node: ts.AwaitExpression): ts.CallExpression | undefined {
  let value = skipWrappers(node.expression);
  for (let hops = 0; hops < 6 && ts.isCallExpression(value); hops++) {
    const target = findMethodCall(value);
    if (!target || !/^(?:catch|then|finally|lean|exec|toArray|select|populate)$/.test(target.method)) return value;
    value = target.receiver;
  }
  return ts.isCallExpression(value) ? value : undefined;
}

function isChanging(method: string): boolean {
  return /^(?:push|unshift|set|add|delete|pop|shift|splice|sort|reverse|append|write|emit)$/.test(method);
}

function isTaking(method: string): boolean {
  return /^(?:delete|pop|shift|splice)$/.test(method);
}

/** What is written and was there before the loop. */
function collectWrites(target: ts.Expression, loop: ts.Node, into: Set<Binding>, file: FileContext): void {
  const root = rootOf(target);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (binding && !isDeclaredIn(binding, loop)) into.add(binding);
}

/** `this.merge(all, one)`: a local function that decides by what it finds in a table of all rounds what to put there. */
function fillsInOrder(expression: ts.Expression, loop: ts.Node, file: FileContext): boolean {
  const call = skipWrappers(expression);
  const fn = ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
  if (!fn || !ts.isCallExpression(call)) return false;
  return call.arguments.some((argument, place) => {
    const value = skipWrappers(argument);
    const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
    const parameter = fn.parameters[place]?.name;
    if (!binding || isDeclaredIn(binding, loop) || !parameter || !ts.isIdentifier(parameter)) return false;
    const methods = (file.bindingOf(parameter)?.references ?? []).map(
      (use) => findMethodCall(use.parent.parent)?.method,
    );
    return methods.some((m) => m === 'get' || m === 'has') && methods.some((m) => m !== undefined && isChanging(m));
  });
}

/** `if (seen.has(x)) continue`: the decision depends on the rounds before. */
function hasConditionOn(body: ts.Node, written: ReadonlySet<Binding>, file: FileContext): boolean {
  const visit = (at: ts.Node): boolean => {
    const condition = ts.isIfStatement(at) ? at.expression : ts.isConditionalExpression(at) ? at.condition : undefined;
    if (condition && listUsedBindings(condition, file).some((b) => written.has(b))) return true;
    return isFunctionNode(at) ? false : (ts.forEachChild(at, visit) ?? false);
  };
  return visit(body);
}

/** Whether the function holds one connection in a transaction: its statements wait for each other anyway. */
export function isInTransaction(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    if (
      fn.parameters.some((p) =>
        /^(?:trx|tx|t|transaction|manager|em|client|conn(?:ection)?|session)$/.test(p.name.getText(file.source)),
      )
    )
      return true;
    if (/\btransaction\(|\bBEGIN\b|\btransacting\b/.test(fn.getText(file.source)) && isWithin(node, fn)) return true;
  }
  return false;
}
