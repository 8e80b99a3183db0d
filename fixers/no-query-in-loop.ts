import type { QueryInLoop } from '../rules/database/no-query-in-loop.ts';
import { findProperty, listChain, type QueryCall } from '../src/ast/io/queries.ts';
import {
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { indentationOf } from './edit/indentation-of.ts';
import { endWithComment } from './edit/insert-after-statement.ts';
import { insertBefore } from './edit/insert-before.ts';
import { isTypeScript } from './edit/keep-value.ts';
import { reindent } from './edit/reindent.ts';
import { replaceNode } from './edit/replace-node.ts';

/** A query that stands in the loop itself. */
type KnownQuery = QueryInLoop & { query: QueryCall };

/** A row asked for by one column: `where: { id: order.userId }`. */
interface PointQuery {
  column: string;
  value: ts.Expression;
  /** The query for all rows, given the list of values. */
  all(values: string): string;
  /** What makes two equal values equal keys of a Map. */
  keyOf(value: string): string;
  imports?: readonly { module: string; name: string }[];
}

export const fixer: Fixer<QueryInLoop> = {
  rule: 'no-query-in-loop',
  safety: 'review',
  changes:
    'asks for all rows in one query before the loop and looks them up in a Map; writes and deletes in one statement',
  fix({ data }, file): Fix | Skip {
    const { query, call, repetition, over } = data;
    const loop = repetition.node;
    if (!query) return { skip: 'another file makes the query: it has to take many keys first' };
    if (call !== query.call) return { skip: 'the query stands in a helper, which has to take many keys first' };
    if (!ts.isForOfStatement(loop))
      return { skip: 'the rows are mapped at once: load them in one query by hand, or through a BatchLoader' };
    const item = loopVariable(loop);
    if (!item || !ts.isBlock(loop.statement)) return { skip: 'the loop takes its elements apart' };
    if (!findMemberPath(over)) return { skip: 'what is iterated has no name to ask for its keys' };
    const awaited = getOutermostWrapped(call).parent;
    if (!ts.isAwaitExpression(awaited)) return { skip: 'the query is not awaited on its own' };
    const holder = getOutermostWrapped(awaited).parent;
    if (ts.isVariableDeclaration(holder)) return fetchBefore({ ...data, query }, holder, loop, item, file);
    const isAlone =
      ts.isExpressionStatement(holder) && loop.statement.statements.length === 1 && holder.parent === loop.statement;
    return isAlone
      ? writeAtOnce({ ...data, query }, loop, item, file)
      : { skip: 'other work is done between the queries' };
  },
};

function loopVariable(loop: ts.ForOfStatement): string | undefined {
  if (!ts.isVariableDeclarationList(loop.initializer)) return undefined;
  const [declaration] = loop.initializer.declarations;
  return declaration && ts.isIdentifier(declaration.name) ? declaration.name.text : undefined;
}

function fetchBefore(
  { query, over }: KnownQuery,
  declaration: ts.VariableDeclaration,
  loop: ts.ForOfStatement,
  item: string,
  file: FileContext,
): Fix | Skip {
  if (!ts.isIdentifier(declaration.name)) return { skip: 'the row is taken apart where it is read' };
  const point = findPoint(query.call, query.library, file);
  if (typeof point === 'string') return { skip: point };
  if (!isOnlyOf(point.value, item, loop, file)) return { skip: 'the key is made in the loop' };
  const rest = query.call.arguments.flatMap((argument) => listOwnNames(argument, loop, file));
  if (rest.some((name) => name !== item)) return { skip: 'the query depends on more than the key' };
  const map = freeName(
    `${declaration.name.text}By${point.column.replace(/^_?(\w)/, (_, letter: string) => letter.toUpperCase())}`,
    file,
  );
  const value = point.value.getText(file.source);
  const all = point.all(`${over.getText(file.source)}.map((${item}) => ${value})`);
  const pair = `[${point.keyOf(`row.${point.column}`)}, row]${isTypeScript(file) ? ' as const' : ''}`;
  return {
    edits: [
      ...insertBefore(loop, `const ${map} = new Map(\n  (await ${all}).map((row) => ${pair}),\n);`, file),
      replaceNode(declaration.initializer!, `${map}.get(${point.keyOf(value)}) ?? null`, file),
    ],
    ...(point.imports && { imports: point.imports }),
    note: 'all rows are read before the first round: a round no longer sees what an earlier one wrote',
  };
}

/** The one column that a point query asks for, or why it is not one. */
function findPoint(call: ts.CallExpression, library: string, file: FileContext): PointQuery | string {
  const { first, methods } = listChain(call);
  if (first !== call) return 'the query is built in several steps';
  const receiver = findMethodCall(call)!.receiver.getText(file.source);
  const method = methods[0]!;
  if (/OrThrow|OrFail/.test(method)) return 'it throws where a row is missing: decide what a missing row means';
  const [argument, options] = call.arguments;
  const plain = (value: string): string => value;
  if (method === 'findByPk' && argument) {
    const others = options && skipWrappers(options);
    if (others && !ts.isObjectLiteralExpression(others)) return 'its options are not written out';
    const more = others ? others.properties.map((p) => `, ${p.getText(file.source)}`).join('') : '';
    return {
      column: 'id',
      value: skipWrappers(argument),
      all: (values) => `${receiver}.findAll({ where: { id: ${values} }${more} })`,
      keyOf: plain,
    };
  }
  if (method === 'findById' && argument && !options) {
    return {
      column: '_id',
      value: skipWrappers(argument),
      all: (values) => `${receiver}.find({ _id: { $in: ${values} } })`,
      keyOf: (value) => `String(${value})`,
    };
  }
  const where =
    library === 'typeorm' && method === 'findOneBy'
      ? argument && skipWrappers(argument)
      : findProperty(argument, 'where');
  if (!where || !ts.isObjectLiteralExpression(where) || where.properties.length !== 1)
    return 'it asks for more than one column';
  const [property] = where.properties;
  const column = findPropertyName(property!.name);
  const value =
    property &&
    (ts.isPropertyAssignment(property)
      ? skipWrappers(property.initializer)
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : undefined);
  if (!column || !value || ts.isObjectLiteralExpression(value)) return 'its condition is not one value';
  if (column !== 'id' && method !== 'findUnique') return `several rows may have the same \`${column}\``;
  const select = findProperty(argument, 'select') ?? findProperty(argument, 'attributes');
  if (select && !new RegExp(`\\b${column}\\b`).test(select.getText(file.source)))
    return `the selected columns leave \`${column}\` out`;
  const more =
    ts.isObjectLiteralExpression(skipWrappers(argument!)) && where !== skipWrappers(argument!)
      ? (skipWrappers(argument!) as ts.ObjectLiteralExpression).properties
          .filter((p) => findPropertyName(p.name) !== 'where')
          .map((p) => `, ${p.getText(file.source)}`)
          .join('')
      : '';
  if (library === 'prisma' && /^find(?:Unique|First)$/.test(method))
    return {
      column,
      value,
      all: (values) => `${receiver}.findMany({ where: { ${column}: { in: ${values} } }${more} })`,
      keyOf: plain,
    };
  if (library === 'typeorm' && more === '')
    return {
      column,
      value,
      all: (values) => `${receiver}.findBy({ ${column}: In(${values}) })`,
      keyOf: plain,
      imports: [{ module: 'typeorm', name: 'In' }],
    };
  if (library === 'sequelize' && method === 'findOne')
    return {
      column,
      value,
      all: (values) => `${receiver}.findAll({ where: { ${column}: ${values} }${more} })`,
      keyOf: plain,
    };
  return `\`${method}\` has no twin for many rows that is known here`;
}

/** Names in a node that a round of the loop declares. */
function listOwnNames(node: ts.Node, loop: ts.Node, file: FileContext): string[] {
  const names: string[] = [];
  const visit = (at: ts.Node): void => {
    const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
    if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, node)) names.push(binding.name);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/** A member of the loop's element, or the element itself. */
function isOnlyOf(value: ts.Expression, item: string, loop: ts.Node, file: FileContext): boolean {
  return findMemberPath(value)?.[0] === item && listOwnNames(value, loop, file).every((name) => name === item);
}

function writeAtOnce(
  { query, over }: KnownQuery,
  loop: ts.ForOfStatement,
  item: string,
  file: FileContext,
): Fix | Skip {
  const { call, library } = query;
  const { first, methods, head } = listChain(call);
  const names = listOwnNames(call, loop, file);
  if (first !== call) return { skip: 'the statement is built in several steps' };
  if (names.some((name) => name !== item)) return { skip: 'the statement depends on more than the element' };
  const receiver = findMethodCall(call)!.receiver.getText(file.source);
  const [method] = methods;
  const [argument, second] = call.arguments;
  const source = over.getText(file.source);
  const whole = (code: string): Fix | Skip => {
    const statement = (loop.statement as ts.Block).statements[0]!;
    const start = loop.getStart(file.source);
    const between = file.text.slice(loop.statement.getStart(file.source), statement.getStart(file.source));
    if (/\/[/*]/.test(between)) return { skip: 'a comment stands in the loop' };
    const behind = endWithComment(statement, file);
    return {
      edits: [
        {
          start,
          end: behind === statement.end ? loop.end : statement.end,
          text: reindent(`await ${code};`, indentationOf(loop, file), file),
        },
        ...(behind === statement.end ? [] : [{ start: behind, end: loop.end, text: '' }]),
      ],
      note: 'one statement: either all rows are written or none, and hooks or errors of single rows are gone',
    };
  };
  const sql = argument && findStringValue(skipWrappers(argument));
  if (
    library === 'sql' &&
    sql !== undefined &&
    second &&
    ts.isArrayLiteralExpression(second) &&
    second.elements.length === 1
  ) {
    if (query.kind !== 'delete' || !/=\s*\$1\b/.test(sql))
      return { skip: 'its statement has no form for many rows that is known here' };
    const text = argument!.getText(file.source).replace(/=\s*\$1\b/, '= ANY($1)');
    return whole(
      `${head.getText(file.source)}.${method}(${text}, [${source}.map((${item}) => ${second.elements[0]!.getText(file.source)})])`,
    );
  }
  if (query.kind === 'insert') {
    const row = library === 'prisma' ? findProperty(argument, 'data') : argument;
    const isPlain = row && !/\b(?:connect|connectOrCreate|create|await)\b/.test(row.getText(file.source));
    if (!isPlain || call.arguments.length > 1) return { skip: 'its rows hold more than plain values' };
    const mapped = `${source}.map((${item}) => (${row.getText(file.source)}))`;
    if (library === 'prisma' && method === 'create') return whole(`${receiver}.createMany({ data: ${mapped} })`);
    if (library === 'sequelize' && method === 'create') return whole(`${receiver}.bulkCreate(${mapped})`);
    if (library === 'mongoose' && method === 'create') return whole(`${receiver}.insertMany(${mapped})`);
    if (library === 'mongodb' && method === 'insertOne') return whole(`${receiver}.insertMany(${mapped})`);
  }
  if (query.kind === 'delete') {
    const where = /^(?:mongoose|mongodb)$/.test(library)
      ? argument && skipWrappers(argument)
      : findProperty(argument, 'where');
    const property =
      where && ts.isObjectLiteralExpression(where) && where.properties.length === 1 ? where.properties[0] : undefined;
    const column = findPropertyName(property?.name);
    const value = property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
    if (!column || !value || !isOnlyOf(value, item, loop, file))
      return { skip: 'its condition is not one value of the element' };
    const values = `${source}.map((${item}) => ${value.getText(file.source)})`;
    if (library === 'prisma' && /^delete(?:Many)?$/.test(method!))
      return whole(`${receiver}.deleteMany({ where: { ${column}: { in: ${values} } } })`);
    if (library === 'sequelize' && method === 'destroy')
      return whole(`${receiver}.destroy({ where: { ${column}: ${values} } })`);
    if (/^(?:mongoose|mongodb)$/.test(library) && /^delete/.test(method!))
      return whole(`${receiver}.deleteMany({ ${column}: { $in: ${values} } })`);
  }
  return { skip: 'its statement has no form for many rows that is known here' };
}
