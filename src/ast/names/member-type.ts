import type { FileContext } from '../../model/file-context.ts';
import { findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * The type that a type of this file gives its member: of `{ rates: RateService }`, an interface or an alias, also as a part of
 * an intersection. Undefined where the file does not tell.
 */
export function memberTypeOf(type: ts.TypeNode, name: string, file: FileContext): ts.TypeNode | undefined {
  if (ts.isParenthesizedTypeNode(type)) return memberTypeOf(type.type, name, file);
  if (ts.isIntersectionTypeNode(type)) {
    for (const part of type.types) {
      const found = memberTypeOf(part, name, file);
      if (found) return found;
    }
    return undefined;
  }
  if (ts.isTypeLiteralNode(type)) return typeIn(type.members, name);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  if (type.typeName.text === 'Readonly' && type.typeArguments?.[0])
    return memberTypeOf(type.typeArguments[0], name, file);
  const declaration = file.bindingOf(type.typeName)?.declaration;
  if (declaration && ts.isInterfaceDeclaration(declaration)) return typeIn(declaration.members, name);
  // An alias of an alias is none that holds members of its own.
  const aliased = declaration && ts.isTypeAliasDeclaration(declaration) ? declaration.type : undefined;
  return aliased && ts.isTypeLiteralNode(aliased) ? typeIn(aliased.members, name) : undefined;
}

/** The type of `deps.rates`, by the type that `deps` is declared with in this file. */
export function findMemberType(holder: ts.Expression, name: string, file: FileContext): ts.TypeNode | undefined {
  const value = skipWrappers(holder);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !(ts.isParameter(declaration) || ts.isVariableDeclaration(declaration))) return undefined;
  return declaration.type && memberTypeOf(declaration.type, name, file);
}

function typeIn(members: ts.NodeArray<ts.TypeElement>, name: string): ts.TypeNode | undefined {
  for (const member of members)
    if (ts.isPropertySignature(member) && findPropertyName(member.name) === name) return member.type;
  return undefined;
}
