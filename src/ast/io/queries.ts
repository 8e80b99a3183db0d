import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  type Invocation,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findHeldQuery } from './held-queries.ts';
import { findGivenModelUse, findHeldModelUse, findModelName, findModelUse, type ModelUse } from './model-queries.ts';
import { isNamedCollection } from './named-collection.ts';
import { importsAny, methodsOf, type QueryLibrary, queryLibraries, queryMethod } from './query-libraries.ts';
import { findServiceQuery, hasServices } from './service-queries.ts';
import { kindOfSql, sqlOf, sqlStatement } from './sql-text.ts';

/** `point` reads fetch by key, `list` reads may return many rows. */
export type QueryKind = 'point' | 'list' | 'insert' | 'update' | 'upsert' | 'delete' | 'unknown';

export interface QueryCall {
  /** What is awaited: the last call of a chain, or a statement as a tagged template. */
  call: Invocation;
  library: QueryLibrary['library'];
  kind: QueryKind;
  /** `prisma.user.findMany`, for the message. */
  text: string;
  /** What other files must state when this one does not prove the library. */
  when?: LinkCondition;
}

/** One by a call, which takes arguments. */
export type CalledQuery = QueryCall & { call: ts.CallExpression };

/** Whether a call runs a database query, known by where the receiver comes from or by a shape nothing else has. */
export function findQuery(node: ts.Node, file: FileContext): QueryCall | undefined {
  if (ts.isCallExpression(node)) return file.memo(judge, node);
  return ts.isTaggedTemplateExpression(node) ? file.memo(judgeTemplate, node) : undefined;
}

function judge(call: ts.CallExpression, file: FileContext): QueryCall | undefined {
  const target = findMethodCall(call);
  if (!target) {
    if (isWholeTable(call, file)) return query(call, 'knex', 'list', file);
    return isSqlHelper(call, file) ? query(call, 'sql', kindOfSql(call, file), file) : undefined;
  }
  if (asksArray(call, target.method)) return undefined;
  const service = hasServices(file) ? findServiceQuery({ ...listChain(call), call }, file) : undefined;
  if (service) return query(call, service.library, service.kind, file);
  if (!queryMethod.test(target.method)) return undefined;
  const found = fromOrigin(call, target.method, file) ?? fromShape(call, target.receiver, target.method, file);
  if (found) return found;
  const held = findHeldQuery({ ...listChain(call), call }, file);
  return held && query(call, held.library, kindOf(held.verb, call, file), file);
}

/** `await query('SELECT …', [id])`: a helper of the project that is handed the statement. */
function isSqlHelper(call: ts.CallExpression, file: FileContext): boolean {
  const name = ts.isIdentifier(call.expression) ? call.expression.text : '';
  return sqlHelper.test(name) && isAwaitedOrReturned(call) && sqlStatement.test(sqlOf(call, file) ?? '');
}

const sqlHelper =
  /^(?:(?:run|exec|execute|do|db|sql|pool|pg|mysql)?(?:[qQ]uery|Sql|SQL)|execute|sql|select)(?:Async|One|All|Db|DB|Rows)?$/;

/** Whose tag asks: `postgres(url)`, `neon(url)`, `sql` of Vercel and of Bun, `client.sql`, `request.query` of mssql. */
const tagModules = /^(?:postgres|@neondatabase\/serverless|@vercel\/postgres|bun|mssql)$/;

/** A statement as a template is asked when it is waited for; the tags of query builders only write it down. */
function judgeTemplate(template: ts.TaggedTemplateExpression, file: FileContext): QueryCall | undefined {
  if (!isAwaitedOrReturned(template)) return undefined;
  const { tag } = template;
  if (/^\$(?:query|execute)Raw$/.test(findMemberPath(tag)?.at(-1) ?? ''))
    return query(template, 'prisma', kindOfSql(template, file), file);
  if (!sqlStatement.test(sqlOf(template, file) ?? '')) return undefined;
  const module = bareModule(findOrigin(tag, file)?.module ?? '');
  const found = query(template, 'sql', kindOfSql(template, file), file);
  if (tagModules.test(module)) return found;
  const isOfProject = module === '' || /^[.@~#/]/.test(module);
  return isOfProject && ts.isAwaitExpression(getOutermostWrapped(template).parent)
    ? { ...found, when: importsAny('postgres', '@neondatabase/serverless', '@vercel/postgres', 'bun', 'mssql') }
    : undefined;
}

/** `await db('orders')`, of knex. */
function isWholeTable(call: ts.CallExpression, file: FileContext): boolean {
  const [table] = call.arguments;
  if (!ts.isIdentifier(call.expression) || call.arguments.length !== 1) return false;
  if (!ts.isAwaitExpression(getOutermostWrapped(call).parent) || findStringValue(table!) === undefined) return false;
  return findOrigin(call.expression, file)?.module === 'knex';
}

/** `rows.find((row) => row.id === id)`: the rows are there; a callback of a query takes an error first. */
function asksArray({ arguments: given }: ts.CallExpression, method: string): boolean {
  const test = given[0] && skipWrappers(given[0]);
  if (!test || !isFunctionNode(test) || !/^(?:find(?:Index|Last|LastIndex)?|sort)$/.test(method)) return false;
  const first = test.parameters[0]?.name;
  return first !== undefined && !(ts.isIdentifier(first) && /^_?(?:e|er|err|error)$/.test(first.text));
}

function fromOrigin(call: ts.CallExpression, method: string, file: FileContext): QueryCall | undefined {
  const origin = findOrigin(call.expression, file);
  if (!origin || origin.module === '' || origin.module === '.' || origin.module.startsWith('.')) return undefined;
  const module = bareModule(origin.module);
  const path = originName(origin).replaceAll('.()', '').replaceAll('()', '').replace(/^\./, '');
  for (const { library, modules, path: wanted } of queryLibraries) {
    if (!modules.test(module) || !wanted.test(path)) continue;
    if (library === 'knex') {
      // A chain that begins with a table: knex('users').where(…).
      if (!/\(\)\.\(\)|^Knex(?:\.\w+)?\.new\.\(\)|(?:from|table|into|raw|select|insert)\.\(\)/.test(originName(origin)))
        continue;
      return query(call, library, kindOfChain(call, method), file);
    }
    if (library === 'drizzle') return query(call, library, kindOfChain(call, method), file);
    if (library === 'kysely') return query(call, library, kindOfChain(call, method), file);
    if (library === 'sql') return query(call, library, kindOfStatement(call, method, file), file);
    const verb = verbOfChain(call, methodsOf[library as keyof typeof methodsOf]);
    if (verb === undefined && !/Raw/.test(method)) continue;
    return query(call, library, verb === undefined ? kindOfSql(call, file) : kindOf(verb, call, file), file);
  }
  return undefined;
}

interface Chain<First> {
  methods: string[];
  head: ts.Expression;
  first: First;
}

/** `Model.findOne().lean().exec()`: the call of the chain that says what is done. */
function verbOfChain(call: ts.CallExpression, methods: RegExp): string | undefined {
  let at: ts.Expression = call;
  for (let depth = 0; depth < 10 && ts.isCallExpression(at); depth++) {
    const target = findMethodCall(at);
    if (!target) return undefined;
    if (methods.test(target.method)) return target.method;
    at = target.receiver;
  }
  return undefined;
}

/** The names of the methods of a chain, last first, the expression that it begins with, and the first call of it. */
export function listChain(call: ts.CallExpression): Chain<ts.CallExpression>;
export function listChain(call: Invocation): Chain<Invocation>;
export function listChain(call: Invocation): Chain<Invocation> {
  const methods: string[] = [];
  let first = call;
  let at: ts.Expression = call;
  while (ts.isCallExpression(at)) {
    const target = findMethodCall(at);
    if (!target) break;
    first = at;
    methods.push(target.method);
    at = target.receiver;
  }
  return { methods, head: at, first };
}

function query(call: Invocation, library: QueryCall['library'], kind: QueryKind, file: FileContext): QueryCall {
  return { call, library, kind, text: textOf(call, file) };
}

function textOf(call: Invocation, file: FileContext): string {
  if (ts.isTaggedTemplateExpression(call)) return call.tag.getText(file.source).replace(/\s+/g, '');
  const { head, methods } = listChain(call);
  const text = `${head.getText(file.source)}.${[...methods].reverse().join('().')}`.replace(/\s+/g, '');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function kindOf(method: string, call: ts.CallExpression, file: FileContext): QueryKind {
  if (
    /^(?:findUnique|findByPk|findById(?!s)|findOne|findFirst|findOrBuild|exists?\b|getOne|getRawOne|getExists|getSingleResult|getCount|count|estimatedDocumentCount|refresh|preload|(?:sum|min|max|average|minimum|maximum)$)/.test(
      method,
    ) &&
    !/And(?:Update|Delete|Replace|Count)/.test(method)
  )
    return 'point';
  if (/^(?:upsert|findOrCreate|findCreateFind|findOneAnd|findByIdAnd|save|persistAndFlush|flush)/.test(method))
    return 'upsert';
  if (/^(?:find|aggregate|groupBy|toArray|distinct|get)/.test(method)) return 'list';
  if (/^(?:create|insert|bulkCreate|nativeInsert)/.test(method)) return 'insert';
  if (/^(?:delete|destroy|remove|soft|nativeDelete|truncate|clear)/.test(method)) return 'delete';
  if (/^(?:update|increment|decrement|replaceOne|nativeUpdate|restore|recover)/.test(method)) return 'update';
  if (/^(?:query|execute|executeMany|batch)$/.test(method)) return kindOfSql(call, file);
  return 'unknown';
}

function kindOfChain(call: ts.CallExpression, method: string): QueryKind {
  const { methods } = listChain(call);
  const has = (pattern: RegExp): boolean => methods.some((name) => pattern.test(name));
  if (has(/^(?:delete|del|deleteFrom)$/)) return 'delete';
  if (has(/^(?:onConflict\w*|upsert)$/)) return 'upsert';
  if (has(/^(?:insert|insertInto)$/)) return 'insert';
  if (has(/^(?:update|updateTable|increment|decrement)$/)) return 'update';
  if (isOneByKey(call)) return 'point';
  if (/^(?:first|executeTakeFirst|executeTakeFirstOrThrow|findFirst|single|maybeSingle)$/.test(method)) return 'point';
  return 'list';
}

/** `.where(eq(users.id, id)).limit(1)`: one row, and not the first of an order. */
export function isOneByKey(call: Invocation): boolean {
  return /\.limit\(\s*1\s*\)/.test(call.getText()) && !/\.(?:orderBy|orderByRaw|sort|order)\(/.test(call.getText());
}

/** Whether the promise of a call is awaited or handed back, by way of `then` and the like too. */
export function isAwaitedOrReturned(call: Invocation): boolean {
  let at = getOutermostWrapped(call);
  while (
    ts.isPropertyAccessExpression(at.parent) &&
    ts.isCallExpression(at.parent.parent) &&
    /^(?:then|catch|finally)$/.test(at.parent.name.text)
  )
    at = getOutermostWrapped(at.parent.parent);
  const { parent } = at;
  // `await Promise.all([call(), …])`
  const all = ts.isArrayLiteralExpression(parent) ? findMethodCall(getOutermostWrapped(parent).parent) : undefined;
  if (all && /^all(?:Settled)?$/.test(all.method) && all.receiver.getText() === 'Promise')
    return isAwaitedOrReturned(all.call);
  return (
    ts.isAwaitExpression(parent) || ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === at)
  );
}

/** Whether a call is a step of a chain that goes on. */
export function isInsideChain(call: Invocation): boolean {
  const { parent } = call;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== call || !ts.isCallExpression(parent.parent))
    return false;
  return !/^(?:then|catch|finally|map|filter|forEach|reduce|find|some|every)$/.test(parent.name.text);
}

/**
 * Whether calls made at once cost little more than one: Prisma gathers the `findUnique` and `findUniqueOrThrow` calls of one
 * tick into one query; services are asked over connections that many share, and bill each row in any case.
 */
export function isGatheredLookup({ library, text }: QueryCall): boolean {
  return (
    (library === 'prisma' && /\.findUnique(?:OrThrow)?$/.test(text)) ||
    /^(?:dynamodb|firestore|elasticsearch|datastore|cosmos)$/.test(library)
  );
}

const builders = /^(?:knex|drizzle|kysely|supabase|objection|waterline)$/;

/** Builders run when they are awaited; the others as soon as they are called. */
export function isRun(call: Invocation, query: QueryCall): boolean {
  return !builders.test(query.library) || isAwaitedOrReturned(call);
}

/** What is handed a statement asks it, whatever library has the method: pg, mysql2, pg-promise, slonik, knex. */
const sqlMethod =
  /^(?:query|queryAsync|execute|raw|any|anyFirst|many|manyFirst|manyOrNone|maybeOne|maybeOneFirst|one|oneFirst|oneOrNone|none)$/;

/** `oneOrNone('SELECT …')` gives one row. */
function kindOfStatement(call: ts.CallExpression, method: string, file: FileContext): QueryKind {
  const kind = kindOfSql(call, file);
  return kind === 'list' && /^(?:one|maybeOne)/.test(method) ? 'point' : kind;
}

/** Receivers that another file makes: told by method and arguments that only one library has. */
function fromShape(
  call: ts.CallExpression,
  receiver: ts.Expression,
  method: string,
  file: FileContext,
): QueryCall | undefined {
  const { methods, head, first } = listChain(call);
  const verb = methods.at(-1) ?? method;
  // A database inside of the process answers at once, and is not waited for.
  if (sqlMethod.test(method) && isAwaitedOrReturned(call) && sqlStatement.test(sqlOf(call, file) ?? ''))
    return query(call, 'sql', kindOfStatement(call, method, file), file);
  // Kysely and drizzle: builders whose first and last steps say it all.
  if (
    /^execute(?:TakeFirst(?:OrThrow)?)?$/.test(method) &&
    methods.some((name) => /^(?:selectFrom|insertInto|updateTable|deleteFrom)$/.test(name))
  )
    return query(call, 'kysely', kindOfChain(call, method), file);
  if (methods.length > 1 && isDrizzleChain(methods)) return query(call, 'drizzle', kindOfChain(call, method), file);
  if (methodsOf.mongodb.test(method) && (methods.includes('collection') || isNamedCollection(head, file)))
    return query(call, 'mongodb', kindOf(verbOfChain(call, methodsOf.mongodb) ?? method, call, file), file);
  const model = findModelName(head);
  if (model) {
    const use = findModelUse(first, verb, model, file);
    if (use || ts.isIdentifier(head)) return ofModel(call, verb, use, file);
  }
  const given = findGivenModelUse(first, verb, skipWrappers(head)) ?? findHeldModelUse(first, verb, head, file);
  if (given) return ofModel(call, verb, given, file);
  if (isKnexChain(head, methods))
    return {
      ...query(call, 'knex', kindOfChain(call, method), file),
      ...(!file.package.dependencies.has('knex') && { when: importsAny('knex') }),
    };
  const table = findSupabaseTable(methods, first);
  if (table)
    return {
      ...query(call, 'supabase', kindOfChain(call, method), file),
      ...(!table.isNamed && { when: importsAny('@supabase/supabase-js') }),
    };
  const path = findMemberPath(receiver);
  if (path && isDrizzleTable(path, method))
    return {
      ...query(call, 'drizzle', method === 'findFirst' ? 'point' : 'list', file),
      ...(!file.package.dependencies.has('drizzle-orm') && { when: importsAny('drizzle-orm') }),
    };
  if (path && path.length >= 2 && methodsOf.prisma.test(method) && isPrismaShape(path, method, call)) {
    const when = importsAny('@prisma/client');
    return {
      ...query(call, 'prisma', kindOf(method, call, file), file),
      ...(/prisma/i.test(path.join('.')) || /^findUnique|OrThrow$/.test(method) ? {} : { when }),
    };
  }
  return undefined;
}

function ofModel(
  call: ts.CallExpression,
  verb: string,
  use: ModelUse | undefined,
  file: FileContext,
): QueryCall | undefined {
  return use && { ...query(call, use.library, kindOf(verb, call, file), file), when: use.when };
}

const knexName = /^(?:\w*[kK]nex|db|database|trx|trns|tx|conn|connection)$/;
const knexStep =
  /^(?:select|distinct|where\w*|andWhere\w*|first|insert|update|del|delete|increment|decrement|pluck|count|(?:left|inner|right)?[jJ]oin|orderBy|limit|returning)$/;

/** `knex('users').where({ id })`, `this.db('users').first()`, of a connection that another file makes. */
function isKnexChain(head: ts.Expression, methods: readonly string[]): boolean {
  const made = skipWrappers(head);
  if (ts.isCallExpression(made))
    return (
      made.arguments.length === 1 &&
      ts.isIdentifier(made.expression) &&
      knexName.test(made.expression.text) &&
      knexStep.test(methods.at(-1) ?? '')
    );
  const isStep = knexStep.test(methods.at(-2) ?? '');
  // `db.table('users').where({ id })`
  if (ts.isIdentifier(made)) return isStep && knexName.test(made.text) && methods.at(-1) === 'table';
  return isStep && made.kind === ts.SyntaxKind.ThisKeyword && knexName.test(methods.at(-1) ?? '');
}

function isDrizzleChain(methods: readonly string[]): boolean {
  const first = methods.at(-1)!;
  const second = methods.at(-2)!;
  return (
    (/^select(?:Distinct)?$/.test(first) && second === 'from') ||
    (first === 'insert' && second === 'values') ||
    (first === 'update' && second === 'set' && methods.includes('where'))
  );
}

/** `supabase.from('users').select('id').eq('team', id)`: the table comes first, then what is done with it. */
function findSupabaseTable(methods: readonly string[], first: ts.CallExpression): { isNamed: boolean } | undefined {
  const isTable = methods.at(-1) === 'from' && /^(?:select|insert|update|upsert|delete)$/.test(methods.at(-2) ?? '');
  const holder = isTable ? findMemberPath(first.expression)?.at(-2) : undefined;
  return holder === undefined ? undefined : { isNamed: /supabase/i.test(holder) };
}

/** `db.query.users.findFirst({ where })`: the relational queries of drizzle. */
function isDrizzleTable(path: readonly string[], method: string): boolean {
  return path.length > 2 && path.at(-2) === 'query' && (method === 'findFirst' || method === 'findMany');
}

/** `prisma.user.findMany({ where })`: the receiver is a member of a client, the argument an object of Prisma's. */
function isPrismaShape(path: readonly string[], method: string, call: ts.CallExpression): boolean {
  const client = path.at(-2)!;
  if (!/^(?:prisma\w*|\w*[pP]risma(?:Client|Service)?|tx|trx|db|database|transaction)$/.test(client)) return false;
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  const isNamed = /prisma/i.test(client);
  if (!argument) return isNamed && /^(?:findMany|count|findFirst|deleteMany)$/.test(method);
  if (!ts.isObjectLiteralExpression(argument)) return isNamed;
  const names = new Set(argument.properties.map((property) => findPropertyName(property.name)));
  if (/^create/.test(method)) return names.has('data');
  if (/^update/.test(method)) return names.has('where') && names.has('data');
  if (method === 'upsert') return names.has('create') && names.has('update');
  if (/^delete|^findUnique/.test(method)) return names.has('where');
  return (
    isNamed ||
    (names.has('where') &&
      [...names].every(
        (name) =>
          name !== undefined && /^(?:where|select|include|orderBy|take|skip|cursor|distinct|by|omit|_\w+)$/.test(name),
      ))
  );
}
