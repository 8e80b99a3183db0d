import { findMethodCall, getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { contains } from '../../src/ast/within.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { insertBefore } from './insert-before.ts';
import { findStatement, isInList } from './statement-of.ts';

/** A clock that stops as the answer begins. */
export interface StartLimit {
  /** What the options of the call take. */
  property: string;
  /** What starts the clock. */
  before: readonly TextEdit[];
  /** What follows the call, and stops the clock. */
  behind: string;
}

/**
 * Limits the time until a call of `fetch` has its answer, and not what is read of that. Undefined where something else might
 * run between the statement's begin and the call, or no statement can stand before it.
 */
export function limitUntilAnswer(call: ts.CallExpression, file: FileContext): StartLimit | undefined {
  const statement = findStatement(call);
  if (!statement || !isInList(statement) || firstOf(statement) !== endOfChain(call)) return undefined;
  // An argument that is waited for would run on the clock of the call.
  if (contains(call, ts.isAwaitExpression)) return undefined;
  const controller = freeName('controller', file);
  const timer = freeName('timer', file);
  const clock = `const ${controller} = new AbortController();\nconst ${timer} = setTimeout(() => ${controller}.abort(), 10_000);`;
  return {
    property: `signal: ${controller}.signal`,
    before: insertBefore(statement, clock, file),
    behind: `.finally(() => clearTimeout(${timer}))`,
  };
}

/** What a statement waits for, or returns, before all else. */
function firstOf(statement: ts.Statement): ts.Node | undefined {
  const whole = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations[0]?.initializer
    : ts.isExpressionStatement(statement) || ts.isReturnStatement(statement)
      ? statement.expression
      : undefined;
  const value = whole && ts.isBinaryExpression(whole) && ts.isIdentifier(whole.left) ? whole.right : whole;
  return value && ts.isAwaitExpression(value) ? value.expression : value;
}

/** `fetch(url).catch(tell)` of `fetch(url)`. */
function endOfChain(call: ts.CallExpression): ts.Node {
  let at: ts.Node = call;
  for (;;) {
    const { parent } = at;
    const next = parent.parent && findMethodCall(parent.parent);
    if (!ts.isPropertyAccessExpression(parent) || !next || !/^(?:then|catch|finally)$/.test(next.method)) break;
    at = next.call;
  }
  return getOutermostWrapped(at);
}
