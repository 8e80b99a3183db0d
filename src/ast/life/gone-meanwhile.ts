import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findOrigin } from '../names/provenance.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { type FunctionNode, findEnclosingFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { isOverAtOnce } from './over-at-once.ts';

const liveness =
  /readyState|connect|destroyed|clos(?:ed|ing)|isAlive|\bOPEN\b|aborted|\bgone\b|disconnected|writableEnded/i;

/** What was waited for last ahead of a node, directly in one of `functions`: its connection may go meanwhile. */
export function findLastWait(
  node: ts.Node,
  functions: readonly FunctionNode[],
  file: FileContext,
): ts.AwaitExpression | undefined {
  const outermost = functions.at(-1);
  if (!outermost) return undefined;
  return listNodesWithin('AwaitExpression', outermost, file)
    .filter((wait) => wait.end <= node.pos && functions.includes(findEnclosingFunction(wait)!) && mayTake(wait))
    .filter((wait) => !isOverAtOnce(wait, file))
    .at(-1);
}

/** On the way of what comes behind: what is awaited in a branch that is left does not come before it. */
function mayTake(wait: ts.AwaitExpression): boolean {
  for (let at: ts.Node = wait; at.parent && !ts.isFunctionLike(at); at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && at !== parent.expression && leavesFunction(at as ts.Statement)) return false;
  }
  return true;
}

/**
 * "What is waited for takes a while": a function of the project that asks nobody outside is over before anybody can go.
 * Undefined for what is not of the project.
 */
export function takesWhile({ expression }: ts.AwaitExpression, file: FileContext): LinkCondition | undefined {
  const call = skipWrappers(expression);
  const to = ts.isCallExpression(call) && isOfProject(call, file) ? findCallee(call, file) : undefined;
  return to && { kind: 'callee-does', to, deeds: ['reads', 'writes', 'sends', 'sleeps'] };
}

function isOfProject(call: ts.CallExpression, file: FileContext): boolean {
  return /^[.~#]|^@\//.test(findOrigin(call.expression, file)?.module ?? '');
}

/** Every condition behind a wait, within `around`, by which a function asks whether its connection is still there. */
export function listLivenessTests(wait: ts.Node, around: ts.Node, file: FileContext): readonly ts.IfStatement[] {
  const questions = file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[];
  return questions.filter(
    ({ pos, end, expression }) =>
      pos >= wait.end && end <= around.end && liveness.test(expression.getText(file.source)),
  );
}
