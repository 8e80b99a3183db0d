import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue, isExecutor, isExported, listFunctionUses } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { listConditionsOn } from './conditions.ts';
import { listensToSignal, mayEndProcess } from './process-end.ts';

const exit = /^(?:return\s+|void\s+)?process\.exit\(/;

/**
 * Whether all that call the function around a node end the process as soon as that is over, whichever way it comes out: `drained().then(() =>
 * process.exit(0)).catch(() => process.exit(1))`; or it is the start of the process itself. What it starts lives no longer than that.
 */
export function runsUntilExit(node: ts.Node, file: FileContext): boolean {
  if (!/\bprocess\.exit\b/.test(file.text)) return false;
  if (isStartOfProcess(node, file)) return true;
  let fn = findEnclosingFunction(node);
  while (fn && isExecutor(fn)) fn = findEnclosingFunction(fn);
  if (!fn || isExported(fn, file)) return false;
  const home = fn;
  const uses = listFunctionUses(home, file).filter((use) => !isNameOf(use, home));
  return uses.length > 0 && uses.every((use) => endsEitherWay(use, file));
}

/** A function around it also says how the process ends: `process.once('SIGTERM', () => { …; process.exit(); })`. */
function isStartOfProcess(node: ts.Node, file: FileContext): boolean {
  const isOwn = (call: ts.CallExpression, fn: FunctionNode): boolean => {
    const handler = findEnclosingFunction(call) === fn && listensToSignal(call) ? call.arguments[1] : undefined;
    const run = handler && findFunctionValue(handler, file);
    return run !== undefined && mayEndProcess(run, file);
  };
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const home = fn;
    if (listNodesWithin('CallExpression', home, file).some((call) => isOwn(call, home))) return true;
  }
  return false;
}

function isNameOf(use: ts.Node, fn: FunctionNode): boolean {
  return use.parent === fn || getOutermostWrapped(fn).parent === use.parent;
}

function endsEitherWay(use: ts.Node, file: FileContext): boolean {
  const call = use.parent;
  if (!ts.isCallExpression(call) || call.expression !== use) return false;
  const { parent } = getOutermostWrapped(call);
  return ts.isAwaitExpression(parent) ? endsAfterWait(parent, file) : endsInChain(call);
}

/** `.then(exit, exit)`, `.then(exit).catch(exit)`, `.finally(exit)`. */
function endsInChain(call: ts.CallExpression): boolean {
  const chain = listChained(call);
  const hasEnd = (name: string, place: number): boolean =>
    chain.some((call) => calleeName(call) === name && isEnd(call.arguments[place]));
  return hasEnd('finally', 0) || (hasEnd('then', 0) && (hasEnd('then', 1) || hasEnd('catch', 0)));
}

/** The calls of methods of what a call gives, one after the other. */
function listChained(call: ts.CallExpression): ts.CallExpression[] {
  const next = findMethodCall(getOutermostWrapped(call).parent.parent);
  return next && skipWrappers(next.receiver) === call ? [next.call, ...listChained(next.call)] : [];
}

/** `await drained(); process.exit(0);` in a `try` whose `catch` ends the process too, or with that in its `finally`. */
function endsAfterWait(wait: ts.AwaitExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(wait);
  const around = findTryAround(wait);
  if (!fn || !around) return false;
  if (around.finallyBlock && endsBlock(around.finallyBlock, [], file)) return true;
  const statement = wait.parent;
  const block = statement.parent;
  if (!ts.isExpressionStatement(statement) || !ts.isBlock(block)) return false;
  const next = block.statements[block.statements.indexOf(statement) + 1];
  if (!next || !exit.test(next.getText(file.source)) || !around.catchClause) return false;
  const asked = listConditionsOn(wait, fn, file).filter((condition) => isFixed(condition, file));
  return endsBlock(around.catchClause.block, asked, file);
}

/** The `try` that a failure of what is waited for leads out of, in the same function. */
function findTryAround(node: ts.Node): ts.TryStatement | undefined {
  for (let at = node; at.parent && !isFunctionNode(at); at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at) return at.parent;
  }
  return undefined;
}

/** Whether the last of a block is to end the process, be it on a condition that is known to hold there. */
function endsBlock({ statements }: ts.Block, known: readonly ts.Expression[], file: FileContext): boolean {
  const last = statements.at(-1);
  if (!last || statements.some((statement) => statement !== last && !ts.isExpressionStatement(statement))) return false;
  if (!ts.isIfStatement(last)) return exit.test(last.getText(file.source));
  const text = last.expression.getText(file.source);
  if (!known.some((condition) => condition.getText(file.source) === text)) return false;
  const { thenStatement: branch } = last;
  return ts.isBlock(branch) ? endsBlock(branch, known, file) : exit.test(branch.getText(file.source));
}

/** A name that is given its value once: it comes out alike wherever it is asked. */
function isFixed(condition: ts.Expression, file: FileContext): boolean {
  const kind = ts.isIdentifier(condition) ? file.bindingOf(condition)?.kind : undefined;
  return kind === 'const' || kind === 'import';
}

/** `() => process.exit(0)`, `(error) => { console.error(error); process.exit(1); }`. */
function isEnd(handler: ts.Expression | undefined): boolean {
  const fn = handler && skipWrappers(handler);
  if (!fn || !isFunctionNode(fn) || !fn.body) return false;
  const last = ts.isBlock(fn.body) ? fn.body.statements.at(-1) : fn.body;
  return last !== undefined && exit.test(last.getText());
}
