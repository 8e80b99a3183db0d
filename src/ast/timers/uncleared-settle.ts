import type { FileContext } from '../../model/file-context.ts';
import { neverRejects } from '../io/cannot-fail.ts';
import { findFunctionValue, listCallsOf, listFunctionsOfBinding } from '../names/functions.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInFinally, leavesFunction } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import type { Deadline } from './deadline.ts';
import { findMissedBeside } from './missed-beside.ts';
import { findUnclearedLoss } from './uncleared-loss.ts';

/**
 * The first place that settles without ending the timer: neither its function nor one around it (inside the executor)
 * clears, nor a local function that it calls.
 */
export function findUnclearedSettle(
  timer: ts.Node,
  { executor, settles }: { executor: FunctionNode; settles: readonly ts.Node[] },
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  if (clears.some((clear) => isInFinally(clear) || isBehind(clear, executor, file))) return undefined;
  return settles.find((settle) => {
    const { parent } = settle;
    if (isAtFailedStart(settle, timer, executor, file) || isClearedByCallers(settle, timer, executor, clears, file))
      return false;
    if (ts.isCallExpression(parent) && parent.expression !== settle && clearsIn(parent, clears, file)) return false;
    const own = findEnclosingFunction(settle);
    for (let fn = own; fn && fn !== executor; fn = findEnclosingFunction(fn)) {
      if (clearsIn(fn, clears, file)) return fn === own && leavesAhead(settle, fn, timer, clears, file);
    }
    const statement = blockAround(settle, executor);
    return statement === undefined || !clearsIn(statement, clears, file);
  });
}

/** `new Promise((resolve) => { … }).then(() => clearTimeout(timer))`, where nothing can fail. */
function isBehind(clear: ts.Node, executor: FunctionNode, file: FileContext): boolean {
  const fn = findEnclosingFunction(clear);
  const then = fn && findMethodCall(getOutermostWrapped(fn).parent);
  return then?.method === 'then' && isWithin(executor, then.receiver) && neverRejects(then.receiver, file);
}

/**
 * In the `catch` of the very `try` that sets the timer, where nothing follows but the start of a child process, which
 * tells of its failure by a callback.
 */
function isAtFailedStart(settle: ts.Node, timer: ts.Node, executor: FunctionNode, file: FileContext): boolean {
  if (findEnclosingFunction(settle) !== executor || findEnclosingFunction(timer) !== executor) return false;
  for (let at = settle; at !== executor && at.parent; at = at.parent) {
    if (!ts.isCatchClause(at) || !isWithin(timer, at.parent.tryBlock)) continue;
    return listNodesWithin('CallExpression', at.parent.tryBlock, file).every((call) => {
      if (call.pos < timer.end || findEnclosingFunction(call) !== executor) return true;
      const origin = findOrigin(call.expression, file);
      return origin !== undefined && bareModule(origin.module) === 'child_process';
    });
  }
  return false;
}

/** What the timer itself has set when it fired. */
const firedName =
  /time|expir|fired|done|settled|resolved|rejected|called|finished|ended|complete|abort|cancel|destroy/i;

/** `if (error) return reject(error);` ahead of every clear of its function. */
function leavesAhead(
  settle: ts.Node,
  fn: FunctionNode,
  timer: ts.Node,
  clears: readonly ts.Node[],
  file: FileContext,
): boolean {
  for (let at = settle; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || at !== parent.thenStatement) continue;
    if (!leavesFunction(parent.thenStatement) || firedName.test(parent.expression.getText(file.source))) return false;
    const isAhead = (node: ts.Node): boolean => isWithin(node, fn) && node.pos < parent.end;
    if (isWithin(timer, fn) || clears.some(isAhead)) return false;
    return !file.nodes('CallExpression').some((call) => isAhead(call) && leadsToClear(call, clears, file));
  }
  return false;
}

/** In a local function whose every call, but for those before the timer is set, stands in one that clears. */
function isClearedByCallers(
  settle: ts.Node,
  timer: ts.Node,
  executor: FunctionNode,
  clears: readonly ts.Node[],
  file: FileContext,
): boolean {
  const fn = findEnclosingFunction(settle);
  if (!fn || fn === executor || !isWithin(fn, executor)) return false;
  const callers = listCallsOf(fn, file).flatMap((call) => {
    const caller = findEnclosingFunction(call);
    return caller && !(caller === executor && call.end <= timer.pos) ? [caller] : [];
  });
  return callers.length > 0 && callers.every((caller) => caller !== executor && clearsIn(caller, clears, file));
}

function blockAround(node: ts.Node, within: ts.Node): ts.Node | undefined {
  for (let at = node.parent; at && at !== within; at = at.parent) {
    if (ts.isBlock(at) && at.parent !== within) return at;
  }
  return undefined;
}

/** Whether a function or block clears, or calls one of this file that does, or hands on to one. */
export function clearsIn(fn: ts.Node, clears: readonly ts.Node[], file: FileContext): boolean {
  if (clears.some((clear) => isWithin(clear, fn))) return true;
  return file.nodes('CallExpression').some((call) => isWithin(call, fn) && leadsToClear(call, clears, file));
}

/** Whether a call is one of a local function that clears. */
export function leadsToClear(call: ts.CallExpression, clears: readonly ts.Node[], file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  if (ts.isIdentifier(callee)) {
    const binding = file.bindingOf(callee);
    const all = binding ? listFunctionsOfBinding(binding) : [];
    if (all.length > 0) return clears.some((clear) => all.some((called) => isWithin(clear, called)));
  }
  const called = findFunctionValue(callee, file);
  return called !== undefined && isFunctionNode(called) && clears.some((clear) => isWithin(clear, called));
}

/** The outcome that leaves the timer running, of a promise, of a call with a callback, or of what tells of it by events. */
export function findUnclearedOutcome(
  call: ts.CallExpression,
  deadline: Deadline | undefined,
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  const loss = (findUnclearedLoss(call, clears, file) ?? findMissedBeside(call, clears, file))?.call;
  if (deadline?.kind === 'promise')
    return deadline.race ? undefined : (findUnclearedSettle(call, deadline, clears, file) ?? loss);
  if (deadline?.kind !== 'callback') return loss;
  const { fn, settles } = deadline;
  return findUnclearedSettle(call, { executor: fn, settles }, clears, file) ?? loss;
}
