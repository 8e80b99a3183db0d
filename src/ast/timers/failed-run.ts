import type { FileContext } from '../../model/file-context.ts';
import { findLeaks, type Leak } from '../handles/release-paths.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  isAsync,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';
import { isOnOwnFiring } from './deadline.ts';

/**
 * Where an async function fails that keeps a timer in a field, or in a variable from outside of it, and clears it itself
 * on each other way out: the timer is of this one run. Undefined where somebody may clear it after a failure.
 */
export function findFailedRun(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): Leak | undefined {
  const fn = findEnclosingFunction(call);
  if (!fn || !isAsync(fn)) return undefined;
  const own = clears.filter((clear) => findEnclosingFunction(clear) === fn && clear.pos > call.end);
  const others = clears.filter((clear) => findEnclosingFunction(clear) !== fn);
  if (own.length === 0 || !others.every((clear) => isOfEnd(clear, fn, file))) return undefined;
  const leaks = findLeaks(
    fn,
    {
      acquire: call,
      isRelease: (node) => own.includes(node),
      isGuard: (asked) => own.some((clear) => isWithin(clear, asked.parent)),
    },
    file,
  ).filter(({ at }) => !isOnOwnFiring(at));
  return leaks.length === 1 && leaks[0]!.outcome === 'throw' ? leaks[0] : undefined;
}

/** In a function that ends or aborts, and that nobody calls when `run` has failed. */
function isOfEnd(clear: ts.Node, run: FunctionNode, file: FileContext): boolean {
  const fn = findEnclosingFunction(clear);
  const name = fn ? nameOfFunction(fn) : '';
  if (!fn || !(isDisposerName(name) || /^_*(?:abort|cancel)/.test(name))) return false;
  const starts = new Set(callsOf(run, file).map((call) => findEnclosingFunction(call)));
  return !callsOf(fn, file).some((call) =>
    listFailures(call).some((failure) => starts.has(findEnclosingFunction(failure))),
  );
}

function callsOf(fn: FunctionNode, file: FileContext): readonly ts.CallExpression[] {
  return [...listCallsOf(fn, file), ...listMethodCalls(nameOfFunction(fn), file)];
}

/** Each `catch` and `finally` around a node, and each call of a method of that name, or of `then`, that is handed it. */
function listFailures(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    const isHanded = ts.isCallExpression(parent) && parent.expression !== at;
    const isHandler = isHanded && /^(?:catch|finally|then)$/.test(findMemberName(parent.expression) ?? '');
    const isLast = ts.isTryStatement(parent) && parent.finallyBlock === at;
    if (isHandler || isLast || ts.isCatchClause(parent)) found.push(parent);
  }
  return found;
}
