import type { FileContext } from '../model/file-context.ts';
import type { SymbolRef } from '../model/link.ts';
import { findFunctionValue } from './functions.ts';
import { type Io, ioOf, listIo } from './io-call.ts';
import { listRepetitions } from './loop-facts.ts';
import { bareModule, findOrigin, originName } from './provenance.ts';
import { findQuery, isAwaitedOrReturned } from './queries.ts';
import { findSize, type Size, soundsLarge } from './size.ts';
import { findCallee } from './symbol-ref.ts';
import { type FunctionNode, findMemberPath, findMethodCall, isFunctionNode, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** `Promise.all(items.map(async (item) => …))`: everything is started at once. */
export interface FanOut {
  call: ts.CallExpression;
  method: 'all' | 'allSettled';
  map: ts.CallExpression;
  items: ts.Expression;
  fn: ts.Expression;
  /** The function itself, where this file has it. */
  body: FunctionNode;
  io: Io;
  /** Where the file does not tell that it waits for something outside: what it calls in other files. */
  asked: readonly SymbolRef[];
  /** All it does outside is to write files, as a build does from its configuration. */
  writesFiles: boolean;
  /** Each round holds a connection of its own until it ends. */
  holdsConnection: boolean;
  /** `large`, or `unknown` under a name of many. */
  size: Size;
}

const limiter = /(?:limit(?:er|ed)?|semaphore|mutex|throttle[rd]?|queue|pool|bottleneck|pLimit|sem|lock|gate)$/i;
const connecting = /^(?:\$transaction|transaction|startTransaction|beginTransaction|getConnection|createQueryRunner)$/;
const maxAsked = 4;
const batchWord = /(?:batch|chunk|group|page|slice|window)(?:es|s)?$/i;

/** Judges a `Promise.all` or `allSettled` over a list that data makes long. */
export function findFanOut(call: ts.CallExpression, file: FileContext): FanOut | undefined {
  const target = findMethodCall(call);
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!target || !argument || !ts.isIdentifier(target.receiver) || target.receiver.text !== 'Promise') return undefined;
  if (target.method !== 'all' && target.method !== 'allSettled') return undefined;
  const map = findMethodCall(argument);
  const fn = map?.call.arguments[0];
  if (map?.method !== 'map' || !fn) return undefined;
  const body = findFunctionValue(fn, file);
  if (!body || isBatch(map.receiver) || isInBatch(call) || !soundsLarge(map.receiver, file)) return undefined;
  if (usesLimiter(body)) return undefined;
  const io = listIo(body, file);
  const asked = io.length > 0 ? [] : listAwaitedCallees(body, file);
  if ((io.length === 0 && asked.length === 0) || (io.length === 1 && isGathered(body, file))) return undefined;
  return {
    call,
    method: target.method,
    map: map.call,
    items: map.receiver,
    fn,
    body,
    io: io.includes('write') || asked.length > 0 ? 'write' : 'read',
    asked,
    writesFiles: writesFiles(body, file),
    holdsConnection: holdsConnection(body),
    size: findSize(map.receiver, file),
  };
}

const fileModule = /^(?:fs|fs\/promises|fs-extra|graceful-fs)$/;
const fileWrite = /^(?:write|append|output|copy|cp$|mkdir|mkdirp|ensure|symlink|rename|move|rm$|remove|unlink|empty)/;

/** Whether a function changes files, and waits for nothing else but files. */
function writesFiles(fn: FunctionNode, file: FileContext): boolean {
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
  return fn.body !== undefined && !isOther(fn.body) && writes;
}

/** Prisma makes one query of all `findUnique` calls of one tick. */
function isGathered(fn: FunctionNode, file: FileContext): boolean {
  const visit = (at: ts.Node): boolean => {
    const query = ts.isCallExpression(at) ? findQuery(at, file) : undefined;
    return query
      ? query.library === 'prisma' && /\.findUnique$/.test(query.text)
      : (ts.forEachChild(at, visit) ?? false);
  };
  return fn.body ? visit(fn.body) : false;
}

/** What a function waits for that another file may define. */
function listAwaitedCallees(fn: FunctionNode, file: FileContext): SymbolRef[] {
  const found: SymbolRef[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at) && at !== fn) return;
    if (ts.isCallExpression(at) && found.length < maxAsked && isAwaitedOrReturned(at)) {
      const to = findCallee(at, file);
      if (to?.kind === 'imported') found.push(to);
    }
    ts.forEachChild(at, visit);
  };
  if (fn.body) visit(fn.body);
  return found;
}

/** `const transaction = await sequelize.transaction()`, `db.$transaction(…)`: more rounds than the pool has wait for each other. */
function holdsConnection(fn: FunctionNode): boolean {
  const visit = (at: ts.Node): boolean => {
    if (isFunctionNode(at) && at !== fn) return false;
    const target = findMethodCall(at);
    if (target && connecting.test(target.method) && isAwaitedOrReturned(target.call)) return true;
    return ts.forEachChild(at, visit) ?? false;
  };
  return fn.body ? visit(fn.body) : false;
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
function usesLimiter(fn: FunctionNode): boolean {
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
  return fn.body ? visit(fn.body) : false;
}
