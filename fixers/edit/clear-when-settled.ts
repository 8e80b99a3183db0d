import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
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
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { blockOfExpression } from './block-of-expression.ts';
import { freeName } from './free-name.ts';
import { indentLines } from './indent-lines.ts';
import { insertBefore } from './insert-before.ts';
import type { Firing } from './judge-firing.ts';
import { isTypeScript, keepValue } from './keep-value.ts';
import { removeStatement } from './remove-statement.ts';
import { findSettledType } from './settled-type.ts';
import { findStatement } from './statement-of.ts';
import { clearFunctionOf, timerType } from './timer-words.ts';

/** A timer, and where its handle is kept. */
export interface KeptTimer {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
}

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
  const kept = bringOut(timer, promise, file);
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

/** A name outside of the executor by which what follows a promise knows the timer, and its declaration if it is new. */
function bringOut(
  { call, places }: KeptTimer,
  promise: ts.Node,
  file: FileContext,
): { name: string; declared?: string; edits: TextEdit[] } | undefined {
  const type = isTypeScript(file) ? `: ${timerType(call, file)}` : '';
  const place = places.find(({ kind }) => kind === 'binding');
  const binding = place?.kind === 'binding' ? place.binding : undefined;
  const isSeen = binding && isWithin(promise, binding.scope.node) && !isWithin(binding.identifier, promise);
  // One of a wider scope may hold the timer of another run by then.
  if (isSeen && findEnclosingFunction(binding.identifier) === findEnclosingFunction(promise))
    return { name: binding.name, edits: [] };
  const moved = binding && !isSeen && moveOut(binding, file);
  if (moved)
    return { name: binding.name, declared: moved.declared ?? `let ${binding.name}${type};`, edits: moved.edits };
  const name = freeName('timer', file);
  const edits = keepValue(call, name, file);
  return edits && { name, declared: `let ${name}${type};`, edits };
}

/** `const timer = setTimeout(…)` becomes an assignment; `let timer;`, set below, goes as it stands. */
function moveOut(binding: Binding, file: FileContext): { declared?: string; edits: TextEdit[] } | undefined {
  const { declaration, kind, name } = binding;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  if (!statement || !ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1)
    return undefined;
  if (file.bindings.some((other) => other !== binding && other.name === name)) return undefined;
  const { initializer, type, name: identifier } = declaration as ts.VariableDeclaration;
  if (!initializer) return { declared: statement.getText(file.source), edits: [removeStatement(statement, file)] };
  if (kind !== 'const' || !binding.references.every(isCleared)) return undefined;
  const end = (type ?? identifier).end;
  return { edits: [{ start: statement.getStart(file.source), end, text: name }] };
}

/** What may be undefined now can be cleared, and no more than that. */
function isCleared({ parent }: ts.Identifier): boolean {
  return ts.isCallExpression(parent) && /clearTimeout$/.test(parent.expression.getText());
}
