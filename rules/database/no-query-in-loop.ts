import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { hasBatchSibling } from '../../src/ast/io/batch-sibling.ts';
import { type CalleeQueries, findCalleeQueries, findModelQueries } from '../../src/ast/io/callee-queries.ts';
import { findFieldQuery, resolverWords } from '../../src/ast/io/field-queries.ts';
import { isNamedChange } from '../../src/ast/io/io-call.ts';
import { findOwnQuery } from '../../src/ast/io/own-query.ts';
import {
  findQuery,
  isAwaitedOrReturned,
  isGatheredLookup,
  isInsideChain,
  isRun,
  type QueryCall,
} from '../../src/ast/io/queries.ts';
import { findHandedRound, findRounds, isFewOfPart, isWeakLoop } from '../../src/ast/io/query-rounds.ts';
import {
  isAllThatWaits,
  isBareWriteMap,
  isCollected,
  isLookupOfIds,
  isSlightCall,
  isWeakQuery,
  whenOften,
  worthOf,
} from '../../src/ast/io/query-worth.ts';
import { findRecursiveQuery } from '../../src/ast/io/recursive-query.ts';
import { findRoundQuery } from '../../src/ast/io/row-queries.ts';
import { isNoHandful } from '../../src/ast/io/schema-limits.ts';
import { callbackWords, roundWords, together, waitWords } from '../../src/ast/mention-words.ts';
import { findFunctionValue } from '../../src/ast/names/functions.ts';
import { shownText } from '../../src/ast/names/shown-text.ts';
import { findCallee } from '../../src/ast/names/symbol-ref.ts';
import { calleeOf, type Invocation, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { type DataLoop, oncePath, runsOnce } from '../../src/ast/where/data-loop.ts';
import { isSeldomAsked } from '../../src/ast/where/seldom.ts';
import { findRepetition, type Repetition } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Confidence, Match } from '../../src/model/rule.ts';

export interface QueryInLoop {
  /** Undefined where another file makes it. */
  query: QueryCall | undefined;
  /** The call in the loop: the query itself, or the call of a helper that makes it. */
  call: Invocation;
  repetition: Repetition;
  over: ts.Expression;
}

export const rule = defineRule<QueryInLoop>({
  id: 'no-query-in-loop',
  category: 'database',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message: '`{query}` runs once for each of `{over}`{through}: one round trip a row where one query would do.',
  why: 'The number of round trips grows with the number of rows: 200 rows at 2 ms each hold a connection for 0.4 s, and a pool of ten is empty at 25 such requests a second.',
  advice:
    'Fetch all rows in one query before the loop (`IN`, `= ANY($1)`, `findMany({ where: { id: { in: ids } } })`) and look them up in a Map; write with one bulk statement; or load through a BatchLoader.',
  limits: [
    'A query on the way out of a loop (ahead of a `throw`, a `return`), and of a table that each item names, there or in a helper that is told which, is left alone. What writes rows one by one, and loops that may end early, are reported as `possible` only: what is written together is mostly a handful that belongs to one thing. A function that says that it is for many (`bulkCreate`), and a handler whose route does (`POST /labels/bulk`), is taken at its word, and what writes the same for each of rows or ids (`update({ where: { id }, data: { hidden: true } })`) counts.',
    'A helper counts when it asks the database each time, of what it is handed: in this file, or in another one that the call leads to, one hop further at most, by way of what a container, a factory or a field gives; helpers that keep what they read do not count.',
    'Where the project has a function for many keys (`getUsersByIds`), each call of the one for one key in a loop counts; in a published library also where only its users reach the loop.',
    'A loop that no request of users who read is seen to wait for (a job, a timer, a command, a page of administrators, and what somebody does now and then: moves, invites, pays) is `possible`, unless its list holds all rows of a table or comes with the request, its function says that it is for many (`bulkCreate`) or it asks one by one for the keys of a data loader; what changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL) or is a chore by the name of its file or route (a report, an export) is so whatever its list holds; so is one in a project whose databases are all SQLite, which answers without a round trip.',
    'How many rows there are is judged by where they come from, not counted: a query of this file, or of the function that gives the list (three calls deep at most). Lists that are passed in and not called after rows or ids, what hangs on one row, and rounds that also write or ask another service, are `possible` only; so are a call whose answer nobody uses, and what is kept for the rounds that ask for the same (`if (!types.has(key)) types.set(key, await load(key))`).',
  ],
  mentions: [...together(roundWords, [...waitWords, ...callbackWords]), ...resolverWords],
  visit: {
    CallExpression(call, file) {
      if (!findRepetition(call)) return judgeRecursion(call, file) ?? judgeHanded(call, file);
      if (oncePath.test(file.path)) return undefined;
      return judgeQuery(call, file) ?? judgeHelper(call, file) ?? judgeCallee(call, file);
    },
    TaggedTemplateExpression: (template, file) => (oncePath.test(file.path) ? undefined : judgeQuery(template, file)),
  },
});

function judgeQuery(call: Invocation, file: FileContext): Match<QueryInLoop> | undefined {
  const query = isInsideChain(call) ? undefined : findRoundQuery(call, file);
  return query && isRun(call, query) ? judge(call, query, file) : undefined;
}

/** `await loadOwner(order.ownerId)` in a loop, where this file's `loadOwner` asks the database. */
function judgeHelper(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  const isAsked = isAwaitedOrReturned(call) && call.arguments.length > 0;
  const helper = isAsked ? findFunctionValue(call.expression, file) : undefined;
  const query = helper && !isWithin(call, helper) && file.memo(findOwnQuery, helper);
  return query ? judge(call, query, file) : undefined;
}

/** `const children = await find(parent); for (const child of children) await walk(child)` in `walk`; the field of a listed type. */
function judgeRecursion(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  const walk = isInsideChain(call) ? undefined : (findRecursiveQuery(call, file) ?? findFieldQuery(call, file));
  if (!walk || oncePath.test(file.path) || runsOnce(call, file)) return undefined;
  const confidence = walk.isOfOne ? 'possible' : 'likely';
  const match = makeMatch(call, walk.again, walk.query, walk.repetition, walk.over, confidence, file);
  return { ...match, sureWhen: allOf(match.sureWhen, walk.isListed) };
}

/** `await users.findOwner(order.ownerId)` in a loop: whether that asks the database is for the linker to say. */
function judgeCallee(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  if (!isAwaitedOrReturned(call) || call.arguments.length === 0) return undefined;
  const helper = findFunctionValue(call.expression, file);
  if (findQuery(call, file) || (helper && (isWithin(call, helper) || file.memo(findOwnQuery, helper))))
    return undefined;
  const place = findRounds(call, file);
  const loop = place?.repetition.node;
  const to = place && findCallee(call, file);
  if (!loop || isCollected(call, loop, file) || isWeakLoop(loop, file) || file.memo(toldOf, loop).at) return undefined;
  const hasBatch = hasBatchSibling(call, to);
  const queries = to && findCalleeQueries(call, to, place, file);
  if (!queries && (!hasBatch || isFewOfPart(call, place, file))) return undefined;
  const isAlone = queries?.isAlone ?? isAllThatWaits(call, place, file);
  const match = ofCallee(call, call.expression, place, queries, hasBatch, file);
  return {
    ...match,
    ...((!isAlone || isSlightCall(call, place, file) || isNamedChange(call)) && { confidence: 'possible' as const }),
  };
}

/** `Promise.all(orders.map(presentOrder))`: what is called for each is named, and may ask the database. */
function judgeHanded(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  const round = oncePath.test(file.path) ? undefined : findHandedRound(call, file);
  const queries = round && findCalleeQueries(call, round.to, round, file);
  if (!round || !queries?.onlyReads || !queries.isAlone) return undefined;
  return ofCallee(call, call.arguments[0]!, round, queries, undefined, file);
}

function ofCallee(
  call: ts.CallExpression,
  callee: ts.Expression,
  { repetition, over }: DataLoop,
  queries: CalleeQueries | undefined,
  hasBatch: LinkCondition | undefined,
  file: FileContext,
): Match<QueryInLoop> {
  return {
    at: call,
    ...(isSeldomAsked(file) && { confidence: 'possible' as const }),
    values: { query: callee.getText(file.source).replace(/\s+/g, ''), over: shownText(over, file), through: '' },
    related: [{ at: repetition.node, note: 'runs the query again for each round' }],
    when: allOf(anyOf(queries?.asks, hasBatch), isNoHandful(over, file)),
    sureWhen: allOf(whenOften(over, call, file, hasBatch), anyOf(queries?.onlyReads, hasBatch)),
    data: { query: undefined, call, repetition, over },
  };
}

function judge(call: Invocation, query: QueryCall, file: FileContext): Match<QueryInLoop> | undefined {
  const place = findRounds(call, file);
  if (!place) return undefined;
  const { repetition, over } = place;
  // Prisma gathers the findUnique calls of one tick into one query.
  if (isGatheredLookup(query) && ts.isCallExpression(repetition.node)) return undefined;
  const worth = worthOf(call, repetition, over, file);
  const isLookup = isLookupOfIds(call, query, place, file);
  const isBareWrite = isBareWriteMap(call, query, repetition, over, file);
  const isWeak =
    !isBareWrite && (isWeakLoop(repetition.node, file) || isWeakQuery(call, query, place, worth, isLookup, file));
  const told = file.memo(toldOf, repetition.node);
  if (!isWeak && told.at && told.at !== call) return undefined;
  if (!isWeak) told.at = call;
  const match = makeMatch(call, call, query, repetition, over, isWeak ? 'possible' : 'likely', file);
  if (isBareWrite) return match;
  const own = query.when && call === query.call ? findModelQueries(call, query.when, place, file) : undefined;
  return {
    ...match,
    ...(own && { when: allOf(own.asks, isNoHandful(over, file)) }),
    sureWhen: allOf(match.sureWhen, worth.areRows, isLookup ? undefined : worth.othersRead, own?.onlyReads),
  };
}

function makeMatch(
  at: Invocation,
  call: Invocation,
  query: QueryCall,
  repetition: Repetition,
  over: ts.Expression,
  confidence: Confidence,
  file: FileContext,
): Match<QueryInLoop> {
  return {
    at,
    confidence: isSeldomAsked(file) ? 'possible' : confidence,
    values: {
      query: query.text,
      over: shownText(over, file),
      through: call === query.call ? '' : ` (through \`${calleeOf(call).getText(file.source)}\`)`,
    },
    related: [{ at: repetition.node, note: 'runs the query again for each round' }],
    when: allOf(query.when, isNoHandful(over, file)),
    sureWhen: whenOften(over, call, file),
    data: { query, call, repetition, over },
  };
}

/** The query that a loop is reported for: the first; the others come to light when it is gone. */
const toldOf = (_: ts.Node, _file: FileContext): { at?: ts.Node } => ({});
