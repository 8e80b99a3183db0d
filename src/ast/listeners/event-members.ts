import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `Event<T>`: a function that takes a listener and gives back what ends the listening, as in VS Code, Theia, LSP. */
const eventType = /^(?:I|Common|Base|Typed)?Event$/;

/**
 * Members of the file's classes and interfaces by name that are events of this style, `onDidChange: Event<Change>` and
 * `onDidChange = this.emitter.event`: what a call of one gives back is a disposable.
 */
export function listEventMembers(file: FileContext): readonly string[] {
  if (!/\bon[A-Z]\w*/.test(file.text) || !/Event</.test(file.text)) return [];
  const kinds = [ts.SyntaxKind.PropertySignature, ts.SyntaxKind.PropertyDeclaration, ts.SyntaxKind.GetAccessor];
  return kinds.flatMap((kind) =>
    (file.nodesOfKind(kind) as readonly Member[]).flatMap((member) => {
      const name = findPropertyName(member.name);
      return name !== undefined && /^on[A-Z]/.test(name) && isEvent(member) ? [name] : [];
    }),
  );
}

type Member = ts.PropertySignature | ts.PropertyDeclaration | ts.GetAccessorDeclaration;

function isEvent(member: Member): boolean {
  const { type } = member;
  if (type) {
    if (!ts.isTypeReferenceNode(type) || type.typeArguments?.length !== 1) return false;
    const { typeName } = type;
    return eventType.test(ts.isIdentifier(typeName) ? typeName.text : typeName.right.text);
  }
  const value = ts.isPropertyDeclaration(member) && member.initializer ? skipWrappers(member.initializer) : undefined;
  return value !== undefined && findMemberName(value) === 'event';
}
