import type { Binding, FileContext } from '../../model/file-context.ts';
import { findFunctionOfBinding, isExported } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { identityOf, type ListenerCall, listAdds, listRemovals, removing } from './listener-calls.ts';

/** The listeners that the function handed to a removal has made: `on('error', failed('error'))`, `off('error', failed)`. */
export function listMadeBy(listener: ts.Expression, file: FileContext): readonly ListenerCall[] {
  const binding = bindingOf(listener, file);
  if (!binding || !findFunctionOfBinding(binding)) return [];
  const isNamed = (value: ts.Expression): boolean => ts.isIdentifier(value) && file.bindingOf(value) === binding;
  const adds = listAdds(file).filter((add) => add.listener !== undefined);
  if (adds.some((add) => isNamed(skipWrappers(add.listener!)))) return [];
  return adds.filter(({ listener: added }) => {
    const identity = identityOf(added!, file);
    if (identity.kind !== 'fresh' || identity.how !== 'call') return false;
    return isNamed(skipWrappers((skipWrappers(added!) as ts.CallExpression).expression));
  });
}

/**
 * What is added behind a removal of a function that this very call has made: `const onOpen = () => …;
 * this.socket.off('open', onOpen); … this.socket.on('open', onOpen)`. The one of the call before is another function.
 * Undefined where anything else takes the listener away, or the emitter is one of this call alone.
 */
export function findAddedAnew(removal: ListenerCall, file: FileContext): ListenerCall | undefined {
  const { call, event, receiver } = removal;
  const binding = removal.listener && bindingOf(removal.listener, file);
  const home = findEnclosingFunction(call);
  if (!binding || !home || ts.isConstructorDeclaration(home) || !findFunctionOfBinding(binding)) return undefined;
  if (binding.kind === 'var' || binding.kind === 'let' || findEnclosingFunction(binding.declaration) !== home)
    return undefined;
  const root = bindingOf(rootOfMembers(skipWrappers(receiver)), file);
  const isOwn = root !== undefined && !ts.isParameter(root.declaration) && isWithin(root.identifier, home);
  if (isOwn || findEnclosingLoop(call)) return undefined;
  const isOfIt = (other: ListenerCall): boolean =>
    other.listener !== undefined && bindingOf(other.listener, file) === binding;
  if (listRemovals(file).some((other) => other.call !== call && other.event === event && isOfIt(other)))
    return undefined;
  const adds = listAdds(file).filter(isOfIt);
  // Handed to anything else, it may come back: what it is handed to may have added it, or take it away.
  const known = [removal, ...adds].map(({ listener }) => listener && skipWrappers(listener));
  const isSeen = binding.references.every(
    (use) => use === binding.identifier || known.includes(use) || use.parent === binding.declaration,
  );
  if (!isSeen || adds.some((add) => /once/i.test(add.method) || add.call.pos < call.end)) return undefined;
  return adds.find((add) => add.event === event && add.target === removal.target);
}

/**
 * The listener that a removal means which names the function around it, or another that is only ever called: `req.on('close',
 * onClose)`, `function cleanup() { req.off('close', cleanup); }`. Undefined where it is taken away besides.
 */
export function findMeant(removal: ListenerCall, file: FileContext): ListenerCall | undefined {
  const binding = removal.listener && bindingOf(removal.listener, file);
  if (!binding || !isOnlyCalled(binding, file)) return undefined;
  const root = (call: ListenerCall): Binding | undefined => bindingOf(rootOfMembers(skipWrappers(call.receiver)), file);
  const isOfEvent = (call: ListenerCall): boolean =>
    call.event === removal.event && call.target === removal.target && root(call) === root(removal);
  const [add, ...others] = listAdds(file).filter(isOfEvent);
  const added = add?.listener && bindingOf(add.listener, file);
  if (!add || others.length > 0 || !added || !findFunctionOfBinding(added) || /once/i.test(add.method))
    return undefined;
  const isTaken = listRemovals(file).some((other) => other.listener && bindingOf(other.listener, file) === added);
  return isTaken || !isWithin(removal.call, added.scope.node) ? undefined : add;
}

/**
 * The listener that was made around the parameter of a function which the counterpart of that hands to a removal as it came:
 * `subscribe(fn) { const heard = (data) => fn(parse(data)); bus.on('data', heard); }`, `unsubscribe(fn) { bus.off('data', fn); }`.
 * Undefined where anybody else gets hold of what was made.
 */
export function findWrapped(removal: ListenerCall, file: FileContext): ListenerCall | undefined {
  const given = removal.listener && bindingOf(removal.listener, file);
  const remover = given?.kind === 'parameter' ? given.declaration.parent : undefined;
  if (!given || !remover || given.writes.length > 0 || findEnclosingFunction(removal.call) !== remover)
    return undefined;
  const isOfEvent = (call: ListenerCall): boolean => call.event === removal.event && call.target === removal.target;
  const [add, ...others] = listAdds(file).filter(isOfEvent);
  if (!add?.listener || others.length > 0 || /once/i.test(add.method)) return undefined;
  const made = findOwnListener(add.listener, file);
  const adder = made && findEnclosingFunction(made);
  if (
    !made ||
    !adder ||
    adder === remover ||
    !isCounterpart(nameOfFunction(adder), nameOfFunction(remover as FunctionNode))
  )
    return undefined;
  return adder.parameters.some(({ name }) => {
    const wrapped = ts.isIdentifier(name) && name.text === given.name ? file.bindingOf(name) : undefined;
    // By another type it is another function: what was made, or one of the emitter's own kind.
    if (wrapped && typeOf(wrapped, file) !== typeOf(given, file)) return false;
    return (
      wrapped?.references.some((use) => use !== wrapped.identifier && isWithin(use, made)) &&
      wrapped.references.every((use) => use === wrapped.identifier || isWithin(use, made))
    );
  })
    ? add
    : undefined;
}

function typeOf({ declaration }: Binding, file: FileContext): string | undefined {
  return ts.isParameter(declaration) ? declaration.type?.getText(file.source) : undefined;
}

/** A function made on the spot, or a constant that is handed to the add alone. */
function findOwnListener(listener: ts.Expression, file: FileContext): FunctionNode | undefined {
  const value = skipWrappers(listener);
  if (isFunctionNode(value)) return value;
  const binding = bindingOf(value, file);
  const fn = binding && findFunctionOfBinding(binding);
  const isSeen = binding?.references.every((use) => use === binding.identifier || use === value);
  return fn && isSeen ? fn : undefined;
}

const starting = /^_*(?:on|add|subscribe|listen|observe|watch|register|attach|bind)/i;
const stopping = /^_*(?:off|remove|un(?:subscribe|listen|observe|watch|register|bind)|detach|deregister)/i;

/** `subscribe` and `unsubscribe`, `addListener` and `removeListener`. */
function isCounterpart(adder: string, remover: string): boolean {
  const rest = (name: string, verb: RegExp): string | undefined =>
    verb.test(name) ? name.replace(verb, '').toLowerCase() : undefined;
  const left = rest(adder, starting);
  return left !== undefined && left === rest(remover, stopping);
}

/** A function of this file that is called, and handed to removals only. */
function isOnlyCalled(binding: Binding, file: FileContext): boolean {
  const fn = findFunctionOfBinding(binding);
  if (!fn || ts.isFunctionExpression(binding.declaration) || isExported(binding.declaration, file)) return false;
  let calls = 0;
  const isKnown = binding.references.every((use) => {
    if (use === binding.identifier) return true;
    const outer = getOutermostWrapped(use);
    const { parent } = outer;
    // `request.abort = cleanup` is another name for it; `request.onclose = cleanup` adds it.
    if (isAssignment(parent)) return parent.right === outer && !/^on/i.test(findMemberName(parent.left) ?? 'on');
    if (!ts.isCallExpression(parent)) return false;
    if (parent.expression === outer) return ++calls > 0;
    return removing.test(findMethodCall(parent)?.method ?? '');
  });
  return isKnown && calls > 0;
}

function bindingOf(expression: ts.Expression, file: FileContext): Binding | undefined {
  const name = skipWrappers(expression);
  return ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
}
