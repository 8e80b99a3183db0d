import { findFunctionValue } from '../../src/ast/functions.ts';
import { roundWords, together, waitWords } from '../../src/ast/mention-words.ts';
import { findProperty, findQuery, isAwaitedOrReturned, listChain, type QueryCall } from '../../src/ast/queries.ts';
import {
  dependsOnLastRound,
  isConditional,
  isInSomeRounds,
  isPaced,
  mayEndEarly,
  mentionsOwn,
  waitsForOther,
} from '../../src/ast/rounds.ts';
import { rowListOf } from '../../src/ast/row-lists.ts';
import { isChunked, isLiteralSized } from '../../src/ast/small-input.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { findRepetition, frequencyOf, isStartup, type Repetition } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface QueryInLoop {
  query: QueryCall;
  /** The call in the loop: the query itself, or the call of a helper that makes it. */
  call: ts.CallExpression;
  repetition: Repetition;
  over: ts.Expression;
}

const onceName =
  /migrat|seed|backfill|upgrade|fixture|bootstrap|^init|^setup|ensureIndex|syncSchema|^import|reindex|cleanup|teardown/i;
const oncePath =
  /(?:^|\/)(?:upgrades?|backfills?|maintenance|one-?offs?|importers?|imports?|dev|devtools)\/|(?:migrat|backfill|seed)[\w.-]*\.[cm]?[jt]s$/i;

export const rule = defineRule<QueryInLoop>({
  id: 'no-query-in-loop',
  category: 'database',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  message: '`{query}` runs once for each of `{over}`{through}: one round trip a row where one query would do.',
  why: 'The number of round trips grows with the number of rows: 200 rows at 2 ms each hold a connection for 0.4 s, and a pool of ten is empty at 25 such requests a second.',
  advice:
    'Fetch all rows in one query before the loop (`IN`, `= ANY($1)`, `findMany({ where: { id: { in: ids } } })`) and look them up in a Map; write with one bulk statement; or load through a BatchLoader.',
  limits: [
    'Updates with a value of their own for each row, upserts, and loops that may end early are reported as `possible` only.',
    'A query in a helper of the same file is seen; in another file it is not.',
    'How many rows there are is judged by where they come from, not counted: lists that are passed in and not called after rows or ids, what hangs on one row, writes in a branch and rounds that also wait for something else are `possible` only.',
  ],
  mentions: together(
    [
      'find',
      'query',
      'execute',
      'select',
      'insert',
      'create',
      'delete',
      'count',
      'aggregate',
      'toArray',
      'destroy',
      'bulk',
      'sum(',
    ],
    roundWords,
    waitWords,
  ),
  visit: {
    CallExpression(call, file) {
      if (oncePath.test(file.path)) return undefined;
      return judgeQuery(call, file) ?? judgeHelper(call, file);
    },
  },
});

function judgeQuery(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  if (isInsideChain(call)) return undefined;
  const query = findQuery(call, file);
  if (!query || !isRun(call, query)) return undefined;
  return judge(call, call, query, file);
}

/** `await loadOwner(order.ownerId)` in a loop, where this file's `loadOwner` asks the database. */
function judgeHelper(call: ts.CallExpression, file: FileContext): Match<QueryInLoop> | undefined {
  if (!isAwaitedOrReturned(call) || call.arguments.length === 0) return undefined;
  const helper = findRepetition(call) && findFunctionValue(call.expression, file);
  if (!helper || isWithin(call, helper)) return undefined;
  const query = file.memo(findOwnQuery, helper);
  return query && judge(call, call, query, file);
}

/** The query that a short helper makes each time it is called, of what it is handed. */
function findOwnQuery(helper: FunctionNode, file: FileContext): QueryCall | undefined {
  if (!helper.body) return undefined;
  const parameters = helper.parameters.flatMap((p) => (ts.isIdentifier(p.name) ? [p.name.text] : []));
  for (const call of file.nodes('CallExpression')) {
    if (!isWithin(call, helper.body) || isInsideChain(call) || findEnclosingFunction(call) !== helper) continue;
    const query = findQuery(call, file);
    if (!query || !isRun(call, query) || isConditional(call, helper)) continue;
    const text = call.getText(file.source);
    if (parameters.some((name) => new RegExp(`\\b${name}\\b`).test(text))) return query;
  }
  return undefined;
}

function isInsideChain(call: ts.CallExpression): boolean {
  const { parent } = call;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== call || !ts.isCallExpression(parent.parent))
    return false;
  return !/^(?:then|catch|finally|map|filter|forEach|reduce|find|some|every)$/.test(parent.name.text);
}

/** Builders run when they are awaited; the others as soon as they are called. */
function isRun(call: ts.CallExpression, query: QueryCall): boolean {
  if (query.library !== 'knex' && query.library !== 'drizzle' && query.library !== 'kysely') return true;
  return isAwaitedOrReturned(call);
}

function judge(
  at: ts.CallExpression,
  call: ts.CallExpression,
  query: QueryCall,
  file: FileContext,
): Match<QueryInLoop> | undefined {
  const place = findDataLoop(call, file);
  if (!place || runsOnce(call, file)) return undefined;
  const { repetition, over } = place;
  if (isInCatch(call, repetition.node) || isPaced(repetition.node, file)) return undefined;
  if (dependsOnLastRound(call, repetition.node, file)) return undefined;
  // Prisma gathers the findUnique calls of one tick into one query.
  if (query.library === 'prisma' && /\.findUnique$/.test(query.text) && ts.isCallExpression(repetition.node))
    return undefined;
  const isWeak =
    query.kind === 'update' ||
    query.kind === 'upsert' ||
    query.kind === 'unknown' ||
    !isWorthIt(query, call, repetition, over, file) ||
    isBulk(query, file) ||
    isCollected(call) ||
    isCaught(call, query, repetition.node) ||
    isRowNeeded(call, query, file) ||
    mayEndEarly(repetition.node) ||
    (ts.isForOfStatement(repetition.node) && repetition.node.awaitModifier !== undefined);
  const told = file.memo(toldOf, repetition.node);
  if (!isWeak) {
    if (told.at && told.at !== at) return undefined;
    told.at = at;
  }
  return {
    at,
    confidence: isWeak ? 'possible' : 'likely',
    values: {
      query: query.text,
      over: textOf(over, file),
      through: call === query.call ? '' : ` (through \`${call.expression.getText(file.source)}\`)`,
    },
    related: [{ at: repetition.node, note: 'repeats it' }],
    ...(query.when && { when: query.when }),
    data: { query, call, repetition, over },
  };
}

/**
 * Whether the round trips are many and what the rounds are made of: rows that this file shows, or ids, which one query
 * could take; of lists that are only called after rows, those whose rounds wait for nothing else. Writes must run in
 * every round: those of a branch may be few.
 */
function isWorthIt(
  query: QueryCall,
  call: ts.CallExpression,
  { node }: Repetition,
  over: ts.Expression,
  file: FileContext,
): boolean {
  const rows = rowListOf(over, file);
  if (rows === 'part' || rows === 'nothing') return false;
  const isRead = query.kind === 'point' || query.kind === 'list';
  if (isRead && rows !== 'named') return true;
  const helper = call === query.call ? undefined : findFunctionValue(call.expression, file);
  const waits = waitsForOther(node, call, file) || (helper !== undefined && waitsForOther(helper, call, file));
  return !waits && (isRead || !isInSomeRounds(call, node));
}

/** The query that a loop is reported for: the first; the others come to light when it is gone. */
function toldOf(_: ts.Node, _file: FileContext): { at?: ts.Node } {
  return {};
}

/** An insert whose row is used in the round, or that may write other tables with it: no bulk insert gives that. */
function isRowNeeded(call: ts.CallExpression, { kind, library }: QueryCall, file: FileContext): boolean {
  if (kind !== 'insert') return false;
  const data = library === 'prisma' ? findProperty(call.arguments[0], 'data') : undefined;
  if (data && !ts.isObjectLiteralExpression(data)) return true;
  if (/\b(?:connect|connectOrCreate|create|createMany)\s*:/.test(call.getText(file.source))) return true;
  const { parent } = getOutermostWrapped(call);
  return (
    ts.isAwaitExpression(parent) && !ts.isExpressionStatement(parent.parent) && !ts.isReturnStatement(parent.parent)
  );
}

/** `operations.push(prisma.user.delete(…))`: sent later, maybe together. */
function isCollected(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  return ts.isCallExpression(parent) && findMethodCall(parent)?.method === 'push';
}

/** A write whose failure is dealt with row by row. */
function isCaught(call: ts.Node, { kind }: QueryCall, loop: ts.Node): boolean {
  if (kind !== 'insert' && kind !== 'delete') return false;
  for (let at = call; at !== loop && at.parent; at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at) return true;
  return false;
}

function textOf(node: ts.Node, file: FileContext): string {
  const text = node.getText(file.source).replace(/\s+/g, ' ');
  return text.length > 50 ? `${text.slice(0, 47)}…` : text;
}

/** The innermost loop over data whose current element the call depends on. */
function findDataLoop(
  call: ts.CallExpression,
  file: FileContext,
): { repetition: Repetition; over: ts.Expression } | undefined {
  for (let repetition = findRepetition(call); repetition; repetition = findRepetition(repetition.node)) {
    const over = repetition.over ?? countedOver(repetition.node);
    if (!over) return undefined;
    if (isWithin(call, over)) continue;
    if (isChunked(over, file) || isChunkVariable(repetition.node)) return undefined;
    if (
      !ts.isForInStatement(repetition.node) &&
      !isLiteralSized(over, file) &&
      mentionsOwn(call, repetition.node, file)
    )
      return { repetition, over };
  }
  return undefined;
}

/** `for (let i = 0; i < rows.length; i++)`. */
function countedOver(loop: ts.Node): ts.Expression | undefined {
  if (!ts.isForStatement(loop) || !loop.condition || !ts.isBinaryExpression(loop.condition)) return undefined;
  const isStep =
    loop.incrementor !== undefined &&
    (ts.isPostfixUnaryExpression(loop.incrementor) || ts.isPrefixUnaryExpression(loop.incrementor));
  const right = skipWrappers(loop.condition.right);
  return isStep && ts.isPropertyAccessExpression(right) && right.name.text === 'length' ? right.expression : undefined;
}

function isChunkVariable(loop: ts.Node): boolean {
  const name = ts.isForOfStatement(loop)
    ? loop.initializer.getText()
    : ts.isCallExpression(loop)
      ? (loop.arguments.at(0)?.getText().slice(0, 60) ?? '')
      : '';
  return /\b\w*(?:chunk|batch|slice)\w*\b/i.test(/^[^=]*/.exec(name)![0]);
}

function runsOnce(node: ts.Node, file: FileContext): boolean {
  if (frequencyOf(node, file) === 'once') return true;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn))
    if (isStartup(fn) || onceName.test(nameOfFunction(fn))) return true;
  return false;
}

function isInCatch(node: ts.Node, loop: ts.Node): boolean {
  for (let at = node; at !== loop && at.parent; at = at.parent) if (ts.isCatchClause(at)) return true;
  return false;
}

/** One statement for many rows, or the first few of each. */
function isBulk({ call, kind }: QueryCall, file: FileContext): boolean {
  const { first, methods } = listChain(call);
  if (methods.some((name) => /^(?:createMany\w*|bulkCreate|insertMany|limit|take)$/.test(name))) return true;
  const [argument] = first.arguments;
  if (
    findProperty(argument, 'take') ??
    findProperty(argument, 'limit') ??
    findProperty(argument, 'orderBy') ??
    findProperty(argument, 'order')
  )
    return true;
  return (
    kind === 'list' &&
    /\bin:\s(?!\[)|\$in\b|\bIn\(|\bANY\(|inArray\(|whereIn\(|'in',\s*(?!\s*\[)|\[Op\.in\]/.test(
      call.getText(file.source),
    )
  );
}
