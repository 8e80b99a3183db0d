import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listRepetitions } from './loop-facts.ts';

/** All keys of an object are listed to drop the first ones: `delete all[Object.keys(all)[0]]`. */
export interface FirstKey {
  at: ts.Node;
  table: ts.Expression;
}

/**
 * `Object.keys(table)[0]`, or a `for…in` that leaves off after the first, to drop an entry of an object that is kept and
 * gets one for each key: the keys are listed whole for the one that goes.
 */
export function findFirstKey(at: ts.CallExpression | ts.ForInStatement, file: FileContext): FirstKey | undefined {
  const table = ts.isForInStatement(at) ? skipWrappers(at.expression) : findListed(at);
  const fn = findEnclosingFunction(at);
  if (!table || !fn?.body || (ts.isForInStatement(at) && !leavesEarly(at.statement))) return undefined;
  const isOwn = (place: ts.Expression): boolean =>
    skipWrappers(place).getText(file.source) === table.getText(file.source);
  // All of it is dropped: the keys are listed once.
  if (!ts.isForInStatement(at) && listRepetitions(at).length > 0) return undefined;
  const isFirst = (key: ts.Expression): boolean => isWithin(at, key) || isNamedBy(key, at, file);
  return dropsOne(fn.body, isOwn, isFirst) && isFilledElsewhere(table, file) ? { at, table } : undefined;
}

/** `table` of `Object.keys(table)[0]` and `Object.keys(table).shift()`. */
function findListed(call: ts.CallExpression): ts.Expression | undefined {
  const target = findMethodCall(call);
  if (target?.method !== 'keys' || target.receiver.getText() !== 'Object' || !call.arguments[0]) return undefined;
  const { parent } = getOutermostWrapped(call);
  const isFirst = ts.isElementAccessExpression(parent) && parent.argumentExpression.getText() === '0';
  return isFirst || findMethodCall(parent.parent)?.method === 'shift' ? skipWrappers(call.arguments[0]) : undefined;
}

/** A `break` that is not of a loop or a `switch` inside. */
function leavesEarly(body: ts.Node): boolean {
  const visit = (at: ts.Node): boolean => {
    if (isFunctionNode(at) || ts.isIterationStatement(at, false) || ts.isSwitchStatement(at)) return false;
    return ts.isBreakStatement(at) || ts.isReturnStatement(at) || (ts.forEachChild(at, visit) ?? false);
  };
  return visit(body);
}

/** Whether a key is the variable that holds the first: `const [oldest] = Object.keys(all)`, `for (const oldest in all)`. */
function isNamedBy(key: ts.Expression, at: ts.CallExpression | ts.ForInStatement, file: FileContext): boolean {
  const value = skipWrappers(key);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration !== undefined && (isWithin(at, declaration) || isWithin(declaration, at));
}

function dropsOne(
  body: ts.Node,
  isOwn: (place: ts.Expression) => boolean,
  isFirst: (key: ts.Expression) => boolean,
): boolean {
  const visit = (at: ts.Node): boolean => {
    if (ts.isDeleteExpression(at)) {
      const place = skipWrappers(at.expression);
      if (ts.isElementAccessExpression(place) && isOwn(place.expression) && isFirst(place.argumentExpression))
        return true;
    }
    return isFunctionNode(at) ? false : (ts.forEachChild(at, visit) ?? false);
  };
  return visit(body);
}

/** `table[key] = value` in a function that is called again and again: a field, or a variable around that function. */
function isFilledElsewhere(table: ts.Expression, file: FileContext): boolean {
  const owner = ts.isIdentifier(table) ? undefined : findThisOwner(table, file);
  const field = ts.isPropertyAccessExpression(table) ? table.name.text : undefined;
  const binding = ts.isIdentifier(table) ? file.bindingOf(table) : undefined;
  const accesses: readonly ts.Node[] = binding
    ? binding.references
    : owner && field !== undefined
      ? (classShape(owner, file).fields.get(field)?.accesses ?? [])
      : [];
  return accesses.some((access) => {
    const place = getOutermostWrapped(access).parent;
    const isKeyed = ts.isElementAccessExpression(place) && !ts.isStringLiteralLike(place.argumentExpression);
    const { parent } = isKeyed ? getOutermostWrapped(place) : { parent: undefined };
    const fn = findEnclosingFunction(access);
    const isSet =
      parent !== undefined &&
      ts.isBinaryExpression(parent) &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      isWithin(access, parent.left);
    return isSet && fn !== undefined && (!binding || !isWithin(binding.identifier, fn));
  });
}
