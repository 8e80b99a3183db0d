import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isForAnyKey } from './shared-load.ts';

const getMethod = /^(?:get|has|getData|getItem|fetch|read|lookup|hget|cacheGet|getCache|getCached|getFromCache)$/;
const cacheName = /cache|memo|redis|kv\b/i;
/** Helpers around a cache: `readStatsCache(id)`, `this.parseFromRedis(key)`. */
const readingHelper =
  /^_?(?:get|read|load|lookup|look_?up|parse|find|fetch|retrieve)\w*(?:Cached?|Redis|KV)(?:[A-Z]\w*)?$/;

/** A helper that writes: `writeStatsCache(id, value)`. */
export const writingHelper = /^_?(?:set|write|save|store|put|update|fill|add)\w*(?:Cached?|Redis|KV)(?:[A-Z]\w*)?$/;

/** Named a cache, or a Redis client: receivers that hold what was loaded. */
export function isCache(holder: string, receiver: ts.Expression, file: FileContext): boolean {
  const leaf = holder.split('.').at(-1)!;
  if (cacheName.test(leaf) || /Cache/.test(holder)) return true;
  const origin = findOrigin(receiver, file);
  return (
    origin !== undefined &&
    /^(?:ioredis|redis|@redis\/client|lru-cache|quick-lru|keyv|node-cache|cache-manager|@upstash\/redis|memcached)$/.test(
      bareModule(origin.module),
    )
  );
}

/** The read of the same cache with the same key, before the write, in the same function. */
export function findGet(
  fn: FunctionNode,
  holder: string,
  key: ts.Expression,
  set: ts.CallExpression,
  file: FileContext,
): ts.CallExpression | undefined {
  const written = key.getText(file.source).replace(/\s+/g, '');
  for (const call of file.nodes('CallExpression')) {
    if (call.pos > set.pos) break;
    if (!isWithin(call, fn) || call === set) continue;
    const target = findMethodCall(call);
    const name = calleeName(call);
    const isOfHelper = readingHelper.test(name);
    if (!(isOfHelper || (target && getMethod.test(name))) || findEnclosingFunction(call) !== fn) continue;
    const isOfHolder = isOfHelper || findMemberPath(target!.receiver)?.join('.') === holder;
    if (isOfHolder && call.arguments[0]?.getText(file.source).replace(/\s+/g, '') === written) return call;
  }
  return undefined;
}

/** `if (cached) return cached`, or `if (!cached) { load }`: what is read decides whether to load. */
export function findMissExit(
  get: ts.CallExpression,
  set: ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): 'returned' | 'guarded' | undefined {
  let outer = getOutermostWrapped(get);
  while (ts.isAwaitExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  if (ts.isCallExpression(outer.parent)) outer = outer.parent;
  const names: string[] = [];
  for (let at: ts.Node = outer; at.parent && at !== fn; at = at.parent) {
    if (ts.isVariableDeclaration(at)) names.push(...listNames(at.name));
    if (ts.isBinaryExpression(at) && ts.isIdentifier(at.left)) names.push(at.left.text);
    if (ts.isStatement(at)) break;
  }
  if (names.length === 0) return asksFirst(get, set, fn);
  const pattern = new RegExp(`\\b(?:${names.join('|')})\\b`);
  let found: 'returned' | 'guarded' | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (
      ts.isIfStatement(node) &&
      pattern.test(node.expression.getText(file.source)) &&
      node.pos > get.pos &&
      node.pos < set.pos
    ) {
      const then = node.thenStatement.getText(file.source);
      const returned = /\breturn\b[^;]*/.exec(then)?.[0];
      if (returned !== undefined && !isWithin(set, node) && pattern.test(returned)) found = 'returned';
      else if (returned !== undefined || isWithin(set, node)) found = 'guarded';
    }
    ts.forEachChild(node, visit);
  };
  visit(fn.body!);
  return found === 'guarded' && fillsAndReturns(names, fn) ? 'returned' : found;
}

/** `let all = await cache.get(key); if (!all) { … } return all;`: what is found is given back as it is. */
function fillsAndReturns(names: readonly string[], { body }: FunctionNode): boolean {
  if (!body || !ts.isBlock(body)) return false;
  const last = body.statements.at(-1);
  const value = last && ts.isReturnStatement(last) && last.expression ? skipWrappers(last.expression) : undefined;
  return value !== undefined && ts.isIdentifier(value) && names.includes(value.text);
}

/** `if (cache.has(key)) return cache.get(key)`, `if (!cache.has(key)) { load }`. */
function asksFirst(
  get: ts.CallExpression,
  set: ts.CallExpression,
  fn: FunctionNode,
): 'returned' | 'guarded' | undefined {
  let at: ts.Node = getOutermostWrapped(get);
  while (
    ts.isAwaitExpression(at.parent) ||
    ts.isPrefixUnaryExpression(at.parent) ||
    ts.isParenthesizedExpression(at.parent)
  )
    at = at.parent;
  const { parent } = at;
  if (!ts.isIfStatement(parent) || parent.expression !== at || findEnclosingFunction(parent) !== fn) return undefined;
  if (isWithin(set, parent.thenStatement)) return 'guarded';
  const holder = findMemberPath(get.expression)?.slice(0, -1).join('.');
  const then = parent.thenStatement;
  const first = ts.isBlock(then) ? then.statements.at(-1) : then;
  const value = first && ts.isReturnStatement(first) && first.expression ? skipAwait(first.expression) : undefined;
  const target = value && findMethodCall(value);
  return target?.method === 'get' && findMemberPath(target.receiver)?.join('.') === holder ? 'returned' : undefined;
}

function listNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? listNames(element.name) : []));
}

/** What is awaited between the read and the write, other than the cache itself: the value that is kept depends on it. */
export function findLoad(
  get: ts.CallExpression,
  set: ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): ts.AwaitExpression | undefined {
  return file.nodes('AwaitExpression').find((node) => {
    if (node.pos < get.end || node.end > set.end || !isWithin(node, fn) || findEnclosingFunction(node) !== fn)
      return false;
    const call = skipAwait(node.expression);
    if (!ts.isCallExpression(call) || isWithin(set, node) || isForAnyKey(call, set.arguments[0]!, fn, file))
      return false;
    return !cacheName.test(call.expression.getText(file.source));
  });
}
