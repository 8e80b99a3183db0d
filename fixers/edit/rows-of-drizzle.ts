import type { CalledQuery } from '../../src/ast/io/queries.ts';
import { findMemberPath, findMethodCall, findProperty, findPropertyName, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { type ChainStep, listChainSteps } from './chain-steps.ts';
import { findEquality, writeInArray } from './drizzle-equality.ts';
import { partFor, rewriteParts } from './rewrite-part.ts';
import type { KeyedQuery, Round } from './rows-at-once.ts';
import { addProperty, leavesOut, selectInObject } from './select-column.ts';

/** As `findKeyedQuery`, of Drizzle: of its builder, or of its relational queries. */
export function findDrizzleQuery(query: CalledQuery, round: Round): KeyedQuery | string {
  const steps = listChainSteps(query.call);
  if (steps[0]?.method === 'select') return ofBuilder(query.call, steps, round);
  const isRelational = steps.length === 1 && /^find(?:First|Many)$/.test(steps[0]!.method);
  return isRelational ? ofRelational(steps[0]!, round) : 'its rows are not selected column by column';
}

const drizzleSteps = /^(?:select|from|where|orderBy|limit|(?:inner|left)Join)$/;

/** `db.select().from(lines).where(eq(lines.orderId, order.id))`: always a list. */
function ofBuilder(call: ts.CallExpression, steps: readonly ChainStep[], round: Round): KeyedQuery | string {
  const { file } = round;
  const argumentOf = (method: string) => steps.find((step) => step.method === method)?.call.arguments[0];
  const other = steps.find(({ method }) => !drizzleSteps.test(method));
  if (other) return `\`${other.method}\` holds for each key, and not for all of them`;
  const table = argumentOf('from')?.getText(file.source);
  const where = argumentOf('where');
  const wheres = steps.filter(({ method }) => method === 'where');
  if (table === undefined || !where || wheres.length > 1) return 'its condition is not written out';
  const equality = findEquality(where, round);
  if (typeof equality === 'string') return equality;
  const { column, key } = equality;
  const name = findMemberPath(column)!.at(-1)!;
  if (column.getText(file.source) !== `${table}.${name}`) return 'its key is no column of the table that it reads';
  const limit = findLimit(steps, name);
  if (typeof limit === 'string') return limit;
  const selection = selectInDrizzle(steps, column, name, file);
  if (typeof selection === 'string') return selection;
  return {
    of: argumentOf('from'),
    column: selection.name,
    key,
    isList: true,
    none: ' ?? []',
    all: (keys) => rewriteParts(call, [...limit, ...selection.parts, writeInArray(equality, keys, file)], file),
    isByText: false,
    isAdded: selection.parts.length > 0,
    ...(equality.imports && { imports: equality.imports }),
  };
}

/** `.limit(1)` goes where the key is the primary one: there is one row in any case. */
function findLimit(steps: readonly ChainStep[], column: string): TextEdit[] | string {
  const limit = steps.find(({ method }) => method === 'limit');
  if (!limit) return [];
  const isOfOne = limit.call.arguments[0]?.getText() === '1' && !steps.some(({ method }) => /Join$/.test(method));
  if (!isOfOne) return '`limit` holds for each key, and not for all of them';
  if (column !== 'id') return `several rows may have the same \`${column}\``;
  return [{ start: findMethodCall(limit.call)!.receiver.end, end: limit.call.end, text: '' }];
}

/** What the rows call the column, and what is to be added so that they have it. */
function selectInDrizzle(
  steps: readonly ChainStep[],
  column: ts.Expression,
  name: string,
  file: FileContext,
): { name: string; parts: TextEdit[] } | string {
  const [given] = steps[0]!.call.arguments;
  const select = given && skipWrappers(given);
  if (!select)
    return steps.some(({ method }) => /Join$/.test(method))
      ? 'its rows hold those of several tables'
      : { name, parts: [] };
  if (!ts.isObjectLiteralExpression(select)) return 'its columns are not written out';
  const chosen = select.properties.map((property) => ({
    name: findPropertyName(property.name),
    value: ts.isPropertyAssignment(property) ? property.initializer : undefined,
  }));
  if (chosen.some(({ value }) => !value || !findMemberPath(value))) return 'it selects more than columns';
  const text = column.getText(file.source);
  const known = chosen.find(({ value }) => value!.getText(file.source) === text);
  if (known?.name !== undefined) return { name: known.name, parts: [] };
  if (chosen.some((one) => one.name === name)) return leavesOut(name);
  const parts = addProperty(select, `${name}: ${text}`, file);
  return typeof parts === 'string' ? parts : { name, parts };
}

/** `db.query.users.findFirst({ where: eq(users.id, post.authorId) })`. */
function ofRelational({ call, method, receiver }: ChainStep, round: Round): KeyedQuery | string {
  const { file } = round;
  const [options] = call.arguments;
  const where = findProperty(options, 'where');
  if (!where) return 'its condition is not written out';
  if (findProperty(options, 'limit') || findProperty(options, 'offset'))
    return '`limit` holds for each key, and not for all of them';
  const equality = findEquality(where, round);
  if (typeof equality === 'string') return equality;
  const [table, column] = findMemberPath(equality.column)!.slice(-2) as [string, string];
  if (findMemberPath(receiver)?.at(-1) !== table) return 'its key is no column of the table that it reads';
  const isList = method === 'findMany';
  if (!isList && column !== 'id') return `several rows may have the same \`${column}\``;
  const columns = findProperty(options, 'columns');
  const selection = columns ? selectInObject(columns, column, file) : [];
  if (typeof selection === 'string') return selection;
  const name = (skipWrappers(call.expression) as ts.PropertyAccessExpression).name;
  return {
    of: receiver,
    column,
    key: equality.key,
    isList,
    none: isList ? ' ?? []' : '',
    all: (keys) =>
      rewriteParts(call, [partFor(name, 'findMany', file), ...selection, writeInArray(equality, keys, file)], file),
    isByText: false,
    isAdded: selection.length > 0,
    ...(equality.imports && { imports: equality.imports }),
  };
}
