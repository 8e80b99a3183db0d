import { findEnclosingFunction, isAsync, isLogical, isWithin, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { blockOfExpression } from './block-of-expression.ts';
import type { Rounds } from './find-rounds.ts';
import { insertBefore } from './insert-before.ts';
import { findStatement, isInList } from './statement-of.ts';

/** Puts statements that wait ahead of the rounds. */
export function writeAhead(rounds: Rounds, code: string, file: FileContext): readonly TextEdit[] | Skip {
  const { node } = rounds;
  const isLoop = ts.isForOfStatement(node);
  const around = findEnclosingFunction(node);
  if (!isLoop && !(around && isAsync(around))) return { skip: 'the function around the rounds is not async' };
  const fn = around && !isLoop && ts.isArrowFunction(around) && !ts.isBlock(around.body) ? around : undefined;
  const statement = withLabels(findStatement(node)!);
  const reason = isLoop ? undefined : whyNotAhead(rounds, fn?.body ?? statement, file);
  if (reason !== undefined) return { skip: reason };
  if (fn) return blockOfExpression(fn, code, '', file);
  // Without a list to stand in, all comes on one line.
  if (!isInList(statement) && code.includes('//')) return { skip: 'a comment stands in the query' };
  return insertBefore(statement, code, file);
}

function withLabels(statement: ts.Statement): ts.Statement {
  return ts.isLabeledStatement(statement.parent) ? withLabels(statement.parent) : statement;
}

/** What the statement of the rounds does before it comes to them, and would no longer do first. */
function whyNotAhead(rounds: Rounds, place: ts.Node, file: FileContext): string | undefined {
  const { node, over } = rounds;
  if (ts.isVariableStatement(place) && place.declarationList.declarations.length > 1)
    return 'the statement of the rounds declares several names';
  if (ts.isWhileStatement(place) || ts.isDoStatement(place) || ts.isForStatement(place))
    return 'the rounds run anew with each round of the loop around them';
  const list = skipWrappers(over).getText(file.source);
  const isSize = (test: ts.Expression): boolean => test.getText(file.source).startsWith(`${list}.length`);
  if (!listTestsAround(node, place).every(isSize))
    return 'the statement of the rounds tests whether there are any: test it ahead';
  const waits = file.nodes('AwaitExpression').some((wait) => isWithin(wait, place) && wait.end < node.pos);
  return waits ? 'other work is awaited in the statement of the rounds' : undefined;
}

function listTestsAround(node: ts.Node, within: ts.Node): ts.Expression[] {
  const tests: ts.Expression[] = [];
  for (let at = node; at !== within; at = at.parent) {
    const { parent } = at;
    if (ts.isConditionalExpression(parent) && parent.condition !== at) tests.push(parent.condition);
    if (isLogical(parent) && parent.right === at) tests.push(parent.left);
  }
  return tests;
}
