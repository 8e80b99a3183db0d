import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findClassField, findSelf, findThisOwner } from './class-shape.ts';

/**
 * The types of what a list, map or record holds, as its variable, parameter or field of `this` is declared with, or made
 * with: `handlers: Handler[]`, `new Map<string, Provider>()`.
 */
export function listItemTypes(holder: ts.Expression, file: FileContext): ts.TypeNode[] {
  const member = findMemberName(holder);
  if (member !== undefined) {
    const self = findSelf(skipWrappers((holder as ts.PropertyAccessExpression).expression), file);
    const owner = self && findThisOwner(self, file);
    const field = owner && findClassField(owner, member, file);
    return field ? [...field.types.flatMap(itemsOf), ...field.values.flatMap(itemsOfMade)] : [];
  }
  const declaration = ts.isIdentifier(holder) ? file.bindingOf(holder)?.declaration : undefined;
  if (!declaration || !(ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) return [];
  if (declaration.type) return itemsOf(declaration.type);
  return declaration.initializer ? itemsOfMade(declaration.initializer) : [];
}

function itemsOfMade(value: ts.Node): ts.TypeNode[] {
  const made = skipWrappers(value as ts.Expression);
  if (!ts.isNewExpression(made) || !ts.isIdentifier(made.expression)) return [];
  return /^(?:Map|Set|Array)$/.test(made.expression.text) ? [...(made.typeArguments ?? [])].slice(-1) : [];
}

/** `T` of `T[]`, `Map<K, T>`, `Record<K, T>`, `{ [key: string]: T }` and their like. */
function itemsOf(type: ts.TypeNode): ts.TypeNode[] {
  if (ts.isArrayTypeNode(type)) return [type.elementType];
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return itemsOf(type.type);
  if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isIndexSignatureDeclaration).map((one) => one.type);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return [];
  const given = type.typeArguments ?? [];
  switch (type.typeName.text) {
    case 'Array':
    case 'ReadonlyArray':
    case 'Set':
    case 'Iterable':
      return given.slice(0, 1);
    case 'Map':
    case 'ReadonlyMap':
    case 'Record':
      return given.slice(1, 2);
    case 'Partial':
    case 'Readonly':
      return given.slice(0, 1).flatMap(itemsOf);
    default:
      return [];
  }
}
