import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf, listFunctionUses } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isHiddenMethod,
  isWithin,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findEndingCall } from './ending-call.ts';

/** Deeper chains of names and calls are not followed. */
const maxHops = 3;

/**
 * Whether what makes a handle is ended with it: by the function itself, or in a `finally` around every call of it, which is
 * private to its file. `await browser.newPage()`: its pages go with a browser, also by way of `await browser.newContext()`.
 */
export function isPartOfEnded(creation: ts.CallExpression, file: FileContext, hops = 0): boolean {
  const fn = findEnclosingFunction(creation);
  const owner = findMethodCall(creation)?.receiver;
  if (!fn || !owner || hops > maxHops) return false;
  const root = rootOfMembers(skipWrappers(creation.expression));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (binding?.references.some((use) => isWithin(use, fn) && findEndingCall(use) !== undefined)) return true;
  return isEndedAround(owner, fn, file, hops);
}

/** Whether each call of a function of the file stands in a `try` whose `finally` ends what `owner` is there. */
function isEndedAround(owner: ts.Expression, fn: FunctionNode, file: FileContext, hops: number): boolean {
  const calls = listCallsOf(fn, file);
  if (calls.length === 0 || !isOnlyCalledHere(fn, calls.length, file) || hops > maxHops) return false;
  const at = skipWrappers(owner);
  if (findMemberPath(at)?.[0] === 'this') return calls.every((call) => isEndedInFinally(at, call, file, hops));
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) {
    const made = skipAwait(declaration.initializer);
    return ts.isCallExpression(made) && isPartOfEnded(made, file, hops + 1);
  }
  if (!declaration || !ts.isParameter(declaration) || declaration.parent !== fn) return false;
  const place = fn.parameters.indexOf(declaration);
  return calls.every((call) => {
    const given = call.arguments[place];
    return given !== undefined && isEndedInFinally(skipWrappers(given), call, file, hops);
  });
}

/** Neither other files nor what is handed the function can call it. */
function isOnlyCalledHere(fn: FunctionNode, calls: number, file: FileContext): boolean {
  if (ts.isMethodDeclaration(fn)) return isHiddenMethod(fn);
  return !isExported(fn, file) && listFunctionUses(fn, file).length === calls;
}

/** `try { await work(browser); } finally { await browser.close(); }`, also in a callback there, or around the calls of this function. */
function isEndedInFinally(owner: ts.Expression, call: ts.Node, file: FileContext, hops: number): boolean {
  for (let at = call; at.parent; at = at.parent) {
    if (!ts.isTryStatement(at.parent) || at.parent.tryBlock !== at || !at.parent.finallyBlock) continue;
    if (endsIn(at.parent.finallyBlock, owner, file)) return true;
  }
  const fn = findEnclosingFunction(call);
  return fn !== undefined && isEndedAround(owner, fn, file, hops + 1);
}

function endsIn(block: ts.Block, owner: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(owner)?.join('.');
  return listNodesWithin('CallExpression', block, file).some((call) => {
    const ended = findMethodCall(call)?.receiver;
    if (!ended || findEndingCall(ended) !== call) return false;
    const isSame = ts.isIdentifier(ended) && ts.isIdentifier(owner) && file.bindingOf(ended) === file.bindingOf(owner);
    return isSame || (path?.startsWith('this.') === true && findMemberPath(ended)?.join('.') === path);
  });
}
