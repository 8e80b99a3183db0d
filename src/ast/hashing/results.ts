import type { Binding, FileContext } from '../../model/file-context.ts';
import { getOutermostWrapped, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findOtherEffect } from './effects.ts';
import { isNothing, kindOf, memberOf, type RingTerms } from './kinds.ts';
import type { Part } from './parts.ts';

/** What a ring without nodes gives: nothing, as `null` or `undefined`, or an error since nothing has no members. */
export type EmptyResult = 'undefined' | 'null' | 'throws';

/** What an empty ring gives where statements do nothing but search and return a node; undefined where they do more. */
export function readEnd(
  statements: readonly ts.Statement[],
  terms: RingTerms,
  locals: readonly Binding[],
  file: FileContext,
): EmptyResult | undefined {
  const returns: ts.ReturnStatement[] = [];
  const collect = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) returns.push(node);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, collect);
  };
  for (const statement of statements) collect(statement);
  const last = statements.at(-1);
  if (!last || !ts.isReturnStatement(last)) return undefined;
  for (const statement of statements) if (hasEffect(statement, locals, terms, file)) return undefined;
  let gives: EmptyResult = 'undefined';
  let isMissing = false;
  for (const { expression } of returns) {
    const kind = expression && kindOf(expression, terms, file);
    if (kind !== 'node' && kind !== 'nothing') return undefined;
    const nothing = findNothing(expression!);
    if (nothing) {
      isMissing = true;
      if (nothing === 'null') gives = 'null';
    }
  }
  if (kindOf(last.expression!, terms, file) !== 'node') return isMissing ? gives : undefined;
  return isMissing ? gives : isSafe(last.expression!) ? 'undefined' : 'throws';
}

/** `null` or `undefined`, as the whole or as a branch. */
function findNothing(expression: ts.Expression): 'null' | 'undefined' | undefined {
  const value = skipWrappers(expression);
  if (isNothing(value)) return value.kind === ts.SyntaxKind.NullKeyword ? 'null' : 'undefined';
  if (ts.isConditionalExpression(value)) return findNothing(value.whenTrue) ?? findNothing(value.whenFalse);
  const isElse = ts.isBinaryExpression(value) && /^(?:\?\?|\|\|)$/.test(value.operatorToken.getText());
  return isElse ? findNothing(value.right) : undefined;
}

/** Reads no member of what may be missing. */
export function isSafe(expression: ts.Expression): boolean {
  const value = skipWrappers(expression);
  if (ts.isConditionalExpression(value)) return isSafe(value.whenTrue) && isSafe(value.whenFalse);
  if (ts.isBinaryExpression(value)) return isSafe(value.right);
  if (ts.isIdentifier(value) || ts.isCallExpression(value)) return true;
  if (memberOf(value) === undefined) return true;
  return (value as ts.PropertyAccessExpression).questionDotToken !== undefined;
}

export function hasEffect(
  statement: ts.Statement,
  locals: readonly Binding[],
  { state }: RingTerms,
  file: FileContext,
): boolean {
  // A `return` is no effect here, and the variables of the search are its own.
  const own = locals.map(({ name, references }): Part => ({ name, declaration: undefined, accesses: references }));
  const isChanged = state.some(({ accesses }) =>
    accesses.some((access) => isWithin(access, statement) && isWritten(access)),
  );
  if (isChanged) return true;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) {
      if (node.expression && findOtherEffect(node.expression, own, file)) found = true;
    } else if (ts.isBlock(node) || ts.isIfStatement(node) || ts.isIterationStatement(node, false))
      ts.forEachChild(node, visit);
    else if (findOtherEffect(node, own, file)) found = true;
  };
  visit(statement);
  return found;
}

function isWritten(access: ts.Expression): boolean {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (ts.isBinaryExpression(parent) && parent.left === outer && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return true;
  return /^\.(?:push|pop|shift|unshift|splice|sort|reverse|set|delete|clear|fill)\(/.test(
    parent.getText().slice(outer.getText().length) + parent.parent.getText().slice(parent.getText().length),
  );
}
