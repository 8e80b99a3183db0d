import type { FileContext } from '../../model/file-context.ts';
import { isRedisCommand } from '../clients/redis-command.ts';
import { findMethodCall, type Invocation, isLoop, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findDataLoop } from '../where/data-loop.ts';
import { findQuery, isAwaitedOrReturned, listChain, type QueryCall, type QueryKind } from './queries.ts';
import type { QueryLibrary } from './query-libraries.ts';
import { sourceOf } from './row-lists.ts';

/** What rows of a library ask for themselves. A list, where they may have many of it. */
const ofRows: Partial<Record<QueryLibrary['library'], readonly [RegExp, QueryKind][]>> = {
  // sequelize 6.37, lib/associations: the getters of what belongs to a row.
  sequelize: [
    [
      /^(?:get|count|has)(?!(?:UTC|Time|Date|Full|Day|Month|Hours|Minutes|Seconds|Milli|Own|DataValue))[A-Z]\w*$/,
      'list',
    ],
    [/^(?:save|update|destroy|reload)$/, 'upsert'],
  ],
  // mongoose 8.24, lib/document.js.
  mongoose: [
    [/^(?:populate|execPopulate)$/, 'list'],
    [/^(?:save|updateOne|deleteOne)$/, 'upsert'],
  ],
  // @mikro-orm/core 6.6, entity/Collection.d.ts, entity/Reference.d.ts.
  'mikro-orm': [[/^(?:init|load|loadItems|loadCount|loadOrFail)$/, 'list']],
  // objection 3.1, lib/model/Model.js.
  objection: [[/^\$(?:relatedQuery|fetchGraph)$/, 'list']],
  typeorm: [[/^(?:save|remove|reload)$/, 'upsert']],
};

/** Gets that one command would do for all (`MGET`) or that could be sent at once. */
const redisRead = /^(?:get|hget|hmget|hgetall|exists|smembers|scard|llen|lrange|zscore|zcard|ttl)$/i;

/**
 * The query that a round of a loop makes: by a client, by the row itself (`order.getUser()`, `order.populate('user')`), or
 * a command of Redis whose answer the next round waits for; sent at once, those share one connection and cost little.
 */
export function findRoundQuery(call: Invocation, file: FileContext): QueryCall | undefined {
  const query = findQuery(call, file);
  return query || !ts.isCallExpression(call) ? query : (findRowQuery(call, file) ?? findRedisRead(call, file));
}

function findRowQuery(call: ts.CallExpression, file: FileContext): QueryCall | undefined {
  const { methods, first, head } = listChain(call);
  const root = rootOf(head);
  if (!ts.isIdentifier(root) || methods.length === 0) return undefined;
  if (!isAwaitedOrReturned(call)) return undefined;
  const row = file.bindingOf(root);
  const loop = row && findDataLoop(call, file);
  if (!loop || !isItem(row.identifier, loop.repetition.node)) return undefined;
  const given = findQuery(sourceOf(loop.over, file, 0), file);
  if (given?.kind !== 'list') return undefined;
  const method = methods.at(-1)!;
  // Only collections of MikroORM are members of a row.
  if (given.library !== 'mikro-orm' && root !== skipWrappers(head)) return undefined;
  const kind = ofRows[given.library]?.find(([pattern]) => pattern.test(method))?.[1];
  return kind && { call, library: given.library, kind, text: first.expression.getText(file.source) };
}

function rootOf(node: ts.Expression): ts.Expression {
  let at = skipWrappers(node);
  while (ts.isPropertyAccessExpression(at)) at = skipWrappers(at.expression);
  return at;
}

/** The variable of `for (const order of orders)`, the parameter of `orders.map((order) => …)`. */
function isItem(name: ts.Node, loop: ts.Node): boolean {
  if (ts.isForOfStatement(loop)) return isWithin(name, loop.initializer);
  return ts.isParameter(name.parent) && name.parent.parent.parent === loop;
}

function findRedisRead(call: ts.CallExpression, file: FileContext): QueryCall | undefined {
  const method = findMethodCall(call)?.method ?? '';
  if (!redisRead.test(method) || !ts.isAwaitExpression(call.parent) || !isRedisCommand(call, file)) return undefined;
  const loop = findDataLoop(call, file);
  if (!loop || !isLoop(loop.repetition.node)) return undefined;
  return { call, library: 'redis', kind: 'point', text: call.expression.getText(file.source) };
}
