import type { FileContext } from '../../model/file-context.ts';
import { isAskedOfLoader } from '../io/row-lists.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listUsedBindings } from './loop-facts.ts';
import { isTied } from './tied-size.ts';

/** `rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))`: a search of all for each comparison. */
export interface SortLookup {
  call: ts.CallExpression;
  list: ts.Expression;
  /** What is sorted. */
  over: ts.Expression;
  /** Why the list is as long as what is sorted. */
  why: string;
}

const maxCalls = 6;

/**
 * A search by value in what compares the items of a sort, or in a function of this file that does so for it, of a list that
 * has an entry for each of what is sorted: a copy of it, what it was asked for with, what was made from it.
 */
export function findSortLookup(call: ts.CallExpression, file: FileContext): SortLookup | undefined {
  const target = findMethodCall(call);
  const fn = findEnclosingFunction(call);
  if (!target || !/^(?:indexOf|lastIndexOf|findIndex)$/.test(target.method) || !fn) return undefined;
  const list = skipWrappers(target.receiver);
  const sorted = findSorted(fn);
  if (sorted) return judge(call, list, sorted, fn, file);
  const place = ts.isIdentifier(list)
    ? fn.parameters.findIndex(({ name }) => ts.isIdentifier(name) && name.text === list.text)
    : -1;
  if (place < 0) return undefined;
  for (const use of listCallsOf(fn, file).slice(0, maxCalls)) {
    const comparing = findEnclosingFunction(use);
    const over = comparing && findSorted(comparing);
    const given = use.arguments[place] && skipWrappers(use.arguments[place]);
    const found = over && given && judge(call, given, over, fn, file);
    if (found) return found;
  }
  return undefined;
}

/** `rows` of `rows.sort((a, b) => …)`, for the function that compares. */
function findSorted(fn: ts.Node): ts.Expression | undefined {
  const outer = getOutermostWrapped(fn);
  const target = findMethodCall(outer.parent);
  const isCompare =
    target !== undefined && /^(?:sort|toSorted)$/.test(target.method) && target.call.arguments[0] === outer;
  return isCompare ? skipWrappers(target.receiver) : undefined;
}

function judge(
  call: ts.CallExpression,
  list: ts.Expression,
  over: ts.Expression,
  compare: ts.Node,
  file: FileContext,
): SortLookup | undefined {
  const [value] = call.arguments;
  const isOfPair = value && listUsedBindings(value, file).some((name) => isWithin(name.identifier, compare));
  if (!isOfPair || list === over || isSecondSearch(call, compare, file)) return undefined;
  const why = isCopyOf(list, over, file)
    ? 'a copy of what is sorted'
    : isAskedOfLoader(list, file)
      ? 'all keys that a data loader gathers'
      : isTied(list, over, file) || isTied(over, list, file)
        ? 'one for each of what is sorted'
        : undefined;
  return why === undefined ? undefined : { call, list, over, why };
}

/** `all.indexOf(a) - all.indexOf(b)`: one search of the same list stands before it in what compares. */
function isSecondSearch(call: ts.CallExpression, compare: ts.Node, file: FileContext): boolean {
  const searched = call.expression.getText(file.source);
  return file
    .nodes('CallExpression')
    .some(
      (other) => other.pos < call.pos && isWithin(other, compare) && other.expression.getText(file.source) === searched,
    );
}

/** `const before = this.changes.slice()`, `[...rows]`, `rows.map((row) => row.id)`: declared with all of it. */
function isCopyOf(list: ts.Expression, over: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(list) ? file.bindingOf(list)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
  const value = made && skipWrappers(made);
  if (!value || isFunctionNode(value)) return false;
  const target = findMethodCall(value);
  const whole =
    target &&
    /^(?:slice|concat|map)$/.test(target.method) &&
    (target.method === 'map' || target.call.arguments.length === 0)
      ? target.receiver
      : target?.method === 'from'
        ? target.call.arguments[0]
        : ts.isArrayLiteralExpression(value) && value.elements.length === 1 && ts.isSpreadElement(value.elements[0]!)
          ? value.elements[0].expression
          : undefined;
  return whole !== undefined && skipWrappers(whole).getText(file.source) === over.getText(file.source);
}
