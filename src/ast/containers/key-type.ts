import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Container } from './containers.ts';
import type { KeyDomain } from './key-words.ts';

const classType =
  /^(?:Function|Type|Constructor|Class\w*|Newable|EntityTarget|EntityClass|EntityName|ObjectType|symbol|boolean|Ctor|InjectionToken|Abstract|ModelStatic|AnyConstructor|Module)$/;

/** How many different values a declared type allows. */
export function typeDomain(type: ts.TypeNode, file: FileContext): KeyDomain {
  if (
    ts.isLiteralTypeNode(type) ||
    type.kind === ts.SyntaxKind.BooleanKeyword ||
    type.kind === ts.SyntaxKind.SymbolKeyword
  )
    return 'bounded';
  if (ts.isTypeOperatorNode(type) && type.operator === ts.SyntaxKind.KeyOfKeyword) return 'bounded';
  if (ts.isFunctionTypeNode(type) || ts.isConstructorTypeNode(type)) return 'bounded';
  if (ts.isUnionTypeNode(type))
    return type.types.every((t) => t.kind === ts.SyntaxKind.UndefinedKeyword || typeDomain(t, file) === 'bounded')
      ? 'bounded'
      : 'unknown';
  if (!ts.isTypeReferenceNode(type)) return 'unknown';
  const name = ts.isIdentifier(type.typeName) ? type.typeName : type.typeName.right;
  if (name.text === 'Readonly' && type.typeArguments?.[0]) return typeDomain(type.typeArguments[0], file);
  if (
    classType.test(name.text) ||
    /(?:Type|Kind|Enum|Method|Status|Level|Mode|Name|Locale|Role|Category|Provider|Action|Command|Permission|Feature|Interval|Period|Phase|Priority|SortOrder|SortBy|OrderBy|Direction|Protocol|Format|Variant|Platform|Setting)s?$/.test(
      name.text,
    )
  )
    return 'bounded';
  const binding = ts.isIdentifier(type.typeName) ? file.bindingOf(type.typeName) : undefined;
  if (binding && ts.isEnumDeclaration(binding.declaration)) return 'bounded';
  if (binding && ts.isTypeAliasDeclaration(binding.declaration)) return typeDomain(binding.declaration.type, file);
  return 'unknown';
}

/** The declared type of `x.part`, where this file declares what `x` is. */
export function typeOfMember(access: ts.PropertyAccessExpression, file: FileContext): ts.TypeNode | undefined {
  const { expression, name } = access;
  const declaration = ts.isIdentifier(expression) ? file.bindingOf(expression)?.declaration : undefined;
  const isTyped = declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration));
  const type = isTyped ? declaration.type : undefined;
  if (!type) return undefined;
  const named = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName : undefined;
  const home = named && file.bindingOf(named)?.declaration;
  const shape = home && ts.isTypeAliasDeclaration(home) ? home.type : (home ?? type);
  const members = ts.isInterfaceDeclaration(shape) || ts.isTypeLiteralNode(shape) ? shape.members : undefined;
  const member = members?.find((m) => m.name?.getText(file.source) === name.text);
  return member && ts.isPropertySignature(member) ? member.type : undefined;
}

/** The key type of a `Map<K, V>`, `Set<K>` or `Record<K, V>` says that the keys are few. */
export function isBoundedKeyType(type: ts.TypeNode | undefined, value: ts.Expression, file: FileContext): boolean {
  const inner = ts.isNewExpression(value) ? value.typeArguments?.[0] : undefined;
  const outer = type && ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : undefined;
  return [inner, outer].some((t) => t !== undefined && typeDomain(t, file) === 'bounded');
}

/** Addresses that are numbers are those of a bus or a mesh: of 16 bits, or of what is plugged in. */
export function isDeviceAddress(key: ts.Expression, { type, value }: Container): boolean {
  const made = ts.isNewExpression(value) ? value.typeArguments?.[0] : undefined;
  const declared = type && ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : undefined;
  const isNumber = [made, declared].some((one) => one?.kind === ts.SyntaxKind.NumberKeyword);
  return isNumber && /addr(?:ess)?$/i.test(findMemberPath(key)?.at(-1) ?? '');
}
