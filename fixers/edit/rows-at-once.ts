import { listChain } from '../../src/ast/io/queries.ts';
import { findMethodCall, findProperty, findPropertyName, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** A row asked for by one column: `where: { id: order.userId }`. */
export interface PointQuery {
  column: string;
  value: ts.Expression;
  /** The query for all rows, given the list of values. */
  all(values: string): string;
  /** What makes two equal values equal keys of a Map. */
  keyOf(value: string): string;
  imports?: readonly { module: string; name: string }[];
}

/** A call by its parts, and the column that its condition names. */
interface PointCall {
  receiver: string;
  method: string;
  library: string;
  column: string;
  value: ts.Expression;
  /** What its options say beside the condition: `, include: { … }`, or nothing. */
  more: string;
}

const plain = (value: string): string => value;

/** The one column that a point query asks for, or why it is not one. */
export function findPointQuery(call: ts.CallExpression, library: string, file: FileContext): PointQuery | string {
  const { first, methods } = listChain(call);
  if (first !== call) return 'the query is built in several steps';
  const receiver = findMethodCall(call)!.receiver.getText(file.source);
  const method = methods[0]!;
  if (/OrThrow|OrFail/.test(method)) return 'it throws where a row is missing: decide what a missing row means';
  const byKey = findByKey(call, receiver, method, file);
  if (byKey) return byKey;
  const point = findCondition(call, library, method, file);
  if (typeof point === 'string') return point;
  return (
    writeByColumn({ receiver, method, library, ...point }) ??
    `\`${method}\` has no twin for many rows that is known here`
  );
}

/** `findByPk(id)` and `findById(id)`: the column is the primary key. */
function findByKey(
  call: ts.CallExpression,
  receiver: string,
  method: string,
  file: FileContext,
): PointQuery | string | undefined {
  const [argument, options] = call.arguments;
  if (!argument) return undefined;
  if (method === 'findByPk') {
    const others = options && skipWrappers(options);
    if (others && !ts.isObjectLiteralExpression(others)) return 'its options are not written out';
    const more = others ? listOthers(others, undefined, file) : '';
    return {
      column: 'id',
      value: skipWrappers(argument),
      all: (values) => `${receiver}.findAll({ where: { id: ${values} }${more} })`,
      keyOf: plain,
    };
  }
  if (method !== 'findById' || options) return undefined;
  return {
    column: '_id',
    value: skipWrappers(argument),
    all: (values) => `${receiver}.find({ _id: { $in: ${values} } })`,
    keyOf: (value) => `String(${value})`,
  };
}

/** The column and the value of a condition on one column that tells one row from all others, or why it is not one. */
function findCondition(
  call: ts.CallExpression,
  library: string,
  method: string,
  file: FileContext,
): Pick<PointCall, 'column' | 'value' | 'more'> | string {
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  const where = library === 'typeorm' && method === 'findOneBy' ? argument : findProperty(argument, 'where');
  if (!where || !ts.isObjectLiteralExpression(where) || where.properties.length !== 1)
    return 'it asks for more than one column';
  const property = where.properties[0]!;
  const column = findPropertyName(property.name);
  const value = findGivenValue(property);
  if (!column || !value || ts.isObjectLiteralExpression(value)) return 'its condition is not one value';
  if (column !== 'id' && method !== 'findUnique') return `several rows may have the same \`${column}\``;
  const select = findProperty(argument, 'select') ?? findProperty(argument, 'attributes');
  if (select && !new RegExp(`\\b${column}\\b`).test(select.getText(file.source)))
    return `the selected columns leave \`${column}\` out`;
  const isInOptions = argument !== where && ts.isObjectLiteralExpression(argument!);
  return { column, value, more: isInOptions ? listOthers(argument as ts.ObjectLiteralExpression, 'where', file) : '' };
}

function findGivenValue(property: ts.ObjectLiteralElementLike): ts.Expression | undefined {
  if (ts.isPropertyAssignment(property)) return skipWrappers(property.initializer);
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

/** The properties of options beside one, as they go on after another. */
function listOthers(options: ts.ObjectLiteralExpression, but: string | undefined, file: FileContext): string {
  return options.properties
    .filter((property) => but === undefined || findPropertyName(property.name) !== but)
    .map((property) => `, ${property.getText(file.source)}`)
    .join('');
}

/** How each library asks for the rows of many values; undefined where its method has no twin. */
function writeByColumn({ receiver, method, library, column, value, more }: PointCall): PointQuery | undefined {
  const base = { column, value, keyOf: plain };
  if (library === 'prisma' && /^find(?:Unique|First)$/.test(method))
    return { ...base, all: (values) => `${receiver}.findMany({ where: { ${column}: { in: ${values} } }${more} })` };
  if (library === 'typeorm' && more === '')
    return {
      ...base,
      all: (values) => `${receiver}.findBy({ ${column}: In(${values}) })`,
      imports: [{ module: 'typeorm', name: 'In' }],
    };
  if (library === 'sequelize' && method === 'findOne')
    return { ...base, all: (values) => `${receiver}.findAll({ where: { ${column}: ${values} }${more} })` };
  return undefined;
}
