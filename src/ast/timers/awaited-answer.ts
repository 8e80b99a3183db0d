import type { FileContext } from '../../model/file-context.ts';
import { listTables } from '../containers/tables.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, findMemberName, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const failing = /^(?:reject|cb|callback|done|fail|onError|errback)$/;

/**
 * `pending.set(id, call); setTimeout(() => { pending.delete(id); call.reject(late); }, ms)`: a timer that takes out what the
 * function around has put into a table, and fails it, where another function takes it out when the answer comes.
 */
export function findPendingAnswer(
  run: FunctionNode,
  timer: ts.CallExpression,
  file: FileContext,
): { kind: 'answer'; taken: ts.Node } | undefined {
  const fn = findEnclosingFunction(timer);
  if (!fn || !failsSomething(run, file)) return undefined;
  for (const { growth } of listTables(file)) {
    const late = growth.removals.find(({ key, node }) => key && isWithin(node, run));
    const key = late?.key?.getText(file.source);
    const isPut = growth.adds.some(
      (add) => add.key?.getText(file.source) === key && isWithin(add.node, fn) && !isWithin(add.node, run),
    );
    if (key === undefined || !isPut) continue;
    const outermost = outermostOf(fn);
    const taken = growth.removals.find((one) => one.key && !isWithin(one.node, run) && !isWithin(one.node, outermost));
    if (taken) return { kind: 'answer', taken: taken.node };
  }
  return undefined;
}

/** The executor's own function. */
function outermostOf(fn: FunctionNode): FunctionNode {
  const outer = findEnclosingFunction(fn);
  return outer && ts.isNewExpression(fn.parent) ? outer : fn;
}

/** Calls `reject`, `callback` or a member of this name. */
function failsSomething(run: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', run, file).some(({ expression }) => {
    const callee = skipWrappers(expression);
    const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
    return name !== undefined && failing.test(name) && findFunctionValue(callee, file) === undefined;
  });
}
