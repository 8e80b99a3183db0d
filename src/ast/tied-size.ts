import type { FileContext } from '../model/file-context.ts';
import { findAdd, findIterated, isDeclaredIn, listRepetitions } from './loop-facts.ts';
import type { Size } from './size.ts';
import { findEnclosingFunction, findMethodCall, nameOfFunction, skipAwait, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** What stands in a file where {@link findManyGiven} finds something. */
export const givenWords: readonly [string, ...string[]] = [
  'rows',
  'Rows',
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
];

const derived = /^(?:map|filter|flatMap|slice|concat|sort|reverse|entries|values|keys|from)$/;
const rowNames = /^(?:raw|db|all|joined|sql)?_?(?:rows|rawResults|rawRows|records|entities|documents|docs|resultSet)$/i;
const manyAtOnce = /bulk|many(?![a-z])|batch(?:es|ed)?(?![a-z])/i;

/** Whether a list has an entry for each of `over`: filled in a loop over it, made from it, or asked for with it. */
export function isTied(list: ts.Expression, over: ts.Expression, file: FileContext): boolean {
  const home = sourceOf(list);
  const source = sourceOf(over);
  const binding = home && file.bindingOf(home);
  const given = source && file.bindingOf(source);
  if (!binding || !given || binding === given || !ts.isVariableDeclaration(binding.declaration)) return false;
  const speaksOf = (node: ts.Node): boolean =>
    ts.isIdentifier(node)
      ? file.bindingOf(node) === given
      : ts.isFunctionLike(node)
        ? false
        : (ts.forEachChild(node, speaksOf) ?? false);
  const { initializer } = binding.declaration;
  const made = initializer && skipAwait(initializer);
  if (made && ts.isCallExpression(made) && isMadeFrom(made, speaksOf, file)) return true;
  return binding.references.some((reference) => {
    const add = findAdd(reference);
    return (
      add !== undefined &&
      listRepetitions(add).some((repetition) => {
        const each = findIterated(repetition);
        return each !== undefined && !isDeclaredIn(binding, repetition.node) && speaksOf(each);
      })
    );
  });
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
  if (rowNames.test(value.text)) return large('all rows of a result');
  if (fn && manyAtOnce.test(nameOfFunction(fn)) && /s$/i.test(value.text))
    return large('as many as are handled at once');
  return undefined;
}
