import type { FileContext } from '../../model/file-context.ts';
import { listLiveRemovals, methodAround, runsAtEnd } from '../life/trimming.ts';
import { eventKindOf } from '../listeners/event-kind.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInFinally } from '../where/conditions.ts';
import type { Add, Growth, Removal } from './container-growth.ts';
import { type Container, shownName } from './containers.ts';
import { isFresh } from './fresh-key.ts';
import { isMemo } from './memo.ts';
import { isNeverAnswered } from './pending-entry.ts';
import { listTables } from './tables.ts';

/** What of a file tells that an entry is of no use any more though nothing takes it out. */
export interface LeftBehind {
  /**
   * `unanswered`: nothing takes out what waits for one answer; `ended`: it is ended by its key; `beside`: the entry of
   * another table under the same key is taken out; `once`: its key is that of one message.
   */
  kind: 'unanswered' | 'ended' | 'beside' | 'once';
  at: ts.Node | undefined;
  note: string;
}

/** Whether an entry that no one takes out while its table lives is over all the same, by what the file does with it or with what is kept beside it. */
export function findLeftBehind(
  add: Add,
  container: Container,
  growth: Growth,
  file: FileContext,
): LeftBehind | undefined {
  if (!add.key || listLiveRemovals(growth, file).length > 0) return undefined;
  if (isNeverAnswered(add, growth, file)) return { kind: 'unanswered', at: undefined, note: '' };
  const end = findEndOfEntry(growth, file);
  if (end) return { kind: 'ended', at: end, note: 'what it stands for is ended here' };
  const beside = findRemovalBeside(add, container, file);
  if (beside) return { kind: 'beside', at: beside.node, note: `the entry of \`${beside.name}\` is taken out here` };
  if (growth.removals.length > 0 || isMemo(add, container, growth, file)) return undefined;
  const isOnce = ofOneMessage.test(findMemberPath(skipWrappers(add.key))?.at(-1) ?? '');
  return isOnce ? { kind: 'once', at: undefined, note: '' } : undefined;
}

/** What is handed out anew for each message, and never comes again. */
const ofOneMessage =
  /^_*(?:[a-z]\w*)?(?:[cC]orrelation|[rR]equest|[rR]eq|[mM]essage|[mM]sg|[pP]acket|[iI]nvocation|[rR]pc|[cC]all)_?(?:[iI][dD]|[nN]once)$|^_*(?:\w+N|n)once$/;

const endingMethod = /^(?:close|destroy|dispose|cancel|terminate|abort|kill|unsubscribe|quit|shutdown|resolve|reject)$/;
const takingCall = /^(?:clearTimeout|clearInterval|clearImmediate|removeListener|removeEventListener|off|unlisten)$/;
const settler = /^_?(?:resolve|reject|deferred|callback|cb|done)(?:Fn|Func|Function)?$/;

/** `resetCircuitBreaker(name)`: what is closed there goes on. */
const beginsAnew = /^_*(?:reset|restart|reopen|reload|reconnect|refresh|force|toggle)(?![a-z])/;

/** `this.watchers.get(path).close()`, `clearTimeout(timers[id])`, `const { resolve } = pending[id]; resolve(answer)`, in a function that adds nothing. */
function findEndOfEntry(growth: Growth, file: FileContext): ts.Node | undefined {
  for (const { node, key, fn } of growth.reads) {
    if (!key || !fn || runsAtEnd(fn, file) || !isOfOne(key, file) || beginsAnew.test(nameOfFunction(fn))) continue;
    if (growth.adds.some((add) => isReplaced(methodAround(add.fn), methodAround(fn), file))) continue;
    const end = findEnd(node) ?? findEndOfVariable(node, file);
    if (end) return end;
  }
  return undefined;
}

/** One function both ends and adds, or calls the other: a new entry takes the place of the old one. */
function isReplaced(adder: FunctionNode | undefined, ender: FunctionNode | undefined, file: FileContext): boolean {
  if (!adder || !ender || adder === ender) return adder === ender;
  const calls = (inner: FunctionNode, outer: FunctionNode): boolean =>
    listCallsOf(inner, file).some((call) => isWithin(call, outer));
  return calls(adder, ender) || calls(ender, adder);
}

/** No key of a walk over the whole table, as where all of it is shut down. */
function isOfOne(key: ts.Expression, file: FileContext): boolean {
  const root = rootOfMembers(key);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration) return false;
  // A class or function of the module has no holder.
  const holder: ts.Node | undefined = declaration.parent.parent;
  if (holder && (ts.isForInStatement(holder) || ts.isForOfStatement(holder))) return false;
  const call = ts.isParameter(declaration) ? getOutermostWrapped(declaration.parent).parent : undefined;
  return !(call && /^(?:forEach|map|filter|every|some)$/.test(findMethodCall(call)?.method ?? ''));
}

function findEnd(value: ts.Node): ts.Node | undefined {
  const outer = getOutermostWrapped(value);
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    const isCalled = ts.isCallExpression(parent.parent) && parent.parent.expression === parent;
    const isEnd = isCalled && endingMethod.test(parent.name.text);
    // `client.unsubscribe(topic)` leaves one thing of many.
    return isEnd && !(parent.name.text === 'unsubscribe' && parent.parent.arguments.length > 0)
      ? parent.parent
      : undefined;
  }
  if (!ts.isCallExpression(parent) || !parent.arguments.includes(outer as ts.Expression)) return undefined;
  // `EventEmitter.prototype.removeListener.call(this, event, listener)`
  const target = findMethodCall(parent);
  const callee = target?.method === 'call' ? target.receiver : skipWrappers(parent.expression);
  const name = findMemberName(callee) ?? (ts.isIdentifier(callee) ? callee.text : '');
  return takingCall.test(name) ? parent : undefined;
}

/** The end of what a variable was given. */
function findEndOfVariable(read: ts.Node, file: FileContext): ts.Node | undefined {
  const { parent } = getOutermostWrapped(read);
  if (!ts.isVariableDeclaration(parent)) return undefined;
  const { name } = parent;
  if (ts.isIdentifier(name)) {
    for (const use of file.bindingOf(name)?.references ?? []) {
      const end = findEnd(use);
      if (end) return end;
    }
    return undefined;
  }
  const given = ts.isObjectBindingPattern(name)
    ? name.elements.find((element) => settler.test(findPropertyName(element.propertyName) ?? element.name.getText()))
    : undefined;
  const uses = given && ts.isIdentifier(given.name) ? file.bindingOf(given.name)?.references : undefined;
  return uses?.map(({ parent: call }) => call).find(ts.isCallExpression);
}

const endOfOne =
  /^_*(?:remove|delete|unregister|unsubscribe|unlisten|unwatch|untrack|destroy|dispose|disconnect|close|leave|drop|forget|detach|kill|terminate|cleanup|cleanUp|on(?:Close|Disconnect|Leave|Exit|End))(?:[A-Z]\w*)?$/;

/**
 * A table of the same owner that is handed the same key in the same run and loses it again; or that loses in this run's
 * `finally` what was not added to it, but here.
 */
function findRemovalBeside(
  add: Add,
  container: Container,
  file: FileContext,
): { name: string; node: ts.Node } | undefined {
  const key = add.key!.getText(file.source);
  const isOfKey = (one: { key: ts.Expression | undefined; node: ts.Node; fn: FunctionNode | undefined }): boolean =>
    one.key?.getText(file.source) === key && isSideBySide(one, add);
  for (const { container: other, growth } of listTables(file)) {
    if (other.at === container.at || !isOfOneOwner(other, container)) continue;
    const removals = listLiveRemovals(growth, file).filter(({ key: removed }) => removed !== undefined);
    const removal = growth.adds.some(isOfKey)
      ? isFresh(add.key!, file)
        ? removals[0]
        : removals.find(({ fn }) => isEndOfKey(fn))
      : removals.find((one) => one.key?.getText(file.source) === key && isCleanUpOf(add, one));
    if (removal) return { name: shownName(other), node: removal.node };
  }
  return undefined;
}

function isCleanUpOf(add: Add, { node, fn }: Removal): boolean {
  let at = node;
  for (let inner = fn; inner && inner !== methodAround(fn); inner = findEnclosingFunction(inner)) at = inner.parent;
  return isInFinally(at) && node.pos > add.node.end && methodAround(fn) === methodAround(add.fn);
}

function isOfOneOwner({ home: one }: Container, { home: other }: Container): boolean {
  if (one.kind === 'field' || other.kind === 'field')
    return one.kind === 'field' && other.kind === 'field' && one.shape === other.shape;
  return one.kind === other.kind && one.binding.scope === other.binding.scope;
}

/** In one function or in a callback of it, neither in a branch that the other one is not in. */
function isSideBySide(one: { node: ts.Node; fn: FunctionNode | undefined }, other: Add): boolean {
  if (!one.fn || !other.fn || !(isWithin(one.fn, other.fn) || isWithin(other.fn, one.fn))) return false;
  const branches = [one.node, other.node].map(findBranch);
  return branches.every((branch) => !branch || (isWithin(one.node, branch) && isWithin(other.node, branch)));
}

function findBranch(node: ts.Node): ts.Node | undefined {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent)
    if (ts.isIfStatement(at.parent) && at.parent.expression !== at) return at;
  return undefined;
}

/** `removeClient(id)`, `socket.on('close', () => …)`: what the key stands for is gone, not only over with one thing. */
function isEndOfKey(fn: FunctionNode | undefined): boolean {
  for (let at = fn; at; at = findEnclosingFunction(at)) {
    if (endOfOne.test(nameOfFunction(at))) return true;
    const { parent } = getOutermostWrapped(at);
    const target = ts.isCallExpression(parent) ? findMethodCall(parent) : undefined;
    const event = target && /^(?:on|once|addEventListener|addListener)$/.test(target.method) ? parent : undefined;
    const name = event && findStringValue((event as ts.CallExpression).arguments[0]);
    if (name !== undefined && eventKindOf(name) === 'last' && name !== 'error') return true;
  }
  return false;
}
