import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `orders.filter(isPaid)` of `const counted = orders.filter(isPaid)`. */
export function findDerived(name: ts.Identifier, file: FileContext): ts.CallExpression | undefined {
  const declaration = file.bindingOf(name)?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const target = made && findMethodCall(skipWrappers(made));
  return target && /^(?:filter|map|sort|toSorted|reverse|toReversed)$/.test(target.method) ? target.call : undefined;
}
