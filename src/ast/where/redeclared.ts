import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Whether a place stands in a function that nothing ever runs, for a later declaration of the same name in the same scope has
 * taken its place before the first line of the scope.
 */
export function isRedeclared(node: ts.Node, file: FileContext): boolean {
  const redeclared = file.memo(listRedeclared, file.source);
  if (redeclared.size === 0) return false;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) if (redeclared.has(fn)) return true;
  return false;
}

function listRedeclared(_: ts.SourceFile, file: FileContext): ReadonlySet<FunctionNode> {
  if (file.redeclarations.length === 0) return new Set();
  return new Set(
    file.nodes('FunctionDeclaration').filter((fn) => {
      if (!fn.body) return false;
      const declaration = fn.name && file.bindingOf(fn.name)?.declaration;
      return declaration !== undefined && declaration !== fn && ts.isFunctionDeclaration(declaration);
    }),
  );
}
