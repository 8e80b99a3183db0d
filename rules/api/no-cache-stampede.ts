import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { isDearLoad } from '../../src/ast/dear-load.ts';
import { isHotCache, isKeptForGood, isOfOnePerson } from '../../src/ast/hot-cache.ts';
import { bareModule, findOrigin } from '../../src/ast/provenance.ts';
import { isReadThrough } from '../../src/ast/read-through.ts';
import { isForAnyKey, isSharedLoad, notSharedElsewhere } from '../../src/ast/shared-load.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAsync,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { hasTooling } from '../../src/ast/tooling.ts';
import { ts } from '../../src/ast/ts.ts';
import { isStartup, onAskedPath, onRequestPath, openToUsers } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface CacheStampede {
  fn: FunctionNode;
  /** `cache.get(key)`. */
  get: ts.CallExpression;
  /** `cache.set(key, value)`. */
  set: ts.CallExpression;
  key: ts.Expression;
}

const getMethod = /^(?:get|getData|getItem|fetch|read|lookup|hget)$/;
const setMethod = /^(?:set|setex|setEx|psetex|setData|setItem|put|hset|store|write)$/;
const cacheName = /cache|memo|redis|kv\b/i;

export const rule = defineRule<CacheStampede>({
  id: 'no-cache-stampede',
  category: 'api',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message:
    'Between `{get}` and `{set}` nothing shares the load in flight: all calls of `{name}` that miss the same key load it at once.',
  why: 'When a hot key expires, every request that arrives before the first load ends starts its own: the load on what is behind the cache grows with the request rate times the load time.',
  advice: 'Share the load in flight by key: `singleFlight`, or keep the promise in a Map until it settles.',
  limits: [
    'What is not called a cache, or does not return what it holds at once, is reported as `possible` only.',
    'What is kept for one person (a user, a session, a token), by the key, the function, its class or its file, is `possible`: two of their calls seldom meet. So is what has no expiry or one of whole days, what only administrators and jobs ask for, and what a `post()` or `put()` does.',
    'A cache that a function makes for what it returns, and a load that keeps what it read in a table of its own, are `possible` only.',
    'A helper that keeps for a time what its callers load under keys of theirs is seen whatever its store is called.',
    'A single read or call behind the cache is `possible`: it is `likely` where several loads follow one another, where the load is handed in by the caller, or where by its name it counts, searches, draws or builds.',
    'Only functions that read, load and write the same cache under the same key are seen.',
    'Several processes still load once each: a lock in the shared cache or refresh before expiry is for those.',
  ],
  mentions: ['ache&await', 'emo&await', 'edis&await'],
  visit: {
    CallExpression(call, file) {
      if (hasTooling(file)) return undefined;
      const target = findMethodCall(call);
      return target && setMethod.test(target.method) ? judge(call, target.receiver, file) : undefined;
    },
  },
});

function judge(set: ts.CallExpression, receiver: ts.Expression, file: FileContext): Match<CacheStampede> | undefined {
  const holder = findMemberPath(receiver)?.join('.');
  const key = set.arguments[0];
  const fn = findEnclosingFunction(set);
  if (!holder || !key || !fn?.body || set.arguments.length < 2 || isStartup(fn)) return undefined;
  const isHelper = isReadThrough(set, fn, file);
  if (!isHelper && !isCache(holder, receiver, file)) return undefined;
  if (ts.isStringLiteralLike(skipWrappers(key)) && !/ex|EX|ttl/i.test(set.getText(file.source))) return undefined;
  const get = findGet(fn, holder, key, set, file);
  const exit = get && isAsync(fn) ? findMissExit(get, set, fn, file) : undefined;
  if (!get || !exit) return undefined;
  const load = findLoad(get, set, fn, file);
  if (!load) return undefined;
  if (isSharedLoad(fn, load, file)) return undefined;
  const isHot =
    exit === 'returned' &&
    isHotCache(holder, receiver, key, load, file) &&
    !isOfOnePerson(fn, holder, key, file) &&
    !isKeptForGood(set, receiver, file) &&
    !/^_?(?:post|put|patch|delete)(?:[A-Z]|$)/.test(nameOfFunction(fn)) &&
    isDearLoad(get, set, load, file);
  // What reads through for whoever calls stands before whatever they load.
  const byUsers = isHelper ? [openToUsers(get, file)] : [];
  return {
    at: get,
    confidence: isHot || isHelper ? 'likely' : 'possible',
    when: allOf(anyOf(onRequestPath(get, file), ...byUsers), notSharedElsewhere(load, file)),
    sureWhen: anyOf(onAskedPath(get, file), ...byUsers),
    values: { get: textOf(get, file), set: textOf(set, file), name: nameOfFunction(fn) },
    related: [
      { at: load, note: 'loads' },
      { at: set, note: 'keeps it only when it has come' },
    ],
    data: { fn, get, set, key },
  };
}

function textOf(call: ts.CallExpression, file: FileContext): string {
  return `${call.expression.getText(file.source).replace(/\s+/g, '')}()`;
}

/** Named a cache, or a Redis client: receivers that hold what was loaded. */
function isCache(holder: string, receiver: ts.Expression, file: FileContext): boolean {
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
function findGet(
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
    if (!target || !getMethod.test(target.method) || findEnclosingFunction(call) !== fn) continue;
    if (
      findMemberPath(target.receiver)?.join('.') === holder &&
      call.arguments[0]?.getText(file.source).replace(/\s+/g, '') === written
    )
      return call;
  }
  return undefined;
}

/** `if (cached) return cached`, or `if (!cached) { load }`: what is read decides whether to load. */
function findMissExit(
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
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) names.push(at.name.text);
    if (ts.isBinaryExpression(at) && ts.isIdentifier(at.left)) names.push(at.left.text);
    if (ts.isStatement(at)) break;
  }
  if (names.length === 0) return undefined;
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
  return found;
}

/** What is awaited between the read and the write, other than the cache itself: the value that is kept depends on it. */
function findLoad(
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
