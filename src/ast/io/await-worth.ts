import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { hasServer } from '../clients/embedded-database.ts';
import { mayRunOnGivenConnection } from '../clients/given-connection.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { dependsOnRound, findEntryAdd } from '../size/loop-facts.ts';
import { findSize, soundsLarge } from '../size/size.ts';
import { findMemberName, findMemberPath, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isSeldomAsked } from '../where/seldom.ts';
import { isInBrowser } from '../where/tooling.ts';
import { findRepetition } from '../where/where.ts';
import type { IndependentRounds } from './independence.ts';
import { ioOf, isFileCall, listIoCalls } from './io-call.ts';
import { findSend, isSend } from './network-send.ts';
import { findOutboundCall } from './outbound-call.ts';
import { findQuery } from './queries.ts';
import { givesMany, givesTotal, isNamedRead } from './read-call.ts';
import { isOfRemoteClient } from './remote-client.ts';

type Calls = readonly ts.CallExpression[];

/** Files of this machine are read at once, a page has one user, nobody waits for what runs by a timetable, and one connection answers in turn. */
export function isLittleGained(calls: Calls, file: FileContext): boolean {
  const isQuick = calls.every((call) => readsFiles(call, file)) || mayRunOnGivenConnection(calls, file);
  return isQuick || isSeldomAsked(file) || isInBrowser(file);
}

/** A call of the local file system, or of a function of this file that waits for nothing else. */
function readsFiles(call: ts.CallExpression, file: FileContext): boolean {
  if (isFileCall(call, file)) return true;
  const fn = findFunctionValue(call.expression, file);
  const waits = fn ? listIoCalls(fn, file) : [];
  return waits.length > 0 && waits.every(({ call: wait }) => ts.isCallExpression(wait) && isFileCall(wait, file));
}

/** What an embedded database answers is there at once; another host is asked all the same. */
export function toServer(calls: Calls, file: FileContext): LinkCondition | undefined {
  return calls.some((call) => findOutboundCall(call, file)) ? undefined : hasServer(file);
}

/**
 * "Each of these goes over the network to another service", here or by the function of another file that is called: some tens of
 * milliseconds each, where a query of the own database takes one or two.
 */
export function eachSends(calls: Calls, file: FileContext): LinkCondition | undefined {
  return allOf(
    ...calls.map((call): LinkCondition | undefined => {
      if (findSend(call, file) || isOfRemoteClient(call)) return undefined;
      const to = findCallee(call, file);
      return to ? { kind: 'callee-does', to, deeds: ['sends', 'asks'] } : anyOf();
    }),
  );
}

/** So few that each counts. */
export const fewReads = 3;

/** "What is called asks no cache": an answer from there is quick. Of many, one may. */
export function notCached(calls: Calls, file: FileContext): LinkCondition[] {
  const asks = calls.flatMap((call): LinkCondition[] => {
    const to = findCallee(call, file);
    return to ? [{ kind: 'not', of: { kind: 'callee-does', to, deeds: ['caches'] } }] : [];
  });
  if (asks.length <= fewReads) return asks;
  return [{ kind: 'any', of: asks.map((one) => ({ kind: 'all', of: asks.filter((other) => other !== one) })) }];
}

/** "What is called in other files asks somebody, and changes nothing." */
export function listAsked({ asked }: Pick<IndependentRounds, 'asked'>): LinkCondition[] {
  return asked.flatMap((to): LinkCondition[] => [
    { kind: 'callee-does', to, deeds: ['reads'] },
    { kind: 'not', of: { kind: 'callee-does', to, deeds: ['writes'] } },
  ]);
}

/** "What is called in other files sends something to another host." */
export function listSent({ sent }: Pick<IndependentRounds, 'sent'>): LinkCondition[] {
  return sent.map((to) => ({ kind: 'callee-does', to, deeds: ['sends'] }));
}

/**
 * Whether rounds are worth being run together: there are many, or nobody says that they are few and each surely reads
 * over the network. One query for all is better still where there can be one: that is for no-query-in-loop to say.
 */
export function isWorthTogether(rounds: IndependentRounds, file: FileContext): boolean {
  const { loop, over, calls } = rounds;
  if (calls.some((call) => findQuery(call, file) && !isOfOtherTable(call, loop, file))) return false;
  if (ts.isForInStatement(loop) && !isFilledList(over, file)) return false;
  if (soundsLarge(over, file)) return true;
  if (findSize(over, file).size !== 'unknown' || isOfObject(over, file)) return false;
  return calls.every(
    (call) => !isFileCall(call, file) && (isNamedRead(call) || findFunctionValue(call.expression, file) !== undefined),
  );
}

/** `db.collection(name).countDocuments()`, `models[name].count()`: each round asks something else, no query asks all. */
function isOfOtherTable(call: ts.CallExpression, loop: ts.Node, file: FileContext): boolean {
  for (let at = findMethodCall(call)?.receiver; at; ) {
    const value = skipWrappers(at);
    if (ts.isElementAccessExpression(value)) return dependsOnRound(value.argumentExpression, loop, file);
    const target = findMethodCall(value);
    if (target && /^(?:collection|model|table|from|getRepository|getCollection|getModel)$/.test(target.method))
      return target.call.arguments.some((argument) => dependsOnRound(argument, loop, file));
    at = target?.receiver ?? (ts.isPropertyAccessExpression(value) ? value.expression : undefined);
  }
  return false;
}

/** A list by what is done with it: `for…in` goes over the properties of an object otherwise. */
function isFilledList(over: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(over);
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  return (
    binding?.references.some((reference) => {
      const add = findEntryAdd(reference);
      return add !== undefined && findMethodCall(add)?.method === 'push';
    }) ?? false
  );
}

/** `Object.keys(settings)`: what one object holds, the program mostly says. */
function isOfObject(over: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(over);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : value;
  const target = given && findMethodCall(skipWrappers(given));
  return target !== undefined && ts.isIdentifier(target.receiver) && target.receiver.text === 'Object';
}

/** The rows of a page and how many there are in all: both take long, for each page that anybody opens. */
export function isPageAndTotal({ calls }: { calls: Calls }): boolean {
  return calls.length === 2 && calls.some(givesTotal) && calls.some((call) => givesMany(call) && !givesTotal(call));
}

/** Whether a round sends something to another host. */
export function hasSent({ calls, sent }: IndependentRounds, file: FileContext): boolean {
  return sent.length > 0 || calls.some((call) => isSend(call, file));
}

/**
 * Rounds that read files, that send something for its effect (the pace may be kept for whoever takes it), or that go over a list
 * which the program itself keeps.
 */
export function isWeakRounds({ calls, over, sent }: IndependentRounds, file: FileContext): boolean {
  if (isLittleGained(calls, file) || calls.some((call) => isFileCall(call, file))) return true;
  const isForEffect = sent.length > 0 || calls.some((call) => isSend(call, file) && ioOf(call, file) === 'write');
  return isForEffect || findMemberPath(over)?.[0] === 'this';
}

/** Of two reads the quicker one is all that is won, and of three for one thing each little more, unless a loop repeats them. */
export function isFewAndQuick({ calls }: { calls: Calls }, node: ts.Node): boolean {
  if (calls.length !== fewReads) return calls.length < fewReads;
  return calls.filter(givesMany).length < 2 && !findRepetition(node);
}

/** `Promise.all(kinds.map(async (kind) => …))`: the reads of the others are under way meanwhile, and share the same connections. */
export function isRunForAll(node: ts.Node): boolean {
  const round = findRepetition(node)?.node;
  return round !== undefined && ts.isCallExpression(round) && findMemberName(round.expression) === 'map';
}
