import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { listUsedBindings } from '../size/loop-facts.ts';
import { type FunctionNode, findMemberPath, isWithin, rootOf, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const shared =
  /single-?flight|in-?flight|pending|dedupe?|promise|(?<![bc])lock|mutex|semaphore|coalesc|DataLoader|p-memoize|swr|stale/i;
/** What takes its turn, or waits for another's: words of code that is longer than the look-up itself. */
export const turnTaking =
  /single-?flight|in-?flight|coalesc|DataLoader|p-memoize|(?:mutex|semaphore|lock)\w*\.\w+\(|\.(?:lock|acquire|runExclusive)\(|(?:acquire|with|take)\w*Lock\(/i;

/**
 * Whether a promise, a lock or a queue lets those who miss together wait for one load: in the function that looks up, or
 * where the load does what is dear, two calls of this file further in.
 */
export function isSharedLoad(fn: FunctionNode, load: ts.AwaitExpression, file: FileContext): boolean {
  const own = fn.getText(file.source).replace(/Promise<|new Promise|Promise\.all|async/g, '');
  return (
    shared.test(own) || listReached(load, file, 2).some((reached) => turnTaking.test(reached.getText(file.source)))
  );
}

/** "What another file loads with takes no turns there." */
export function notSharedElsewhere(load: ts.AwaitExpression, file: FileContext): LinkCondition | undefined {
  const call = skipAwait(load);
  const to = ts.isCallExpression(call) ? findCallee(call, file) : undefined;
  return to && { kind: 'not', of: { kind: 'callee-does', to, deeds: ['shares'] } };
}

/** `const reader = await openReader()` under a key of the call: what is waited for is the same for all keys. */
export function isForAnyKey(call: ts.CallExpression, key: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  if (call.arguments.length > 0 || findMemberPath(call.expression) === undefined) return false;
  const isOfCall = (node: ts.Node): boolean =>
    listUsedBindings(node, file).some(({ scope }) => isWithin(scope.node, fn));
  return isOfCall(key) && !isOfCall(call);
}

/** Whether what loads keeps what it has read in a table of its own. */
export function isKeptBehind(load: ts.AwaitExpression, file: FileContext): boolean {
  const text = listReached(load, file, 1)[0]?.getText(file.source) ?? '';
  return [...text.matchAll(/([\w$.#]+)\.(?:get|has)\(/g)].some(([, table]) => text.includes(`${table}.set(`));
}

/** Whether a function makes the cache for what it returns: nobody tells how many share it, nor for how long. */
export function isOfOnePiece(cache: ts.Expression, file: FileContext): boolean {
  const root = rootOf(cache);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!binding || binding.scope === file.moduleScope || !ts.isVariableDeclaration(binding.declaration)) return false;
  const { initializer } = binding.declaration;
  return initializer !== undefined && ts.isNewExpression(skipWrappers(initializer));
}

/** The function of this file that loads, and those that it waits for, so many calls deep. */
function listReached(load: ts.AwaitExpression, file: FileContext, depth: number): FunctionNode[] {
  const call = skipAwait(load);
  const fn = ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
  if (!fn || depth === 0) return [];
  const inner = depth > 1 ? file.nodes('AwaitExpression').filter((node) => isWithin(node, fn)) : [];
  return [fn, ...inner.flatMap((node) => listReached(node, file, depth - 1))];
}
