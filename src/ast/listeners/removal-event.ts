import type { FileContext } from '../../model/file-context.ts';
import { findFunctionOfBinding } from '../names/functions.ts';
import { findEnclosingFunction, findMemberPath, findMethodCall, findThisClass, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { identityOf, type ListenerCall, listAdds, listRemovals, pathOf, startOfChain } from './listener-calls.ts';

/** What a removal that names another event leaves behind. */
export interface OtherEvent {
  add: ListenerCall;
  /** Whether the event is the mistake, and written so that the removal can name it too. */
  isClear: boolean;
}

/** Where a listener that is never added for the event of its removal was added for another one. */
export function findOtherEvent(removal: ListenerCall, file: FileContext): OtherEvent | undefined {
  const { listener, target } = removal;
  if (!listener || target === undefined || !removal.isEventKnown || !isOneFunction(listener, file)) return undefined;
  const owner = findThisClass(removal.call);
  const isSame = (other: ListenerCall): boolean =>
    other.target === target &&
    findThisClass(other.call) === owner &&
    other.listener !== undefined &&
    isSameListener(other.listener, listener, file);
  const adds = listAdds(file).filter(isSame);
  const composed = adds.filter((add) => isMadeOf(add, removal, file));
  const [add] = adds;
  const others = listAdds(file).filter((other) => other.target === target && other.event === removal.event);
  // `on('connect', isSecure ? check : connected)`
  if (others.some(({ listener: other }) => other && identityOf(other, file).kind === 'unknown')) return undefined;
  if (!add || !adds.every((other) => composed.includes(other) || differs(other, removal, file))) return undefined;
  // Removing for several events at once, of which this file adds one, is thorough, not wrong.
  const fn = findEnclosingFunction(removal.call);
  const isRemovedHere = listRemovals(file).some(
    (other) =>
      isSame(other) && findEnclosingFunction(other.call) === fn && adds.some(({ event }) => event === other.event),
  );
  if (isRemovedHere) return undefined;
  // `off('failed', onDone)` beside `on('failed', onFailed)`: the function may be the mistake.
  const isEither = others.some(({ call }) => findEnclosingFunction(call) === findEnclosingFunction(add.call));
  return { add, isClear: !isEither && !composed.includes(add) };
}

/** `emitter.removeListener(listener)`, which takes nothing away without the event: the call, and what was added. */
export function findEventless(
  call: ts.CallExpression,
  file: FileContext,
): { removal: ListenerCall; add: ListenerCall } | undefined {
  const found = call.arguments.length === 1 ? findMethodCall(call) : undefined;
  const listener = call.arguments[0];
  if (!found || !listener || found.method !== 'removeListener' || !isOneFunction(listener, file)) return undefined;
  const receiver = startOfChain(found.receiver);
  const target = pathOf(receiver, file);
  const add = listAdds(file).find(
    (other) =>
      target !== undefined &&
      other.target === target &&
      /^(?:on|addListener|prependListener)$/.test(other.method) &&
      ts.isStringLiteralLike(other.call.arguments[0]!) &&
      other.listener !== undefined &&
      isSameListener(other.listener, listener, file),
  );
  if (!add) return undefined;
  const { method } = found;
  const { event } = add;
  const removal = { call, method, receiver, target, event, isEventKnown: false, listener, options: undefined };
  return { removal, add };
}

/** A function by name, or what a member holds: the same one wherever it is named. */
function isOneFunction(listener: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(listener);
  if (!ts.isIdentifier(value)) return findMemberPath(value) !== undefined;
  const binding = file.bindingOf(value);
  if (!binding || binding.writes.length > 0) return false;
  // `const [shown, setShown] = useState(false)`: what it is does not matter, as it stays the same.
  return binding.kind === 'const' || binding.kind === 'import' || findFunctionOfBinding(binding) !== undefined;
}

/** Two functions may each have a `listener` of their own. */
function isSameListener(one: ts.Expression, other: ts.Expression, file: FileContext): boolean {
  const [a, b] = [skipWrappers(one), skipWrappers(other)];
  if (ts.isIdentifier(a) && ts.isIdentifier(b)) return file.bindingOf(a) === file.bindingOf(b);
  const path = findMemberPath(a)?.join('.');
  return path !== undefined && path === findMemberPath(b)?.join('.');
}

/** Two literals that have no event in common, or two constants of one list: `Events.ADDED`, `Events.REMOVED`. */
function differs(add: ListenerCall, removal: ListenerCall, file: FileContext): boolean {
  const [a, b] = [add.call.arguments[0]!, removal.call.arguments[0]!];
  if (ts.isStringLiteralLike(a) && ts.isStringLiteralLike(b)) {
    // `on('moveend zoomend', draw)`: Leaflet, jQuery and Backbone take several events at once.
    const added = a.text.split(' ');
    return !b.text.split(' ').some((event) => added.includes(event));
  }
  const [from, of] = [findMemberPath(a), findMemberPath(b)];
  if (!from || !of || from.length < 2 || from.at(-1) === of.at(-1)) return false;
  const isList = from.slice(0, -1).join('.') === of.slice(0, -1).join('.') && from[0] !== 'this';
  return isList && isConstant(a, file) && isConstant(b, file);
}

/** `Events.ADDED`, `EventType.Added`: members of what is imported or stands at module level. */
function isConstant(event: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(event)!;
  let root = skipWrappers(event);
  while (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return /^[A-Z]/.test(path.at(-2)!) && binding !== undefined && !findEnclosingFunction(binding.identifier);
}

/** `${LEFT}-${id}` is never `LEFT`, whatever both hold. */
function isMadeOf(add: ListenerCall, removal: ListenerCall, file: FileContext): boolean {
  const event = skipWrappers(add.call.arguments[0]!);
  const declaration = ts.isIdentifier(event) ? file.bindingOf(event)?.declaration : undefined;
  const isConst = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
  const made = isConst ? skipWrappers(declaration.initializer!) : event;
  if (!ts.isTemplateExpression(made)) return false;
  const isNamed = made.templateSpans.some(({ expression }) => pathOf(expression, file) === removal.event);
  return isNamed && (made.head.text !== '' || made.templateSpans.some(({ literal }) => literal.text !== ''));
}
