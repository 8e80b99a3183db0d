import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPromiseAround,
  getOutermostWrapped,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInOtherBranch } from '../where/conditions.ts';
import { findPendingAnswer } from './awaited-answer.ts';
import { findTableOf } from './entry-timer.ts';
import { findReArming } from './re-arming.ts';
import { isSleep } from './sleep.ts';
import { findTimerFunction } from './timers.ts';

/** A timer that ends work which may end by itself: what it races against. */
export type Deadline =
  /** The timer settles a promise; `settles` are the other places that do, with `executor` around them all. */
  | { kind: 'promise'; executor: FunctionNode; settles: readonly ts.Node[]; race: ts.CallExpression | undefined }
  /** The timer calls the callback of `fn`; `settles` are its other calls. */
  | { kind: 'callback'; fn: FunctionNode; settles: readonly ts.Node[] }
  /** The timer aborts, kills or destroys something that `fn` made. */
  | { kind: 'abort'; fn: FunctionNode; target: Binding }
  /** The timer ends by force what `fn` has asked to end. */
  | { kind: 'force'; fn: FunctionNode }
  /** The timer's callback asks a flag that the end of the work sets. */
  | { kind: 'flag'; fn: FunctionNode; flag: Binding }
  /** The timer fails what waits in a table for its answer; `taken` is where the answer takes it out. */
  | { kind: 'answer'; taken: ts.Node }
  /** A sleep that is raced, by a function that gives no handle. */
  | { kind: 'sleep'; race: ts.CallExpression };

const endings = /^(?:abort|kill|destroy|terminate|cancel)$/;
const graceful = /^(?:end|close|kill|disconnect|stop|shutdown)$/;

/** What a `setTimeout` races against; undefined for sleeps, delays and timers of another purpose. */
export function findDeadline(timer: ts.CallExpression, file: FileContext): Deadline | undefined {
  const first = timer.arguments[0];
  const run = first && findFunctionValue(first, file);
  // What it runs is the work anew: a second try.
  if (findReArming(timer, file)) return undefined;
  const direct = first && skipWrappers(first);
  const called: ts.Identifier[] = direct && ts.isIdentifier(direct) ? [direct] : [];
  if (run) {
    for (const call of file.nodes('CallExpression')) {
      if (!isWithin(call, run) || findEnclosingFunction(call) !== run) continue;
      const callee = skipWrappers(call.expression);
      if (ts.isIdentifier(callee)) called.push(callee);
      const target = findMethodCall(call);
      const found = target && judgeMethod(target, timer, file);
      if (found) return found;
    }
  } else if (direct && findMemberName(direct) && endings.test(findMemberName(direct)!)) {
    const receiver = skipWrappers((direct as ts.PropertyAccessExpression).expression);
    return judgeAbort(receiver, timer, file);
  }
  for (const callee of called) {
    const found = judgeCallee(callee, timer, file);
    if (found) return found;
  }
  return run && (findFlag(run, timer, file) ?? findPendingAnswer(run, timer, file));
}

/** `resolve`, `reject` of a promise's executor, or the callback of the function. */
function judgeCallee(callee: ts.Identifier, timer: ts.CallExpression, file: FileContext): Deadline | undefined {
  const binding = file.bindingOf(callee);
  if (!binding) return undefined;
  if (/^abort/.test(binding.name) && ts.isBindingElement(binding.declaration)) {
    const fn = findEnclosingFunction(timer);
    return fn && { kind: 'abort', fn, target: binding };
  }
  if (!ts.isParameter(binding.declaration)) return undefined;
  const fn = binding.declaration.parent as FunctionNode;
  if (!isWithin(timer, fn) || fn === findFunctionValue(timer.arguments[0]!, file)) return undefined;
  const promise = findPromiseAround(fn);
  if (promise) {
    const settles = listSettles(fn, timer, file);
    const race = findRace(promise, file);
    // Where nothing else fulfils it, the timer is how it ends: whatever came in until then.
    if (
      !race &&
      fn.parameters[0] === binding.declaration &&
      !settles.some((settle) => namesSame(settle, binding, file))
    )
      return undefined;
    const kept = fn.parameters.flatMap(({ name }) => listKeptInTable(name, timer, file));
    const isRaced = kept.length > 0 || settles.some((settle) => isWhileWaiting(settle, fn, timer));
    // A promise that a function gives out and that can only fail is there to be raced.
    const [resolve, reject] = fn.parameters;
    const isOnlyRejected =
      reject === binding.declaration && !isUsed(resolve!, file) && isAllThatIsReturned(promise, file);
    if (!isRaced && !race && !isOnlyRejected) return undefined;
    return { kind: 'promise', executor: fn, settles: settles.filter((settle) => !kept.includes(settle)), race };
  }
  if (!/^(?:cb|callback|done|next|fn|finish)$/i.test(binding.name)) return undefined;
  if (findEnclosingFunction(timer) !== fn) return undefined;
  const run = findFunctionValue(timer.arguments[0]!, file);
  const isFired = (use: ts.Node): boolean => isWithin(use, timer) || (run !== undefined && isWithin(use, run));
  const settles = binding.references.filter(
    (use) => !isFired(use) && isLaterUse(use, timer) && !isPutOff(use, fn, file) && !isInOtherBranch(use, timer),
  );
  return settles.length > 0 ? { kind: 'callback', fn, settles } : undefined;
}

function namesSame(use: ts.Node, binding: Binding, file: FileContext): boolean {
  return ts.isIdentifier(use) && file.bindingOf(use) === binding;
}

function isUsed({ name }: ts.ParameterDeclaration, file: FileContext): boolean {
  return !ts.isIdentifier(name) || (file.bindingOf(name)?.references.length ?? 0) > 0;
}

/** The function around makes this promise and gives back nothing else: one of several outcomes is that of its work. */
function isAllThatIsReturned(promise: ts.Node, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(promise);
  if (!ts.isReturnStatement(parent)) return ts.isArrowFunction(parent);
  const fn = findEnclosingFunction(parent);
  return fn !== undefined && !isAnswer(fn) && listReturnedValues(fn, file).length === 1;
}

/** A function of `then` or `catch`: what it returns is waited for by the chain. */
function isAnswer(fn: FunctionNode): boolean {
  const call = getOutermostWrapped(fn).parent;
  return ts.isCallExpression(call) && /^(?:then|catch)$/.test(findMemberName(call.expression) ?? '');
}

/** In the callback of another timer: an answer that is put off, not the end of the work. */
function isPutOff(use: ts.Node, within: FunctionNode, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(use); fn && fn !== within; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (ts.isCallExpression(call) && findTimerFunction(call, file) === 'setTimeout') return true;
  }
  return false;
}

/** Put into a table or a list, where whoever brings the answer finds it: `pending.set(id, { resolve, reject })`. */
function listKeptInTable(name: ts.BindingName, timer: ts.Node, file: FileContext): readonly ts.Node[] {
  const uses = ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [];
  return uses.filter((use) => {
    if (!isMember(use) || isWithin(use, timer)) return false;
    return findTableOf(getOutermostWrapped(use.parent.parent), file) !== undefined;
  });
}

/** The value of a property of an object. */
function isMember(use: ts.Node): boolean {
  const { parent } = use;
  return ts.isShorthandPropertyAssignment(parent) || (ts.isPropertyAssignment(parent) && parent.initializer === use);
}

/** It stands in a callback of its own, so that it can come while the timer is pending. */
function isWhileWaiting(settle: ts.Node, executor: FunctionNode, timer: ts.Node): boolean {
  const fn = findEnclosingFunction(settle);
  if (fn && fn !== executor) return !isWithin(timer, fn);
  return ts.isCallExpression(settle.parent) && settle.parent.expression !== settle;
}

/** A call in a nested function, so that it comes when the work is done. */
function isLaterUse(use: ts.Identifier, timer: ts.Node): boolean {
  const call = use.parent;
  return (
    ts.isCallExpression(call) && call.expression === use && findEnclosingFunction(use) !== findEnclosingFunction(timer)
  );
}

/** Every use of an executor's parameters outside of the timer. */
function listSettles(executor: FunctionNode, timer: ts.CallExpression, file: FileContext): ts.Node[] {
  const settles: ts.Node[] = [];
  const run = timer.arguments[0] && findFunctionValue(timer.arguments[0], file);
  const fires = (use: ts.Node): boolean => isWithin(use, timer) || (run !== undefined && isWithin(use, run));
  for (const parameter of executor.parameters) {
    const binding = ts.isIdentifier(parameter.name) ? file.bindingOf(parameter.name) : undefined;
    for (const use of binding?.references ?? []) {
      const isBefore = use.end < timer.pos && findEnclosingFunction(use) === executor;
      if (!fires(use) && !isBefore && !isInOtherBranch(use, timer)) settles.push(use);
    }
  }
  return settles;
}

/** The `Promise.race([…])` that a promise takes part in: directly, by its name, or as the result of a function. */
function findRace(promise: ts.Node, file: FileContext): ts.CallExpression | undefined {
  const outer = getOutermostWrapped(promise);
  const direct = findRaceAround(outer);
  if (direct) return direct;
  const { parent } = outer;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    for (const use of file.bindingOf(parent.name)?.references ?? []) {
      const race = findRaceAround(use);
      if (race) return race;
    }
    return undefined;
  }
  const fn = ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer);
  const maker = fn ? findEnclosingFunction(promise) : undefined;
  // Who races a sleep is to blame, not the sleep.
  if (!maker || isSleep(maker, file)) return undefined;
  for (const call of listCallsOf(maker, file)) {
    const race = findRaceAround(call);
    if (race) return race;
  }
  return undefined;
}

/** The `Promise.race([…])` or `any` that has a value in its list. */
export function findRaceAround(node: ts.Node): ts.CallExpression | undefined {
  const list = getOutermostWrapped(node).parent;
  if (!ts.isArrayLiteralExpression(list)) return undefined;
  const target = findMethodCall(list.parent);
  const isPromise = target && ts.isIdentifier(target.receiver) && target.receiver.text === 'Promise';
  return isPromise && (target.method === 'race' || target.method === 'any') ? target.call : undefined;
}

function judgeMethod(
  target: NonNullable<ReturnType<typeof findMethodCall>>,
  timer: ts.CallExpression,
  file: FileContext,
): Deadline | undefined {
  if (endings.test(target.method)) {
    // What is waited for when the time has come is work put off, such as a record that is deleted later.
    if (ts.isAwaitExpression(getOutermostWrapped(target.call).parent)) return undefined;
    return judgeAbort(target.receiver, timer, file) ?? judgeForce(target.receiver, timer, file);
  }
  if (target.method !== 'reject' || !ts.isIdentifier(target.receiver)) return undefined;
  const binding = file.bindingOf(target.receiver);
  const fn = findEnclosingFunction(timer);
  if (!binding || !fn || !isLocal(binding, fn)) return undefined;
  const run = timer.arguments[0] && findFunctionValue(timer.arguments[0], file);
  const settles = binding.references.filter((use) => {
    const name = findMemberName(use.parent);
    if (run && isWithin(use, run)) return false;
    const isSet = ts.isBinaryExpression(use.parent.parent) && use.parent.parent.left === use.parent;
    return !isWithin(use, timer) && !isSet && (name === 'resolve' || name === 'reject') && use.pos > timer.pos - 4_000;
  });
  return settles.length > 0 ? { kind: 'promise', executor: fn, settles, race: undefined } : undefined;
}

/** The thing was made by the function that sets the deadline, and is no parameter or field that lives on. */
function judgeAbort(receiver: ts.Expression, timer: ts.CallExpression, file: FileContext): Deadline | undefined {
  if (!ts.isIdentifier(receiver)) return undefined;
  const binding = file.bindingOf(receiver);
  const fn = findEnclosingFunction(timer);
  if (!binding || !fn || findEnclosingFunction(binding.identifier) !== fn) return undefined;
  const { declaration } = binding;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const value = skipAwait(declaration.initializer);
  if (!ts.isNewExpression(value) && !ts.isCallExpression(value)) return undefined;
  return isAwaitedHere(binding, fn, timer, file) || isListenedTo(binding) || isSignalPassedOn(binding)
    ? { kind: 'abort', fn, target: binding }
    : undefined;
}

/** `socket.end()`, then `socket.destroy()` by a timer: what ends in good time leaves the timer behind. */
function judgeForce(receiver: ts.Expression, timer: ts.CallExpression, file: FileContext): Deadline | undefined {
  const path = findMemberPath(receiver)?.join('.');
  const fn = findEnclosingFunction(timer);
  if (path === undefined || !fn || /process/i.test(path)) return undefined;
  const asks = file.nodes('CallExpression').some((call) => {
    if (call.end > timer.pos || findEnclosingFunction(call) !== fn) return false;
    const asked = findMethodCall(call);
    return asked !== undefined && graceful.test(asked.method) && findMemberPath(asked.receiver)?.join('.') === path;
  });
  return asks ? { kind: 'force', fn } : undefined;
}

/**
 * Whether a timer ends by force what was asked to end before a place that clears it: `child.kill('SIGKILL')` behind
 * `await browser.close(); clearTimeout(timer);`. Where that fails, force is what is left.
 */
export function isLastResort(timer: ts.CallExpression, clears: readonly ts.Node[], file: FileContext): boolean {
  const run = timer.arguments[0] && findFunctionValue(timer.arguments[0], file);
  const isForce = (node: ts.Node): boolean =>
    /^(?:kill|terminate|destroy)$/.test(findMethodCall(node)?.method ?? '') ||
    ts.forEachChild(node, (child) => isForce(child) || undefined) === true;
  if (!run || !isForce(run)) return false;
  const isAsked = (node: ts.AwaitExpression, clear: ts.Node): boolean =>
    node.pos > timer.end &&
    node.end < clear.pos &&
    graceful.test(findMethodCall(skipWrappers(node.expression))?.method ?? '');
  return clears.some((clear) => file.nodes('AwaitExpression').some((node) => isAsked(node, clear)));
}

/** `if (error.name === 'AbortError') throw …`: it is the timer itself that has led there. */
export function isOnOwnFiring(at: ts.Node): boolean {
  for (let inner = at; inner.parent; inner = inner.parent) {
    const { parent } = inner;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== inner) continue;
    if (/\b(?:AbortError|TimeoutError|aborted)\b/.test(parent.expression.getText())) return true;
  }
  return false;
}

/** `fetch(url, { signal: controller.signal })`. */
function isSignalPassedOn(binding: Binding): boolean {
  return binding.references.some((use) => {
    if (findMemberName(use.parent) !== 'signal') return false;
    const { parent } = getOutermostWrapped(use.parent);
    const holder = ts.isPropertyAssignment(parent) ? parent.parent.parent : parent;
    return ts.isCallExpression(holder) && !/AbortSignal/.test(holder.expression.getText());
  });
}

/** The function itself waits for the work of what is ended: it does not hand a signal with a deadline to its caller. */
function isAwaitedHere(target: Binding, fn: FunctionNode, timer: ts.Node, file: FileContext): boolean {
  return file
    .nodes('AwaitExpression')
    .some(
      (node) => node.pos > timer.pos && findEnclosingFunction(node) === fn && concerns(node.expression, target, file),
    );
}

/** An expression that names the thing, or a variable that was made with it. */
function concerns(node: ts.Node, target: Binding, file: FileContext, hops = 0): boolean {
  const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
  if (binding === target) return true;
  const value = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
  if (value && hops < 2 && concerns(value, target, file, hops + 1)) return true;
  return ts.forEachChild(node, (child) => concerns(child, target, file, hops) || undefined) ?? false;
}

function isListenedTo(binding: Binding): boolean {
  return binding.references.some((use) =>
    /^(?:on|once|addListener|addEventListener)$/.test(findMemberName(use.parent) ?? ''),
  );
}

function isLocal(binding: Binding, fn: FunctionNode): boolean {
  const home = findEnclosingFunction(binding.identifier);
  return home !== undefined && isWithin(fn, home) && !ts.isParameter(binding.declaration);
}

/**
 * `setTimeout(() => { if (closed) return; … })`, or all of it under `if (!closed) …`, with `closed` set by a callback of
 * the same function.
 */
function findFlag(run: FunctionNode, timer: ts.CallExpression, file: FileContext): Deadline | undefined {
  const [head, ...others] = run.body && ts.isBlock(run.body) ? run.body.statements : [];
  if (!head || !ts.isIfStatement(head)) return undefined;
  const asked = findAskedFlag(head, others.length > 0);
  if (!asked) return undefined;
  const flag = file.bindingOf(asked);
  const fn = findEnclosingFunction(timer);
  if (!flag || !fn || findEnclosingFunction(flag.identifier) !== fn) return undefined;
  const isSetElsewhere = flag.writes.some((write) => !isWithin(write, run) && findEnclosingFunction(write) !== fn);
  return isSetElsewhere ? { kind: 'flag', fn, flag } : undefined;
}

function findAskedFlag(
  { expression, thenStatement, elseStatement }: ts.IfStatement,
  goesOn: boolean,
): ts.Identifier | undefined {
  const at = skipWrappers(expression);
  if (ts.isPrefixUnaryExpression(at) && at.operator === ts.SyntaxKind.ExclamationToken) {
    const denied = skipWrappers(at.operand);
    return !goesOn && !elseStatement && ts.isIdentifier(denied) ? denied : undefined;
  }
  const leaves = ts.isBlock(thenStatement) ? thenStatement.statements[0] : thenStatement;
  return ts.isIdentifier(at) && leaves && ts.isReturnStatement(leaves) ? at : undefined;
}
