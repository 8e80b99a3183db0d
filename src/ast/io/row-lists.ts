import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { sizeOf, soundsLarge } from '../size/size.ts';
import {
  argumentsOf,
  findEnclosingClass,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findProperty,
  getOutermostWrapped,
  type Invocation,
  isFunctionNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findQuery, listChain } from './queries.ts';
import { givesMany } from './read-call.ts';

/**
 * What a file tells of the rows that a list stands for. `shown`: the rows of a query, the keys a data loader is asked
 * for, what a request carries; `keys`: a list of ids by its name, which one query could take; `named`: called after what
 * data brings; `part`: what hangs on one row; `nothing`: all else.
 */
export type RowList = 'shown' | 'keys' | 'named' | 'part' | 'nothing';

const keysName = /(?:[a-z](?:Ids|IDs|Uuids|UUIDs)|_ids|^(?:ids|uuids))$/;

/** Judges an iterated list by where its items come from, then by its name. */
export function rowListOf(over: ts.Expression, file: FileContext): RowList {
  const size = sizeOf(over, file);
  if (size === 'large') return 'shown';
  const page = findPaged(over, file);
  if (size === 'small' && !page) return 'nothing';
  const source = sourceOf(page ?? over, file, 0);
  if (isGrouped(source, file)) return 'nothing';
  if (isRowQuery(source, file) || isLoaderKeys(source, file)) return 'shown';
  if ([over, source].some((list) => keysName.test(nameOf(list) ?? ''))) return 'keys';
  if (isPart(source)) return isPageOfAnswer(source, file) ? 'nothing' : 'part';
  // `const open = orders.filter(…)`
  return soundsLarge(over, file) || (ts.isIdentifier(source) && soundsLarge(source, file)) ? 'named' : 'nothing';
}

const sameRows =
  /^(?:filter|map|sort|reverse|toSorted|toReversed|flat|flatMap|concat|entries|keys|values|from|toArray|exec|lean|all)$/;

/** Where the items come from: through names, `map` and the like, and the `rows` of a result. */
export function sourceOf(expression: ts.Expression, file: FileContext, depth: number): ts.Expression {
  const value = skipAwait(expression);
  if (depth > 6) return value;
  const target = findMethodCall(value);
  if (target && sameRows.test(target.method) && !findQuery(value, file)) {
    const isStatic = /^(?:Object|Array|Promise)$/.test(target.receiver.getText(file.source));
    const next = isStatic ? target.call.arguments[0] : target.receiver;
    return next ? sourceOf(next, file, depth + 1) : value;
  }
  const whole = wholeOf(value);
  if (whole) return sourceOf(whole, file, depth + 1);
  const result = resultAround(value, file);
  if (result) {
    const source = sourceOf(result.of, file, depth + 1);
    return result.name === 'rows' || findQuery(source, file)?.kind === 'list' ? source : value;
  }
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? sourceOf(declaration.initializer, file, depth + 1)
    : value;
}

/** What a list is the rows of, and by which name: `result.rows`, `const { data: orders } = …`, `const [orders] = …`. */
function resultAround(value: ts.Expression, file: FileContext): { of: ts.Expression; name: string } | undefined {
  const member = findMemberName(value);
  if (member !== undefined)
    return rowsPart.test(member) ? { of: (value as ts.PropertyAccessExpression).expression, name: member } : undefined;
  // `(await db.query(…))[0]`
  if (ts.isElementAccessExpression(value)) {
    const isFirst = value.argumentExpression.getText() === '0' && ts.isAwaitExpression(skipWrappers(value.expression));
    return isFirst ? { of: value.expression, name: '0' } : undefined;
  }
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !ts.isBindingElement(declaration)) return undefined;
  const { parent } = declaration;
  const name = ts.isArrayBindingPattern(parent)
    ? String(parent.elements.indexOf(declaration))
    : (declaration.propertyName ?? declaration.name).getText(file.source);
  const holder = parent.parent;
  return (name === '0' || rowsPart.test(name)) && ts.isVariableDeclaration(holder) && holder.initializer
    ? { of: holder.initializer, name }
    : undefined;
}

/** The `list` of `[...list]`, `new Set(list)`, `list ?? []` and `_.uniq(list)`. */
function wholeOf(value: ts.Expression): ts.Expression | undefined {
  if (ts.isArrayLiteralExpression(value)) {
    const [only, ...others] = value.elements;
    return only && others.length === 0 && ts.isSpreadElement(only) ? only.expression : undefined;
  }
  if (ts.isNewExpression(value)) return value.expression.getText() === 'Set' ? value.arguments?.[0] : undefined;
  if (ts.isBinaryExpression(value))
    return /^(?:\|\||\?\?)$/.test(value.operatorToken.getText()) ? value.left : undefined;
  const called = ts.isCallExpression(value) ? value.expression.getText() : '';
  return /^(?:_\.|lodash\.)?(?:uniq|uniqBy|compact|sortBy|orderBy)$/.test(called)
    ? (value as ts.CallExpression).arguments[0]
    : undefined;
}

const few = 20;

/** `SELECT MAX(height) … GROUP BY type`: one row a group, of which nobody says that there are many. */
function isGrouped(source: ts.Expression, file: FileContext): boolean {
  const query = findQuery(source, file);
  return query?.library === 'sql' && /\bgroup\s+by\b/i.test(query.call.getText(file.source));
}

/** `rows` of `rows.slice(0, pageSize)`: a page is as long as one is shown, and no constant of the program. */
function findPaged(over: ts.Expression, file: FileContext): ts.Expression | undefined {
  const value = skipAwait(over);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const made =
    declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
      ? skipAwait(declaration.initializer)
      : value;
  const target = findMethodCall(made);
  const end = target?.method === 'slice' ? target.call.arguments[1] : undefined;
  return end && /(?:page|limit|size|take|count)\w*$/i.test(findMemberPath(end)?.at(-1) ?? '') && !findNumber(end, file)
    ? target!.receiver
    : undefined;
}

const counts = /^(?:aggregate|count)$/;
const groups = /^(?:aggregate|distinct|groupBy|count)$/;

/**
 * A query that may give many rows: not one with a limit written out as a few, nor one of groups, of which nobody says
 * that there are many, unless those are what is asked for.
 */
export function isRowQuery(source: ts.Expression, file: FileContext, isGroupFine = false): boolean {
  const query = findQuery(source, file);
  if (query?.kind !== 'list' && !(query?.library === 'sql' && query.kind !== 'insert')) return false;
  // `LIMIT $2` says where the limit stands, not what it is.
  const limit = /\b(?:limit|take|LIMIT)\b[^\w$]{0,3}(\d+)/.exec(query.call.getText(file.source))?.[1];
  const named = limit === undefined ? findNamedLimit(query.call, file) : Number(limit);
  if (named !== undefined && named <= few) return false;
  return !listChain(query.call).methods.some((name) => (isGroupFine ? counts : groups).test(name));
}

/** Whether a list holds all rows of a table: no condition of the query that gives it leaves any out. */
export function holdsAllRows(over: ts.Expression, file: FileContext): boolean {
  const source = sourceOf(over, file, 0);
  if (!isRowQuery(source, file)) return false;
  const query = findQuery(source, file)!;
  const isFiltered = /where|\$?match|having|join|limit|take/i.test(query.call.getText(file.source));
  const condition = /^mongo/.test(query.library) ? argumentsOf(query.call)[0] : undefined;
  const given = condition && skipWrappers(condition);
  return !isFiltered && (!given || (ts.isObjectLiteralExpression(given) && given.properties.length === 0));
}

/** `take: batchSize`, `.limit(batchSize)`, where this file says how much that is. */
function findNamedLimit(call: Invocation, file: FileContext): number | undefined {
  for (let at: ts.Expression = call; ts.isCallExpression(at); ) {
    const [first] = at.arguments;
    const target = findMethodCall(at);
    const limit = findProperty(first, 'take') ?? findProperty(first, 'limit');
    if (limit) return findNumber(limit, file);
    if (!target) return undefined;
    if (first && /^(?:limit|take)$/.test(target.method)) return findNumber(first, file);
    at = target.receiver;
  }
  return undefined;
}

/** Whether a list is what a data loader is asked for: it is there to ask for all of it at once. */
export function isAskedOfLoader(over: ts.Expression, file: FileContext): boolean {
  return isLoaderKeys(sourceOf(over, file, 0), file);
}

/** The parameter of the function that a `new DataLoader(…)`, or a class that extends one, is made with. */
function isLoaderKeys(source: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(source) ? file.bindingOf(source)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return false;
  const maker = getOutermostWrapped(declaration.parent).parent;
  if (declaration.parent.parameters[0] !== declaration) return false;
  if (
    !ts.isNewExpression(maker) &&
    !(ts.isCallExpression(maker) && maker.expression.kind === ts.SyntaxKind.SuperKeyword)
  )
    return false;
  const made = ts.isNewExpression(maker)
    ? maker.expression
    : findEnclosingClass(maker)?.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
        ?.expression;
  if (!made) return false;
  const origin = findOrigin(made, file);
  return (
    (origin !== undefined && bareModule(origin.module) === 'dataloader') ||
    /(?:^|\.)DataLoader$/.test(made.getText(file.source))
  );
}

function nameOf(expression: ts.Expression): string | undefined {
  const value = skipWrappers(expression);
  return ts.isIdentifier(value) ? value.text : findMemberName(value);
}

/** What a result that also says how many there are calls its rows. */
export const rowsPart =
  /^(?:rows|data|items|results?|resources|records|recordset|docs|documents|list|nodes|hits|content)$/i;

/** `found.items` of `const found = await orders.search(filter)`: a page of what was asked for, and no part of one row. */
export function isPageOfAnswer(value: ts.Expression, file: FileContext): boolean {
  const holder = ts.isPropertyAccessExpression(value) && rowsPart.test(value.name.text) ? value.expression : undefined;
  return holder !== undefined && isAnswerOfMany(holder, file);
}

const streaming = /stream|cursor|iterat|paginat|scan|subscribe|watch/i;

/** Whether a value is what a call that was waited for gave, and gives several by its name: no stream, which is read later. */
export function isAnswerOfMany(value: ts.Expression, file: FileContext): boolean {
  const name = skipWrappers(value);
  const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  const { declaration } = binding ?? {};
  const made =
    declaration && ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name)
      ? declaration.initializer && skipWrappers(declaration.initializer)
      : name;
  if (!made || !ts.isAwaitExpression(made)) return false;
  const call = skipWrappers(made.expression);
  return ts.isCallExpression(call) && givesMany(call) && !streaming.test(call.expression.getText(file.source));
}

/** `order.items`, `Object.entries(tier.prices)`: but not a field of the object itself. */
function isPart(source: ts.Expression): boolean {
  const path = findMemberPath(source);
  return path !== undefined && path.length > 1 && path[0] !== 'this';
}
