import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { findAwaited } from '../size/awaited.ts';
import { findMemberName, findMethodCall, isFunctionNode, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isAwaitedOrReturned } from './queries.ts';
import { rowsPart, sourceOf } from './row-lists.ts';

const maxSteps = 4;

/**
 * The function that an iterated list comes from, where a call that is waited for gives it: whether that asks a database
 * for rows is for the linker to say.
 */
export function findGiver(over: ts.Expression, file: FileContext): SymbolRef | undefined {
  let at: ts.Expression | undefined = over;
  for (let steps = 0; at && steps < maxSteps; steps++) {
    const source = sourceOf(at, file, 0);
    if (ts.isCallExpression(source)) return isAwaitedOrReturned(source) ? findCallee(source, file) : undefined;
    at = ts.isIdentifier(source) ? holderOfName(source, file) : holderOfPart(source);
  }
  return undefined;
}

/** `result.items`. */
function holderOfPart(value: ts.Expression): ts.Expression | undefined {
  return rowsPart.test(findMemberName(value) ?? '') ? (value as ts.PropertyAccessExpression).expression : undefined;
}

function holderOfName(name: ts.Identifier, file: FileContext): ts.Expression | undefined {
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration) return undefined;
  if (ts.isBindingElement(declaration)) return holderOfElement(declaration, file);
  const fn = ts.isParameter(declaration) ? declaration.parent : undefined;
  return fn && isFunctionNode(fn)
    ? findAwaited(fn, fn.parameters.indexOf(declaration as ts.ParameterDeclaration))
    : undefined;
}

/** `const [users, count] = await …`, `const { users } = await …`, `const [users, teams] = await Promise.all([…, …])`. */
function holderOfElement(declaration: ts.BindingElement, file: FileContext): ts.Expression | undefined {
  const { parent: pattern } = declaration;
  if (!ts.isVariableDeclaration(pattern.parent) || !pattern.parent.initializer) return undefined;
  const made = skipAwait(pattern.parent.initializer);
  if (!ts.isCallExpression(made)) return undefined;
  if (!ts.isArrayBindingPattern(pattern)) return made;
  const target = findMethodCall(made);
  if (target?.method !== 'all' || target.receiver.getText(file.source) !== 'Promise') return made;
  const list = made.arguments[0] && skipWrappers(made.arguments[0]);
  return list && ts.isArrayLiteralExpression(list) ? list.elements[pattern.elements.indexOf(declaration)] : undefined;
}
