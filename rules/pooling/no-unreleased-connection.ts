import { isHelperUsedInPlace } from '../../src/ast/clients/lending-helper.ts';
import { lendingWords } from '../../src/ast/clients/lending-words.ts';
import {
  acquireName,
  findLender,
  findLent,
  handlingOfLent,
  isConnectionHandedOver,
  isGivenBackUnlessRollbackFails,
  isHandedToHelper,
  isKnownPool,
  isLentToNobody,
  isNumberOnly,
  isOfOtherThing,
  isOfTransaction,
  isOwnRelease,
  isPoolEnded,
  isPoolMade,
  isReleasedElsewhere,
  isUsedInPlace,
  listReleases,
} from '../../src/ast/clients/lent-connection.ts';
import type { LentToCallback } from '../../src/ast/clients/lent-to-callback.ts';
import { findLentToWork } from '../../src/ast/clients/lent-to-chain.ts';
import { isNamedPool } from '../../src/ast/clients/named-pool.ts';
import { findOpenTransaction } from '../../src/ast/clients/open-transaction.ts';
import { listAcquisitions } from '../../src/ast/clients/query-runner.ts';
import { listReleasesByLender } from '../../src/ast/clients/released-by-lender.ts';
import { findSecondRelease } from '../../src/ast/clients/second-release.ts';
import { findLeaks, type Leak, placesOfLeaks } from '../../src/ast/handles/release-paths.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import { runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnreleasedConnection {
  /** `pool.connect()`. */
  call: ts.CallExpression;
  /** The local name of what was lent; undefined when it is used in place, or dropped. */
  binding: Binding | undefined;
  /** Whether a callback is handed it. */
  isGiven?: true;
  /** Whether it is the connection of a transaction, which its end gives back. */
  isTransaction?: true;
  /** Whether only other functions tell how it is given back. */
  isReleasedElsewhere?: true;
  /** Whether its second release throws. */
  isGivenTwice?: true;
  fn: FunctionNode;
  leaks: readonly Leak[];
  /** The releases of this function. */
  releases: readonly ts.CallExpression[];
}

const outcomes = {
  throw: 'not given back when something throws',
  return: 'not given back on an early return',
  end: 'not given back at all',
  every: 'not given back on every way out',
  twice: 'given back twice: the second release throws, in place of what went wrong',
} as const;

export const rule = defineRule<UnreleasedConnection>({
  id: 'no-unreleased-connection',
  category: 'pooling',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '{name} is taken from the pool here and {outcome}.',
  why: 'Each miss takes one connection out of the pool for good. After as many as the pool holds, every request waits for a connection that never comes.',
  advice:
    'Release it in a `finally` that begins right after it was acquired, or use the pool’s own `query`, `withConnection` or transaction helper.',
  limits: [
    'A connection handed to a function of another file, stored or returned is taken to be released there.',
    'A connection handed to `commit(connection)` or `rollback(connection)` of the project is `possible`: these may release it.',
    'A second release is told for pools of pg, which throw; those of mysql2 take no notice of it.',
    'A query runner of TypeORM whose transaction begins outside of the `try` is `possible`: it gives back what it cannot begin with.',
    'Where only the rollback of a `catch` can still fail, it is `possible`: the connection is lost then, and its pool notices. So is a session of MongoDB that something throws past outside of a transaction, or whose transactions `withTransaction` runs: it holds a number on the server, for half an hour, and no connection. What a branch that rolls back does ahead of it is taken to go well. A first connection that tries a pool which the function has just made is left alone when that throws.',
    'A transaction is followed in the function that begins and commits it. Pools are known by import, or by their name in a package with one such driver; others count where the function itself releases what it took on some path.',
  ],
  roles: ['product', 'ui', 'config'],
  mentions: lendingWords,
  visit: {
    CallExpression(call, file) {
      const target = findLender(call);
      const transaction = target && judgeTransaction(call, file);
      if (transaction) return transaction;
      if (!target) return undefined;
      if (findMethodCall(call) && !acquireName.test(target.method)) return judgeHelper(call, file);
      if (isOfOtherThing(target.receiver, target.method, file)) return undefined;
      return judge(call, target.receiver, target.method, findEnclosingFunction(call), file);
    },
  },
});

/** What a helper of this file takes from the pool, and its caller uses in place. */
function judgeHelper(call: ts.CallExpression, file: FileContext): Match<UnreleasedConnection> | undefined {
  if (!isHelperUsedInPlace(call, file)) return undefined;
  const fn = findEnclosingFunction(call);
  const values = { name: 'What is used in place', outcome: outcomes.end };
  return fn && { at: call, values, data: { call, binding: undefined, fn, leaks: [], releases: [] } };
}

function judge(
  call: ts.CallExpression,
  receiver: ts.Expression,
  method: string,
  fn: FunctionNode | undefined,
  file: FileContext,
): Match<UnreleasedConnection> | undefined {
  const isKnown = isKnownPool(receiver, method, file);
  const given = findLentToWork(call, method, file);
  if (given) return isPoolEnded(receiver, fn ?? given.callback, file) ? undefined : judgeGiven(call, given, isKnown);
  if (!fn) return undefined;
  const lent = findLent(call, fn, file);
  if (!lent) {
    if (!isKnown || method === 'startSession' || isPoolEnded(receiver, fn, file)) return undefined;
    const isDropped = method !== 'createQueryRunner' && isLentToNobody(call);
    if (!isDropped && !isUsedInPlace(call)) return undefined;
    const values = { name: isDropped ? 'A connection' : 'What is used in place', outcome: outcomes.end };
    return { at: call, values, data: { call, binding: undefined, fn, leaks: [], releases: [] } };
  }
  const { binding } = lent;
  if (!isWithin(binding.scope.node, fn)) return undefined;
  const own = listReleases(binding, fn, file);
  const releases = [...own, ...listReleasesByLender(receiver, fn, file)];
  if (releases.length === 0 && isReleasedElsewhere(call, binding, fn, file)) {
    const values = { name: `\`${binding.name}\``, outcome: outcomes.end };
    return { at: call, values, data: { call, binding, isReleasedElsewhere: true, fn, leaks: [], releases } };
  }
  const isTaken = isKnown || own.some(isOwnRelease) || (method === 'startSession' && isOfTransaction(binding));
  if (!isTaken && !isNamedPool(call, receiver, method, binding, file)) return undefined;
  const second = findSecondRelease(call, { receiver, fn }, binding, releases, file);
  if (second) {
    const values = { name: `\`${binding.name}\``, outcome: outcomes.twice };
    const related = [{ at: second, note: 'gives it back again' }];
    return { at: call, values, related, data: { call, binding, isGivenTwice: true, fn, leaks: [], releases } };
  }
  if (isConnectionHandedOver(binding, fn, releases, method) || isPoolEnded(receiver, fn, file)) return undefined;
  const lazy = listAcquisitions(call, binding, fn, releases);
  const handling = (from: ts.Node | undefined) => handlingOfLent(call, lent, from, releases, file);
  const leaks = findLeaks(fn, handling(lazy[0]), file);
  // A transaction that cannot begin has lost its connection, which the runner then gives back by itself.
  const isOfBeginning =
    lazy.length > 1 && releases.length > 0 && findLeaks(fn, handling(lazy.at(-1)), file).length === 0;
  const worst = releases.length === 0 ? 'end' : leaks[0]?.outcome;
  if (!worst || (worst === 'throw' && isPoolMade(receiver, fn, file))) return undefined;
  const isOfRollback = releases.length > 0 && isGivenBackUnlessRollbackFails(fn, handling(lazy[0]), file);
  const isOfNumber =
    worst === 'throw' && method === 'startSession' && isNumberOnly(binding, fn, handling(undefined), file);
  const outcome = outcomes[worst === 'end' && releases.length > 0 ? 'every' : worst];
  const isSlight = isOfBeginning || isOfRollback || isOfNumber || isHandedToHelper(binding);
  return {
    at: call,
    ...(isSlight && { confidence: 'possible' as const }),
    values: { name: `\`${binding.name}\``, outcome },
    related: placesOfLeaks(leaks),
    data: { call, binding, fn, leaks, releases },
  };
}

function judgeTransaction(begin: ts.CallExpression, file: FileContext): Match<UnreleasedConnection> | undefined {
  const fn = findEnclosingFunction(begin);
  const open = fn && findOpenTransaction(begin, fn, file);
  if (!open) return undefined;
  const { call, binding, leaks, ends } = open;
  const [worst] = leaks;
  const outcome = outcomes[worst!.outcome === 'end' ? 'every' : worst!.outcome];
  return {
    at: call,
    values: { name: `The connection of the transaction \`${binding.name}\``, outcome },
    related: placesOfLeaks(leaks),
    sureWhen: runsUnderLoad(fn.body ?? fn, file),
    data: { call, binding, isTransaction: true, fn, leaks, releases: ends },
  };
}

/** What a callback is lent: known by its pool, or by what the callback does with it on other ways out. */
function judgeGiven(
  call: ts.CallExpression,
  { callback, binding, releases, leak }: LentToCallback,
  isKnown: boolean,
): Match<UnreleasedConnection> | undefined {
  if (releases.length > 0 ? !leak || !(isKnown || releases.some(isOwnRelease)) : !isKnown) return undefined;
  return {
    at: call,
    values: {
      name: binding ? `\`${binding.name}\`` : 'A connection',
      outcome: outcomes[leak?.outcome === 'end' ? 'every' : (leak?.outcome ?? 'end')],
    },
    related: placesOfLeaks(leak ? [leak] : []),
    data: { call, binding, isGiven: true, fn: callback, leaks: leak ? [leak] : [], releases },
  };
}
