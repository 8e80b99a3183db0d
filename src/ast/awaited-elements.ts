import type { FileContext } from '../model/file-context.ts';
import { ioOf } from './io-call.ts';
import { findMethodCall, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** `Promise.all([await a(), await b()])`: each is waited for before the next is started. */
export interface AwaitedElements {
  awaits: readonly ts.AwaitExpression[];
  calls: readonly ts.CallExpression[];
  /** One of them changes something: what comes after it may count on that. */
  hasWrite: boolean;
}

/** The list of a `Promise.all` that an `await` is the first waiting element of, where other calls come after it. */
export function findAwaitedElements(first: ts.AwaitExpression, file: FileContext): AwaitedElements | undefined {
  const list = first.parent;
  if (!ts.isArrayLiteralExpression(list)) return undefined;
  const target = findMethodCall(list.parent);
  if (!target || target.call.arguments[0] !== list || !/^all(?:Settled)?$/.test(target.method)) return undefined;
  if (!ts.isIdentifier(target.receiver) || target.receiver.text !== 'Promise') return undefined;
  const awaits = list.elements.filter(ts.isAwaitExpression);
  if (awaits[0] !== first) return undefined;
  const calls = list.elements
    .slice(list.elements.indexOf(first))
    .map((element) => skipWrappers(ts.isAwaitExpression(element) ? element.expression : element))
    .filter(ts.isCallExpression);
  if (calls.length < 2 || !ts.isCallExpression(skipWrappers(first.expression))) return undefined;
  return { awaits, calls, hasWrite: calls.some((call) => ioOf(call, file) === 'write') };
}
