import type { FileContext } from '../../model/file-context.ts';
import type { Judge, Size } from '../size/size.ts';
import { queryText, tenant } from '../size/size-sources.ts';
import { pluralOf, soundOfName } from '../size/size-words.ts';
import {
  argumentsOf,
  calleeOf,
  findMemberPath,
  findMethodCall,
  findProperty,
  findPropertyName,
  findStringValue,
  type Invocation,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findQuery, listChain, type QueryCall } from './queries.ts';
import { sqlOf, sqlStatement } from './sql-text.ts';

/** What a filter leaves: all rows, about as many as a list that it is given, or those of one key. */
type Reach = { of: 'all' } | { of: 'list'; size: Size } | { of: 'key' };

const limitName = /^(?:limit|take|first|fetch|top|skip|offset|paginate|page|cursor|one|findOne|count|groupBy|sample)$/;

/** Sums over a table, whatever they are called. */
const oneRow = /\.(?:aggregate|count)$/;

/** How many rows a query may give: `large` without a limit and without a filter by one key. Undefined for other calls. */
export function sizeOfQuery(call: Invocation, file: FileContext, depth: number, judge: Judge): Size | undefined {
  const query = findQuery(call, file);
  if (query?.library === 'prisma' && oneRow.test(query.text)) return { size: 'small', why: 'one row', at: call };
  if (query?.kind !== 'list') return undefined;
  const { methods, first } = listChain(call);
  const unknown = (why: string): Size => ({ size: 'unknown', why, at: call });
  if (methods.some((name) => limitName.test(name) || /^(?:aggregate|distinct|mapReduce)$/.test(name)))
    return unknown('a page, or groups');
  if (isUntold(query, methods, file)) return unknown('a page, rows of one key, or a few settings');
  if (soundOfName(tableOf(query, first)) === 'few') return unknown('few by their name');
  if (isLimitedStatement(query, file)) return unknown('as many as its statement asks for');
  const statement =
    query.library === 'd1' ? first : query.library === 'sql' || !ts.isCallExpression(call) ? call : undefined;
  const reaches = statement ? reachOfSql(statement) : listReaches(call as ts.CallExpression, query, file, depth, judge);
  if (!reaches || reaches.some((reach) => reach.of === 'key')) return unknown('rows of one key');
  const lists = reaches.flatMap((reach) => (reach.of === 'list' ? [reach.size] : []));
  const list = lists.find((size) => size.size !== 'large') ?? lists[0];
  if (list)
    return list.size === 'large'
      ? { ...list, why: `one row for each of ${list.why}` }
      : unknown('as many as asked for');
  return { size: 'large', why: `all rows of ${queryText(call)}, which has no limit`, at: call, isWhole: true };
}

/**
 * Queries whose chain does not tell how much they give: a search gives ten, a query of DynamoDB those of one key, a collection
 * below a document what is that one's; of Supabase and Feathers many a table holds a few settings, Cypher is not read.
 */
function isUntold({ library, call }: QueryCall, methods: readonly string[], file: FileContext): boolean {
  if (library === 'dynamodb') return !/scan/i.test(call.getText(file.source));
  if (library === 'firestore') return methods.includes('doc');
  return /^(?:elasticsearch|neo4j|feathers|supabase)$/.test(library);
}

/** `prisma.user.findMany` → `users`, `db('roles')` → `roles`, `Role.findAll` → `Roles`. */
function tableOf({ library }: QueryCall, first: Invocation): string {
  const path = findMemberPath(calleeOf(first)) ?? [];
  const [given] = argumentsOf(first);
  const named = given && findStringValue(given);
  const name = (library === 'knex' || library === 'kysely' ? named : undefined) ?? path.at(-2) ?? '';
  const thing = name.replace(/(?:Model|Store|Repository|Repo|Service|Dao)$/, '');
  return thing === '' ? '' : pluralOf(thing.replace(/s$/, ''));
}

function listReaches(
  call: ts.CallExpression,
  query: QueryCall,
  file: FileContext,
  depth: number,
  judge: Judge,
): Reach[] | undefined {
  const found: Reach[] = [];
  const take = (reach: Reach | undefined): boolean => (reach ? found.push(reach) > 0 : false);
  for (let at: ts.Expression = call; ts.isCallExpression(at); ) {
    const target = findMethodCall(at);
    if (!target) {
      break;
    }
    const { method, receiver } = target;
    const [one, two, three] = at.arguments;
    const isIn = /^(?:or|and)?[wW]hereIn$/.test(method) || findStringValue(two) === 'in';
    const list = isIn ? (three ?? two) : undefined;
    if (list) {
      if (!take({ of: 'list', size: judge(list, file, depth + 1) })) return undefined;
    } else if (/^(?:andWhere|where|filter|filterWhere|having)$/.test(method)) {
      if (!one) return undefined;
      if (!take(reachOfWhere(at.arguments, file, depth, judge))) return undefined;
    } else if (/^(?:innerJoin|join|whereRaw|whereExists|orWhere\w*|and|or|equals)$/.test(method)) {
      return undefined;
    } else if (/^(?:find\w*|findAll|aggregate|findMany)$/.test(method) && one) {
      const options = skipWrappers(one);
      if (!ts.isObjectLiteralExpression(options)) return undefined;
      if (options.properties.some((p) => ts.isSpreadAssignment(p) || limitName.test(findPropertyName(p.name) ?? '')))
        return undefined;
      const second = two && skipWrappers(two);
      if (second && /\b(?:limit|take|skip|offset)\b/.test(second.getText(file.source))) return undefined;
      const isFilter =
        query.library === 'mongoose' ||
        query.library === 'mongodb' ||
        query.library === 'mikro-orm' ||
        method === 'findBy' ||
        (query.library === 'typeorm' && method === 'find' && isOfColumns(options));
      const where = isFilter ? options : findProperty(options, 'where');
      if (findProperty(options, 'include')?.getText(file.source).includes('where')) return undefined;
      if (where && !take(reachOfFilter(where, file, depth, judge))) return undefined;
    }
    at = receiver;
  }
  return found;
}

const findOption =
  /^(?:where|select|relations|relationLoadStrategy|join|order|cache|comment|loadRelationIds|loadEagerRelations|withDeleted|transaction|lock)$/;

/** `cards.find({ userId })`: before version 0.3 of TypeORM columns may stand where its options do. */
function isOfColumns({ properties }: ts.ObjectLiteralExpression): boolean {
  return (
    properties.length > 0 && properties.every(({ name }) => !findOption.test((name && findPropertyName(name)) ?? ''))
  );
}

/** `where({ active: true })`, `where('teamId', id)`, `where(eq(users.teamId, id))`. */
function reachOfWhere(
  args: readonly ts.Expression[],
  file: FileContext,
  depth: number,
  judge: Judge,
): Reach | undefined {
  const first = skipWrappers(args[0]!);
  if (ts.isObjectLiteralExpression(first)) return reachOfFilter(first, file, depth, judge);
  const column = findStringValue(first)?.split('.').at(-1);
  const value = args.at(-1);
  if (column !== undefined && value && args.length > 1) return reachOfColumn(column, value, file, depth, judge);
  if (!ts.isCallExpression(first) || !ts.isIdentifier(first.expression)) return undefined;
  const [left, right] = first.arguments;
  switch (first.expression.text) {
    case 'and': {
      const parts = first.arguments.map((part) => reachOfWhere([part], file, depth + 1, judge));
      return parts.some((part) => !part) ? undefined : join(parts as Reach[]);
    }
    case 'eq':
    case 'inArray': {
      const path = left && findMemberPath(left)?.at(-1);
      return path && right ? reachOfColumn(path, right, file, depth, judge) : undefined;
    }
    case 'isNull':
    case 'isNotNull':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'ne':
      return { of: 'all' };
    default:
      return undefined;
  }
}

function reachOfFilter(filter: ts.Expression, file: FileContext, depth: number, judge: Judge): Reach | undefined {
  const value = skipWrappers(filter);
  if (!ts.isObjectLiteralExpression(value)) return undefined;
  const parts: Reach[] = [];
  for (const property of value.properties) {
    const name = findPropertyName(property.name);
    if (name === undefined || ts.isSpreadAssignment(property)) return undefined;
    const given = ts.isPropertyAssignment(property)
      ? property.initializer
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : undefined;
    const reach = given && reachOfColumn(name, given, file, depth, judge);
    if (!reach) return undefined;
    parts.push(reach);
  }
  return join(parts);
}

function join(parts: readonly Reach[]): Reach {
  return parts.find((part) => part.of === 'key') ?? parts.find((part) => part.of === 'list') ?? { of: 'all' };
}

function reachOfColumn(
  column: string,
  given: ts.Expression,
  file: FileContext,
  depth: number,
  judge: Judge,
): Reach | undefined {
  const value = skipAwait(given);
  // One key of a table, whatever is asked of it.
  if (ts.isObjectLiteralExpression(value)) {
    const list =
      findProperty(value, 'in') ??
      findProperty(value, '$in') ??
      findProperty(value, 'equals') ??
      findProperty(value, '$eq');
    if (list) return reachOfColumn(column, list, file, depth, judge);
    const names = value.properties.map((p) => p.name?.getText(file.source).replace(/^[['"]+|[\]'"]+$/g, '') ?? '');
    const isRange = names.every((name) =>
      /^(?:\$?(?:gt|gte|lt|lte|not|ne|notIn|nin|exists|mode)|Op\.(?:gt|gte|lt|lte|ne|not|notIn))$/.test(name),
    );
    const listOf = value.properties.find((p) => /Op\.in\b/.test(p.name?.getText(file.source) ?? ''));
    if (listOf && ts.isPropertyAssignment(listOf)) return reachOfColumn(column, listOf.initializer, file, depth, judge);
    return isRange ? { of: 'all' } : undefined;
  }
  if (ts.isCallExpression(value)) {
    const name = value.expression.getText(file.source);
    if (/^In$|\bOp\.in$|^inArray$/.test(name) && value.arguments[0])
      return { of: 'list', size: judge(value.arguments[0], file, depth + 1) };
    if (/^(?:Not|IsNull|MoreThan|LessThan|MoreThanOrEqual|LessThanOrEqual)$/.test(name)) return { of: 'all' };
  }
  const size = judge(value, file, depth + 1);
  if (size.size === 'large') return { of: 'list', size };
  if (/(?:[iI]ds|IDs)$/.test(findMemberPath(value)?.at(-1) ?? '')) return { of: 'list', size };
  const isFixed =
    ts.isLiteralExpression(value) ||
    /^(?:true|false|null|undefined)$/.test(value.getText(file.source)) ||
    /^[A-Z]\w*\.[A-Z]\w*$/.test(value.getText(file.source));
  return isFixed || tenant.test(column) ? { of: 'all' } : { of: 'key' };
}

/** By the text of the statement; undefined where it cannot be read whole. */
function reachOfSql(call: Invocation): Reach[] | undefined {
  const given = ts.isCallExpression(call) ? call.arguments[0] : call.template;
  const first = given && skipWrappers(given);
  const text = first && findStringValue(first);
  if (text === undefined || !/\bfrom\b/i.test(text)) return undefined;
  return /\b(?:where|limit|join|group\s+by|having|fetch\s+first)\b/i.test(text) ||
    /^\s*select\s+(?:count|sum|max|min|avg)\s*\(/i.test(text)
    ? undefined
    : [{ of: 'all' }];
}

/**
 * `dataSource.query('SELECT … LIMIT 50')`: a statement that is handed to an ORM, and that has a limit, makes groups, gives
 * one number or asks for one key, which it is given.
 */
function isLimitedStatement({ library, call }: QueryCall, file: FileContext): boolean {
  if (library === 'sql' || library === 'd1') return false;
  const text = sqlOf(call, file);
  if (text === undefined || !sqlStatement.test(text)) return false;
  if (
    /\b(?:limit|group\s+by|fetch\s+(?:first|next))\b|^\s*select\s+(?:top\b|(?:count|sum|max|min|avg)\s*\()/i.test(text)
  )
    return true;
  const condition = /\bwhere\b([\s\S]*)/i.exec(text)?.[1] ?? '';
  const keys = condition.matchAll(/(\w+)[`"\]]?\s*=\s*(?:\$\d|\?|[:@]\w)/g);
  return [...keys].some(([, column]) => !tenant.test(column!));
}
