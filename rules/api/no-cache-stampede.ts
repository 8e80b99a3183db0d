import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { findGet, findLoad, findMissExit, isCache, writingHelper } from '../../src/ast/containers/cache-lookup.ts';
import { asksElsewhere, isDearLoad } from '../../src/ast/containers/dear-load.ts';
import { isHotCache, isOfOnePerson } from '../../src/ast/containers/hot-cache.ts';
import { findKeptVariable, type KeptVariable } from '../../src/ast/containers/kept-variable.ts';
import { keyDomain } from '../../src/ast/containers/key-domain.ts';
import { isReadThrough } from '../../src/ast/containers/read-through.ts';
import { isSharedLoad, notSharedElsewhere } from '../../src/ast/containers/shared-load.ts';
import { isLoadedAgain, isLoadedByMany, isPurged, isShortLived } from '../../src/ast/containers/short-lived.ts';
import { shownFunction } from '../../src/ast/names/shown-function.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAsync,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isSeldomAsked } from '../../src/ast/where/seldom.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { openInLibrary } from '../../src/ast/where/under-load.ts';
import { isStartup, onAskedPath, onRequestPath, openToUsers } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface CacheStampede {
  fn: FunctionNode;
  /** `cache.get(key)`, or the question whether a variable holds a value. */
  get: ts.Expression;
  /** `cache.set(key, value)`, `cached = value`. */
  set: ts.Expression;
  /** Of a variable there is none. */
  key: ts.Expression | undefined;
}

const setMethod = /^(?:set|setex|setEx|psetex|setData|setItem|put|hset|store|write|cacheSet|setCache)$/;

export const rule = defineRule<CacheStampede>({
  id: 'no-cache-stampede',
  category: 'api',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message:
    'Between `{get}` and `{set}` nothing shares the load in flight: all calls of {name} that find nothing load at once.',
  why: 'When a hot key expires, every request that arrives before the first load ends starts its own: the load on what is behind the cache grows with the request rate times the load time.',
  advice: 'Share the load in flight by key: `singleFlight`, or keep the promise in a Map until it settles.',
  limits: [
    'It is `likely` only where what is kept lives for ten minutes or less, by what the file says of it, is taken out elsewhere in it, or is asked of one after another in a loop for a time that the file does not tell, and is shown to be dear: it comes from another service, has tens of thousands of rows, or is drawn or decrypted by its name. A few queries more at an expiry are `possible`, whatever they count or search.',
    'What is not called a cache, or does not return what it holds at once, is `possible`; so is what is kept for one person (a user, a session, a token) or under keys of which data brings many (an order, a text), what only administrators and jobs ask for or is a chore by the name of its file or route (a report, an export), what a `post()` or `put()` does, and a variable that keeps a token, or one value for one object, or is not called a cache but asked for its time.',
    'A helper that keeps for a time what its callers load under keys of theirs is seen whatever its store is called, and `possible` unless a library offers it: it does not tell what they load.',
    'A cache that a function makes for what it returns, and a load that keeps what it read in a table of its own, are `possible` only.',
    'Only functions that read, load and write the same cache under the same key are seen, also by helpers called so (`readStatsCache(id)`, `writeStatsCache(id, stats)`), and those that ask a variable of the module or a field called a cache.',
    'Several processes still load once each: a lock in the shared cache or refresh before expiry is for those.',
  ],
  mentions: ['ache&await', 'emo&await', 'edis&await', 'xpir&await'],
  sureMentions: ['ache&await', 'emo&await', 'edis&await'],
  visit: {
    CallExpression(call, file) {
      return hasTooling(file) ? undefined : judge(call, file);
    },
    BinaryExpression(node, file) {
      const found = node.operatorToken.kind === ts.SyntaxKind.EqualsToken && findKeptVariable(node, file);
      return found && !hasTooling(file) ? judgeVariable(found, file) : undefined;
    },
  },
});

function judge(set: ts.CallExpression, file: FileContext): Match<CacheStampede> | undefined {
  const target = findMethodCall(set);
  const name = target?.method ?? (ts.isIdentifier(set.expression) ? set.expression.text : '');
  const isOfHelper = writingHelper.test(name);
  if (!isOfHelper && !setMethod.test(name)) return undefined;
  const holder = target ? findMemberPath(target.receiver)?.join('.') : '';
  const key = set.arguments[0];
  const fn = findEnclosingFunction(set);
  if (holder === undefined || !key || !fn?.body || set.arguments.length < 2 || isStartup(fn, file)) return undefined;
  const isHelper = isReadThrough(set, fn, file);
  if (!isOfHelper && !isHelper && !(target && isCache(holder, target.receiver, file))) return undefined;
  if (ts.isStringLiteralLike(skipWrappers(key)) && !isLoadedAgain(set, holder, fn, file)) return undefined;
  const get = findGet(fn, holder, key, set, file);
  const exit = get && isAsync(fn) ? findMissExit(get, set, fn, file) : undefined;
  if (!get || !exit) return undefined;
  const load = findLoad(get, set, fn, file);
  if (!load || isSharedLoad(fn, load, file)) return undefined;
  const isMany = isLoadedByMany(get, set, file);
  const isHot =
    exit === 'returned' &&
    target !== undefined &&
    isHotCache(`${holder}.${name}`, target.receiver, key, load, file) &&
    !isOfOnePerson(fn, holder, key, file) &&
    // Of many keys each is asked for by a few.
    (isMany || keyDomain(key, file) !== 'data') &&
    (isMany || isShortLived(set, target.receiver, file) || isPurged(holder, fn, file)) &&
    !/^_?(?:post|put|patch|delete)(?:[A-Z]|$)/.test(nameOfFunction(fn));
  const isDear = isHot && (isMany || isDearLoad(get, set, file));
  const elsewhere = isHot && !isDear ? asksElsewhere(load, file) : undefined;
  // What reads through for whoever calls stands before whatever they load.
  const byUsers = isHelper ? [openToUsers(get, file)] : [];
  return {
    at: get,
    confidence: isDear || elsewhere || isHelper ? 'likely' : 'possible',
    when: allOf(anyOf(onRequestPath(get, file), ...byUsers), notSharedElsewhere(load, file)),
    sureWhen: anyOf(
      ...(isDear || elsewhere ? [allOf(onAskedPath(get, file), elsewhere)] : []),
      ...(isHelper ? [openInLibrary(get, file)] : []),
    ),
    values: { get: textOf(get, file), set: textOf(set, file), name: shownFunction(fn) },
    related: relate(load, set),
    data: { fn, get, set, key },
  };
}

/** A cache of one value is asked by all who come there. */
function judgeVariable(
  { fn, get, set, load, isOfModule, isCalledCache }: KeptVariable,
  file: FileContext,
): Match<CacheStampede> | undefined {
  if (isStartup(fn, file) || isSharedLoad(fn, load, file)) return undefined;
  const kept = set.left.getText(file.source);
  const isToken = /token|credential/i.test(kept);
  const isHot =
    isOfModule && isCalledCache && !isToken && isShortLived(set, undefined, file) && isDearLoad(get, set, file);
  return {
    at: load,
    confidence: isHot && !isSeldomAsked(file) ? 'likely' : 'possible',
    when: allOf(onRequestPath(get, file), notSharedElsewhere(load, file)),
    sureWhen: onAskedPath(get, file),
    values: { get: kept, set: `${kept} = …`, name: shownFunction(fn) },
    related: relate(get, set, 'asks the cache first'),
    data: { fn, get, set, key: undefined },
  };
}

function relate(before: ts.Node, set: ts.Node, note = 'starts the load'): NonNullable<Match<CacheStampede>['related']> {
  return [
    { at: before, note },
    { at: set, note: 'is kept only once the load is over' },
  ];
}

function textOf(call: ts.CallExpression, file: FileContext): string {
  return `${call.expression.getText(file.source).replace(/\s+/g, '')}()`;
}
