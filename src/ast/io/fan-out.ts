import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition, SymbolRef } from '../../model/link.ts';
import { runOnOneConnection, sharesConnection } from '../clients/one-connection.ts';
import { isRedisCommand } from '../clients/redis-command.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { listRepetitions } from '../size/loop-facts.ts';
import { findSize, type Size, soundsLarge } from '../size/size.ts';
import { type FunctionNode, findMemberPath, findMethodCall, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isHandedMany } from '../where/given-values.ts';
import { isHeldBack } from './held-back.ts';
import { type Io, ioOf, listIo, listIoCalls } from './io-call.ts';
import { findSend, listOwnSends } from './network-send.ts';
import { findQuery, isAwaitedOrReturned, isGatheredLookup } from './queries.ts';
import { findGiver } from './row-giver.ts';
import { findGathering } from './started-work.ts';

/** `Promise.all(items.map(async (item) => …))`, in one statement or more: everything is started at once. */
export interface FanOut {
  call: ts.CallExpression;
  method: 'all' | 'allSettled';
  /** `items.map(fn)`, where it is written inside of what waits. */
  map: ts.CallExpression | undefined;
  items: ts.Expression;
  fn: ts.Expression;
  /** The function itself, where this file has it. */
  body: FunctionNode | undefined;
  io: Io;
  /** Where the file does not tell that it waits for something outside: what it calls in other files. */
  asked: readonly SymbolRef[];
  /** The calls that it waits for. */
  waited: readonly ts.CallExpression[];
  /** All it does outside is to write files, as a build does from its configuration. */
  writesFiles: boolean;
  /** Each round holds a connection of its own until it ends. */
  holdsConnection: boolean;
  /** Fewer are in flight than there are items, as the work itself shows: see {@link isHeldBack}. */
  isHeldBack: boolean;
  /** `large`, or `unknown` under a name of many. */
  size: Size;
  /** Each round waits for commands of Redis alone: they share one connection, which answers them as they come. */
  isPipelined: boolean;
  /** By its name a list of many. */
  isNamed: boolean;
  /** The function that gives the list, where the file does not tell how long it is. */
  giver?: SymbolRef;
  /** "A caller hands the list in, and data makes it long": where neither the file nor its name says so. */
  handed?: LinkCondition;
}

const limiter = /(?:limit(?:er|ed)?|semaphore|mutex|throttle[rd]?|queue|pool|bottleneck|pLimit|sem|lock|gate)$/i;
const connecting = /^(?:\$transaction|transaction|startTransaction|beginTransaction|getConnection|createQueryRunner)$/;
const maxAsked = 4;
const batchWord = /(?:batch|chunk|group|page|slice|window)(?:es|s)?$/i;

/** Judges what waits for the promises of a list that data makes long. */
export function findFanOut(call: ts.CallExpression, file: FileContext): FanOut | undefined {
  const gathering = findGathering(call, file);
  if (!gathering) return undefined;
  const { items, fn, inline } = gathering.work;
  const size = gathering.work.size ?? findSize(items, file);
  const giver = size.size === 'unknown' ? findGiver(items, file) : undefined;
  const isNamed = size.size === 'large' || soundsLarge(items, file);
  const isSaid = isNamed || giver !== undefined || size.isOfText === true;
  const handed = !isSaid && size.size === 'unknown' ? isHandedMany(items, file) : undefined;
  if ((!size.isTold && isBatch(items)) || isInBatch(call) || !(isSaid || handed)) return undefined;
  const pushed = ts.isCallExpression(fn) ? fn : undefined;
  const body = findFunctionValue(pushed ? pushed.expression : fn, file);
  const work = body ?? pushed;
  if (!work || usesLimiter(work) || (pushed && usesLimiter(pushed)) || sharesConnection(call, work, file))
    return undefined;
  const waited = listAwaited(work);
  if (waited.length > 0 && runOnOneConnection(waited, file, work)) return undefined;
  const own = pushed && ioOf(pushed, file);
  const io = body ? listIo(body, file) : own ? [own] : [];
  const asked = io.length > 0 ? [] : listAwaitedCallees(work, file);
  if ((io.length === 0 && asked.length === 0) || (io.length === 1 && isGathered(work, file))) return undefined;
  return {
    call,
    method: gathering.method,
    map: inline,
    items,
    fn,
    body,
    io: io.includes('write') || asked.length > 0 ? 'write' : 'read',
    asked,
    waited,
    writesFiles: writesFiles(work, file),
    holdsConnection: holdsConnection(work),
    isHeldBack: body !== undefined && isHeldBack(body, file),
    isPipelined: isPipelined(work, file),
    size,
    ...(giver && { giver }),
    ...(handed && { handed }),
    isNamed,
  };
}

/** "What is started for each item asks another host": by itself, or by a function that it waits for. */
export function sendsForEach({ body, fn }: FanOut, file: FileContext): LinkCondition | undefined {
  const work = body ?? (ts.isCallExpression(fn) ? fn : undefined);
  if (!work) return undefined;
  if (body ? listOwnSends(body, file).length > 0 : findSend(fn as ts.CallExpression, file))
    return { kind: 'all', of: [] };
  const called = listAwaitedCallees(work, file);
  return called.length > 0
    ? { kind: 'any', of: called.map((to) => ({ kind: 'callee-does', to, deeds: ['sends'] })) }
    : undefined;
}

/** A function, or the call that starts the work. */
type Work = FunctionNode | ts.CallExpression;

function partOf(work: Work): ts.Node | undefined {
  return ts.isCallExpression(work) ? work : work.body;
}

const fileModule = /^(?:fs|fs\/promises|fs-extra|graceful-fs)$/;
const fileWrite = /^(?:write|append|output|copy|cp$|mkdir|mkdirp|ensure|symlink|rename|move|rm$|remove|unlink|empty)/;

/** Whether a function changes files, and waits for nothing else but files. */
function writesFiles(fn: Work, file: FileContext): boolean {
  let writes = false;
  const isOther = (at: ts.Node): boolean => {
    if (ts.isCallExpression(at) && isAwaitedOrReturned(at)) {
      const origin = findOrigin(at.expression, file);
      if (origin && fileModule.test(bareModule(origin.module)))
        writes ||= fileWrite.test(originName(origin).split('.').at(-2) ?? originName(origin));
      else if (ioOf(at, file)) return true;
    }
    return ts.forEachChild(at, (child) => isOther(child) || undefined) ?? false;
  };
  const at = partOf(fn);
  return at !== undefined && !isOther(at) && writes;
}

/** Prisma makes one query of all `findUnique` calls of one tick. */
function isGathered(fn: Work, file: FileContext): boolean {
  const visit = (at: ts.Node): boolean => {
    const query = ts.isCallExpression(at) ? findQuery(at, file) : undefined;
    return query ? isGatheredLookup(query) : (ts.forEachChild(at, visit) ?? false);
  };
  const at = partOf(fn);
  return at ? visit(at) : false;
}

/** What a function waits for that another file may define. */
function listAwaitedCallees(fn: Work, file: FileContext): SymbolRef[] {
  const callees = listAwaited(fn).map((call) => findCallee(call, file));
  return callees.filter((to) => to !== undefined && to.kind !== 'named').slice(0, maxAsked);
}

/** The calls that it waits for. */
function listAwaited(fn: Work): ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at) && at !== fn) return;
    if (ts.isCallExpression(at) && (at === fn || isAwaitedOrReturned(at))) found.push(at);
    ts.forEachChild(at, visit);
  };
  const at = partOf(fn);
  if (at) visit(at);
  return found;
}

/** `const transaction = await sequelize.transaction()`, `db.$transaction(…)`: more rounds than the pool has wait for each other. */
function holdsConnection(fn: Work): boolean {
  const visit = (at: ts.Node): boolean => {
    if (isFunctionNode(at) && at !== fn) return false;
    const target = findMethodCall(at);
    if (target && connecting.test(target.method) && isAwaitedOrReturned(target.call)) return true;
    return ts.forEachChild(at, visit) ?? false;
  };
  const at = partOf(fn);
  return at ? visit(at) : false;
}

function isPipelined(work: Work, file: FileContext): boolean {
  if (ts.isCallExpression(work)) return isRedisCommand(work, file);
  const calls = listIoCalls(work, file);
  return calls.length > 0 && calls.every(({ call }) => ts.isCallExpression(call) && isRedisCommand(call, file));
}

function isBatch(items: ts.Expression): boolean {
  const name = findMemberPath(items)?.at(-1);
  return name !== undefined && batchWord.test(name);
}

/** In a loop over chunks or pages, each round has its limit. */
function isInBatch(call: ts.CallExpression): boolean {
  return listRepetitions(call).some(({ node, over }) => {
    if (over) return batchWord.test(findMemberPath(over)?.at(-1) ?? '') || /chunk|batch/i.test(over.getText());
    return !ts.isCallExpression(node);
  });
}

/** The work itself waits its turn: `limit(() => …)`, `queue.add(…)`, `await semaphore.acquire()`. */
function usesLimiter(fn: Work): boolean {
  const visit = (at: ts.Node): boolean => {
    if (ts.isCallExpression(at)) {
      const callee = skipWrappers(at.expression);
      const target = findMethodCall(at);
      const holder = target
        ? (findMemberPath(target.receiver)?.at(-1) ?? '')
        : ts.isIdentifier(callee)
          ? callee.text
          : '';
      const hands = at.arguments.some((a) => isFunctionNode(skipWrappers(a)));
      if (
        limiter.test(holder) &&
        ((hands && !(target && /pool$/i.test(holder))) ||
          /^(?:acquire|wait|take|run|add|enqueue|schedule|use|load)$/.test(target?.method ?? ''))
      )
        return true;
      // DataLoader puts all of them in one request.
      if (target && /^(?:load|loadMany)$/.test(target.method) && /loader/i.test(holder)) return true;
    }
    return ts.forEachChild(at, visit) ?? false;
  };
  const at = partOf(fn);
  return at ? visit(at) : false;
}
