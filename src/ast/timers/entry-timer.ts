import type { FileContext } from '../../model/file-context.ts';
import { type HandlePlace, nameOfHolder } from '../handles/handle-escape.ts';
import { withCallees } from '../life/after-end.ts';
import { findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';
import { listClearsOf } from './clears-of-places.ts';

const adds = /^(?:set|add|push|unshift)$/;

/** A timer that is kept in an entry of a table: `this.pending.set(id, { timer })`. */
export interface EntryTimer {
  /** The name of the table. */
  table: string;
  /** Where the timer is cleared, outside of what it runs. */
  clears: readonly ts.Node[];
}

/** Undefined where a handle goes anywhere else too, or where the entry itself has a way of clearing it. */
export function findEntryTimer(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): EntryTimer | undefined {
  const kept = places.filter((place) => place.kind === 'property');
  const [place, ...others] = kept;
  if (!place || others.length > 0 || places.some(({ kind }) => kind === 'field' || kind === 'collection'))
    return undefined;
  const table = findTable(place.at, file);
  if (table === undefined) return undefined;
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  const clears = listClearsOf(places, file).filter((clear) => !run || !isWithin(clear, run));
  return { table, clears };
}

/** The name of the table that the object goes to which keeps a handle as its property. */
function findTable(at: ts.Node, file: FileContext): string | undefined {
  if (ts.isObjectLiteralElement(at)) {
    const literal = at.parent as ts.ObjectLiteralExpression;
    // What ends the entry may be a function of its own.
    if (literal.properties.some((member) => hasFunction(member, file))) return undefined;
    const outer = getOutermostWrapped(literal);
    const kept = isAssignment(outer.parent) ? skipWrappers(outer.parent.left) : undefined;
    // `let room = rooms.get(id); if (!room) { room = { … }; rooms.set(id, room); }`
    if (kept && ts.isIdentifier(kept)) return findTableOfUses(file.bindingOf(kept)?.references ?? [], file);
    return findTableOf(outer, file);
  }
  const holder =
    findMemberName(at) === undefined ? undefined : skipWrappers((at as ts.PropertyAccessExpression).expression);
  if (!holder) return undefined;
  if (ts.isElementAccessExpression(holder)) return nameOfHolder(holder.expression) || undefined;
  const binding = ts.isIdentifier(holder) ? file.bindingOf(holder) : undefined;
  if (!binding || !ts.isVariableDeclaration(binding.declaration)) return undefined;
  const { initializer } = binding.declaration;
  return (initializer && findTableRead(initializer)) ?? findTableOfUses(binding.references, file);
}

function hasFunction(member: ts.ObjectLiteralElementLike, file: FileContext): boolean {
  if (isFunctionNode(member)) return true;
  const value = ts.isPropertyAssignment(member) ? member.initializer : undefined;
  const named = ts.isShorthandPropertyAssignment(member) ? member.name : value;
  return named !== undefined && findFunctionValue(named, file) !== undefined;
}

/** `table.get(key)`, `table[key]`. */
function findTableRead(value: ts.Expression): string | undefined {
  const at = skipWrappers(value);
  const target = findMethodCall(at);
  if (target?.method === 'get') return nameOfHolder(target.receiver) || undefined;
  if (ts.isElementAccessExpression(at)) return nameOfHolder(at.expression) || undefined;
  // `const peer = this.peers[id] = new Peer()`
  return isAssignment(at) ? (findTableRead(at.left) ?? undefined) : undefined;
}

/** The name of the table that a value is put into, itself or by the variable that holds it. */
export function findTableOf(value: ts.Node, file: FileContext): string | undefined {
  const { parent } = value;
  if (isAssignment(parent) && parent.right === value) {
    const left = skipWrappers(parent.left);
    return ts.isElementAccessExpression(left) ? nameOfHolder(left.expression) || undefined : undefined;
  }
  const target = findMethodCall(parent);
  if (target && adds.test(target.method) && target.call.arguments.includes(value as ts.Expression))
    return nameOfHolder(target.receiver) || undefined;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return undefined;
  return findTableOfUses(file.bindingOf(parent.name)?.references ?? [], file);
}

function findTableOfUses(uses: readonly ts.Identifier[], file: FileContext): string | undefined {
  for (const use of uses) {
    const { parent } = getOutermostWrapped(use);
    if (ts.isVariableDeclaration(parent)) continue;
    const table = findTableOf(getOutermostWrapped(use), file);
    if (table !== undefined) return table;
  }
  return undefined;
}

/**
 * The first place that takes all entries out of their table (`clear()`, a fresh one), and leaves the timers running that
 * another place clears first.
 */
export function findUnclearedDrop(
  call: ts.CallExpression,
  { table, clears }: EntryTimer,
  file: FileContext,
): ts.Node | undefined {
  if (clears.length === 0) return undefined;
  return listDrops(table, file).find((drop) => {
    const fn = findEnclosingFunction(drop);
    if (!fn || isWithin(call, fn) || isWithin(drop, call)) return false;
    // What an owner begins with.
    if (fn.kind === ts.SyntaxKind.Constructor || findThisOwner(drop, file) === fn) return false;
    return !isClearedAround(fn, clears, file) && !isClearedByCallers(fn, clears, file);
  });
}

/** Where all entries leave a table, by its name. */
function listDrops(table: string, file: FileContext): readonly ts.Node[] {
  const calls = listMethodCalls('clear', file).filter((call) => nameOfHolder(findMethodCall(call)!.receiver) === table);
  const fresh = file.nodes('BinaryExpression').filter((node) => {
    if (!isAssignment(node) || nameOfHolder(node.left) !== table || ts.isElementAccessExpression(node.left))
      return false;
    const value = skipWrappers(node.right);
    return (
      (ts.isNewExpression(value) && !value.arguments?.length) ||
      (ts.isObjectLiteralExpression(value) && value.properties.length === 0) ||
      (ts.isArrayLiteralExpression(value) && value.elements.length === 0) ||
      value.getText(file.source) === 'Object.create(null)'
    );
  });
  return [...calls, ...fresh].toSorted((a, b) => a.pos - b.pos);
}

/** The function, one around it, or one that it calls clears. */
function isClearedAround(fn: FunctionNode, clears: readonly ts.Node[], file: FileContext): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at))
    if (clears.some((clear) => isWithin(clear, at!))) return true;
  return withCallees([fn], file).some((of) => clears.some((clear) => isWithin(clear, of)));
}

/** Each one that calls the function, in this file, clears; none where nobody does. */
function isClearedByCallers(fn: FunctionNode, clears: readonly ts.Node[], file: FileContext): boolean {
  const { parent } = getOutermostWrapped(fn);
  // Of old prototypes: `self.reset()`.
  const name = isAssignment(parent) ? findMemberName(parent.left) : undefined;
  const calls = name === undefined ? listCallsOf(fn, file) : listMethodCalls(name, file);
  const callers = calls.flatMap((call) => findEnclosingFunction(call) ?? []);
  return callers.length > 0 && callers.every((caller) => isClearedAround(caller, clears, file));
}

/** Where a single entry leaves a table, but for what a timer of it does itself: `rooms.delete(id)`, `delete rooms[id]`. */
export function findTaken(table: string, timer: ts.Node, file: FileContext): ts.Node | undefined {
  const taken = listMethodCalls('delete', file).find(
    (call) => nameOfHolder(findMethodCall(call)!.receiver) === table && !isWithin(call, timer),
  );
  if (taken) return taken;
  const deletes = file.nodesOfKind(ts.SyntaxKind.DeleteExpression) as readonly ts.DeleteExpression[];
  return deletes.find(
    ({ expression: at }) =>
      ts.isElementAccessExpression(at) && nameOfHolder(at.expression) === table && !isWithin(at, timer),
  );
}
