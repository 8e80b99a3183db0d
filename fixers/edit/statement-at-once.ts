import { type CalledQuery, listChain } from '../../src/ast/io/queries.ts';
import {
  findMethodCall,
  findProperty,
  findPropertyName,
  findStringValue,
  listBoundNames,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip } from '../../src/model/fixer.ts';
import { type Rounds, writeKeys } from './find-rounds.ts';
import { findTextOfItem, listRoundNames } from './round-names.ts';

const noForm: Skip = { skip: 'its statement has no form for many rows that is known here' };
const documents = /^(?:mongoose|mongodb)$/;

/** The one statement that writes or deletes what a loop does row by row, without its `await`; or why there is none. */
export function writeStatementAtOnce(query: CalledQuery, rounds: Rounds, file: FileContext): string | Skip {
  const { call, library } = query;
  if (listChain(call).first !== call) return { skip: 'the statement is built in several steps' };
  const ofItem = new Set(listBoundNames(rounds.item));
  if (listRoundNames(call, rounds.node, file).some((name) => !ofItem.has(name)))
    return { skip: 'the statement depends on more than the element' };
  const [text, values] = call.arguments;
  const sql = text && findStringValue(skipWrappers(text));
  const isOfOne = values !== undefined && ts.isArrayLiteralExpression(values) && values.elements.length === 1;
  if (library === 'sql' && sql !== undefined && isOfOne)
    return deleteBySql(query, sql, values.elements[0]!, rounds, file);
  if (query.kind === 'insert') return insertAll(query, rounds, file);
  return query.kind === 'delete' ? deleteAll(query, rounds, file) : noForm;
}

function deleteBySql(
  query: CalledQuery,
  sql: string,
  value: ts.Expression,
  rounds: Rounds,
  file: FileContext,
): string | Skip {
  if (query.kind !== 'delete' || !/=\s*\$1\b/.test(sql)) return noForm;
  const { methods, head } = listChain(query.call);
  const text = query.call.arguments[0]!.getText(file.source).replace(/=\s*\$1\b/, '= ANY($1)');
  return `${head.getText(file.source)}.${methods[0]}(${text}, [${writeKeys(rounds, value.getText(file.source), false, file)}])`;
}

const insertMethods: Record<string, { one: string; all: (rows: string) => string }> = {
  prisma: { one: 'create', all: (rows) => `createMany({ data: ${rows} })` },
  sequelize: { one: 'create', all: (rows) => `bulkCreate(${rows})` },
  mongoose: { one: 'create', all: (rows) => `insertMany(${rows})` },
  mongodb: { one: 'insertOne', all: (rows) => `insertMany(${rows})` },
};

function insertAll({ call, library }: CalledQuery, rounds: Rounds, file: FileContext): string | Skip {
  const [argument] = call.arguments;
  const row = library === 'prisma' ? findProperty(argument, 'data') : argument;
  const isPlain = row && !/\b(?:connect|connectOrCreate|create|await)\b/.test(row.getText(file.source));
  if (!isPlain || call.arguments.length > 1) return { skip: 'its rows hold more than plain values' };
  const { receiver, method } = findMethodCall(call)!;
  const twin = insertMethods[library];
  if (twin?.one !== method) return noForm;
  return `${receiver.getText(file.source)}.${twin.all(writeRows(rounds, row, file))}`;
}

function writeRows(rounds: Rounds, row: ts.Expression, file: FileContext): string {
  const text = row.getText(file.source);
  return writeKeys(rounds, ts.isObjectLiteralExpression(row) ? `(${text})` : text, false, file);
}

function deleteAll({ call, library }: CalledQuery, rounds: Rounds, file: FileContext): string | Skip {
  const [argument] = call.arguments;
  const where = documents.test(library) ? argument && skipWrappers(argument) : findProperty(argument, 'where');
  const property =
    where && ts.isObjectLiteralExpression(where) && where.properties.length === 1 ? where.properties[0] : undefined;
  const column = findPropertyName(property?.name);
  const value = property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  if (!column || !value || findTextOfItem(value, rounds.item, file) === undefined)
    return { skip: 'its condition is not one value of the element' };
  const { receiver, method } = findMethodCall(call)!;
  const from = receiver.getText(file.source);
  const values = writeKeys(rounds, value.getText(file.source), false, file);
  if (library === 'prisma' && /^delete(?:Many)?$/.test(method))
    return `${from}.deleteMany({ where: { ${column}: { in: ${values} } } })`;
  if (library === 'sequelize' && method === 'destroy') return `${from}.destroy({ where: { ${column}: ${values} } })`;
  if (documents.test(library) && /^delete/.test(method)) return `${from}.deleteMany({ ${column}: { $in: ${values} } })`;
  return noForm;
}
