import type { FileContext } from '../../model/file-context.ts';
import { isThisAlias } from '../handles/handle-escape.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { listAdds, listHandlers } from '../listeners/listener-calls.ts';
import { findMemberPath, isAssignment, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isHandedSocket } from '../where/handed-socket.ts';
import { type Life, lifeOf } from './life-cycle.ts';

/** One who is told of the end of something: a listener, or a handler that is set as its `onclose`. */
export interface Told {
  at: ts.Node;
  receiver: ts.Expression;
  listener: ts.Expression;
}

/** What an owner talks over: the field that holds it, undefined for the owner itself; and who is told of its loss. */
export interface Link {
  field: string | undefined;
  told: readonly Told[];
}

/** By the field that holds them, in the order in which they are listened to. */
export function listLinks(life: Extract<Life, { kind: 'owner' }>, file: FileContext): readonly Link[] {
  const links = new Map<string, Told[]>();
  for (const add of listTold(file)) {
    const of = lifeOf(add.at, file);
    if (of.kind !== 'owner' || of.shape.node !== life.shape.node) continue;
    const field = findField(add.receiver, file);
    if (field === undefined) continue;
    const told = links.get(field);
    if (told) told.push(add);
    else links.set(field, [add]);
  }
  return [...links].map(([field, told]) => ({ field: field || undefined, told }));
}

/** Whether an instance stands for one connection: it is told of the end of the socket that it was handed as it was made. */
export function standsForSocket(life: Life, file: FileContext): boolean {
  if (life.kind !== 'owner' || life.isSingleton) return false;
  return listLinks(life, file).some(({ told }) => told.some(({ receiver }) => isHandedSocket(receiver, file)));
}

/** `end`: the other side has gone. */
function isLoss(event: string): boolean {
  return event === 'end' || isClosing(event);
}

/** Who listens for the end of anything in the file. */
export function listTold(file: FileContext): readonly Told[] {
  const added = listAdds(file).flatMap(({ call, receiver, event, listener }) =>
    listener && isLoss(event) ? [{ at: call as ts.Node, receiver: skipWrappers(receiver), listener }] : [],
  );
  const set = listHandlers(file).flatMap(({ receiver, event, listener }) =>
    isLoss(event) ? [{ at: listener, receiver: skipWrappers(receiver), listener }] : [],
  );
  return [...added, ...set];
}

/** `x` of `this.x`, and of `socket` where that is what `this.x` holds; empty for `this`. */
function findField(receiver: ts.Expression, file: FileContext): string | undefined {
  const path = findMemberPath(receiver);
  const isThis =
    path !== undefined && (path[0] === 'this' || isThisAlias(rootOfMembers(receiver), file)) && path.length <= 2;
  if (isThis) return path[1] ?? '';
  const binding = ts.isIdentifier(receiver) ? file.bindingOf(receiver) : undefined;
  if (!binding) return undefined;
  const { declaration } = binding;
  const value =
    ts.isVariableDeclaration(declaration) && declaration.initializer && skipWrappers(declaration.initializer);
  if (value) {
    const from = isAssignment(value) ? value.left : value;
    const held = findMemberPath(from);
    if (held && isOfThis(held)) return held[1];
  }
  for (const { parent } of binding.references) {
    if (!isAssignment(parent) || !ts.isIdentifier(skipWrappers(parent.right))) continue;
    const held = findMemberPath(parent.left);
    if (held && isOfThis(held)) return held[1];
  }
  return undefined;
}

function isOfThis(path: readonly string[]): boolean {
  return path.length === 2 && /^(?:this|self|that|me|_this)$/.test(path[0]!);
}
