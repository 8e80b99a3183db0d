import type { Binding, FileContext } from '../../model/file-context.ts';
import { findThisOwner, type OwnerNode } from '../names/class-shape.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isLogical,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** One place that a freshly made handle (timer, listener's remover, stream, connection …) goes to. */
export type HandlePlace =
  /** Nobody can reach it again. */
  | { kind: 'dropped' }
  | { kind: 'binding'; binding: Binding }
  /** `this.f = handle`; `owner` is undefined when `this` is not known. */
  | { kind: 'field'; owner: OwnerNode | undefined; name: string; at: ts.Node }
  /** `x.f = handle` and `{ f: handle }`. */
  | { kind: 'property'; name: string; at: ts.Node }
  /** `list.push(handle)`, `set.add(handle)`, `map.set(k, handle)`, `table[k] = handle`. */
  | { kind: 'collection'; name: string; at: ts.Node }
  /** Someone else's business from here on: returned, passed on, exported, `using`. */
  | { kind: 'handed-over'; how: 'returned' | 'argument' | 'using' | 'yielded' };

const addMethods = /^(?:push|unshift|add|set|append|enqueue)$/;

/** Every place that a handle goes to, followed through the local names that hold it. */
export function listHandlePlaces(handle: ts.Expression, file: FileContext): readonly HandlePlace[] {
  return file.memo(followHandle, handle);
}

function followHandle(handle: ts.Expression, file: FileContext): HandlePlace[] {
  const places: HandlePlace[] = [];
  follow(handle, file, places, new Set());
  return places;
}

function follow(value: ts.Node, file: FileContext, places: HandlePlace[], seen: Set<Binding>): void {
  const outer = getOutermostWrapped(value);
  const { parent } = outer;
  const bind = (binding: Binding | undefined): void => {
    if (!binding || seen.has(binding)) return;
    seen.add(binding);
    places.push({ kind: 'binding', binding });
    for (const reference of binding.references) {
      if (!binding.writes.includes(reference)) followReference(reference, file, places, seen);
    }
  };
  if (ts.isVariableDeclaration(parent)) {
    if (isUsing(parent)) places.push({ kind: 'handed-over', how: 'using' });
    else if (ts.isIdentifier(parent.name)) bind(file.bindingOf(parent.name));
  } else if (isAssignment(parent) && parent.right === outer) {
    place(parent.left, file, places, bind);
    // `a = b = handle`, `return (this.t = handle)`.
    if (!ts.isExpressionStatement(parent.parent)) follow(parent, file, places, seen);
  } else if (ts.isPropertyDeclaration(parent)) {
    places.push({
      kind: 'field',
      owner: findThisOwner(parent.name, file),
      name: findPropertyName(parent.name) ?? '',
      at: parent,
    });
  } else if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
    places.push({ kind: 'property', name: findPropertyName(parent.name) ?? '', at: parent });
    const holder = getOutermostWrapped(parent.parent).parent;
    if (ts.isReturnStatement(holder) || ts.isArrowFunction(holder))
      places.push({ kind: 'handed-over', how: 'returned' });
    if (ts.isCallExpression(holder) || ts.isNewExpression(holder))
      places.push({ kind: 'handed-over', how: 'argument' });
  } else if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer)) {
    places.push(isDiscardedResult(parent, file) ? { kind: 'dropped' } : { kind: 'handed-over', how: 'returned' });
  } else if (ts.isYieldExpression(parent)) {
    places.push({ kind: 'handed-over', how: 'yielded' });
  } else if (ts.isConditionalExpression(parent) || ts.isAwaitExpression(parent) || isLogical(parent)) {
    follow(parent, file, places, seen);
  } else if (ts.isArrayLiteralExpression(parent)) {
    followList(parent, file, places, seen);
  } else if (isArgument(outer, parent)) {
    if (isAddedToFresh(parent)) follow(parent, file, places, seen);
    else placeArgument(parent, places);
  } else if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) {
    places.push({ kind: 'dropped' });
  } else if (findMemberName(parent) !== undefined) {
    // `setTimeout(…).unref()` hands the same handle on, `compose()` of an agent one around it; other members use it.
    const call = parent.parent;
    if (
      ts.isCallExpression(call) &&
      /^(?:unref|ref|refresh|on|once|addListener|setEncoding|compose)$/.test(findMemberName(parent)!)
    ) {
      follow(call, file, places, seen);
    } else {
      places.push({ kind: 'dropped' });
    }
  }
}

/** A later use of a local name that holds the handle. */
function followReference(reference: ts.Identifier, file: FileContext, places: HandlePlace[], seen: Set<Binding>): void {
  const outer = getOutermostWrapped(reference);
  const { parent } = outer;
  const isMemberUse = findMemberName(parent) !== undefined || ts.isElementAccessExpression(parent);
  if (isMemberUse || ts.isExpressionStatement(parent) || isCondition(outer, parent)) return;
  if (isAssignment(parent) && parent.left === outer) return;
  if (isArgument(outer, parent) && isRelease(parent)) return;
  follow(reference, file, places, seen);
}

function place(
  left: ts.Expression,
  file: FileContext,
  places: HandlePlace[],
  bind: (binding: Binding | undefined) => void,
): void {
  const target = skipWrappers(left);
  if (ts.isIdentifier(target)) {
    const binding = file.bindingOf(target);
    if (binding) bind(binding);
    else places.push({ kind: 'property', name: target.text, at: target });
    return;
  }
  const name = findMemberName(target);
  if (name === undefined) {
    if (!ts.isElementAccessExpression(target)) return;
    const key = findConstantKey(target, file);
    if (key !== undefined) placeMember(target, key, file, places);
    else places.push({ kind: 'collection', name: nameOfHolder(target.expression), at: target });
    return;
  }
  placeMember(target as ts.PropertyAccessExpression, name, file, places);
}

function placeMember(
  target: ts.PropertyAccessExpression | ts.ElementAccessExpression,
  name: string,
  file: FileContext,
  places: HandlePlace[],
): void {
  const receiver = skipWrappers(target.expression);
  if (receiver.kind === ts.SyntaxKind.ThisKeyword || isThisAlias(receiver, file)) {
    places.push({ kind: 'field', owner: ownerOf(receiver, file), name, at: target });
  } else {
    places.push({ kind: 'property', name, at: target });
  }
}

/** `timer` of `x[timer]`, where `timer` is a symbol or a constant of the module: it names one member. */
export function findConstantKey(access: ts.ElementAccessExpression, file: FileContext): string | undefined {
  const key = skipWrappers(access.argumentExpression);
  const binding = ts.isIdentifier(key) ? file.bindingOf(key) : undefined;
  const isConstant = binding?.scope === file.moduleScope && /^(?:const|import)$/.test(binding.kind);
  return isConstant ? binding.name : undefined;
}

/** `self` of `const self = this`. */
export function isThisAlias(receiver: ts.Expression, file: FileContext): boolean {
  return thisAliased(receiver, file) !== undefined;
}

function thisAliased(receiver: ts.Expression, file: FileContext): ts.Expression | undefined {
  if (!ts.isIdentifier(receiver)) return undefined;
  const declaration = file.bindingOf(receiver)?.declaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const value = skipWrappers(declaration.initializer);
  return value.kind === ts.SyntaxKind.ThisKeyword ? value : undefined;
}

function ownerOf(receiver: ts.Expression, file: FileContext): OwnerNode | undefined {
  return findThisOwner(thisAliased(receiver, file) ?? receiver, file);
}

/** The last written name of what holds something: `this.timers` → `timers`, `this[key]` → `this`. */
export function nameOfHolder(expression: ts.Expression): string {
  const at = skipWrappers(expression);
  if (ts.isIdentifier(at)) return at.text;
  const name = findMemberName(at);
  if (name !== undefined) return name;
  if (ts.isElementAccessExpression(at)) return nameOfHolder(at.expression);
  if (ts.isCallExpression(at)) return nameOfHolder(at.expression);
  return at.kind === ts.SyntaxKind.ThisKeyword ? 'this' : '';
}

/** `new Map().set(key, handle)`: the handle goes where the fresh collection goes. */
function isAddedToFresh(call: ts.CallExpression | ts.NewExpression): boolean {
  const target = findMethodCall(call);
  return target !== undefined && /^(?:set|add)$/.test(target.method) && ts.isNewExpression(target.receiver);
}

function placeArgument(call: ts.CallExpression | ts.NewExpression, places: HandlePlace[]): void {
  const target = findMethodCall(call);
  if (target && addMethods.test(target.method)) {
    places.push({ kind: 'collection', name: nameOfHolder(target.receiver), at: call });
  } else {
    places.push({ kind: 'handed-over', how: 'argument' });
  }
}

/** `const [a, b] = [setInterval(…), …]`, `this.timers = [setInterval(…)]`. */
function followList(
  list: ts.ArrayLiteralExpression,
  file: FileContext,
  places: HandlePlace[],
  seen: Set<Binding>,
): void {
  const { parent } = getOutermostWrapped(list);
  if (
    isAssignment(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent)
  ) {
    const target = isAssignment(parent) ? parent.left : parent.name;
    const name = ts.isIdentifier(target) ? target.text : nameOfHolder(target as ts.Expression);
    places.push({ kind: 'collection', name, at: list });
  } else {
    follow(list, file, places, seen);
  }
}

function isArgument(value: ts.Node, parent: ts.Node): parent is ts.CallExpression | ts.NewExpression {
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return false;
  return parent.expression !== value;
}

function isRelease(call: ts.CallExpression | ts.NewExpression): boolean {
  const name = calleeName(call);
  return /^clear(?:Interval|Timeout|Immediate)$/.test(name);
}

function isCondition(value: ts.Node, parent: ts.Node): boolean {
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isPrefixUnaryExpression(parent)) return true;
  if (ts.isTypeOfExpression(parent) || ts.isDeleteExpression(parent)) return true;
  if (ts.isConditionalExpression(parent)) return parent.condition === value;
  if (!ts.isBinaryExpression(parent)) return false;
  if (
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  ) {
    return false;
  }
  return !isLogical(parent) || parent.right !== value;
}

/** In variables of the module, outside of all functions. */
export function isKeptByModule(places: readonly HandlePlace[]): boolean {
  return places.every((place) => place.kind === 'binding' && !findEnclosingFunction(place.binding.identifier));
}

function isUsing(declaration: ts.VariableDeclaration): boolean {
  const blockScoped = declaration.parent.flags & ts.NodeFlags.BlockScoped;
  return blockScoped === ts.NodeFlags.Using || blockScoped === ts.NodeFlags.AwaitUsing;
}

/** `new Promise((resolve) => setTimeout(resolve))` and `list.forEach(() => setInterval(…))` give the result to nobody. */
function isDiscardedResult(node: ts.ReturnStatement | ts.ArrowFunction, file: FileContext): boolean {
  if (ts.isReturnStatement(node)) return false;
  const outer = getOutermostWrapped(node);
  const { parent } = outer;
  if (ts.isNewExpression(parent)) return ts.isIdentifier(parent.expression) && parent.expression.text === 'Promise';
  if (!ts.isCallExpression(parent)) return false;
  const target = findMethodCall(parent);
  if (target)
    return /^(?:forEach|on|once|then|catch|finally|addListener|addEventListener|nextTick)$/.test(target.method);
  const callee = skipWrappers(parent.expression);
  return (
    ts.isIdentifier(callee) &&
    !file.bindingOf(callee) &&
    /^(?:setTimeout|setImmediate|queueMicrotask)$/.test(callee.text)
  );
}
