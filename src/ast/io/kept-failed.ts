/** What could not be sent stays among what waits, and is sent anew by the next run. */

import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue, isInlineCallback } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isLoop,
  isWithin,
  type LoopNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn, splitBy } from '../where/conditions.ts';
import { contains, listNodesWithin } from '../within.ts';
import { callsPause, isPauseOrRepair, leavesAlways, withoutTexts } from './attempts.ts';

const removal = /^(?:shift|pop|splice|delete|clear|dequeue)$/;
const putting = /^(?:unshift|push|add|set|enqueue)$/;
/** It counts, or puts aside what has failed. */
const countName = /attempt|retr(?:y|ies)|tries|count|fail|\bmax|backoff|limit|dead/i;

/** `queue` of `queue.length > 0`, `this.pending` of `this.pending.size`. */
function findAsked(condition: ts.Expression): string | undefined {
  const at = skipWrappers(condition);
  return /^([\w$.#]+)\.(?:length|size)(?:\s*(?:>|!==?)\s*0|\s*>=\s*1)?$/.exec(at.getText())?.[1];
}

/**
 * `while (queue.length > 0) try { await send(queue[0]); queue.shift(); } catch { log(); }`: what failed stays at the head,
 * or is put back by the `catch`, and is tried again in the next round.
 */
export function keepsHead(attempt: ts.TryStatement, loop: LoopNode, file: FileContext): boolean {
  const queue = ts.isWhileStatement(loop) ? findAsked(loop.expression) : undefined;
  return queue !== undefined && keepsFailed(attempt, loop, queue, file);
}

/** A run that begins itself anew as soon as it is over, as long as something waits. */
export interface RunAnew {
  run: FunctionNode | LoopNode;
  again: ts.Node;
}

/**
 * `run() { try { await send(this.waiting[0]); this.waiting.shift(); } catch { log(); } if (this.waiting.length) this.run(); }`,
 * where the attempt may stand in the rounds of a batch, and the next run begin by `setImmediate`: with the other side
 * down it goes round as fast as it can. Undefined where anything but what waits decides on the next run.
 */
export function findRunAnew(attempt: ts.TryStatement, file: FileContext): RunAnew | undefined {
  const block = attempt.catchClause!.block;
  if (leavesAlways(block) || contains(block, isPauseOrRepair)) return undefined;
  const run = findRun(attempt);
  if (!run) return undefined;
  const code = withoutTexts(run, file).replace(/\bsetTimeout\(([^;]*?),\s*0\)/g, '$1');
  if (callsPause(code) || countName.test(code)) return undefined;
  if (isLoop(run)) {
    const queue = ts.isWhileStatement(run) ? findAsked(run.expression) : undefined;
    return queue !== undefined && keepsFailed(attempt, run, queue, file) ? { run, again: block } : undefined;
  }
  const again =
    listNodesWithin('CallExpression', run, file).find(
      (call) => !isWithin(call, attempt) && call.pos >= attempt.end && beginsAnew(call, run, file),
    ) ??
    listNodesWithin('CallExpression', attempt.finallyBlock ?? block, file).find((call) => beginsAnew(call, run, file));
  if (!again) return undefined;
  const conditions = listConditionsOn(again, run, file).flatMap((one) =>
    splitBy(ts.SyntaxKind.AmpersandAmpersandToken, one),
  );
  const queue = conditions.map(findAsked).find((asked) => asked !== undefined);
  const others = conditions.filter((condition) => findAsked(condition) === undefined);
  if (queue === undefined || others.some((condition) => isDecidedBy(run, condition, file))) return undefined;
  return keepsFailed(attempt, run, queue, file) ? { run, again } : undefined;
}

/** What the attempt is made in, through the callbacks around it; the loop where it stands in one. */
function findRun(attempt: ts.TryStatement): FunctionNode | LoopNode | undefined {
  for (let at: ts.Node = attempt; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isWhileStatement(parent)) return parent;
    const fn = findEnclosingFunction(at);
    if (fn === parent && !isInlineCallback(fn)) return fn;
  }
  return undefined;
}

/** It calls the run, or hands it to what calls it at once. */
function beginsAnew(call: ts.CallExpression, run: FunctionNode, file: FileContext): boolean {
  if (findFunctionValue(call.expression, file) === run) return true;
  const isAtOnce = /^(?:setImmediate|queueMicrotask|process\.nextTick|setTimeout)$/.test(call.expression.getText());
  const [work] = call.arguments;
  return isAtOnce && work !== undefined && findFunctionValue(work, file) === run;
}

/** The run itself sets what a condition asks for: it may know that it has failed. */
function isDecidedBy(run: FunctionNode, condition: ts.Expression, file: FileContext): boolean {
  const words = new Set(condition.getText(file.source).match(/[\w$#]+/g));
  const sets = listNodesWithin('BinaryExpression', run, file).filter(isAssignment);
  const names = [
    ...sets.map(({ left }) => findMemberPath(left)?.at(-1)),
    ...listNodesWithin('VariableDeclaration', run, file).map(({ name }) => name.getText(file.source)),
  ];
  return names.some((name) => name !== undefined && words.has(name));
}

/** All that takes out of a queue does so behind what was waited for, or the `catch` puts back what was taken. */
function keepsFailed(
  attempt: ts.TryStatement,
  around: FunctionNode | LoopNode,
  queue: string,
  file: FileContext,
): boolean {
  const { tryBlock, catchClause } = attempt;
  const changes = listNodesWithin('CallExpression', around, file).filter((call) => {
    const target = findMethodCall(call);
    return target !== undefined && target.receiver.getText(file.source) === queue;
  });
  const ofKind = (kind: RegExp): ts.CallExpression[] =>
    changes.filter((call) => kind.test(findMethodCall(call)!.method));
  const isPutBack = ofKind(putting).some((call) => isWithin(call, catchClause!.block));
  if (isPutBack) return !countName.test(withoutTexts(catchClause!.block, file));
  const sets = listNodesWithin('BinaryExpression', around, file).filter(
    (node) => isAssignment(node) && node.left.getText(file.source).startsWith(queue),
  );
  const waited = listNodesWithin('AwaitExpression', tryBlock, file)[0];
  const taken = [...ofKind(removal), ...sets];
  return taken.length > 0 && taken.every((node) => isWithin(node, tryBlock) && node.pos > (waited?.end ?? 0));
}
