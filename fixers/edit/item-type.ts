import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** `T` of `T[]` and `Array<T>`; undefined for other types. */
export function findItemType(type: ts.TypeNode, file: FileContext): string | undefined {
  if (ts.isArrayTypeNode(type)) return type.elementType.getText(file.source).replace(/^\((.*)\)$/s, '$1');
  if (
    ts.isTypeReferenceNode(type) &&
    type.typeName.getText(file.source) === 'Array' &&
    type.typeArguments?.length === 1
  )
    return type.typeArguments[0]!.getText(file.source);
  return undefined;
}
