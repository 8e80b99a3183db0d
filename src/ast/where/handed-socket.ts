import type { FileContext } from '../../model/file-context.ts';
import { findOwnerAround, pathOf } from '../listeners/listener-calls.ts';
import { classShape } from '../names/class-shape.ts';
import { skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a handler calls the connection that it is handed. */
export const socketName = /^(?:socket|ws|client|conn|connection|peer)$/i;

/** What a field is called that keeps one; a `client` that is kept is one of a service, which tells of everything. */
const keptName = /^_?(?:socket|ws|conn|connection|peer)$/i;

/** `this.socket` of what was handed a socket as it was made, and has never another one. */
export function isHandedSocket(receiver: ts.Expression, file: FileContext): boolean {
  const [self, name, ...rest] = pathOf(receiver, file)?.split('.') ?? [];
  if (self !== 'this' || name === undefined || rest.length > 0 || !keptName.test(name)) return false;
  const owner = findOwnerAround(receiver, file);
  const shape = owner && classShape(owner, file);
  const field = shape?.fields.get(name);
  if (!field) return false;
  const values = field.values.map(skipWrappers).filter((value) => !isNothing(value));
  if (field.declaration && ts.isParameter(field.declaration)) return values.length === 0;
  return (
    values.length > 0 &&
    values.every((value) => {
      const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
      return declaration !== undefined && ts.isParameter(declaration) && declaration.parent === shape!.constructorNode;
    })
  );
}

/** `this.socket = null` when it is over. */
function isNothing(value: ts.Expression): boolean {
  return value.kind === ts.SyntaxKind.NullKeyword || value.getText() === 'undefined';
}
