import type { Binding, FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isKnownPool } from './lent-connection.ts';
import { isNamedPool } from './named-pool.ts';

/** pg-pool 3.14.0, index.js: `_releaseOnce`. That of mysql2 takes no notice of a second one. */
const throwing = /^(?:pg|pg-pool|@neondatabase\/serverless)$/;

/**
 * `catch (error) { client.release(error); throw error; } finally { client.release(); }`: the `finally` runs too, and its
 * release throws, in place of what went wrong or of what the function gives.
 */
export function findSecondRelease(
  call: ts.CallExpression,
  { receiver, fn }: { receiver: ts.Expression; fn: FunctionNode },
  binding: Binding,
  releases: readonly ts.CallExpression[],
  file: FileContext,
): ts.CallExpression | undefined {
  if (findMethodCall(call)?.method !== 'connect') return undefined;
  const own = releases.filter((release) => {
    const target = findMethodCall(release);
    const isOwn = target?.method === 'release' && ts.isIdentifier(target.receiver);
    return isOwn && findEnclosingFunction(release) === fn;
  });
  if (own.length < 2 || !isOfThrowingPool(call, receiver, binding, file)) return undefined;
  return own.find((second) => {
    const tried = findFinally(second);
    if (!tried) return false;
    return own.some(
      (first) =>
        first !== second &&
        (isWithin(first, tried.tryBlock) || (tried.catchClause && isWithin(first, tried.catchClause))) &&
        !binding.writes.some((write) => write.pos > first.end && isWithin(write, tried)),
    );
  });
}

/** The `try` whose `finally` runs a statement whatever has been. */
function findFinally(release: ts.CallExpression): ts.TryStatement | undefined {
  const statement = ts.isAwaitExpression(release.parent) ? release.parent.parent : release.parent;
  const block = ts.isExpressionStatement(statement) ? statement.parent : undefined;
  const tried = block?.parent;
  return tried && ts.isTryStatement(tried) && tried.finallyBlock === block ? tried : undefined;
}

function isOfThrowingPool(
  call: ts.CallExpression,
  receiver: ts.Expression,
  binding: Binding,
  file: FileContext,
): boolean {
  if (isNamedPool(call, receiver, 'connect', binding, file)) return true;
  const origin = findOrigin(receiver, file);
  return origin !== undefined && throwing.test(bareModule(origin.module)) && isKnownPool(receiver, 'connect', file);
}
