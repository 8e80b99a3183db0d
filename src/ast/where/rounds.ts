import type { FileContext } from '../../model/file-context.ts';
import { findQuery } from '../io/queries.ts';
import {
  argumentsOf,
  findMethodCall,
  type Invocation,
  isFunctionNode,
  isLoop,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { splitBy } from './conditions.ts';

/** Whether a node runs only when a condition holds. */
export function isConditional(node: ts.Node, within: ts.Node): boolean {
  for (let at = node; at !== within && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.expression !== at) return true;
    if (ts.isConditionalExpression(parent) && parent.condition !== at) return true;
    if (ts.isCatchClause(parent) || ts.isCaseOrDefaultClause(parent)) return true;
    if (
      ts.isBinaryExpression(parent) &&
      parent.right === at &&
      /^(?:&&|\|\||\?\?=?)$/.test(parent.operatorToken.getText())
    )
      return true;
  }
  return false;
}

/** Whether the call mentions a name that a round of the loop declares. */
export function mentionsOwn(call: Invocation, loop: ts.Node, file: FileContext): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (ts.isIdentifier(node)) {
      const binding = file.bindingOf(node);
      if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, call)) found = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(call);
  return found;
}

/**
 * Whether a call takes of its round only what is tested to be one of a few written values there: `if (row.name === 'seats')
 * await count(row.name)`. However many rounds there are, it asks as many things as there are values.
 */
export function asksForWritten(call: Invocation, loop: ts.Node, file: FileContext): boolean {
  const tested = new Set(listTestsAround(call, loop).flatMap((test) => findTested(test, file) ?? []));
  if (tested.size === 0) return false;
  const isKnown = (node: ts.Node): boolean => {
    if (tested.has(node.getText(file.source))) return true;
    const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
    if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, call)) return false;
    return ts.forEachChild(node, (part) => (isKnown(part) ? undefined : true)) !== true;
  };
  return argumentsOf(call).every(isKnown);
}

/** What has to hold, all of it, for a round to come to a node. */
function listTestsAround(node: ts.Node, loop: ts.Node): ts.Expression[] {
  const found: ts.Expression[] = [];
  for (let at = node; at !== loop && at.parent; at = at.parent)
    if (ts.isIfStatement(at.parent) && at.parent.thenStatement === at)
      found.push(...splitBy(ts.SyntaxKind.AmpersandAmpersandToken, at.parent.expression));
  return found;
}

/** The `row.name` of `row.name === 'seats'` and of `['seats', 'rooms'].includes(row.name)`. */
function findTested(test: ts.Expression, file: FileContext): string | undefined {
  const textOf = (value: ts.Expression): string => skipWrappers(value).getText(file.source);
  if (ts.isBinaryExpression(test)) {
    const isSame = /^={2,3}$/.test(test.operatorToken.getText(file.source));
    return isSame && isWritten(test.right) ? textOf(test.left) : undefined;
  }
  const target = findMethodCall(test);
  const [asked, ...others] = target?.call.arguments ?? [];
  if (target?.method !== 'includes' || !asked || others.length > 0) return undefined;
  const { receiver } = target;
  const list = ts.isIdentifier(receiver) ? file.bindingOf(receiver) : undefined;
  const declaration = list?.kind === 'const' ? list.declaration : undefined;
  const written = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : receiver;
  const values = written && skipWrappers(written);
  return values && ts.isArrayLiteralExpression(values) && values.elements.every(isWritten) ? textOf(asked) : undefined;
}

function isWritten(value: ts.Expression): boolean {
  const at = skipWrappers(value);
  return ts.isStringLiteralLike(at) || ts.isNumericLiteral(at);
}

/** Loops that wait between rounds on purpose. */
export function isPaced(loop: ts.Node, file: FileContext): boolean {
  return /\b(?:sleep|delay|wait|setTimeout|rateLimit\w*|throttle)\s*\(/.test(loop.getText(file.source).slice(0, 4000));
}

/**
 * An outer variable that a round sets and the next one's query reads: cursors, parent ids, running totals. What the
 * callback of the query does with its answer is no part of what it asks.
 */
export function dependsOnLastRound(call: Invocation, loop: ts.Node, file: FileContext): boolean {
  const last = argumentsOf(call).at(-1);
  const callback = last && isFunctionNode(skipWrappers(last)) ? last : undefined;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found || node === callback) return;
    if (ts.isIdentifier(node)) {
      const binding = file.bindingOf(node);
      if (binding && !isWithin(binding.identifier, loop) && binding.writes.some((write) => isWithin(write, loop)))
        found = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(call);
  return found;
}

/** A `break`, or a `return` of the loop's own function: the first hit may end it. */
export function mayEndEarly(loop: ts.Node): boolean {
  if (!isLoop(loop)) return false;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found || isFunctionNode(node)) return;
    if (ts.isReturnStatement(node) || ts.isBreakStatement(node)) found = true;
    else if (!isLoop(node) || node === loop) ts.forEachChild(node, visit);
  };
  visit(loop.statement);
  return found;
}

/** Whether a node stands in a branch that then leaves the loop, or throws: few rounds come there, and mostly the last one. */
export function isOnWayOut(node: ts.Node, loop: ts.Node): boolean {
  const leaves = (statement: ts.Statement): boolean => {
    const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
    if (!last) return false;
    return ts.isThrowStatement(last) || (isLoop(loop) && (ts.isReturnStatement(last) || ts.isBreakStatement(last)));
  };
  for (let at = node; at !== loop && at.parent; at = at.parent) {
    if (isFunctionNode(at) && isLoop(loop)) return false;
    if (ts.isIfStatement(at.parent) && at.parent.expression !== at && leaves(at as ts.Statement)) return true;
  }
  return false;
}

/** Whether a round of a loop waits for anything but queries and data loaders: what a query costs is little beside it. */
export function waitsForOther(loop: ts.Node, known: ts.Node, file: FileContext): boolean {
  return listOtherWaits(loop, known, file).length > 0;
}

/** The calls that a round of a loop waits for, but for queries and data loaders. */
export function listOtherWaits(loop: ts.Node, known: ts.Node, file: FileContext): ts.CallExpression[] {
  const findOther = (call: ts.Expression): ts.CallExpression | undefined => {
    const value = skipWrappers(call);
    if (value === known || !ts.isCallExpression(value) || findQuery(value, file)) return undefined;
    const target = findMethodCall(value);
    if (target && /^(?:load|loadMany)$/.test(target.method)) return undefined;
    if (target && target.receiver.getText(file.source) === 'Promise') return undefined;
    // `await query().then(…)`
    return target && /^(?:then|catch|finally)$/.test(target.method) ? findOther(target.receiver) : value;
  };
  return file
    .nodes('AwaitExpression')
    .flatMap((node) => (node.pos >= loop.pos && node.end <= loop.end ? (findOther(node.expression) ?? []) : []));
}

/** Whether a node runs in some rounds only: in a branch, or behind an `if (…) return` or `if (…) continue`. */
export function isInSomeRounds(node: ts.Node, loop: ts.Node): boolean {
  if (isConditional(node, loop)) return true;
  for (let at = node; at !== loop && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isBlock(parent) && parent.statements.some((s) => s.end <= at.pos && ts.isIfStatement(s) && leaves(s)))
      return true;
  }
  return false;
}

function leaves({ thenStatement }: ts.IfStatement): boolean {
  const last = ts.isBlock(thenStatement) ? thenStatement.statements.at(-1) : thenStatement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isContinueStatement(last));
}
