import type { FileContext } from '../../model/file-context.ts';
import { skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `x` of `const name = x` or `let name = x`, whatever the name is given later. */
export function initializerOf(name: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(name);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made && skipWrappers(made);
}

/** As {@link initializerOf}, of a name that is given nothing else. */
export function onlyValueOf(name: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(name);
  const isOnly = ts.isIdentifier(at) && file.bindingOf(at)?.writes.length === 0;
  return isOnly ? initializerOf(at, file) : undefined;
}
