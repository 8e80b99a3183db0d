import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, getOutermostWrapped, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isInFinally } from '../where/conditions.ts';
import { runsForUsers } from '../where/where.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import type { ListenerLeak, ListenerPlace } from './listener-place.ts';

/**
 * A listener for the time of one call, which is left before its only removal is reached: `if (error) return done(error);`
 * ahead of it, in the same function or in the callback that is told of the outcome.
 */
export function findLeftByEarlyExit(place: ListenerPlace): ListenerLeak | undefined {
  const { add, fn, promise, emitter, file } = place;
  if (promise || !/^(?:field|self|process|outer|kept|pooled)$/.test(emitter)) return undefined;
  const ends = listEndsOf(add, file).toSorted((a, b) => a.pos - b.pos);
  const [first] = ends;
  const by = first && findEnclosingFunction(first);
  if (!first || !by || ends.some((end) => findEnclosingFunction(end) !== by || isInFinally(end))) return undefined;
  if (!isWithin(by, fn) || isRunByEvent(by, add, file)) return undefined;
  if (by === fn ? !isOfBody(add.call, fn) : !isOutcome(by)) return undefined;
  const from = by === fn ? add.call.end : by.pos;
  const exit = listExits(file).find(
    (node) => node.pos > from && node.end <= first.pos && findEnclosingFunction(node) === by && isOfFailure(node, by),
  );
  if (!exit) return undefined;
  return {
    shape: 'outcome',
    what: 'each such outcome',
    settled: exit,
    confidence: 'likely',
    sureWhen: runsForUsers(add.call, file),
  };
}

/** The listener itself, which takes itself away once it has seen what it waits for. */
function isRunByEvent(by: FunctionNode, add: ListenerCall, file: FileContext): boolean {
  const listener = add.listener && findListenerFunction(add.listener, file);
  return listener !== undefined && isWithin(by, listener);
}

/** A statement of the function's own body: it runs whenever what follows it does. */
function isOfBody(call: ts.CallExpression, { body }: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(call);
  return ts.isExpressionStatement(parent) && parent.parent === body;
}

/** `(error, row) => …`, handed to what calls it once. */
function isOutcome(fn: FunctionNode): boolean {
  const name = fn.parameters[0]?.name;
  if (!name || !ts.isIdentifier(name) || !/^_?(?:e|err|error)$/.test(name.text)) return false;
  const { parent } = getOutermostWrapped(fn);
  if (!ts.isCallExpression(parent) || parent.arguments.at(-1) !== fn) return false;
  return !/^(?:on|once|addListener|forEach|each|map)$/.test(findMethodCall(parent)?.method ?? '');
}

function listExits(file: FileContext): readonly (ts.ReturnStatement | ts.ThrowStatement)[] {
  return [
    ...(file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[]),
    ...(file.nodesOfKind(ts.SyntaxKind.ThrowStatement) as readonly ts.ThrowStatement[]),
  ];
}

/** In a branch of its own: `if (error || !row) return done(error)`. */
function isOfFailure(exit: ts.Statement, fn: FunctionNode): boolean {
  for (let at: ts.Node = exit; at !== fn && at.parent; at = at.parent) {
    if (ts.isIfStatement(at.parent) && at.parent.thenStatement === at) return true;
  }
  return false;
}
