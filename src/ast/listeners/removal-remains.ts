import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, findMemberPath, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { eventKindOf } from './event-kind.ts';
import { identityOf, type ListenerCall } from './listener-calls.ts';
import { isOneSide } from './listener-on-handed.ts';
import { hasOnce } from './listener-place.ts';

/**
 * Whether a removal that removes nothing leaves nothing behind either: the listener has gone with its first event, goes
 * with the element of the component that added it or with the socket that is given up, or is one that the DOM adds no
 * second time.
 */
export function leavesNothing(add: ListenerCall, removal: ListenerCall, file: FileContext): boolean {
  return (
    isOfBeginning(add, removal) ||
    isSpent(add, removal, file) ||
    isOnOwnElement(add, file) ||
    isGivenUp(removal, file) ||
    isAddedAgain(add, removal, file)
  );
}

/** `on('secureConnect', run); off('secureConnection', run)`: it comes once in the life of its emitter. */
function isOfBeginning(add: ListenerCall, removal: ListenerCall): boolean {
  return add.event !== removal.event && eventKindOf(add.event) === 'first';
}

/** `socket.once('open', run)` on a socket of this function alone: it has fired, or the socket has failed and goes. */
function isSpent(add: ListenerCall, removal: ListenerCall, file: FileContext): boolean {
  if (!/once/i.test(add.method) && !hasOnce(add)) return false;
  const root = skipWrappers(add.receiver);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!binding || !ts.isVariableDeclaration(binding.declaration) || !binding.declaration.initializer) return false;
  const home = findEnclosingFunction(binding.identifier);
  const made = skipWrappers(binding.declaration.initializer);
  const isMade = ts.isNewExpression(made) || ts.isCallExpression(made);
  return home !== undefined && isMade && isWithin(add.call, home) && isWithin(removal.call, home);
}

/** `const canvas = canvasRef.current`: what React made for the component, and takes away with it. */
function isOnOwnElement(add: ListenerCall, file: FileContext): boolean {
  const at = skipWrappers(add.receiver);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const [ref, current, ...rest] = findMemberPath(value ? skipWrappers(value) : at) ?? [];
  if (ref === undefined || current !== 'current' || rest.length > 0) return false;
  return new RegExp(`\\bref=\\{\\s*${ref.replaceAll('$', '\\$')}\\s*\\}`).test(file.text);
}

/** `this.socket.off('data', run); this.socket = null`: nobody else has the other side of a conversation that is over. */
function isGivenUp({ receiver, call }: ListenerCall, file: FileContext): boolean {
  const path = findMemberPath(skipWrappers(receiver));
  const fn = findEnclosingFunction(call);
  if (!fn || path?.length !== 2 || path[0] !== 'this' || !isOneSide(path[1]!)) return false;
  const behind = file.text.slice(call.end, fn.end);
  const field = `\\bthis\\s*\\.\\s*${path[1]}`;
  return new RegExp(
    `${field}\\s*=\\s*(?:null|undefined|void 0)\\b|${field}[?!]?\\s*\\.\\s*(?:destroy|end|close|terminate|abort)\\s*\\(`,
  ).test(behind);
}

/** `el.removeEventListener('x', run); el.addEventListener('x', run, true)`: the same function is not added twice. */
function isAddedAgain(add: ListenerCall, removal: ListenerCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(add.call);
  if (add.method !== 'addEventListener' || !add.listener || !fn || findEnclosingFunction(removal.call) !== fn)
    return false;
  if (removal.call.pos > add.call.pos) return false;
  const listener = skipWrappers(add.listener);
  if (identityOf(listener, file).kind !== 'stable' || !ts.isIdentifier(listener)) return false;
  const home = file.bindingOf(listener)?.identifier;
  return home !== undefined && !isWithin(home, fn);
}
