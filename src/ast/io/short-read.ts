import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findMethodCall, findProperty, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listValuesGiven, rowsOf } from './rows-of-read.ts';

/** Below some hundred rows it does not matter how they are looked through. */
const fewRows = 100;
const limits = ['limit', 'take', 'first', 'top'] as const;
const limiting = /^(?:limit|take|first|top)$/;
const reading = /^(?:find\w*|paginate|aggregatePaginate|list\w*|search)$/;
const maxDepth = 4;

/**
 * Whether a value is what a read gives that asks for few rows, by a number that is written here: `findAndCountAll({ limit: 5 })`,
 * `find().limit(20).toArray()`, also by the names that it is given, and the rows in it.
 */
export function isShortRead(value: ts.Expression, file: FileContext, depth = 0): boolean {
  const read = skipAwait(value);
  if (depth > maxDepth) return false;
  if (ts.isPropertyAccessExpression(read))
    return rowsOf.test(read.name.text) && isShortRead(read.expression, file, depth + 1);
  if (ts.isIdentifier(read)) {
    const given = listValuesGiven(read, file);
    return given.length > 0 && given.every((part) => isShortRead(part, file, depth + 1));
  }
  return ts.isCallExpression(read) && hasSmallLimit(read, file);
}

/** In the chain of a query: `.limit(20)`, or the options of one of its calls. */
function hasSmallLimit(call: ts.CallExpression, file: FileContext): boolean {
  const target = findMethodCall(call);
  if (!target) return false;
  const [first] = call.arguments;
  const options = reading.test(target.method) ? call.arguments : [];
  const told = limiting.test(target.method)
    ? [first]
    : options.flatMap((option) => limits.map((name) => findProperty(option, name)));
  if (told.some((limit) => limit !== undefined && isFew(limit, file))) return true;
  const before = skipWrappers(target.receiver);
  return ts.isCallExpression(before) && hasSmallLimit(before, file);
}

/** A number, itself or by a name for it: what only stands in for what a client may ask for is none. */
function isFew(limit: ts.Expression, file: FileContext): boolean {
  const count = onlyValueOf(limit, file) ?? skipWrappers(limit);
  return ts.isNumericLiteral(count) && Number(count.text) <= fewRows;
}
