import type { FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findMemberName, findMethodCall, isAssignment, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Whether a value is a collection that this file asks a database for, whoever hands that in: by a name or a field
 * (`const orders = db.collection('orders')`), or by a function that gives it (`orders().insertOne(order)`).
 */
export function isNamedCollection(expression: ts.Expression, file: FileContext): boolean {
  const value = skipAwait(expression);
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    const declared = binding?.declaration;
    if (!binding || !declared || !ts.isVariableDeclaration(declared)) return false;
    const written = binding.writes.flatMap(({ parent }) => (isAssignment(parent) ? [parent.right] : []));
    return [...(declared.initializer ? [declared.initializer] : []), ...written].some(givesCollection);
  }
  if (ts.isCallExpression(value)) {
    const fn = findFunctionValue(value.expression, file);
    const given = fn ? listReturnedValues(fn, file) : [];
    return given.length > 0 && given.every(givesCollection);
  }
  const name = findMemberName(value);
  const owner = name === undefined ? undefined : findThisOwner(value, file);
  if (!owner || (value as ts.PropertyAccessExpression).expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  return findClassField(owner, name!, file)?.values.some(givesCollection) ?? false;
}

/** `db.collection('orders')`. */
function givesCollection(expression: ts.Expression): boolean {
  const target = findMethodCall(skipAwait(expression));
  return target?.method === 'collection' && target.call.arguments.length > 0;
}
