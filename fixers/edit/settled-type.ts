import { findEnclosingFunction, getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isTypeScriptFile } from './keep-value.ts';

/**
 * What `new Promise(…)` has to be told to give once `.finally(…)` stands behind it, because it took that from its place:
 * `''` where it took nothing from there, undefined where the place does not tell.
 */
export function findSettledType(promise: ts.NewExpression, file: FileContext): string | undefined {
  const executor = promise.arguments?.[0];
  const isTold =
    executor && (ts.isArrowFunction(executor) || ts.isFunctionExpression(executor)) && executor.parameters[0]?.type;
  if (!isTypeScriptFile(file) || promise.typeArguments || isTold || !isTypedByPlace(promise)) return '';
  const outer = getOutermostWrapped(promise);
  const isAwaited = ts.isAwaitExpression(outer.parent);
  const value = isAwaited ? getOutermostWrapped(outer.parent) : outer;
  const { parent } = value;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    if (!parent.type) return '';
    return isAwaited ? parent.type.getText(file.source) : partOfPromise(parent.type, file);
  }
  const isGiven = ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === value);
  const fn = isGiven ? findEnclosingFunction(promise) : undefined;
  return fn && (fn.type ? partOfPromise(fn.type, file) : isTypedByItself(fn) ? '' : undefined);
}

/** A statement of its own, a chain and an assertion tell nothing. */
function isTypedByPlace({ parent }: ts.NewExpression): boolean {
  if (ts.isAwaitExpression(parent)) return !ts.isExpressionStatement(parent.parent);
  return !(ts.isExpressionStatement(parent) || ts.isPropertyAccessExpression(parent) || ts.isAsExpression(parent));
}

/** `T` of `Promise<T>`. */
function partOfPromise(type: ts.TypeNode, file: FileContext): string | undefined {
  const isPromise = ts.isTypeReferenceNode(type) && type.typeName.getText(file.source) === 'Promise';
  return isPromise ? type.typeArguments?.[0]?.getText(file.source) : undefined;
}

/** Whether what it gives is not asked for by the place that the function stands in. */
function isTypedByItself(fn: ts.Node): boolean {
  if (ts.isFunctionDeclaration(fn)) return true;
  if (ts.isMethodDeclaration(fn)) return ts.isClassLike(fn.parent);
  const { parent } = getOutermostWrapped(fn);
  return ts.isVariableDeclaration(parent) && !parent.type;
}
