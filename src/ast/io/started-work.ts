import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { findIterated, isDeclaredIn, listRepetitions } from '../size/loop-facts.ts';
import { type Size, sizeOfCount, soundsLarge } from '../size/size.ts';
import { findEnclosingFunction, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isStepped } from '../where/data-loop.ts';
import { isHandedMany } from '../where/given-values.ts';

/** Work that is started for all items before any of it is waited for. */
export interface StartedWork {
  items: ts.Expression;
  /** What is called with each item, or the call itself where its promise is pushed. */
  fn: ts.Expression;
  /** `items.map(fn)`, where it is written inside of what waits. */
  inline: ts.CallExpression | undefined;
  /** How many there are, where no list but a number says so. */
  size?: Size;
}

/** What waits for all promises of a list, and that list. */
export interface Gathering {
  method: 'all' | 'allSettled';
  work: StartedWork;
}

/** Functions of libraries that are `Promise.all` in another way. */
const sameAsAll = /^(?:promise-all-reject-late|p-all-settled|promise\.allsettled)$/;

/** `Promise.all(list)`, a function of a library that does the same, and bluebird's `Promise.map(items, fn)`. */
export function findGathering(call: ts.CallExpression, file: FileContext): Gathering | undefined {
  const target = findMethodCall(call);
  const [first, second] = call.arguments;
  if (!first) return undefined;
  if (!target) {
    if (!ts.isIdentifier(call.expression) || !/all/i.test(call.expression.text)) return undefined;
    const origin = findOrigin(call.expression, file);
    const work = origin && sameAsAll.test(bareModule(origin.module)) ? findStartedWork(first, file) : undefined;
    // There is no `Promise.all` in it whose callback could be run in turn.
    return work && { method: 'all', work: { ...work, inline: undefined } };
  }
  if (!ts.isIdentifier(target.receiver)) return undefined;
  const { method } = target;
  if (method === 'map') {
    const isBluebird = second && call.arguments.length === 2 && isOfBluebird(target.receiver, file);
    return isBluebird ? { method: 'all', work: { items: first, fn: second, inline: undefined } } : undefined;
  }
  if (target.receiver.text !== 'Promise' || (method !== 'all' && method !== 'allSettled')) return undefined;
  const work = findStartedWork(first, file);
  return work && { method, work };
}

function isOfBluebird(receiver: ts.Identifier, file: FileContext): boolean {
  const origin = findOrigin(receiver, file);
  return origin !== undefined && bareModule(origin.module) === 'bluebird';
}

/** `items.map(fn)`, also under a name, and a list that each round of a loop pushes one more promise to. */
function findStartedWork(list: ts.Expression, file: FileContext): StartedWork | undefined {
  const value = skipWrappers(list);
  const written = findMap(value);
  if (written) return written;
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  const { declaration, references = [], writes = [] } = binding ?? {};
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer || writes.length > 0)
    return undefined;
  if (findEnclosingFunction(declaration) !== findEnclosingFunction(value)) return undefined;
  const made = skipWrappers(declaration.initializer);
  // Who asks how many there are, or hands them on, may keep to a limit.
  const others = references.filter((use) => use !== value);
  const mapped = findMap(made);
  if (mapped) return others.length === 0 ? { ...mapped, inline: undefined } : undefined;
  if (!ts.isArrayLiteralExpression(made) || made.elements.length > 0 || others.length !== 1) return undefined;
  return findPushed(others[0]!, file);
}

function findMap(list: ts.Expression): StartedWork | undefined {
  const map = findMethodCall(list);
  const fn = map?.call.arguments[0];
  if (map?.method === 'map' && fn) return { items: map.receiver, fn, inline: map.call };
  // `Array.from({ length: pages }, (_, i) => getPage(i))`
  const [items, each] = map?.method === 'from' && map.receiver.getText() === 'Array' ? map.call.arguments : [];
  return items && each ? { items, fn: each, inline: undefined } : undefined;
}

/** `for (const item of items) started.push(work(item))`, with nothing that is waited for in the round. */
function findPushed(list: ts.Identifier, file: FileContext): StartedWork | undefined {
  const push = findMethodCall(list.parent.parent);
  const [pushed, ...more] = push?.call.arguments ?? [];
  const binding = file.bindingOf(list);
  if (push?.method !== 'push' || push.receiver !== list || !pushed || more.length > 0 || !binding) return undefined;
  const fn = skipWrappers(pushed);
  if (!ts.isCallExpression(fn)) return undefined;
  let handed: StartedWork | undefined;
  for (const repetition of listRepetitions(push.call)) {
    if (isDeclaredIn(binding, repetition.node)) return handed;
    const isHeld = (): boolean => /\bawait\b/.test(roundBefore(repetition.node, push.call, file));
    const items = findIterated(repetition);
    if (!items) {
      const count = findBound(repetition.node);
      const size = count && sizeOfCount(count, file);
      return size?.isTold && !isHeld() ? { items: count!, fn, inline: undefined, size } : undefined;
    }
    if (soundsLarge(items, file)) return isHeld() ? undefined : { items, fn, inline: undefined };
    if (isHandedMany(items, file) && !isHeld()) handed ??= { items, fn, inline: undefined };
  }
  return handed;
}

/** `pages` of `for (let page = 1; page <= pages; page++)`. */
function findBound(loop: ts.Node): ts.Expression | undefined {
  if (!ts.isForStatement(loop) || !loop.condition || !ts.isBinaryExpression(loop.condition)) return undefined;
  return isStepped(loop) ? loop.condition.right : undefined;
}

/** The text of a round ahead of a place: what is waited for there holds the next start back. */
function roundBefore(round: ts.Node, place: ts.Node, file: FileContext): string {
  return file.text.slice(round.pos, place.pos);
}
