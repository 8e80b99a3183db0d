import type { FileContext } from '../../model/file-context.ts';
import { isAskedOfLoader } from '../io/row-lists.ts';
import { initializerOf } from '../names/initializer.ts';
import { findEnclosingFunction, findMethodCall, nameOfFunction, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryAdd, findIterated, isDeclaredIn, listRepetitions } from './loop-facts.ts';
import type { Size } from './size.ts';

/** What stands in a file where {@link findManyGiven} finds something. */
export const givenWords: readonly [string, ...string[]] = [
  'rows',
  'Rows',
  'results',
  'Results',
  'rawResults',
  'records',
  'Records',
  'entities',
  'Entities',
  'documents',
  'Documents',
  'docs',
  'Docs',
  'resultSet',
  'bulk',
  'Bulk',
  'Many',
  'batch',
  'Batch',
  'DataLoader',
  'dataloader',
];

const derived = /^(?:map|filter|flatMap|slice|concat|sort|reverse|entries|values|keys|from)$/;
const rowNames =
  /^(?:raw|db|all|joined|sql)?_?(?:rows|results|rawResults|rawRows|records|entities|documents|docs|resultSet)$/i;
const manyAtOnce = /[bB]ulk|[mM]any(?![a-z])|[bB]atch(?:es|ed)?(?![a-z])/;

/** Whether a list has an entry for each of `over`: filled in a loop over it, made from it, or asked for with it. */
export function isTied(list: ts.Expression, over: ts.Expression, file: FileContext): boolean {
  const home = sourceOf(list);
  const source = sourceOf(over);
  const binding = home && file.bindingOf(home);
  const given = source && file.bindingOf(source);
  if (!binding || !given || binding === given) return false;
  const speaksOf = (node: ts.Node): boolean =>
    ts.isIdentifier(node)
      ? file.bindingOf(node) === given
      : ts.isFunctionLike(node)
        ? false
        : (ts.forEachChild(node, speaksOf) ?? false);
  const declared = binding.declaration;
  const holder = ts.isBindingElement(declared) ? declared.parent.parent : declared;
  if (!ts.isVariableDeclaration(holder)) return false;
  const { initializer } = holder;
  if (initializer && isReadOf(initializer, speaksOf, file)) return true;
  if (holder !== declared) return false;
  const made = initializer && skipAwait(initializer);
  if (made && ts.isCallExpression(made) && isMadeFrom(made, speaksOf, file)) return true;
  return binding.references.some((reference) => {
    const add = findEntryAdd(reference);
    return (
      add !== undefined &&
      listRepetitions(add).some((repetition) => {
        const each = findIterated(repetition);
        return each !== undefined && !isDeclaredIn(binding, repetition.node) && speaksOf(each);
      })
    );
  });
}

/** `await users.findByIds(ids)`, `await query(sql, [orders.map((order) => order.userId)])`: read by the keys of all. */
function isReadOf(value: ts.Expression, speaksOf: (node: ts.Node) => boolean, file: FileContext): boolean {
  const awaited = skipWrappers(value);
  const call = ts.isAwaitExpression(awaited) ? skipWrappers(awaited.expression) : undefined;
  const target = call && findMethodCall(call);
  if (!call || !ts.isCallExpression(call) || target?.receiver.getText(file.source) === 'Promise') return false;
  const names = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (!ts.isIdentifier(node)) return ts.forEachChild(node, names) ?? false;
    if (speaksOf(node)) return true;
    // `const ids = orders.map((order) => order.userId)`
    const made = initializerOf(node, file);
    return !!made && !hasWait(made) && speaksOf(made);
  };
  return names(call);
}

function hasWait(node: ts.Node): boolean {
  return ts.isAwaitExpression(node) || (ts.forEachChild(node, hasWait) ?? false);
}

/** Whether `over` is the different keys of the list's own items: `new Set(rows.map((row) => row.roomId))` of `rows`. */
export function isOwnKeys(over: ts.Expression, list: ts.Expression, file: FileContext): boolean {
  const own = ts.isIdentifier(list) ? file.bindingOf(list) : undefined;
  if (!own) return false;
  // A copy of all, or without doubles, through any number of names, `Array.from`, `new Set`, `uniq` and spreads.
  for (let at = skipWrappers(over), hops = 0; hops < maxCopies; hops++) {
    const target = findMethodCall(at);
    if (target?.method === 'map' && ts.isIdentifier(target.receiver)) return file.bindingOf(target.receiver) === own;
    const spread = ts.isArrayLiteralExpression(at) && at.elements.length === 1 ? at.elements[0] : undefined;
    const next = spread && ts.isSpreadElement(spread) ? spread.expression : (initializerOf(at, file) ?? innerOf(at));
    if (!next) return false;
    at = skipWrappers(next);
  }
  return false;
}

const maxCopies = 6;

function innerOf(made: ts.Expression): ts.Expression | undefined {
  if (!ts.isNewExpression(made) && !ts.isCallExpression(made)) return undefined;
  const called = made.expression.getText();
  if (/^(?:Set|Array\.from|(?:_|lodash|R)?\.?(?:uniq|unique|uniqueElements))$/.test(called)) return made.arguments?.[0];
  const target = findMethodCall(made);
  return target && /^(?:filter|sort|values|toSorted)$/.test(target.method) ? target.receiver : undefined;
}

/** `over.map(…)`, or `driver.updateMany(…, over.map(…))`: one for each that is handed over. */
function isMadeFrom(call: ts.CallExpression, speaksOf: (node: ts.Node) => boolean, file: FileContext): boolean {
  const target = findMethodCall(call);
  if (target && derived.test(target.method)) return speaksOf(target.receiver);
  return manyAtOnce.test(call.expression.getText(file.source)) && call.arguments.some(speaksOf);
}

/** What a list is a part of or derived from: `rows` of `rows.filter(…).map(…)`. */
function sourceOf(expression: ts.Expression): ts.Identifier | undefined {
  let root = skipWrappers(expression);
  for (;;) {
    if (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
    else if (ts.isCallExpression(root)) {
      const target = findMethodCall(root);
      if (!target || !derived.test(target.method)) return undefined;
      root = skipWrappers(target.receiver);
    } else return ts.isIdentifier(root) ? root : undefined;
  }
}

/**
 * Why a parameter is handed many: it is called after the rows of a result, or the function is there to do many at once
 * (`bulkInsert(items)`). Enough where one list alone decides; undefined else.
 */
export function findManyGiven(list: ts.Expression, file: FileContext): Size | undefined {
  const value = skipWrappers(list);
  if (!ts.isIdentifier(value)) return undefined;
  const declaration = file.bindingOf(value)?.declaration;
  if (!declaration || !ts.isParameter(declaration) || declaration.dotDotDotToken) return undefined;
  const fn = findEnclosingFunction(declaration.name);
  const large = (why: string): Size => ({ size: 'large', why, at: declaration, isGiven: true });
  if (isAskedOfLoader(value, file)) return large('all keys that a data loader gathers');
  if (rowNames.test(value.text)) return large('all rows of a result');
  if (fn && manyAtOnce.test(nameOfFunction(fn)) && /s$/i.test(value.text))
    return large('as many as are handled at once');
  return undefined;
}
