import type { FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findMethodCall,
  getOutermostWrapped,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isKnownPool } from './lent-connection.ts';

/** How helpers are called that give what they take from a pool. */
const lending = /^_?(?:get|acquire|obtain|open|create|checkout|borrow|take|lease|query|runner|client|connection)/i;

/** Whether a function gives what it takes from a pool: `if (given) return given; return this.pool.connect()`. */
export function lendsOut(fn: FunctionNode, file: FileContext): boolean {
  return listReturnedValues(fn, file).some((value) => {
    const target = findMethodCall(skipAwait(skipGiven(value)));
    return target !== undefined && isKnownPool(target.receiver, target.method, file);
  });
}

/** `this.pool.connect()` of `given ?? this.pool.connect()`. */
function skipGiven(value: ts.Expression): ts.Expression {
  const whole = skipWrappers(value);
  if (ts.isConditionalExpression(whole)) return whole.whenFalse;
  const isEither = ts.isBinaryExpression(whole) && /^(?:\|\||\?\?)$/.test(whole.operatorToken.getText());
  return isEither ? whole.right : whole;
}

/**
 * `this.getRunner(given).clearTable(name)`: what a helper of this file takes from the pool where it is given none, used in
 * place, where whoever calls need not give one.
 */
export function isHelperUsedInPlace(call: ts.CallExpression, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (!ts.isPropertyAccessExpression(parent) || !lending.test(calleeName(call))) return false;
  if (!mayLeaveToHelper(call, file)) return false;
  const helper = findFunctionValue(call.expression, file);
  return helper !== undefined && lendsOut(helper, file);
}

/** Nothing is given, or only what the caller may have been given itself: `runner?: QueryRunner`. */
function mayLeaveToHelper({ arguments: given }: ts.CallExpression, file: FileContext): boolean {
  return given.every((argument) => {
    const value = skipWrappers(argument);
    const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
    return declaration !== undefined && ts.isParameter(declaration) && declaration.questionToken !== undefined;
  });
}
