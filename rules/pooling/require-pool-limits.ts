import { isForOneJob } from '../../src/ast/clients/job-client.ts';
import { limitsOneList } from '../../src/ast/clients/limit-of-list.ts';
import { bareModule, findOrigin, originName } from '../../src/ast/names/provenance.ts';
import { findProperty, findStringValue, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isSeldomAsked } from '../../src/ast/where/seldom.ts';
import { isOfService } from '../../src/ast/where/server-start.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Confidence, Match } from '../../src/model/rule.ts';

export interface PoolLimits {
  options: ts.ObjectLiteralExpression | undefined;
  creation: ts.NewExpression | ts.CallExpression;
  /** Options that are missing, with a first value each. */
  missing: readonly { name: string; constant: string; value: string }[];
}

interface PoolDefaults {
  modules: RegExp;
  path: RegExp;
  /** Which argument holds the options. */
  index: number;
  missing: readonly { name: string; constant: string; value: string; without: string }[];
  confidence: Confidence;
  /** Version read, and where. */
  source: string;
}

/**
 * Only what a library leaves without end. These give up by themselves: tarn 3.1.2 (so mssql) after 30 s, knex 3.3.0 and
 * Sequelize 6.37.8 after 60 s, mariadb 3.5.4 after 10 s. TypeORM 1.1.1 sets no time-out of its own on pg or mysql2.
 */
const pools: readonly PoolDefaults[] = [
  {
    modules: /^(?:pg|pg-pool)$/,
    path: /^(?:(?:native\.)?Pool\.)?new$/,
    index: 0,
    missing: [
      {
        name: 'connectionTimeoutMillis',
        constant: 'connectTimeoutMillis',
        value: '10_000',
        without: 'a request waits for ever for a free connection',
      },
    ],
    confidence: 'likely',
    source:
      'pg-pool 3.14.0, index.js: no timer unless connectionTimeoutMillis is set; max 10, idleTimeoutMillis 10,000',
  },
  {
    modules: /^generic-pool$/,
    path: /^createPool\.\(\)$/,
    index: 1,
    missing: [
      {
        name: 'acquireTimeoutMillis',
        constant: 'acquireTimeoutMillis',
        value: '10_000',
        without: 'a request waits for ever for a free resource',
      },
      { name: 'max', constant: 'maxResources', value: '10', without: 'there is one resource for all requests' },
    ],
    confidence: 'likely',
    source: 'generic-pool 3.9.0, lib/PoolDefaults.js: acquireTimeoutMillis null; lib/PoolOptions.js: max 1',
  },
  {
    modules: /^mongodb$/,
    path: /^MongoClient\.new$/,
    index: 1,
    missing: [
      {
        name: 'waitQueueTimeoutMS',
        constant: 'waitQueueTimeoutMillis',
        value: '10_000',
        without: 'an operation waits for ever for a free connection',
      },
    ],
    confidence: 'possible',
    source: 'mongodb 7.9.0, lib/connection_string.js: waitQueueTimeoutMS 0, maxPoolSize 100',
  },
  {
    modules: /^mysql2(?:\/promise)?$/,
    path: /^createPool\.\(\)$/,
    index: 0,
    missing: [
      {
        name: 'queueLimit',
        constant: 'maxWaiting',
        value: '1_000',
        without: 'any number of requests may wait for a connection',
      },
    ],
    confidence: 'possible',
    source: 'mysql2 3.24.6, lib/pool_config.js: queueLimit 0, connectionLimit 10, no time-out of its own',
  },
];

export const rule = defineRule<PoolLimits>({
  id: 'require-pool-limits',
  category: 'pooling',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 5,
  message: 'This pool has no `{options}`: {without}.',
  why: 'When connections run short (a slow query, a leak, a restart of the database), requests queue up with the arrival rate and nothing ever fails: memory and latency grow until the process is killed.',
  advice:
    'Set a time-out for acquiring a connection, so that the excess fails fast and the caller can shed or retry it.',
  limits: [
    'Options that come from elsewhere or are spread are taken to hold it.',
    'A pool that the function which makes it ends again, or that serves migrations alone, is left alone.',
    'A pool whose queries have a time-out, that serves pages of administrators and back-ups, is of one connection, is made for one list and asked for each of it, or belongs to a worker (`workers/`, `x.worker.ts`), is reported as `possible` only. So is one of a library, and one of a program that answers no requests: a script, a bot, what runs beside a service.',
    'Pools whose library gives up by itself (knex, Sequelize, mssql, mariadb) are left alone.',
    'The pools that TypeORM, MikroORM and drizzle make are not looked at.',
  ],
  mentions: ['Pool', 'MongoClient'],
  visit: {
    NewExpression: (node, file) => judge(node, file),
    CallExpression: (node, file) => judge(node, file),
  },
});

function judge(node: ts.NewExpression | ts.CallExpression, file: FileContext): Match<PoolLimits> | undefined {
  if (!/(?:Pool|MongoClient)$/.test(node.expression.getText(file.source))) return undefined;
  const origin = findOrigin(node, file);
  const pool =
    origin &&
    pools.find(({ modules, path }) => modules.test(bareModule(origin.module)) && path.test(originName(origin)));
  // `getPool()` gives one that was made elsewhere, where its options are.
  const isMade = origin && ts.isNewExpression(node) === originName(origin).endsWith('new');
  if (!pool || !isMade || isForOneJob(node, file)) return undefined;
  const argument = node.arguments?.[pool.index] && skipWrappers(node.arguments[pool.index]!);
  if (argument && !ts.isObjectLiteralExpression(argument)) return undefined;
  if (argument?.properties.some(ts.isSpreadAssignment)) return undefined;
  // What the connection string says of it is said.
  if (node.arguments?.some((a) => /timeout/i.test(findStringValue(skipWrappers(a)) ?? ''))) return undefined;
  const missing = pool.missing.filter(
    ({ name }) => !findProperty(argument, name) && !(name === 'max' && findProperty(argument, 'size')),
  );
  const [first] = missing;
  if (!first) return undefined;
  return {
    at: node,
    confidence:
      isQueryBounded(argument) || isSeldomAsked(file) || isOfWorker(argument, file) || limitsOneList(node, file)
        ? 'possible'
        : pool.confidence,
    values: {
      options: missing.map(({ name }) => name).join('`, `'),
      without: missing.map(({ without }) => without).join(', and '),
    },
    data: { options: argument, creation: node, missing },
    sureWhen: isOfService,
  };
}

/** A worker, and who makes a pool of one, asks one thing after the other: where it waits, that is what is wanted. */
function isOfWorker(options: ts.ObjectLiteralExpression | undefined, { path }: FileContext): boolean {
  const max = findProperty(options, 'max');
  const isOfOne = max !== undefined && ts.isNumericLiteral(max) && max.text === '1';
  return isOfOne || /(?:^|\/)workers?\/|[.-]worker\.[cm]?[jt]s$/.test(path);
}

/** `query_timeout`, `statement_timeout`: whoever holds a connection gives it back in time. */
function isQueryBounded(options: ts.ObjectLiteralExpression | undefined): boolean {
  return ['query_timeout', 'statement_timeout'].some((name) => findProperty(options, name) !== undefined);
}
