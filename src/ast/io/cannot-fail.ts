import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import { calleeName, type FunctionNode, findMethodCall, isAsync, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Names and functions further away are not followed. */
const maxHops = 4;

/**
 * Whether a promise only ever resolves: `new Promise((done) => child.once('exit', done))`, `Promise.allSettled(…)`, by a
 * name, out of a function of this file, or with a `then` or `catch` behind it whose callback throws nothing. What an executor
 * throws does not count.
 */
export function neverRejects(promise: ts.Expression, file: FileContext, hops = 0): boolean {
  const value = skipWrappers(promise);
  if (hops > maxHops) return false;
  if (ts.isNewExpression(value)) return isPromise(value.expression) && hasNoReject(value.arguments?.[0], file);
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    return (
      binding !== undefined && listValues(binding).every((one) => neverRejects(one, file, hops + 1)) && isKnown(binding)
    );
  }
  if (!ts.isCallExpression(value)) return false;
  const target = findMethodCall(value);
  if (target && isPromise(target.receiver)) {
    if (target.method === 'all') return allNeverReject(value.arguments[0], file, hops + 1);
    return target.method === 'allSettled';
  }
  if (target?.method === 'catch') return isHarmless(value.arguments[0], file);
  if (target?.method === 'then') {
    const [run, onFailure] = value.arguments;
    if (!run || !(run.kind === ts.SyntaxKind.NullKeyword || isHarmless(run, file))) return false;
    if (onFailure) return isHarmless(onFailure, file);
    // Behind a wait comes the work.
    const before = skipWrappers(target.receiver);
    return !(ts.isCallExpression(before) && isNamedSleep(before)) && neverRejects(before, file, hops + 1);
  }
  const fn = findFunctionValue(value.expression, file);
  if (!fn) return isNamedSleep(value);
  if (isAsync(fn)) return catchesAll(fn);
  const returned = listReturnedValues(fn, file);
  return returned.length > 0 && returned.every((one) => neverRejects(one, file, hops + 1));
}

/** `await Utils.sleep(ms)` of another file: what is handed a time alone has nothing that could fail. */
function isNamedSleep(call: ts.CallExpression): boolean {
  return (
    call.arguments.length === 1 && /^(?:sleep|delay|pause|wait)(?:Ms|Milliseconds|Seconds)?$/.test(calleeName(call))
  );
}

/** `Promise.all(list.map(…))` of what swallows its failures, one by one. */
function allNeverReject(list: ts.Expression | undefined, file: FileContext, hops: number): boolean {
  const all = list && skipWrappers(list);
  if (all && ts.isArrayLiteralExpression(all)) return all.elements.every((one) => neverRejects(one, file, hops));
  const map = all && findMethodCall(all);
  const run =
    map?.method === 'map' ? map.call.arguments[0] && findFunctionValue(map.call.arguments[0], file) : undefined;
  if (!run) return false;
  if (isAsync(run)) return catchesAll(run);
  const returned = listReturnedValues(run, file);
  return returned.length > 0 && returned.every((one) => neverRejects(one, file, hops));
}

/** A callback that throws nothing and is not asynchronous itself; what it may hand back of others is not followed. */
function isHarmless(callback: ts.Expression | undefined, file: FileContext): boolean {
  const run = callback && findFunctionValue(callback, file);
  return run !== undefined && !isAsync(run) && !throws(run, file);
}

/**
 * Whether an async function fails in nothing that it waits for: all of it stands in a `try` whose `catch` throws nothing,
 * and waits for nothing more unless it is asked to (`if (retry)`).
 */
export function catchesAll(fn: FunctionNode): boolean {
  if (!isAsync(fn) || !fn.body || !ts.isBlock(fn.body)) return false;
  const { statements } = fn.body;
  return (
    statements.some((statement) => ts.isTryStatement(statement) && statement.catchClause !== undefined) &&
    statements.every((statement) => {
      if (!ts.isTryStatement(statement)) return !mayFail(statement, false);
      const { tryBlock, catchClause, finallyBlock } = statement;
      const isSafe = catchClause ? !mayFail(catchClause.block, true) : !mayFail(tryBlock, false);
      return isSafe && !(finallyBlock && mayFail(finallyBlock, false));
    })
  );
}

/** Throws, or waits for something; `unlessAsked`: what an `if` without an `else` waits for does not count. */
function mayFail(node: ts.Node, unlessAsked: boolean): boolean {
  if (ts.isThrowStatement(node) || ts.isAwaitExpression(node)) return true;
  if (isFunctionNode(node)) return false;
  if (unlessAsked && ts.isIfStatement(node) && !node.elseStatement)
    return ts.forEachChild(node.thenStatement, (child) => containsThrow(child) || undefined) ?? false;
  return ts.forEachChild(node, (child) => mayFail(child, unlessAsked) || undefined) ?? false;
}

function containsThrow(node: ts.Node): boolean {
  if (isFunctionNode(node)) return false;
  return ts.isThrowStatement(node) || (ts.forEachChild(node, (child) => containsThrow(child) || undefined) ?? false);
}

function isPromise(at: ts.Expression): boolean {
  const name = skipWrappers(at);
  return ts.isIdentifier(name) && name.text === 'Promise';
}

/** The executor has no use for a second parameter, and neither is one handed on nor something thrown. */
function hasNoReject(executor: ts.Expression | undefined, file: FileContext): boolean {
  const fn = executor && skipWrappers(executor);
  if (!fn || !isFunctionNode(fn) || isAsync(fn)) return false;
  const [resolve, reject] = fn.parameters;
  if (resolve && !ts.isIdentifier(resolve.name)) return false;
  const isUnused = !reject || (ts.isIdentifier(reject.name) && file.bindingOf(reject.name)?.references.length === 0);
  return isUnused && !throws(fn, file);
}

function throws(fn: FunctionNode, file: FileContext): boolean {
  return file.nodesOfKind(ts.SyntaxKind.ThrowStatement).some((node) => node.pos >= fn.pos && node.end <= fn.end);
}

function isKnown({ declaration }: Binding): boolean {
  return ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined;
}

/** What a variable is given, but for what is made of itself: `left = left.then(…)`. */
function listValues({ declaration, writes, name }: Binding): ts.Expression[] {
  const first = ts.isVariableDeclaration(declaration) && declaration.initializer ? [declaration.initializer] : [];
  const later = writes.flatMap(({ parent }) => (ts.isBinaryExpression(parent) ? [parent.right] : []));
  return [...first, ...later.filter((value) => !startsWith(value, name))];
}

function startsWith(value: ts.Expression, name: string): boolean {
  const target = findMethodCall(skipWrappers(value));
  if (target) return startsWith(target.receiver, name);
  const at = skipWrappers(value);
  return ts.isIdentifier(at) && at.text === name;
}
