import type { FileContext } from '../../model/file-context.ts';
import type { FunctionDeed, LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { hasServer } from '../clients/embedded-database.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { getOutermostRound } from '../size/loop-facts.ts';
import { findSize, sizeOf } from '../size/size.ts';
import {
  argumentsOf,
  calleeName,
  calleeOf,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findProperty,
  getOutermostWrapped,
  type Invocation,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { DataLoop } from '../where/data-loop.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { isHandedMany } from '../where/given-values.ts';
import { isInSomeRounds, listOtherWaits, waitsForOther } from '../where/rounds.ts';
import { openInLibrary } from '../where/under-load.ts';
import { onAskedPath, onReadPath, type Repetition } from '../where/where.ts';
import { ioOf, isNamedComputing, isNamedWrite } from './io-call.ts';
import { isKeptForRounds } from './kept-round.ts';
import { findOutboundCall } from './outbound-call.ts';
import { findQuery, isOneByKey, listChain, type QueryCall } from './queries.ts';
import { isKeyLookup, isNamedRead } from './read-call.ts';
import { findGiver } from './row-giver.ts';
import { holdsAllRows, isAskedOfLoader, rowListOf, sourceOf } from './row-lists.ts';

/** Which queries of a loop are worth one query instead: the round trips are many, and rounds are made of little else. */
export interface LoopWorth {
  reads: boolean;
  writes: boolean;
  /** Rounds wait for nothing but queries: one query for all would leave next to nothing of them. */
  isAlone: boolean;
  /** "The list holds rows of a query", where that is for another function to say. */
  areRows?: LinkCondition;
  /** "What the rounds wait for besides only reads too." */
  othersRead?: LinkCondition;
}

const worthless: LoopWorth = { reads: false, writes: false, isAlone: false };

/**
 * What the rounds are made of: rows that this file shows, or that the function which gives them asks for, or ids, which
 * one query could take; of lists that are only called after rows, those whose rounds wait for nothing else. Writes must
 * run in every round: those of a branch may be few.
 */
export function worthOf(call: Invocation, { node }: Repetition, over: ts.Expression, file: FileContext): LoopWorth {
  const rows = rowListOf(over, file);
  if (rows === 'part') return worthless;
  const giver =
    (rows === 'nothing' && sizeOf(over, file) !== 'small') || rows === 'named' ? findGiver(over, file) : undefined;
  const isAsked = rows === 'nothing' && !giver && !isInSomeRounds(call, node);
  const handed = isAsked ? isHandedMany(over, file) : undefined;
  if (rows === 'nothing' && !giver && !handed) return worthless;
  const helper = findFunctionValue(calleeOf(call), file);
  const others = [node, ...(helper ? [helper] : [])].flatMap((place) => listOtherWaits(place, call, file));
  const waits = others.length > 0;
  const isTold = rows !== 'nothing' && !(rows === 'named' && waits);
  const othersRead = waits ? onlyReads(others, file) : undefined;
  return {
    reads: isTold || giver !== undefined || handed !== undefined,
    writes: !waits && !isInSomeRounds(call, node),
    isAlone: !waits || othersRead !== undefined,
    ...(!isTold && giver && { areRows: { kind: 'callee-does', to: giver, deeds: ['rows'] } }),
    ...(handed && { areRows: handed }),
    ...(othersRead && { othersRead }),
  };
}

/**
 * Whether rounds wait for nothing but a call that the project has a function for many keys beside: then it says itself that
 * there may be many, whatever is known of the list.
 */
export function isAllThatWaits(call: Invocation, { repetition, over }: DataLoop, file: FileContext): boolean {
  const isPart = rowListOf(over, file) === 'part';
  return worthOf(call, repetition, over, file).isAlone || (!isPart && !waitsForOther(repetition.node, call, file));
}

const maxOthers = 6;

/** "Each of these calls only reads, or computes": undefined where one is known to write or to ask another service. */
function onlyReads(calls: readonly ts.CallExpression[], file: FileContext): LinkCondition | undefined {
  if (
    calls.length > maxOthers ||
    calls.some((call) => isNamedWrite(call) || ioOf(call, file) === 'write' || findOutboundCall(call, file))
  )
    return undefined;
  const conditions: LinkCondition[] = [];
  for (const call of calls) {
    const to = findCallee(call, file);
    const isNamed = isNamedRead(call) || isNamedComputing(call);
    if (!to && !isNamed) return undefined;
    if (!to) continue;
    conditions.push({ kind: 'not', of: { kind: 'callee-does', to, deeds: ['writes'] } });
    if (!isNamed) conditions.push({ kind: 'callee-does', to, deeds: [...readDeeds, 'rows', 'keeps', 'reads'] });
  }
  return { kind: 'all', of: conditions };
}

/** Reads of a database of what a function is handed. */
export const readDeeds: readonly FunctionDeed[] = ['query:point', 'query:unique', 'query:list'];

/**
 * `for (const id of attachmentIds) await Attachment.findByPk(id)` in every round: the ids are all there, ready for `IN`,
 * whatever the round does with the row.
 */
export function isLookupOfIds(
  call: Invocation,
  query: QueryCall,
  { repetition, over }: DataLoop,
  file: FileContext,
): boolean {
  return (
    call === query.call &&
    query.kind === 'point' &&
    isKeyLookup(listChain(call).first) &&
    rowListOf(over, file) === 'keys' &&
    !isInSomeRounds(call, repetition.node)
  );
}

/** Enough for `possible` only: a write, of few rows, among other work, or what already asks for many. */
export function isWeakQuery(
  call: Invocation,
  query: QueryCall,
  place: DataLoop,
  { reads, isAlone }: LoopWorth,
  isLookup: boolean,
  file: FileContext,
): boolean {
  const { node } = place.repetition;
  if (call === query.call && isAlone && isUniformWrite(query, place, file)) return isExplained(node, file);
  if ((query.kind !== 'point' && query.kind !== 'list') || !reads || !(isAlone || isLookup)) return true;
  if ((call !== query.call && isForEffect(call)) || isKeptForRounds(call, node, file)) return true;
  return isBulk(query, file) || isCollected(call, node, file) || isExplained(node, file);
}

/**
 * `for (const id of expiredIds) await db('holds').where({ id }).update({ state: 'free' })`: what is written is the same
 * for each row, and only the key comes from the round, so that one statement with all keys does it. The list must hold
 * rows or ids, and each round must write.
 */
function isUniformWrite(
  { call, kind }: QueryCall,
  { repetition: { node }, over }: DataLoop,
  file: FileContext,
): boolean {
  if ((kind !== 'update' && kind !== 'delete') || isInSomeRounds(call, node)) return false;
  if (isCaught(call, node) || isCollected(call, node, file) || countOwn(call, node, file) !== 1) return false;
  const rows = rowListOf(over, file);
  return rows === 'shown' || rows === 'keys';
}

/** How often a node mentions what a round of the loop declares. */
function countOwn(node: ts.Node, loop: ts.Node, file: FileContext): number {
  let count = 0;
  const visit = (at: ts.Node): void => {
    const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
    if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, node)) count++;
    ts.forEachChild(at, visit);
  };
  visit(node);
  return count;
}

const forMany = /bulk|batch|many|import/i;
const pathForMany = /[/_-](?:bulk|batch|many|import)(?![a-z])/i;

/** Whether the function around says that it is for many, by its name or, of a handler without one, by its route: `POST /labels/bulk`. */
function isInsideForMany(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const name = nameOfFunction(fn);
    if (forMany.test(name)) return true;
    const label = findEntryPoint(fn, file)?.label;
    if (label !== undefined) return pathForMany.test(label);
    // What is handed to a transaction, or to a wrapper of errors, is a part of what is around it.
    if (!ts.isCallExpression(getOutermostWrapped(fn).parent)) return false;
  }
  return false;
}

/**
 * `Promise.all(items.map((item) => db.item.create(…)))` in a function that says that it is for many, where each round is
 * one write and no more: one statement writes them all, or one for each table. Elsewhere, and of what hangs on one row,
 * they are mostly a handful.
 */
export function isBareWriteMap(
  call: Invocation,
  { kind }: QueryCall,
  { node }: Repetition,
  over: ts.Expression,
  file: FileContext,
): boolean {
  if (kind !== 'insert' && kind !== 'delete') return false;
  const map = findMethodCall(node);
  if (!isInsideForMany(node, file)) return false;
  if (map?.method !== 'map' || sizeOf(over, file) === 'small' || rowListOf(over, file) === 'part') return false;
  const all = findMethodCall(getOutermostWrapped(node).parent);
  if (!all || !/^all(?:Settled)?$/.test(all.method) || all.receiver.getText(file.source) !== 'Promise') return false;
  const round = skipWrappers(map.call.arguments[0]!);
  return findEnclosingFunction(call) === round && !isInSomeRounds(call, node) && !waitsForOther(node, call, file);
}

/**
 * What must hold for a loop to run often: a data loader gathers what each request asks for; else users must ask, to read: what
 * somebody does now and then (moves, invites, pays for a few things) is over a handful, and its rounds mostly write as well.
 * Of all rows, of a list that a request carries, and of a function that says that it is for many, any users. A library that
 * has a function for many keys (`hasBatch`) expects many, of whoever uses it.
 */
export function whenOften(
  over: ts.Expression,
  call: Invocation,
  file: FileContext,
  hasBatch?: LinkCondition,
): LinkCondition | undefined {
  if (isAskedOfLoader(over, file)) return undefined;
  const isOfMany =
    isInsideForMany(getOutermostRound(call), file) || isOfRequest(over, file) || holdsAllRows(over, file);
  const often = allOf(isOfMany ? onAskedPath(call, file) : onReadPath(call, file), hasServer(file));
  return hasBatch ? anyOf(often, allOf(hasBatch, openInLibrary(call, file))) : often;
}

/** The list of a request itself, not rows asked for by what it says. */
function isOfRequest(over: ts.Expression, file: FileContext): boolean {
  return findSize(over, file).isCarried === true && !findQuery(sourceOf(over, file, 0), file);
}

const enriching =
  /^_?(?:load|populate|attach|enrich|decorate|fill|hydrate|fetch|find|get|resolve|preload|include|expand|render|prepare|lookup|read)/i;

/** Whether a helper's call of a round is worth no query of many rows: nothing of it is used, or it is kept for other rounds. */
export function isSlightCall(call: Invocation, { repetition }: DataLoop, file: FileContext): boolean {
  return isForEffect(call) || isKeptForRounds(call, repetition.node, file);
}

/** What gives nothing that is used does something to others, unless its name says that it completes what it is handed. */
function isForEffect(call: Invocation): boolean {
  const waited = getOutermostWrapped(call).parent;
  if (!ts.isAwaitExpression(waited) || !ts.isExpressionStatement(getOutermostWrapped(waited).parent)) return false;
  return !enriching.test(calleeName(call));
}

/** `operations.push(prisma.user.delete(…))`, `prisma.$transaction(ids.map(…))`: sent later, maybe together. */
export function isCollected(call: Invocation, loop: ts.Node, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (ts.isCallExpression(parent) && findMethodCall(parent)?.method === 'push') return !isOnlyGathered(parent, file);
  return findMethodCall(getOutermostWrapped(loop).parent)?.method === '$transaction';
}

/** `jobs.push(User.findById(id))` of a list that only `Promise.all(jobs)` is handed: each is sent by itself. */
function isOnlyGathered(push: ts.CallExpression, file: FileContext): boolean {
  const list = skipWrappers(findMethodCall(push)!.receiver);
  const binding = ts.isIdentifier(list) ? file.bindingOf(list) : undefined;
  const others = binding?.references.filter((use) => !/^push$/.test(findMemberName(use.parent) ?? '')) ?? [];
  return (
    others.length > 0 &&
    others.every((use) => {
      const all = findMethodCall(getOutermostWrapped(use).parent);
      return all !== undefined && /^all(?:Settled)?$/.test(all.method) && all.receiver.getText() === 'Promise';
    })
  );
}

/** A write whose failure is dealt with row by row. */
export function isCaught(call: ts.Node, loop: ts.Node): boolean {
  for (let at = call; at !== loop && at.parent; at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at) return true;
  return false;
}

/** A comment in front of the loop that says why there is no bulk statement: the database or its library has none. */
export function isExplained(loop: ts.Node, file: FileContext): boolean {
  const comment = file.text.slice(loop.pos, loop.getStart(file.source));
  return (
    /createMany|bulkCreate|insertMany|updateMany|\bbulk\b|\bbatch/i.test(comment) &&
    /\bno[tr]?\b|n't\b|cannot|unsupported/i.test(comment)
  );
}

/** One statement for many rows, or the first few of each. */
export function isBulk({ call, kind }: QueryCall, file: FileContext): boolean {
  const { first, methods } = listChain(call);
  if (methods.some((name) => /^(?:createMany\w*|bulkCreate|insertMany)$/.test(name))) return true;
  if (methods.some((name) => /^(?:limit|take)$/.test(name)) && !isOneByKey(call)) return true;
  const [argument] = argumentsOf(first);
  if (findProperty(argument, 'take') ?? findProperty(argument, 'limit')) return true;
  // The rows of all are sorted as well as those of each; the first of each are more work.
  if (kind !== 'list' && (findProperty(argument, 'orderBy') ?? findProperty(argument, 'order'))) return true;
  return asksForMany({ call, kind }, file);
}

/** `WHERE id IN (…)`, of a list of keys. */
export function asksForMany({ call, kind }: Pick<QueryCall, 'call' | 'kind'>, file: FileContext): boolean {
  return (
    kind === 'list' &&
    /\bin:\s(?!\[)|\$in\b|\bIn\(|\bANY\(|inArray\(|whereIn\(|'in',\s*(?!\s*\[)|\.in\(|\[Op\.in\]/.test(
      call.getText(file.source),
    )
  );
}
