import type { FileContext } from '../../model/file-context.ts';
import type { FunctionDeed } from '../../model/link.ts';
import { turnTaking } from '../containers/shared-load.ts';
import { catchesAll } from '../io/cannot-fail.ts';
import { givesAtOnce } from '../io/gives-at-once.ts';
import { listIoCalls } from '../io/io-call.ts';
import { isLimitedSend, listOwnSends } from '../io/network-send.ts';
import { askedText, matchHanded } from '../io/own-query.ts';
import { findQuery, isGatheredLookup, isInsideChain, isRun, type QueryCall } from '../io/queries.ts';
import { asksTableOfItem } from '../io/query-rounds.ts';
import { asksForMany, isBulk } from '../io/query-worth.ts';
import { isOfRemoteClient } from '../io/remote-client.ts';
import { isRowQuery } from '../io/row-lists.ts';
import { sizeOf } from '../size/size.ts';
import { type FunctionNode, type Invocation, isFunctionNode } from '../syntax.ts';
import { isSleep } from '../timers/sleep.ts';
import { ts } from '../ts.ts';
import { isConditional } from '../where/rounds.ts';
import { listOwnInvocations } from '../within.ts';

/** What keeps an answer, or gathers questions: who calls such a function does not ask the server each time. */
const keeping = /cache|memo|loader|batch|redis|singleflight|inflight|lru|dedupe/i;

/** `cache.get(key)`, `this.cachingService.getOrSet(key, …)`, `find(where, { cache: 60_000 })`. */
const caching =
  /(?:[cC]ach(?:e|ing)|[mM]emo)(?:[A-Z]\w*)?[?!]?\.(?:get|has|wrap|fetch|remember|take)\w*\s*[(<]|\bcache\s*:\s*(?!false|null|undefined)\S/;

/**
 * What a function does outside of the process each time it is called, for those who call it from another file. A write
 * counts where it may happen.
 */
export function listDeeds(fn: FunctionNode, file: FileContext): FunctionDeed[] {
  if (!fn.body || (!mayWait(fn) && !ts.isArrowFunction(fn))) return [];
  const text = fn.getText(file.source);
  if (!/await|return|=>/.test(text)) return [];
  const deeds = new Set<FunctionDeed>();
  for (const { call, io } of listIoCalls(fn, file)) {
    if (io === 'write') deeds.add('writes');
    else if (!isConditional(call, fn)) deeds.add('reads');
    if (ts.isCallExpression(call) && isOfRemoteClient(call)) deeds.add('asks');
  }
  for (const call of listOwnSends(fn, file)) {
    deeds.add('sends');
    if (!isLimitedSend(call, file)) deeds.add('sends:unlimited');
  }
  if (keeping.test(text)) deeds.add('keeps');
  if (caching.test(text)) deeds.add('caches');
  const queries = listOwnCalls(fn, fn.body, file).flatMap((call) => findRunQuery(call, file) ?? []);
  for (const kind of listOwnQueries(fn, queries, file)) deeds.add(`query:${kind}`);
  if (queries.some(({ call }) => isRowQuery(call, file, true))) deeds.add('rows');
  if (queries.some(({ call }) => sizeOf(call, file) === 'large')) deeds.add('all-rows');
  if (isSleep(fn, file)) deeds.add('sleeps');
  if (catchesAll(fn)) deeds.add('catches');
  if (givesAtOnce(fn)) deeds.add('at-once');
  if (turnTaking.test(text)) deeds.add('shares');
  return [...deeds].sort();
}

function mayWait(fn: FunctionNode): boolean {
  return !ts.isConstructorDeclaration(fn) && !ts.isAccessor(fn);
}

/** The query that a call runs, if it is the last of its chain. */
function findRunQuery(call: Invocation, file: FileContext): QueryCall | undefined {
  const query = isInsideChain(call) ? undefined : findQuery(call, file);
  return query && isRun(call, query) ? query : undefined;
}

/** Queries that run each time, of what the function is handed. */
function* listOwnQueries(
  fn: FunctionNode,
  queries: readonly QueryCall[],
  file: FileContext,
): Generator<'many' | 'unique' | 'point' | 'list' | 'insert' | 'delete'> {
  const handed = queries.length > 0 ? matchHanded(fn, file) : undefined;
  if (!handed) return;
  for (const query of queries) {
    const { call, kind } = query;
    if (isConditional(call, fn) || !handed.test(askedText(call, file)) || asksTableOfItem(call, fn, file)) continue;
    if (asksForMany(query, file)) yield 'many';
    if (isBulk(query, file)) continue;
    if (kind !== 'point' && kind !== 'list' && kind !== 'insert' && kind !== 'delete') continue;
    yield isGatheredLookup(query) ? 'unique' : kind;
  }
}

/** The calls of a function that do not stand in a function inside of it, but for one that it gives back at once. */
function listOwnCalls(fn: FunctionNode, body: ts.Node, file: FileContext): readonly Invocation[] {
  return listOwnInvocations(isFunctionNode(body) ? body : fn, body, file);
}
