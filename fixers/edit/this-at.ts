import { findThisOwner, type OwnerNode } from '../../src/ast/names/class-shape.ts';
import { skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext, Scope } from '../../src/model/file-context.ts';

/** How an owner's instance is written at a place: `this`, or the name of `const self = this`; undefined where it cannot be reached. */
export function thisAt(node: ts.Node, owner: OwnerNode, file: FileContext): string | undefined {
  if (findThisOwner(node, file) === owner) return 'this';
  for (let scope: Scope | undefined = file.scopeOf(node); scope; scope = scope.parent) {
    for (const { name, declaration } of scope.bindings.values()) {
      if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) continue;
      const value = skipWrappers(declaration.initializer);
      if (value.kind === ts.SyntaxKind.ThisKeyword && findThisOwner(value, file) === owner) return name;
    }
  }
  return undefined;
}
