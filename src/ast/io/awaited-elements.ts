import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { runOnOneConnection } from '../clients/one-connection.ts';
import { findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { awaitedCall } from './independence.ts';
import { ioOf } from './io-call.ts';
import { askedReadOf, isForAccess, isNamedRead, paced, readOf } from './read-call.ts';

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
  if (runOnOneConnection(calls, file)) return undefined;
  return { awaits, calls, hasWrite: calls.some((call) => ioOf(call, file) === 'write') };
}

/** `{ a: await a(), b: await b() }`: what is read for one object, value after value. */
export interface AwaitedMembers {
  calls: readonly ts.CallExpression[];
  /** Functions of other files among them, of which only the whole project tells whether they read. */
  asked: readonly SymbolRef[];
}

/** The object that an `await` is the first waiting value of, where all such values are read and there are several. */
export function findAwaitedMembers(first: ts.AwaitExpression, file: FileContext): AwaitedMembers | undefined {
  const object = first.parent.parent;
  if (!ts.isPropertyAssignment(first.parent) || !ts.isObjectLiteralExpression(object)) return undefined;
  const awaits = object.properties.flatMap((property) => {
    const value = ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : undefined;
    return value && ts.isAwaitExpression(value) ? [value] : [];
  });
  if (awaits[0] !== first || awaits.length < 2 || paced.test(object.getText(file.source))) return undefined;
  const calls: ts.CallExpression[] = [];
  const asked: SymbolRef[] = [];
  for (const one of awaits) {
    const call = awaitedCall(one);
    const read = call && isNamedRead(call) ? (readOf(call, file) ?? askedReadOf(call, file)) : undefined;
    if (!read || isForAccess(read.call)) return undefined;
    calls.push(read.call);
    if (read.asked) asked.push(read.asked);
  }
  return runOnOneConnection(calls, file) ? undefined : { calls, asked };
}
