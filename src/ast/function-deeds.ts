import type { FileContext } from '../model/file-context.ts';
import type { FunctionDeed } from '../model/link.ts';
import { catchesAll } from './cannot-fail.ts';
import { listIoCalls } from './io-call.ts';
import { findQuery, isInsideChain, isRun } from './queries.ts';
import { isBulk } from './query-worth.ts';
import { isConditional } from './rounds.ts';
import { takesTurns } from './shared-load.ts';
import { isSleep } from './sleep.ts';
import { type FunctionNode, isFunctionNode, isWithin, listBoundNames } from './syntax.ts';
import { ts } from './ts.ts';

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
  }
  if (keeping.test(text)) deeds.add('keeps');
  if (caching.test(text)) deeds.add('caches');
  for (const kind of listOwnQueries(fn, file)) deeds.add(`query:${kind}`);
  if (isSleep(fn, file)) deeds.add('sleeps');
  if (catchesAll(fn)) deeds.add('catches');
  if (takesTurns.test(text)) deeds.add('shares');
  return [...deeds].sort();
}

function mayWait(fn: FunctionNode): boolean {
  return !ts.isConstructorDeclaration(fn) && !ts.isAccessor(fn);
}

/** Queries that run each time, of what the function is handed. */
function* listOwnQueries(fn: FunctionNode, file: FileContext): Generator<'point' | 'list' | 'insert' | 'delete'> {
  const names = fn.parameters.flatMap((p) => listBoundNames(p.name)).map((name) => name.replaceAll('$', '\\$'));
  if (names.length === 0) return;
  const handed = new RegExp(`\\b(?:${names.join('|')})\\b`);
  for (const call of listOwnCalls(fn.body!)) {
    const query = isInsideChain(call) ? undefined : findQuery(call, file);
    if (!query || !isRun(call, query) || isConditional(call, fn) || isBulk(query, file)) continue;
    const { kind } = query;
    if (kind !== 'point' && kind !== 'list' && kind !== 'insert' && kind !== 'delete') continue;
    if (handed.test(call.getText(file.source))) yield kind;
  }
}

/** The calls of a function that do not stand in a function inside of it. */
function listOwnCalls(body: ts.Node): ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at) && !isWithin(body, at)) return;
    if (ts.isCallExpression(at)) calls.push(at);
    ts.forEachChild(at, visit);
  };
  visit(body);
  return calls;
}
