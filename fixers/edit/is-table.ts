import type { Container } from '../../src/ast/containers/containers.ts';
import { listValuesGiven } from '../../src/ast/io/rows-of-read.ts';
import { calleeName, findMethodCall, getOutermostWrapped, isAssignment, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { getPathFrom } from './path-from.ts';

/** Whether the values of a list are looked up one by one and changed, or looked up by the place of one: it is no log of what was. */
export function isTable({ accesses }: Container, file: FileContext): boolean {
  return accesses.some((access) => {
    const item = findItem(access);
    if (!item) return false;
    const isFound = ts.isElementAccessExpression(item) && isFoundPlace(item.argumentExpression, file);
    return isFound || isChanged(item, file);
  });
}

/** `log[i]`, `log.find(…)`, `find(log, …)`. */
function findItem(access: ts.Expression): ts.Expression | undefined {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) return parent;
  const call = ts.isPropertyAccessExpression(parent) ? parent.parent : parent;
  return ts.isCallExpression(call) && /^(?:at|find|findLast)$/.test(calleeName(call)) ? call : undefined;
}

/** `log.findIndex(…)`, where it stands or by a name. */
function isFoundPlace(index: ts.Expression, file: FileContext): boolean {
  const place = skipWrappers(index);
  const given = ts.isIdentifier(place) ? listValuesGiven(place, file) : [place];
  return given.some((one) => {
    const call = skipWrappers(one);
    return ts.isCallExpression(call) && /^(?:findIndex|findLastIndex|indexOf|lastIndexOf)$/.test(calleeName(call));
  });
}

/** `item.isDone = true`, `item.tries++`, `item.notes.push(note)`, here or by a name that it is given. */
function isChanged(item: ts.Expression, file: FileContext): boolean {
  const at = getPathFrom(item);
  const { parent } = at;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && at === getOutermostWrapped(item))
    return file.bindingOf(parent.name)?.references.some((use) => isChanged(use, file)) ?? false;
  if (ts.isIdentifier(at)) return false;
  if (ts.isCallExpression(parent) && parent.expression === at)
    return /^(?:pop|push|shift|splice|unshift)$/.test(findMethodCall(parent)?.method ?? '');
  const isWritten = (isAssignment(parent) && parent.left === at) || ts.isDeleteExpression(parent);
  return (
    isWritten ||
    ts.isPostfixUnaryExpression(parent) ||
    (ts.isPrefixUnaryExpression(parent) && /^[+-]{2}/.test(parent.getText()))
  );
}
