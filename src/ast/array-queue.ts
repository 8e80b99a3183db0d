import type { FileContext } from '../model/file-context.ts';
import { findListHome } from './list-home.ts';
import { findIterated } from './loop-facts.ts';
import { soundsLarge } from './size.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isLoop,
  isWithin,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

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
  loop: ts.Node;
}

const fewNames =
  /(?:args?|argv|func(?:tion)?s?|fns?|cbs?|parts?|segments?|path|paths|stack|handlers?|listeners?|middlewares?|callbacks?|waiters?|resolvers?|plugins?|steps?|hooks?|keys?|words?|retries|delays|timestamps|recent|history|samples|window|lru|pool|idle|free|idleConnections|queries)$/i;

/** Judges a `shift()` or `splice(0, 1)` in a loop that drains what outlives the function or what data makes long. */
export function findArrayQueue(call: ts.CallExpression, file: FileContext): ArrayQueue | undefined {
  const target = findMethodCall(call);
  if (!target || !takesFirst(target.call, target.method)) return undefined;
  const list = skipWrappers(target.receiver);
  const name = findMemberPath(list)?.at(-1)?.replace(/^#/, '');
  if (name === undefined || fewNames.test(name)) return undefined;
  const loop = findDrain(call, list);
  const home = loop && findListHome(list, file);
  if (!loop || !home || isOtherQueue(home.declaration) || hasCap(home.accesses, loop)) return undefined;
  const isKept = home.isKept && home.accesses.some((a) => isPush(a) && !isWithin(a, loop));
  const isLong = home.declaration?.initializer && soundsLarge(home.declaration.initializer, file);
  if (!isKept && !isLong) return undefined;
  const { accesses, declaration, isPrivate } = home;
  return { call, list, name, declaration, accesses, isPrivate, loop };
}

/** `new Deque()` and the like have a `shift` of their own. */
function isOtherQueue(declaration: ArrayQueue['declaration']): boolean {
  const initial = declaration?.initializer && skipWrappers(declaration.initializer);
  if (!initial || !ts.isNewExpression(initial)) return false;
  return !ts.isIdentifier(initial.expression) || initial.expression.text !== 'Array';
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

/** `if (list.length >= max) …` somewhere. */
function hasCap(accesses: readonly ts.Expression[], loop: ts.Node): boolean {
  return accesses.some((access) => {
    if (isWithin(access, loop)) return false;
    const length = getOutermostWrapped(access).parent;
    if (findMemberName(length) !== 'length' || !ts.isBinaryExpression(length.parent)) return false;
    const { operatorToken, right } = length.parent;
    const isUpper =
      operatorToken.kind === ts.SyntaxKind.GreaterThanToken ||
      operatorToken.kind === ts.SyntaxKind.GreaterThanEqualsToken;
    return isUpper && !/^[01]$/.test(right.getText());
  });
}
