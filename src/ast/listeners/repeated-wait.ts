import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ListenerPlace } from './listener-place.ts';

/** A wait that a loop comes to again and again with one and the same emitter. */
export interface RepeatedWait {
  /** Whether the loop goes on when the wait has failed. */
  isRetried: boolean;
  /** Whether the loop goes over a list, which may hold a few things. */
  isOfList: boolean;
}

/**
 * `for (;;) { …; await nextData(stream); }`, `while (n++ < 5) try { await attempt(device) } catch {}`: each round waits anew,
 * also by a function that it hands the emitter, which was there ahead of the loop.
 */
export function findRepeatedWait({ add, outermost, promise, file }: ListenerPlace): RepeatedWait | undefined {
  const root = promise && rootOfMembers(skipWrappers(add.receiver));
  const binding = root && ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!promise || !binding) return undefined;
  const here = findRound(promise, binding.identifier);
  if (here) return here;
  const { declaration } = binding;
  const index = ts.isParameter(declaration) ? outermost.parameters.indexOf(declaration) : -1;
  if (index < 0) return undefined;
  for (const call of listCallsOf(outermost, file)) {
    const given = call.arguments?.[index];
    const round = given && findRound(call, findDeclared(given, file));
    if (round && !isWithin(call, outermost)) return round;
  }
  return undefined;
}

/** Where the root of a path is declared. */
function findDeclared(value: ts.Expression, file: FileContext): ts.Node | undefined {
  const root = rootOfMembers(skipWrappers(value));
  return ts.isIdentifier(root) ? file.bindingOf(root)?.identifier : undefined;
}

/** The loop around a wait, in its own function, that `made` stands ahead of. */
function findRound(wait: ts.Node, made: ts.Node | undefined): RepeatedWait | undefined {
  const loop = made && findEnclosingLoop(wait);
  if (!loop || isWithin(made, loop) || isLeft(wait, loop)) return undefined;
  const isOfList = ts.isForInStatement(loop) || (ts.isForOfStatement(loop) && !loop.awaitModifier);
  return { isRetried: isCaught(wait, loop), isOfList };
}

/** `return await wait(…)` outside of what catches its failure: the loop ends with it. */
function isLeft(wait: ts.Node, loop: ts.Node): boolean {
  for (let at = wait; at !== loop; at = at.parent) {
    if (ts.isReturnStatement(at)) return !isCaught(at, loop);
  }
  return false;
}

function isCaught(at: ts.Node, loop: ts.Node): boolean {
  const home: FunctionNode | undefined = findEnclosingFunction(at);
  for (let node = at; node !== loop && node !== home; node = node.parent) {
    const { parent } = node;
    if (ts.isTryStatement(parent) && parent.tryBlock === node && parent.catchClause) return true;
  }
  return false;
}
