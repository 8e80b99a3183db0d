import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findEnclosingFunction, findMemberName, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Where a list is declared, and everything that this file does with it. */
export interface ListHome {
  /** With what it begins as; undefined for a field that is only assigned. */
  declaration: ts.VariableDeclaration | ts.PropertyDeclaration | undefined;
  /** Every use of the name or `this.x`, reads and writes, in source order. */
  accesses: readonly ts.Expression[];
  /** Only this file can use it. */
  isPrivate: boolean;
  /** It outlives the function that the expression stands in. */
  isKept: boolean;
}

/** The home of a variable or of a field of `this`; undefined for parameters and for fields of other things. */
export function findListHome(list: ts.Expression, file: FileContext): ListHome | undefined {
  if (ts.isIdentifier(list)) {
    const binding = file.bindingOf(list);
    if (!binding || !ts.isVariableDeclaration(binding.declaration)) return undefined;
    const isKept = !isWithin(binding.identifier, findEnclosingFunction(list) ?? file.source);
    const isExported =
      binding.references.some((r) => ts.isExportSpecifier(r.parent)) ||
      /^export /.test(binding.declaration.parent.parent.getText(file.source));
    return { declaration: binding.declaration, accesses: binding.references, isPrivate: !isExported, isKept };
  }
  const name = findMemberName(list);
  const owner =
    ts.isPropertyAccessExpression(list) && list.expression.kind === ts.SyntaxKind.ThisKeyword
      ? findThisOwner(list, file)
      : undefined;
  const field = owner && name !== undefined ? classShape(owner, file).fields.get(name) : undefined;
  if (!field) return undefined;
  const { accesses, declaration } = field;
  const isPrivate =
    name!.startsWith('#') || (declaration?.modifiers?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword) ?? false);
  return {
    declaration: declaration && ts.isPropertyDeclaration(declaration) ? declaration : undefined,
    accesses,
    isPrivate,
    isKept: true,
  };
}
