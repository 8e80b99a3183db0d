import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import { findEnclosingFunction, findMemberPath, getOutermostWrapped, isFunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';

const cache = /cach(?:e|ing)|memo/i;

/**
 * Whether what a place reads is kept: it stands in what is handed to a cache, or all calls of its function do,
 * `this.cachingService.getOrSet(key, () => this.loadAll())`. Few requests wait for it.
 */
export function fillsCache(node: ts.Node, file: FileContext): boolean {
  if (isHandedToCache(node)) return true;
  const fn = findEnclosingFunction(node);
  const calls = fn ? listCallsOf(fn, file) : [];
  return calls.length > 0 && calls.every((call) => isHandedToCache(call));
}

function isHandedToCache(node: ts.Node): boolean {
  const fn = findEnclosingFunction(node);
  const value = fn && isFunctionNode(fn) ? getOutermostWrapped(fn) : undefined;
  const call = value?.parent;
  if (!call || !ts.isCallExpression(call) || call.expression === value) return false;
  return findMemberPath(call.expression)?.some((name) => cache.test(name)) ?? false;
}
