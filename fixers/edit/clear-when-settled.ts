import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMethodCall,
  findPromiseAround,
  getOutermostWrapped,
  isWithin,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { blockOfExpression } from './block-of-expression.ts';
import { bringOutTimer, type KeptTimer } from './bring-out-timer.ts';
import { indentLines } from './indent-lines.ts';
import { insertBefore } from './insert-before.ts';
import type { Firing } from './judge-firing.ts';
import { findSettledType } from './settled-type.ts';
import { findStatement } from './statement-of.ts';
import { clearFunctionOf } from './timer-words.ts';

/** The promise that a timer settles, made by the `new Promise(…)` around it. */
export interface PromiseAround {
  executor: FunctionNode;
  promise: ts.NewExpression;
}

export function findPromise(call: ts.CallExpression, file: FileContext): PromiseAround | undefined {
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) {
    const promise = findPromiseAround(fn);
    if (!promise) continue;
    const { expression } = promise;
    return ts.isIdentifier(expression) && expression.text === 'Promise' && !file.bindingOf(expression)
      ? { executor: fn, promise }
      : undefined;
  }
  return undefined;
}

/** `new Promise(…).finally(() => clearTimeout(timer))`: the timer has nothing to do once the promise is settled. */
export function clearWhenSettled(
  timer: KeptTimer,
  { executor, promise }: PromiseAround,
  { ends, tells }: Firing,
  file: FileContext,
): Fix | Skip {
  if (!runsOnce(timer.call, executor)) return { skip: 'it is started again and again: clear the one before each time' };
  if (ends && /\bdelete\b/.test(ends.getText(file.source)))
    return { skip: 'keep the handle in the entry, and clear it where that is taken out' };
  if (ends) {
    const end = ends.getText(file.source).replace(/\s+/g, ' ');
    return { skip: `\`${end}\` is for the timer alone to do: do it at each outcome, and clear the timer there` };
  }
  const type = findSettledType(promise, file);
  if (type === undefined)
    return { skip: 'say what the promise gives, `new Promise<…>(…)`, and the timer can be cleared behind it' };
  const first = findHome(promise);
  if (!first) return { skip: 'the promise is made outside of all statements' };
  const fix = clearBehind(timer, promise, first, file);
  if ('skip' in fix) return fix;
  const given = { start: promise.expression.end, end: promise.expression.end, text: `<${type}>` };
  const edits: Fix['edits'] = type ? [...fix.edits, given] : fix.edits;
  return tells
    ? { edits, safety: 'review', note: 'once the promise is settled, nothing of what the timer does is done any more' }
    : { edits };
}

/** Whether each run of the executor starts it once at most. */
function runsOnce(call: ts.CallExpression, executor: FunctionNode): boolean {
  if (findEnclosingLoop(call)) return false;
  const fn = findEnclosingFunction(call);
  if (!fn || fn === executor) return fn !== undefined;
  const target = findMethodCall(getOutermostWrapped(fn).parent);
  return target !== undefined && /^(?:once|then)$/.test(target.method) && runsOnce(target.call, executor);
}

/** The statement that makes a promise, or the arrow function that gives it at once. */
function findHome(promise: ts.NewExpression): ts.Statement | ts.ArrowFunction | undefined {
  const fn = findEnclosingFunction(promise);
  if (fn && ts.isArrowFunction(fn) && !ts.isBlock(fn.body)) return isWithin(promise, fn.body) ? fn : undefined;
  const statement = findStatement(promise);
  return statement && findEnclosingFunction(statement) === fn ? statement : undefined;
}

/** `let timer;` ahead of `first`, what the timer gives in it, and `.finally(() => clearTimeout(timer))` behind a promise. */
export function clearBehind(
  timer: KeptTimer,
  promise: ts.NewExpression | ts.CallExpression,
  first: ts.Statement | ts.ArrowFunction,
  file: FileContext,
): Fix | Skip {
  const kept = bringOutTimer(timer, promise, file);
  if (!kept) return { skip: 'the handle is used in an expression' };
  const ahead = kept.declared === undefined ? [] : declareAhead(first, kept.declared, file);
  const isFree = ({ start }: TextEdit): boolean => !kept.edits.some((edit) => edit.start <= start && start < edit.end);
  const clear = `.finally(() => ${clearFunctionOf(timer.call, file)}(${kept.name}))`;
  return {
    edits: [{ start: promise.end, end: promise.end, text: clear }, ...ahead.filter(isFree), ...kept.edits],
  };
}

function declareAhead(first: ts.Statement | ts.ArrowFunction, code: string, file: FileContext): TextEdit[] {
  if (!ts.isArrowFunction(first)) return insertBefore(first, code, file);
  const { body, equalsGreaterThanToken: arrow } = first;
  const start = body.getStart(file.source);
  const between = file.text.slice(arrow.end, start);
  const isBelow = /^\s*$/.test(between) && between.includes('\n');
  return [
    ...(isBelow ? [{ start: arrow.end, end: start, text: ' ' }] : indentLines(start, body.end, file)),
    ...blockOfExpression(first, code, '', file),
  ];
}
