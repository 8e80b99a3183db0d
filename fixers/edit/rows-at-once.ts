import { type CalledQuery, listChain } from '../../src/ast/io/queries.ts';
import { methodsOf } from '../../src/ast/io/query-libraries.ts';
import {
  calleeName,
  findCallOn,
  findMethodCall,
  findProperty,
  findPropertyName,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { partFor, rewriteParts } from './rewrite-part.ts';
import { listRoundNames } from './round-names.ts';
import { leavesOut, selectInObject } from './select-column.ts';

/** A query for what belongs to one key: `where: { id: order.userId }`. */
export interface KeyedQuery {
  /** The model or table that it reads. */
  of: ts.Expression | undefined;
  /** What the rows call the key. */
  column: string;
  key: ts.Expression;
  /** It gives all rows of the key, not one. */
  isList: boolean;
  /** What it gives where there is no row, behind a look-up of a Map: ` ?? null`. */
  none: string;
  /** The query for all rows, given the list of keys; as code for `reindent`. */
  all(keys: string): string;
  /** Whether equal keys may be of several types or objects, so that a Map must know them by their text. */
  isByText: boolean;
  /** The column is read only so that the rows can be told apart. */
  isAdded?: boolean;
  imports?: readonly { module: string; name: string }[];
}

/** What a round declares, and the file. */
export interface Round {
  loop: ts.Node;
  file: FileContext;
}

/** A column of a condition, the key that it is compared to, and how the condition is written for many. */
interface Condition {
  column: string;
  key: ts.Expression;
  /** Whether nothing else is asked for. */
  isAlone: boolean;
  part(keys: string): TextEdit;
}

/** A method that gives one row or the rows of a key: where its condition stands, and its twin for many keys. */
interface Twin {
  all: string;
  where: 'option' | 'argument' | 'primary key';
  isList?: true;
}

/** How a library asks for the rows of many keys. */
interface Library {
  among(keys: string): string;
  methods: Record<string, Twin>;
  isByText: boolean;
  primaryKey: string;
  imports?: KeyedQuery['imports'];
}

const libraries: Record<string, Library> = {
  prisma: {
    among: (keys) => `{ in: ${keys} }`,
    methods: {
      findUnique: { all: 'findMany', where: 'option' },
      findFirst: { all: 'findMany', where: 'option' },
      findMany: { all: 'findMany', where: 'option', isList: true },
    },
    isByText: false,
    primaryKey: 'id',
  },
  typeorm: {
    among: (keys) => `In(${keys})`,
    methods: {
      findOne: { all: 'find', where: 'option' },
      findOneBy: { all: 'findBy', where: 'argument' },
      find: { all: 'find', where: 'option', isList: true },
      findBy: { all: 'findBy', where: 'argument', isList: true },
    },
    isByText: false,
    primaryKey: 'id',
    imports: [{ module: 'typeorm', name: 'In' }],
  },
  sequelize: {
    among: (keys) => keys,
    methods: {
      findByPk: { all: 'findAll', where: 'primary key' },
      findOne: { all: 'findAll', where: 'option' },
      findAll: { all: 'findAll', where: 'option', isList: true },
    },
    isByText: true,
    primaryKey: 'id',
  },
  mongoose: {
    among: (keys) => `{ $in: ${keys} }`,
    methods: {
      findById: { all: 'find', where: 'primary key' },
      findOne: { all: 'find', where: 'argument' },
      find: { all: 'find', where: 'argument', isList: true },
    },
    isByText: true,
    primaryKey: '_id',
  },
};

/** What those do by hand whose library has no form for many keys that is known here. */
const byHand: Record<string, string> = {
  sql: 'its statement is written out: ask with `= ANY($1)` or `IN (…)` ahead of the rounds',
  supabase:
    'supabase gives a limited number of rows, which one query for all may pass: ask with `.in()` and read by pages',
};

/** What of a query holds for one key, and could not for many: pages, groups. */
const ofOneKey = /^(?:take|skip|cursor|distinct|limit|offset|group|having)$/;

/** The key that a query asks for, and how to ask for many; or why it cannot be done. */
export function findKeyedQuery(query: CalledQuery, round: Round): KeyedQuery | string {
  const { call, library } = query;
  const { first, methods, head } = listChain(call);
  const method = methods.at(-1)!;
  const known = libraries[library];
  const twin = known?.methods[method];
  if (/OrThrow|OrFail/.test(method)) return 'it throws where a row is missing: decide what a missing row means';
  if (!known) return byHand[library] ?? 'how its library is asked for many keys is not known here';
  if (!twin) return `\`${method}\` has no twin for many rows that is known here`;
  if (query.when && asksOwnMethod(head, library, round.file))
    return 'whether it asks a model or a class of the project is not told here';
  const step = methods.slice(0, -1).find((name) => !isPlainStep(name, library, twin));
  if (step !== undefined) return `what \`${step}\` does for each is not known here`;
  const condition = findCondition(first, twin, known, round);
  if (typeof condition === 'string') return condition;
  const { column, key } = condition;
  if (!/^[A-Za-z_]\w*$/.test(column)) return `the rows have no plain name for \`${column}\``;
  const isUnique = column === known.primaryKey || (method === 'findUnique' && condition.isAlone);
  if (!twin.isList && !isUnique) return `several rows may have the same \`${column}\``;
  const doubt = twin.isList ? whyNotGrouped(column, key, library) : undefined;
  if (doubt !== undefined) return doubt;
  const selection = selectColumn(call, first, column, library, round.file);
  if (typeof selection === 'string') return selection;
  const { receiver, call: asked } = findMethodCall(first)!;
  const { name } = asked.expression as ts.PropertyAccessExpression;
  return {
    of: receiver,
    column,
    key,
    isList: twin.isList === true,
    none: twin.isList ? ' ?? []' : ' ?? null',
    all: (keys) =>
      rewriteParts(call, [partFor(name, twin.all, round.file), condition.part(keys), ...selection], round.file),
    isByText: known.isByText,
    isAdded: selection.length > 0,
    ...(known.imports && { imports: known.imports }),
  };
}

/** Why the rows of a key may not be those whose column is equal to it. */
function whyNotGrouped(column: string, key: ts.Expression, library: string): string | undefined {
  if (library === 'typeorm' && !/id$/i.test(column))
    return `whether \`${column}\` is a column or a relation is not told here`;
  if (library !== 'mongoose') return undefined;
  // `find({ members: id })` holds for each document whose list has the id.
  if (/s$/.test(column) && !/(?:ss|us|is)$/.test(column)) return `a document may hold several \`${column}\``;
  const text = key.getText();
  const isId = /id!?$/i.test(text) || ts.isCallExpression(skipWrappers(key));
  return isId ? undefined : `whether \`${text}\` is an id or a document is not told here`;
}

/** `Owners.shared()`: a name that is asked for more than models have is a class of the project, whose `findById` is its own. */
function asksOwnMethod(head: ts.Expression, library: string, file: FileContext): boolean {
  const known = library === 'mongoose' || library === 'sequelize' ? methodsOf[library] : undefined;
  const uses = ts.isIdentifier(head) ? (file.bindingOf(head)?.references ?? []) : [];
  return uses.some((use) => {
    const call = findCallOn(use);
    return call !== undefined && known !== undefined && !known.test(calleeName(call));
  });
}

/** Steps behind the first that do for many rows what they do for one. */
function isPlainStep(name: string, library: string, twin: Twin): boolean {
  return library === 'mongoose' && (/^(?:lean|exec|populate|select)$/.test(name) || (name === 'sort' && !!twin.isList));
}

/** The condition that names the element, or why there is not one. */
function findCondition(call: ts.CallExpression, twin: Twin, library: Library, round: Round): Condition | string {
  const [first, second] = call.arguments;
  if (!first) return 'it asks for nothing';
  const argument = skipWrappers(first);
  if (twin.where === 'primary key') return ofPrimaryKey(argument, second, twin, library, round);
  const where = twin.where === 'argument' ? argument : findProperty(argument, 'where');
  if (!where || !ts.isObjectLiteralExpression(where)) return 'its condition is not written out';
  const limit = twin.where === 'option' ? findOption(argument, ofOneKey) : undefined;
  if (limit !== undefined) return `\`${limit}\` holds for each key, and not for all of them`;
  const [property, ...others] = where.properties.filter((p) => listRoundNames(p, round.loop, round.file).length > 0);
  if (!property || others.length > 0) return 'it asks for more than one column';
  return ofProperty(property, where, library, round.file);
}

function findOption(options: ts.Expression, names: RegExp): string | undefined {
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  return options.properties.map((p) => findPropertyName(p.name) ?? '').find((name) => names.test(name));
}

function ofProperty(
  property: ts.ObjectLiteralElementLike,
  where: ts.ObjectLiteralExpression,
  library: Library,
  file: FileContext,
): Condition | string {
  const column = findPropertyName(property.name);
  const isShort = ts.isShorthandPropertyAssignment(property);
  const key = isShort ? property.name : ts.isPropertyAssignment(property) ? property.initializer : undefined;
  if (column === undefined || !key || ts.isObjectLiteralExpression(skipWrappers(key)))
    return 'its condition is not one value';
  const written = isShort ? `${column}: ` : '';
  return {
    column,
    key,
    isAlone: where.properties.length === 1,
    part: (keys) => partFor(key, `${written}${library.among(keys)}`, file),
  };
}

/** `findByPk(id)` and `findById(id)`. */
function ofPrimaryKey(
  key: ts.Expression,
  options: ts.Expression | undefined,
  twin: Twin,
  { among, primaryKey }: Library,
  { file }: Round,
): Condition | string {
  const write = (keys: string): string => `{ ${primaryKey}: ${among(keys)} }`;
  const condition = { column: primaryKey, key, isAlone: true };
  if (twin.all === 'find') return { ...condition, part: (keys) => partFor(key, write(keys), file) };
  if (!options) return { ...condition, part: (keys) => partFor(key, `{ where: ${write(keys)} }`, file) };
  const [first] = ts.isObjectLiteralExpression(options) ? options.properties : [];
  if (!first) return 'its options are not written out';
  const start = key.getStart(file.source);
  const end = first.getStart(file.source);
  return { ...condition, part: (keys) => ({ start, end, text: `{ where: ${write(keys)}, ` }) };
}

/** What it takes that the rows have the column by which they are told apart; or why they cannot have it. */
function selectColumn(
  call: ts.CallExpression,
  first: ts.CallExpression,
  column: string,
  library: string,
  file: FileContext,
): TextEdit[] | string {
  if (library === 'mongoose') return holdsField(call, first, column) ? [] : leavesOut(column);
  const options = first.arguments.find((argument) => ts.isObjectLiteralExpression(skipWrappers(argument)));
  const omitted = findProperty(options, 'omit') ?? findProperty(findProperty(options, 'attributes'), 'exclude');
  if (omitted && mentions(omitted, column)) return leavesOut(column);
  const select = findProperty(options, 'select') ?? findProperty(options, 'attributes');
  if (!select || (library === 'sequelize' && ts.isObjectLiteralExpression(select))) return [];
  if (library === 'prisma') return selectInObject(select, column, file);
  if (/\b(?:fn|literal)\(/.test(select.getText(file.source))) return 'it counts or sums for each';
  return mentions(select, column) ? [] : leavesOut(column);
}

function mentions(node: ts.Node, column: string): boolean {
  return new RegExp(`(?<![\\w.])${column}(?![\\w])`).test(node.getText());
}

/** The projections of mongoose: `find(filter, 'name orderId')`, `.select({ name: 1 })`; what is populated is no key any more. */
function holdsField(call: ts.CallExpression, first: ts.CallExpression, column: string): boolean {
  const shown = first.arguments.slice(1, 2);
  for (let at = findMethodCall(call); at && at.call !== first; at = findMethodCall(at.receiver)) {
    if (at.method === 'select') shown.push(...at.call.arguments);
    if (at.method === 'populate' && mentions(at.call, column)) return false;
  }
  return shown.every((projection) => {
    const text = projection.getText();
    const isExclusion = new RegExp(`-${column}\\b|\\b${column}['"]?:\\s*(?:0|false)`).test(text);
    return !isExclusion && (column === '_id' || mentions(projection, column));
  });
}
