import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findListHome } from '../size/list-home.ts';
import { findIterated } from '../size/loop-facts.ts';
import { soundsLarge } from '../size/size.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLoop,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isOutrun } from './outrun-queue.ts';
import { holdsWaiters, isFilledWhenEmpty, isOverBudget } from './queue-bounds.ts';

/** An array that is drained from its front: each `shift` moves all the others. */
export interface ArrayQueue {
  /** The `shift()` or `splice(0, 1)`. */
  call: ts.CallExpression;
  list: ts.Expression;
  name: string;
  /** Where it is declared, with what it begins as. */
  declaration: ts.VariableDeclaration | ts.PropertyDeclaration | undefined;
  accesses: readonly ts.Expression[];
  isPrivate: boolean;
  /** The loop that drains it; undefined where each call takes one. */
  loop: ts.Node | undefined;
  /** What fills it, if it outlives the function: how often that runs decides how long it gets. */
  fill: ts.CallExpression | undefined;
  /** The drain waits for something with each entry, which takes longer than to move the others. */
  isPaced: boolean;
  /** What drains it leaves off before it is empty, when no more is taken or its time is up. */
  isOutrun: boolean;
}

const fewNames =
  /(?:args?|argv|func(?:tion)?s?|fns?|cbs?|parts?|pieces?|fragments?|segments?|path|paths|stack|handlers?|listeners?|middlewares?|callbacks?|waiters?|resolvers?|plugins?|steps?|hooks?|keys?|words?|retries|delays|timestamps|recent|history|samples|window|lru|pool|idle|free|idleConnections|queries)$/i;

/** Judges a `shift()` or `splice(0, 1)` in a loop that drains what outlives the function or what data makes long. */
export function findArrayQueue(call: ts.CallExpression, file: FileContext): ArrayQueue | undefined {
  const target = findMethodCall(call);
  if (!target || !takesFirst(target.call, target.method)) return undefined;
  const list = skipWrappers(target.receiver);
  const name = findMemberPath(list)?.at(-1)?.replace(/^#/, '');
  if (name === undefined) return undefined;
  const home = findListHome(list, file);
  const loop = home && findDrain(call, list);
  if (!home || isOtherQueue(home) || hasCap(home.accesses, loop)) return undefined;
  const { accesses, declaration, isPrivate } = home;
  // A function that empties it before it puts one in leaves no more than one.
  const fn = findEnclosingFunction(call);
  const push = home.isKept ? accesses.find((a) => isPush(a) && findEnclosingFunction(a) !== fn) : undefined;
  const fill = push && pushOf(push);
  if (fill && (holdsWaiters(accesses.filter(isPush).map(pushOf), file) || isFilledWhenEmpty(fill, list, file)))
    return undefined;
  const isLong = loop && declaration?.initializer && soundsLarge(declaration.initializer, file);
  if (loop ? !fill && !isLong : !fill || !isPlainQueue(call, list, accesses, file)) return undefined;
  const facts = { isPaced: !!loop && awaits(loop), isOutrun: !!loop && !!fill && isOutrun(loop, call, file) };
  // What is called so is few, unless the code shows that it waits for want of time.
  if (fewNames.test(name) && !facts.isOutrun) return undefined;
  return { call, list, name, declaration, accesses, isPrivate, loop, fill, ...facts };
}

/** A class that is called a queue, and does no more with its array than to put in at the end and take from the front. */
function isPlainQueue(
  call: ts.CallExpression,
  list: ts.Expression,
  accesses: readonly ts.Expression[],
  file: FileContext,
): boolean {
  const owner = findThisOwner(list, file);
  if (!owner || !/(?:queue|fifo)$/i.test(classShape(owner, file).name)) return false;
  if (/\bsort\(|priority/i.test(owner.getText(file.source))) return false;
  const fn = findEnclosingFunction(call);
  return fn !== undefined && !isHandedOver(call) && accesses.every(isQueueUse) && !accesses.some(keepsCallback);
}

/** Taken by name only to be called or settled: what waits are functions, as many as are under way. */
function isHandedOver(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  return (ts.isCallExpression(parent) && parent.expression === call) || ts.isPropertyAccessExpression(parent);
}

/** `push({ task, resolve, reject })`: a caller waits for each, so that there are no more than callers. */
function keepsCallback(access: ts.Expression): boolean {
  const item = isPush(access) && pushOf(access).arguments[0];
  const value = item && skipWrappers(item);
  if (!value || !ts.isObjectLiteralExpression(value)) return false;
  return value.properties.some((p) =>
    /^(?:resolve|reject|callback|cb|done|defer(?:red)?)$/.test(findPropertyName(p.name) ?? ''),
  );
}

function isQueueUse(access: ts.Expression): boolean {
  const { parent } = getOutermostWrapped(access);
  if (ts.isPropertyAccessExpression(parent)) return /^(?:push|shift|length)$/.test(parent.name.text);
  return isAssignment(parent) || ts.isElementAccessExpression(parent);
}

function awaits(node: ts.Node): boolean {
  return ts.isAwaitExpression(node) || (!isFunctionNode(node) && (ts.forEachChild(node, awaits) ?? false));
}

/** `new Deque()` and the like have a `shift` of their own. */
function isOtherQueue({ declaration, accesses }: Pick<ArrayQueue, 'declaration' | 'accesses'>): boolean {
  const given = accesses.map((access) => {
    const { parent } = getOutermostWrapped(access);
    return isAssignment(parent) && skipWrappers(parent.left) === access ? parent.right : undefined;
  });
  return [declaration?.initializer, ...given].some((one) => {
    const initial = one && skipWrappers(one);
    if (!initial || !ts.isNewExpression(initial)) return false;
    return !ts.isIdentifier(initial.expression) || initial.expression.text !== 'Array';
  });
}

function takesFirst(call: ts.CallExpression, method: string): boolean {
  if (method === 'shift') return call.arguments.length === 0;
  return (
    method === 'splice' && call.arguments.length === 2 && call.arguments.every((a, i) => a.getText() === String(i))
  );
}

/** `while (list.length)`, `while ((item = list.shift()))`, `for (;;) { … if (!item) break }` of this function. */
function findDrain(call: ts.CallExpression, list: ts.Expression): ts.Node | undefined {
  const fn = findEnclosingFunction(call);
  const text = findMemberPath(list)?.join('.');
  for (let at: ts.Node = call; at.parent && at.parent !== fn; at = at.parent) {
    const { parent } = at;
    if (!isLoop(parent)) continue;
    if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return undefined;
    const condition = ts.isForStatement(parent) ? parent.condition : parent.expression;
    if (!condition) return undefined;
    if (isWithin(call, condition)) return parent;
    // `while (list.length > max)` trims; it does not drain.
    if (text !== undefined && isOverBudget(condition, text)) return undefined;
    const isOverLimit = ts.isBinaryExpression(condition) && !/^[01]$/.test(condition.right.getText());
    if (isOverLimit && !/&&/.test(condition.getText())) return undefined;
    const over = findIterated({ node: parent, over: undefined });
    const iterated =
      over ?? (ts.isBinaryExpression(condition) ? (lengthOf(condition.left) ?? lengthOf(condition.right)) : undefined);
    return iterated && findMemberPath(iterated)?.join('.') === text ? parent : undefined;
  }
  return undefined;
}

function lengthOf(node: ts.Expression): ts.Expression | undefined {
  const value = skipWrappers(node);
  const side = ts.isBinaryExpression(value) ? skipWrappers(value.left) : value;
  return ts.isPropertyAccessExpression(side) && side.name.text === 'length' ? side.expression : undefined;
}

function isPush(access: ts.Expression): boolean {
  const target = findMethodCall(getOutermostWrapped(access).parent.parent);
  return target?.method === 'push' && skipWrappers(target.receiver) === access;
}

function pushOf(access: ts.Expression): ts.CallExpression {
  return getOutermostWrapped(access).parent.parent as ts.CallExpression;
}

/** `if (list.length >= max) …` somewhere that turns more away, or drops some. */
function hasCap(accesses: readonly ts.Expression[], loop: ts.Node | undefined): boolean {
  return accesses.some((access) => {
    if (loop && isWithin(access, loop)) return false;
    const length = getOutermostWrapped(access).parent;
    if (findMemberName(length) !== 'length' || !ts.isBinaryExpression(length.parent)) return false;
    const { operatorToken, right } = length.parent;
    const isUpper =
      operatorToken.kind === ts.SyntaxKind.GreaterThanToken ||
      operatorToken.kind === ts.SyntaxKind.GreaterThanEqualsToken;
    return isUpper && !/^[01]$/.test(right.getText()) && turnsAway(length.parent);
  });
}

/** Whether a comparison does more than to tell somebody: a test that is not an `if`, or one that leaves, waits or drops. */
function turnsAway(test: ts.Node): boolean {
  for (let at = test; at.parent; at = at.parent) {
    if (ts.isIfStatement(at.parent) && at.parent.expression === at)
      return (
        at.parent.elseStatement !== undefined ||
        /\b(?:return|throw|await|break|continue|shift|splice|slice|pop|flush|drain|pause|length\s*=)\b/.test(
          at.parent.thenStatement.getText(),
        )
      );
    if (ts.isStatement(at.parent)) return true;
  }
  return true;
}
