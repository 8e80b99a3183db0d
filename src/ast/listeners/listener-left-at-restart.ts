import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf, listFunctionUses } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';

import { runsForUsers } from '../where/where.ts';
import { holdsOnceAdded } from './listener-asked-for.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import { hasOnce, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/**
 * A listener that a function takes away again where its work is done, but not on the way on which it runs once more:
 * `if (isDone) link.off('close', drop); else attempt();`. Each such round leaves the one of the round before.
 */
export function findLeftAtRestart({ add, fn, promise, emitter, file }: ListenerPlace): ListenerLeak | undefined {
  if (promise || !/^(?:self|field|process|outer|kept|signal)$/.test(emitter) || isMadeAnew(add.receiver, fn, file))
    return undefined;
  const ends = listEndsOf(add, file);
  // What is taken away elsewhere may be so ahead of the next round.
  if (ends.length === 0 || ends.some((end) => !isWithin(end, fn) || isAheadOfAll(end, add.call, fn))) return undefined;
  const listener = add.listener && findListenerFunction(add.listener, file);
  const isSpent = /once/i.test(add.method) || hasOnce(add);
  const again = listRestarts(fn, file).find(
    (restart) => !(isSpent && listener && isWithin(restart, listener)) && !isEndedAhead(restart, ends, add, fn, file),
  );
  if (!again) return undefined;
  return {
    shape: 'outcome',
    what: `each further run of ${nameOfFunction(fn)}()`,
    settled: again,
    confidence: 'likely',
    sureWhen: runsForUsers(add.call, file),
  };
}

/** `socket = connect()` in the function itself: the next round has an emitter of its own. */
function isMadeAnew(emitter: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(skipWrappers(emitter));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return binding?.writes.some((write) => isWithin(write, fn)) ?? false;
}

/** `bus.off('x', run); bus.on('x', run)`: the round takes away what the one before has added. */
function isAheadOfAll(end: ts.Node, add: ts.Node, fn: FunctionNode): boolean {
  return findEnclosingFunction(end) === fn && end.end <= add.pos;
}

/** Where a function calls itself, or hands itself to a timer, in itself or in what it makes. */
function listRestarts(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  const named = listFunctionUses(fn, file).filter((use) => {
    const { parent } = getOutermostWrapped(use);
    return ts.isCallExpression(parent) && findTimerFunction(parent, file) !== undefined;
  });
  return [...listCallsOf(fn, file), ...named].filter((use) => use !== fn && isWithin(use, fn));
}

/** Whether a removal, or a call of a function that removes, comes ahead of a restart on every way on which it was added. */
function isEndedAhead(
  restart: ts.Node,
  ends: readonly ts.CallExpression[],
  add: ListenerCall,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const removers = new Set(
    ends.flatMap((end) => {
      const by = findEnclosingFunction(end);
      return by && by !== fn && !isWithin(restart, by) ? [by] : [];
    }),
  );
  const calls = [...removers].flatMap((by) => listCallsOf(by, file));
  return [...ends, ...calls].some((end) => end.end <= restart.pos && isWithin(restart, branchOf(end, add, file)));
}

/** The innermost part of a function that does not run on every way on which the listener was added, or the function itself. */
function branchOf(node: ts.Node, add: ListenerCall, file: FileContext): ts.Node {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (isFunctionNode(at)) return at;
    const isSometimes = ts.isIfStatement(parent) && parent.expression !== at;
    if (isSometimes && !(at === parent.thenStatement && holdsOnceAdded(add, parent.expression, file))) return at;
    if (ts.isConditionalExpression(parent) && parent.condition !== at) return at;
    if (ts.isTryStatement(parent) && parent.finallyBlock !== at) return at;
    if (ts.isCaseOrDefaultClause(parent)) return parent;
  }
  return node;
}
