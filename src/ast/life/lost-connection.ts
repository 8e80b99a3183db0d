import type { FileContext } from '../../model/file-context.ts';
import { type HandlePlace, listHandlePlaces } from '../handles/handle-escape.ts';
import { findListenerFunction, listAdds } from '../listeners/listener-calls.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { listClearsOf } from '../timers/clears-of-places.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { isClearedBy } from '../timers/uncleared-loss.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { asksForEnd, findCalled, withCallees } from './after-end.ts';
import { type Life, lifeOf } from './life-cycle.ts';
import { type Link, listLinks, type Told } from './link-of-owner.ts';

/** What connects anew by itself, or closes only when it is told to: its close is no loss. */
const lasting =
  /dgram|redis|mongo|reconnecting|connection-manager|socket\.io|kafka|nats|mqtt|sequelize|knex|^pg$|mysql|rhea/;

/**
 * The listener that is told of the loss of what an owner talks over, and leaves a timer of that owner running which
 * works on it: the owner's other methods clear that, this one does not. None where the loss starts the timer anew.
 */
export function findMissedLoss(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): ts.Node | undefined {
  const arms = findEnclosingFunction(call);
  const first = findRun(call, file);
  if (life.kind !== 'owner' || !arms || !first || !places.every(({ kind }) => kind === 'field')) return undefined;
  const all = listClearsOf(places, file);
  const clears = all.filter((clear) => !isWithin(clear, first) && findEnclosingFunction(clear) !== arms);
  // There is never more than one, and a connection that is set up again later has use for it.
  const isSetAnew = all.some((clear) => findEnclosingFunction(clear) === arms && clear.end < call.pos);
  const names = places.map((place) => ('name' in place ? place.name : ''));
  if (clears.length === 0 || asksForEnd(call, [first], life, file, names)) return undefined;
  for (const link of listLinks(life, file)) {
    const closed = link.told.find((add) => acts(add, file));
    if (
      !closed ||
      isOverBefore(closed, arms, clears, file) ||
      isLasting(link, life, file) ||
      connects(first, link, file) ||
      !worksOn(first, link, life, file)
    )
      continue;
    const runs = listRuns(link.told, life, file);
    if (
      runs.some((fn) => isWithin(call, fn)) ||
      withCallees(runs, file).some((fn) => fn === arms && (isSetAnew || !isLater(arms, runs, file)))
    )
      continue;
    if (!clears.some((clear) => withCallees(runs, file).some((fn) => isWithin(clear, fn)))) return closed.at;
  }
  return undefined;
}

/** `db.on('disconnected', () => clearInterval(sweep))`: who hears that a link is lost clears the timer; the next one is set where none is left. */
export function isClearedAtLoss(call: ts.CallExpression, file: FileContext): boolean {
  const told = listAdds(file).flatMap(({ event, listener }) => {
    const run = lossEvent.test(event) && listener ? findListenerFunction(listener, file) : undefined;
    return run ? [run] : [];
  });
  if (told.length === 0) return false;
  const runs = withCallees(told, file);
  return listClearsOf(listHandlePlaces(call, file), file).some((clear) => runs.some((fn) => isWithin(clear, fn)));
}

const lossEvent = /^(?:disconnect(?:ed|ing)?|close|end|offline|reconnecting)$/;

/**
 * Whoever begins to listen for the close clears the timer: it is over by then. Or the listener for errors that is added
 * where the timer is set does so: nothing else is told of before.
 */
function isOverBefore(closed: Told, arms: FunctionNode, clears: readonly ts.Node[], file: FileContext): boolean {
  const listens = findEnclosingFunction(closed.at);
  if (clears.some((clear) => findEnclosingFunction(clear) === listens)) return true;
  return listAdds(file).some(
    (add) => add.event === 'error' && findEnclosingFunction(add.call) === arms && isClearedBy(add, clears, file),
  );
}

/** Also `setTimeout(this.onTimeout.bind(this), …)` of prototypes, and by a variable. */
function findRun({ arguments: [given] }: ts.CallExpression, file: FileContext): FunctionNode | undefined {
  const run = given && findListenerFunction(given, file);
  const declaration = given && !run && ts.isIdentifier(given) ? file.bindingOf(given)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return run ?? (value && findListenerFunction(value, file));
}

/** It does more than to write a log. */
export function acts({ listener }: Told, file: FileContext): boolean {
  const fn = findListenerFunction(listener, file);
  if (!fn) return ts.isCallExpression(skipWrappers(listener));
  const calls = listNodesWithin('CallExpression', fn, file);
  const isLog = (at: ts.CallExpression): boolean =>
    /^(?:debug|trace|log|info|warn|error|silly|verbose|notice)$/.test(
      findMemberName(at.expression) ?? at.expression.getText(file.source),
    );
  return calls.some((at) => !isLog(at)) || listNodesWithin('BinaryExpression', fn, file).some(isAssignment);
}

/** The functions that run when it is lost; also those that listen on the owner for what these emit. */
export function listRuns(
  told: readonly Told[],
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): readonly FunctionNode[] {
  const runs = told.flatMap(({ listener }) => findListenerFunction(listener, file) ?? []);
  const emitted = new Set<string>();
  const emits = [
    ...withCallees(runs, file).flatMap((fn) => listNodesWithin('CallExpression', fn, file)),
    ...told.flatMap(({ listener }) => listNodesWithin('CallExpression', listener, file)),
  ];
  for (const at of emits) {
    const method = findMethodCall(at)?.method;
    // `this.emit('close')` and `this.emit.bind(this, 'close')`.
    const event = method === 'emit' ? at.arguments[0] : method === 'bind' ? at.arguments[1] : undefined;
    const name = findStringValue(event);
    if (name !== undefined) emitted.add(name);
  }
  const heard = listAdds(file).filter((add) => {
    const of = add.target === 'this' && emitted.has(add.event) ? lifeOf(add.call, file) : undefined;
    return of?.kind === 'owner' && of.shape.node === life.shape.node;
  });
  return [...runs, ...heard.flatMap(({ listener }) => (listener && findListenerFunction(listener, file)) || [])];
}

/** A later timer, not the loss itself, leads from `runs` to `arms`. */
function isLater(arms: FunctionNode, runs: readonly FunctionNode[], file: FileContext): boolean {
  const seen = new Set<FunctionNode>(runs);
  const open = [...runs];
  for (let fn = open.pop(); fn; fn = open.pop()) {
    if (fn === arms) return false;
    for (const at of listNodesWithin('CallExpression', fn, file)) {
      const called = isInTimer(at, fn, file) ? undefined : findCalled(at, file);
      if (called && !seen.has(called)) {
        seen.add(called);
        open.push(called);
      }
    }
  }
  return true;
}

function isInTimer(node: ts.Node, within: FunctionNode, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn && fn !== within; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (ts.isCallExpression(call) && findTimerFunction(call, file)) return true;
  }
  return false;
}

/** Uses what the field holds, or what that comes from; ends the owner, where that is what closes. */
function worksOn(
  run: FunctionNode,
  { field, told }: Link,
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): boolean {
  const runs = withCallees([run], file);
  const locals = told.flatMap(({ receiver }) => (ts.isIdentifier(receiver) ? (file.bindingOf(receiver) ?? []) : []));
  if (locals.some(({ references }) => references.some((use) => isWithin(use, run)))) return true;
  if (field === undefined) return runs.some((fn) => fn !== run && isDisposerName(nameOfFunction(fn)));
  const fields = [field, ...listHolders(field, life)].map((name) => name.replace(/[#$]/g, '\\$&'));
  const use = new RegExp(`\\b(?:this|self|that|me|_this)\\.(?:${fields.join('|')})\\b`);
  return runs.some((fn) => use.test(fn.getText(file.source)));
}

/** `conn` where the field is `this.conn.stream`. */
function listHolders(field: string, life: Extract<Life, { kind: 'owner' }>): readonly string[] {
  return (life.shape.fields.get(field)?.values ?? []).flatMap((value) => {
    const path = findMemberPath(value);
    return path && path.length > 2 && path[0] === 'this' ? [path[1]!] : [];
  });
}

/** It makes the connection: a try that comes later. */
function connects(run: FunctionNode, { told }: Link, file: FileContext): boolean {
  return withCallees([run], file).some((fn) => told.some(({ at }) => isWithin(at, fn)));
}

export function isLasting({ field }: Link, life: Extract<Life, { kind: 'owner' }>, file: FileContext): boolean {
  const values = field === undefined ? [] : (life.shape.fields.get(field)?.values ?? []);
  return values.some((value) => {
    const at = skipWrappers(value);
    const made = ts.isNewExpression(at) || ts.isCallExpression(at) ? at.expression : at;
    const origin = findOrigin(made, file);
    return origin !== undefined && lasting.test(bareModule(origin.module));
  });
}
