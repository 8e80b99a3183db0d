import type { Binding, FileContext } from '../../model/file-context.ts';
import { findMemberPath, getOutermostWrapped, isAssignment } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Where a client that was made is kept, and how the code of this file calls it. */
export interface ClientHome {
  /** `pool`, `this.pool`. */
  path: string;
  binding: Binding | undefined;
  /** The declaration, assignment or class field that keeps it. */
  at: ts.VariableDeclaration | ts.BinaryExpression | ts.PropertyDeclaration;
}

/** Undefined when it is handed on, returned, or called in a chain at once. */
export function findClientHome(creation: ts.Node, file: FileContext): ClientHome | undefined {
  let at = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(at.parent)) at = getOutermostWrapped(at.parent);
  // `url ? createClient(url) : createClient(port, host)`
  while (ts.isConditionalExpression(at.parent) && at !== at.parent.condition) at = getOutermostWrapped(at.parent);
  const { parent } = at;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    return { path: parent.name.text, binding: file.bindingOf(parent.name), at: parent };
  }
  if (isAssignment(parent) && parent.right === at) {
    const path = findMemberPath(parent.left)?.join('.');
    const binding = ts.isIdentifier(parent.left) ? file.bindingOf(parent.left) : undefined;
    return path === undefined ? undefined : { path, binding, at: parent };
  }
  if (ts.isPropertyDeclaration(parent) && (ts.isIdentifier(parent.name) || ts.isPrivateIdentifier(parent.name))) {
    return { path: `this.${parent.name.text}`, binding: undefined, at: parent };
  }
  return undefined;
}
