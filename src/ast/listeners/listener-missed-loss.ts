import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { listLinks } from '../life/link-of-owner.ts';
import { acts, isLasting, listRuns } from '../life/lost-connection.ts';
import { type ClassField, isDisposerName } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  isAssignment,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { runsForUsers } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { findListenerFunction, pathOf } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import type { ListenerLeak, ListenerPlace } from './listener-place.ts';

/**
 * A listener on what an owner was handed, which `close()` takes away: where the owner hears that what it talks over has
 * closed by itself, it is over just as well, and does not.
 */
export function findMissedAtLoss({ add, life, promise, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || life.isSingleton || promise || file.role === 'ui' || !add.isEventKnown) return undefined;
  const [self, name, ...rest] = (add.target ?? '').split('.');
  const field = self === 'this' && name !== undefined && rest.length === 0 ? life.shape.fields.get(name) : undefined;
  if (!field || isMadeHere(field)) return undefined;
  const ends = listEndsOf(add, file);
  const enders = ends.flatMap((end) => findEnclosingFunction(end) ?? []);
  if (ends.length === 0 || !enders.every((fn) => isDisposerName(nameOfFunction(fn)))) return undefined;
  for (const link of listLinks(life, file)) {
    if (link.field === undefined || link.field === name || isLasting(link, life, file)) continue;
    const closed = link.told.find((told) => acts(told, file));
    const runs = withCallees(listRuns(link.told, life, file), file);
    const isTaken = ends.some((end) => runs.some((fn) => isWithin(end, fn)));
    if (!closed || isTaken || runs.some((fn) => isWithin(add.call, fn)) || !runs.some((fn) => endsOwner(fn, file)))
      continue;
    return {
      shape: 'sibling',
      what: `each ${life.shape.name} whose ${link.field} closes by itself`,
      missed: closed.at,
      confidence: 'likely',
      sureWhen: runsForUsers(add.call, file),
    };
  }
  return undefined;
}

/**
 * A listener on what an owner was handed, which nothing takes away: where the owner begins, it hears of the close of what it
 * talks over as well, and undoes other things then.
 */
export function findForgottenAtLoss({
  add,
  fn,
  life,
  promise,
  emitter,
  file,
}: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || life.isSingleton || promise || file.role === 'ui' || emitter !== 'field')
    return undefined;
  const name = fieldOf(add.receiver, file);
  const field = name === undefined ? undefined : life.shape.fields.get(name);
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!field || isMadeHere(field) || !listener || !isWithin(listener, fn)) return undefined;
  for (const link of listLinks(life, file)) {
    if (link.field === undefined || link.field === name || isLasting(link, life, file)) continue;
    const here = link.told.find((told) => findEnclosingFunction(told.at) === fn && acts(told, file));
    const links = life.shape.fields.get(link.field);
    if (!here || !links || isMadeHere(links) || !usesField(listener, link.field)) continue;
    return {
      shape: 'sibling',
      what: `each ${life.shape.name} whose ${link.field} closes`,
      missed: here.at,
      confidence: 'likely',
      sureWhen: runsForUsers(add.call, file),
    };
  }
  return undefined;
}

/** It works for what has closed by then. */
function usesField(listener: FunctionNode, field: string): boolean {
  return new RegExp(`\\b(?:this|self|that|me|_this)\\.${field.replace(/[#$]/g, '\\$&')}(?![\\w$])`).test(
    listener.getText(),
  );
}

/** `broker` of `this.broker.feed`, and of `feed` of `const { feed } = this.broker`. */
function fieldOf(receiver: ts.Expression, file: FileContext): string | undefined {
  const root = rootOfMembers(skipWrappers(receiver));
  let at: ts.Node | undefined = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  while (at && ts.isBindingElement(at)) at = at.parent.parent;
  const value = at && ts.isVariableDeclaration(at) && at.initializer ? at.initializer : receiver;
  const [self, name] = pathOf(value, file)?.split('.') ?? [];
  return self === 'this' ? name : undefined;
}

/** `this.bus = new Bus()`: it goes with its owner. */
function isMadeHere({ values }: ClassField): boolean {
  return values.some((value) => {
    const made = skipWrappers(value);
    return ts.isNewExpression(made) || ts.isCallExpression(made) || ts.isAwaitExpression(made);
  });
}

const over = /clos|dead|destroy|disconnect|\bend|terminat/i;

/** Says that the owner is over: `this.state = State.CLOSED`, `this.isClosed = true`, `this.emit('close')`, `this.removeAllListeners()`. */
function endsOwner(fn: FunctionNode, file: FileContext): boolean {
  const isSaid = listNodesWithin('BinaryExpression', fn, file).some((node) => {
    if (!isAssignment(node) || findMemberPath(node.left)?.[0] !== 'this') return false;
    const value = skipWrappers(node.right);
    if (value.kind === ts.SyntaxKind.TrueKeyword) return over.test(findMemberPath(node.left)!.at(-1)!);
    return over.test(findStringValue(value) ?? findMemberPath(value)?.at(-1) ?? '');
  });
  return (
    isSaid ||
    listNodesWithin('CallExpression', fn, file).some((call) => {
      const found = findMethodCall(call);
      if (found?.receiver.kind !== ts.SyntaxKind.ThisKeyword) return false;
      if (found.method === 'removeAllListeners') return call.arguments.length === 0;
      return found.method === 'emit' && over.test(call.arguments[0]?.getText(file.source) ?? '');
    })
  );
}
