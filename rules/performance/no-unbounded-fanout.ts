import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { hasServer } from '../../src/ast/clients/embedded-database.ts';
import { mayRunOnGivenConnection, notOnGivenConnection } from '../../src/ast/clients/given-connection.ts';
import { type FanOut, findFanOut, sendsForEach } from '../../src/ast/io/fan-out.ts';
import { findQuery } from '../../src/ast/io/queries.ts';
import { initializerOf } from '../../src/ast/names/initializer.ts';
import { shownText } from '../../src/ast/names/shown-text.ts';
import { findMemberPath, findMethodCall, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isHandedMany } from '../../src/ast/where/given-values.ts';
import { isSeldomAsked } from '../../src/ast/where/seldom.ts';
import { onAskedPath, runsAsItLives, runsUnderLoad } from '../../src/ast/where/where.ts';
import { listNodesWithin } from '../../src/ast/within.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition, SymbolRef } from '../../src/model/link.ts';

export const rule = defineRule<FanOut>({
  id: 'no-unbounded-fanout',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: 'Work is started for all of {items} at once: as many {what} in flight as there are items.',
  why: 'A database pool has some ten connections and a remote service its own limits: with 5,000 items the rest waits in memory, times out, and keeps every other request waiting too. One connection or transaction an item can even deadlock the pool.',
  advice:
    'Run some ten at a time: mapLimit keeps the order of results and the first error. Where the work is a query, ask for all of them in one.',
  limits: [
    'A list as long as an answer tells (`Array.from({ length: pageCount }, …)`) is `likely` where another host is asked, whoever waits, a command too; one whose count is compared with a limit, or cut by `Math.min`, is left alone. Parts of a text count where each is asked for at another host.',
    'Lists whose files are written count where requests, listeners or timers lead there.',
    'Lists that neither their file nor their name calls long count where a caller in another file hands in what data makes long.',
    'Lists that only a name calls long are `possible`, unless each item takes a transaction of its own, a caller in another file hands in what data makes long, or the function of another file that gives the list asks for all rows; a loop that waits for something before it starts the next is left alone.',
    'Statements of one transaction, or of one connection that an object was made with, run in turn and are left alone; calls that only items missing from a set make, those of an AWS client, which has a limit of its own, and commands of Redis, which share one connection, are `possible`; so are items that a function picks of others (`users.filter((user) => wants(user))`), unless each takes a transaction of its own.',
    'What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.',
    'What no request is seen to wait for (a timer, a job, a library), and what administrators ask for, is `possible`, unless each item takes a transaction of its own or the list is all that a query without a limit, or a store (`getAll()`), gives.',
    'Reads for each row of a table are `possible`, unless another host is asked: the pool lets them wait, and `no-query-in-loop` says where one query would do.',
    'Reads of a project whose databases are all SQLite are `possible`: it answers one after the other anyway.',
    'A limit inside of the function that is called (in another file) is not seen.',
  ],
  mentions: [
    'Promise.all&.map(',
    'Promise.all&.push(',
    'Promise.all&Array.from(',
    'bluebird&.map(',
    'promise-all-reject-late&.map(',
  ],
  visit: {
    CallExpression(call, file) {
      if (!mayGather(call)) return undefined;
      const fanOut = findFanOut(call, file);
      if (!fanOut) return undefined;
      // Files are written in a build, from what is configured, unless the process does so as it serves.
      const runs = fanOut.writesFiles ? runsAsItLives(call, file) : runsUnderLoad(call, file);
      const others = isReadOfRows(fanOut, file) ? toOthers(fanOut, file) : undefined;
      const many = isShort(fanOut) && !isMany(fanOut) ? [...toldElsewhere(fanOut, file), ...ofText(fanOut, file)] : [];
      return {
        at: call,
        ...(fanOut.size.size === 'large' && { related: [{ at: fanOut.size.at, note: `${fanOut.size.why}` }] }),
        ...((isWeak(fanOut, many, file) || others?.length === 0) && { confidence: 'possible' as const }),
        values: {
          items: shownText(fanOut.items, file, 60),
          what: fanOut.holdsConnection ? 'transactions' : fanOut.io === 'write' ? 'writes or calls' : 'reads',
        },
        // What a timer or a job starts waits in the pool, and nobody with it; all rows of a table are more than that.
        sureWhen: allOf(
          ...(many.length > 0 ? [anyOf(...many)] : []),
          !fanOut.holdsConnection && !isOfTable(fanOut, file) ? isWaitedFor(fanOut, call, file) : undefined,
          fanOut.io === 'read' ? hasServer(file) : undefined,
          ...(others ?? []),
        ),
        when: allOf(
          fanOut.asked.length > 0 ? asks(fanOut) : undefined,
          fanOut.giver && !fanOut.isNamed ? gives(fanOut.giver) : undefined,
          fanOut.handed,
          notOnGivenConnection(fanOut.waited, file),
          fanOut.size.isTold ? anyOf(runs, ...toOthers(fanOut, file)) : runs,
        ),
        data: fanOut,
      };
    },
  },
});

/** Nobody knows that there are many, few of them start anything, or it is done once in a while. */
function isWeak(fanOut: FanOut, many: readonly LinkCondition[], file: FileContext): boolean {
  const isFew = !isMany(fanOut) && ((isShort(fanOut) && many.length === 0) || isPicked(fanOut.items, file));
  const isInTurn = fanOut.isPipelined || mayRunOnGivenConnection(fanOut.waited, file);
  return fanOut.isHeldBack || isInTurn || isFew || isSeldomAsked(file);
}

/** `users.filter((user) => wants(user, note))`: a function tells which of them are meant. */
function isPicked(items: ts.Expression, file: FileContext): boolean {
  const picking = findMethodCall(initializerOf(items, file) ?? skipWrappers(items));
  const by = picking?.method === 'filter' ? picking.call.arguments[0] : undefined;
  return by !== undefined && listNodesWithin('CallExpression', by, file).length > 0;
}

/** Whatever the list: each item holds a connection. What hangs below one thing, walked for a copy of it, is mostly small. */
function isMany({ holdsConnection }: FanOut): boolean {
  return holdsConnection;
}

function isShort({ size, items }: FanOut): boolean {
  return size.size !== 'large' || isOfBody(items);
}

/** "It is handed in and long there", "the function that gives it asks for all rows". */
function toldElsewhere({ items, giver }: FanOut, file: FileContext): LinkCondition[] {
  const handed = isHandedMany(items, file);
  return [
    ...(handed ? [handed] : []),
    ...(giver ? [{ kind: 'callee-does', to: giver, deeds: ['all-rows'] } as const] : []),
  ];
}

/** `Object.keys(req.body)`: what is sent is one thing, which has a few properties. */
function isOfBody(items: ts.Expression): boolean {
  const call = findMethodCall(skipWrappers(items));
  const isOfObject = call && /^(?:keys|entries|values)$/.test(call.method) && call.receiver.getText() === 'Object';
  const of = isOfObject ? call.call.arguments[0] : undefined;
  return of !== undefined && /^(?:body|query|params|headers)$/.test(findMemberPath(of)?.at(-1) ?? '');
}

/** "Another host is asked for each part of a text", of which whoever writes it puts in as many as they like. */
function ofText(fanOut: FanOut, file: FileContext): LinkCondition[] {
  return fanOut.size.isOfText ? toOthers(fanOut, file) : [];
}

function toOthers(fanOut: FanOut, file: FileContext): LinkCondition[] {
  const sends = sendsForEach(fanOut, file);
  return sends ? [sends] : [];
}

/** A request waits for it, or another host is asked for as many pages as it has: that host minds, whoever waits. */
function isWaitedFor(fanOut: FanOut, call: ts.CallExpression, file: FileContext): LinkCondition {
  const asked = onAskedPath(call, file);
  return fanOut.size.isTold ? anyOf(asked, ...toOthers(fanOut, file)) : asked;
}

/** Reads alone, outside of transactions, of rows that a query or a store gives, in this file or by a function of another one. */
function isReadOfRows(fanOut: FanOut, file: FileContext): boolean {
  const { size, isCarried, isGiven, isTold, isOfText, at } = fanOut.size;
  if (fanOut.io !== 'read' || fanOut.holdsConnection || isCarried || isGiven || isTold || isOfText) return false;
  return size !== 'large' || isOfTable(fanOut, file) || ts.isAwaitExpression(at.parent);
}

/** All rows that a query of this file gives, which nothing limits, or all that a store has (`await projectStore.getAll()`). */
function isOfTable({ size }: FanOut, file: FileContext): boolean {
  return size.size === 'large' && (findQuery(size.at, file) !== undefined || asksForAll(size.at));
}

function asksForAll(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || node.arguments.length > 0 || !ts.isAwaitExpression(node.parent)) return false;
  return /^_?(?:get|find|list|fetch|load)All$/.test(findMemberPath(node.expression)?.at(-1) ?? '');
}

/** `Promise.all(…)`, `Promise.map(…)`, or a function that is called after the first. */
function mayGather(call: ts.CallExpression): boolean {
  const method = findMethodCall(call)?.method;
  if (method !== undefined) return /^(?:all(?:Settled)?|map)$/.test(method);
  return ts.isIdentifier(call.expression) && /^promiseAll/i.test(call.expression.text);
}

/** "The function that the list comes from asks for rows." */
function gives(to: SymbolRef): LinkCondition {
  return { kind: 'callee-does', to, deeds: ['rows'] };
}

/** "What is called in another file waits for something outside of the process." */
function asks({ asked }: FanOut): LinkCondition {
  return { kind: 'any', of: asked.map((to) => ({ kind: 'callee-does', to, deeds: ['reads', 'writes'] })) };
}
