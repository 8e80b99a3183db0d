import { isExported, listCallsOf, listFunctionUses } from '../../src/ast/names/functions.ts';
import {
  type FunctionNode,
  findCallOn,
  findMethodCall,
  getOutermostWrapped,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isEndMethod, listClientEnds } from './client-ends.ts';

/** Why what a function gives cannot be shared by all that call it; undefined where each of them is seen to leave it open. */
export function findObjection(fn: FunctionNode, file: FileContext): string | undefined {
  if (ts.isConstructorDeclaration(fn))
    return 'each instance makes its own: make one where the service starts, and hand it to all';
  const name = nameOfFunction(fn) || 'this function';
  const calls = listCallsOf(fn, file);
  if (
    ts.isClassElement(fn) ||
    isExported(fn, file) ||
    calls.length === 0 ||
    listFunctionUses(fn, file).length !== calls.length
  )
    return `who calls \`${name}\` in other files may end what it gives: share it here once none of them does`;
  return calls.every((call) => isLeftOpen(call, file))
    ? undefined
    : `who calls \`${name}\` ends what it gives, or hands it on: leave its end to that of the process first`;
}

/** `getClient().send(…)`, and `const client = getClient();` of which methods are called, or which a call is handed, and no more. */
function isLeftOpen(call: ts.CallExpression, file: FileContext): boolean {
  const called = getOutermostWrapped(call);
  const value = ts.isAwaitExpression(called.parent) ? getOutermostWrapped(called.parent) : called;
  if (findCallOn(value)) return isUse(value);
  const { parent } = value;
  const binding =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  if (binding?.kind !== 'const' || !Array.isArray(listClientEnds(binding, file))) return false;
  return binding.references.every(isUse);
}

/** A method is called that neither connects nor ends it, or it is an argument. */
function isUse(value: ts.Node): boolean {
  const method = findMethodCall(findCallOn(value) ?? value)?.method;
  if (method !== undefined) return !isEndMethod(method) && !/^(?:connect|initialize)$/.test(method);
  const outer = getOutermostWrapped(value);
  return ts.isCallExpression(outer.parent) && skipWrappers(outer.parent.expression) !== value;
}
