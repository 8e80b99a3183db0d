import type { FileContext } from '../../model/file-context.ts';
import { findAwaited } from '../size/awaited.ts';
import { findMethodCall, isAssignment, isFunctionNode, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findQuery } from './queries.ts';

const statement = /^_?(?:query|execute)$/;
const page = /^(?:paginate|aggregatePaginate|findAndCountAll?)$/;
/** What the answer of a read calls its rows. */
export const rowsOf = /^(?:rows|docs|items|records|results|data)$/i;
const maxDepth = 4;

/**
 * Whether a value is the rows that a read of the database gives, all or a page of them: of a statement that this file is
 * handed (a helper that all reads go through), of a call that gives pages, of a query of many.
 */
export function isRowsOfRead(value: ts.Expression, file: FileContext, depth = 0): boolean {
  const read = skipAwait(value);
  if (depth > maxDepth) return false;
  const again = (part: ts.Expression | undefined): boolean => part !== undefined && isRowsOfRead(part, file, depth + 1);
  if (ts.isPropertyAccessExpression(read)) return rowsOf.test(read.name.text) && again(read.expression);
  if (ts.isIdentifier(read)) return listValuesGiven(read, file).some(again);
  const target = ts.isCallExpression(read) ? findMethodCall(read) : undefined;
  if (!target) return false;
  if (page.test(target.method) || (target.method === 'toArray' && isOfFind(target.receiver))) return true;
  const [first] = target.call.arguments;
  if (statement.test(target.method)) return first !== undefined && ts.isIdentifier(skipWrappers(first));
  return findQuery(target.call, file)?.kind === 'list';
}

/** `collection.find(filter).sort(order)`: a cursor, whatever the collection is asked for by. */
function isOfFind(cursor: ts.Expression): boolean {
  const target = findMethodCall(skipWrappers(cursor));
  return target !== undefined && (/^(?:find|aggregate)$/.test(target.method) || isOfFind(target.receiver));
}

/** What a name is given: where it is declared, where it is written, by what it is the answer of. */
export function listValuesGiven(name: ts.Identifier, file: FileContext): ts.Expression[] {
  const binding = file.bindingOf(name);
  if (!binding) return [];
  const { declaration, writes } = binding;
  const written = writes.flatMap(({ parent }) => (isAssignment(parent) ? [parent.right] : []));
  if (ts.isParameter(declaration)) {
    const fn = declaration.parent;
    const awaited = isFunctionNode(fn) ? findAwaited(fn, fn.parameters.indexOf(declaration)) : undefined;
    return awaited ? [awaited] : [];
  }
  const isFirstOf =
    ts.isBindingElement(declaration) &&
    ts.isArrayBindingPattern(declaration.parent) &&
    declaration.parent.elements[0] === declaration;
  const holder = isFirstOf ? declaration.parent.parent : declaration;
  const given = ts.isVariableDeclaration(holder) && holder.initializer ? [holder.initializer] : [];
  return [...given, ...written];
}
