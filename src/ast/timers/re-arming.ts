import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPromiseAround,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isShortCircuit } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';

/** A one-shot timer that starts itself again, seen from the function that both runs and re-arms. */
export interface ReArming {
  fn: FunctionNode;
  /** The function that the timer names and that calls `fn` again. */
  via?: FunctionNode;
}

/**
 * Whether a `setTimeout` runs the very function it stands in again: by name, as `this.tick`, bound,
 * or from an inline callback. One hop through a function of this file.
 */
export function findReArming(call: ts.CallExpression, file: FileContext): ReArming | undefined {
  const callback = call.arguments[0];
  if (!callback) return undefined;
  const around = listEnclosingFunctions(call);
  for (const target of listTargets(callback, file)) if (around.has(target)) return { fn: target };
  const via = findFunctionValue(callback, file);
  const fn = via && listCalled(via, file).find((target) => around.has(target));
  return fn && { fn, via };
}

function listEnclosingFunctions(node: ts.Node): Set<FunctionNode> {
  const found = new Set<FunctionNode>();
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) found.add(fn);
  return found;
}

function listTargets(callback: ts.Expression, file: FileContext): FunctionNode[] {
  const direct = findFunctionValue(callback, file);
  if (!direct) return [];
  if (!isFunctionNode(skipWrappers(callback) as ts.Node)) return [direct];
  return listCalled(direct, file);
}

/** The functions of this file that a function itself calls. */
export function listCalled(fn: FunctionNode, file: FileContext): FunctionNode[] {
  const targets: FunctionNode[] = [];
  for (const inner of file.nodes('CallExpression')) {
    if (inner.pos < fn.pos || inner.end > fn.end) continue;
    const target = findFunctionValue(inner.expression, file);
    if (target && findEnclosingFunction(inner) === fn) targets.push(target);
  }
  return targets;
}

/**
 * Whether something can end the chain: the re-arming or the run stands under a condition on state that others write,
 * on a counter, or on what the run found out; or an early `return` or `throw` comes before it.
 */
export function canEnd(call: ts.CallExpression, { fn, via }: ReArming, file: FileContext): boolean {
  // What another function asks before it comes back is not followed.
  if (via || isOnCondition(call, fn, file)) return true;
  for (let at: ts.Node = call; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.expression !== at) return true;
    if (ts.isConditionalExpression(parent) && parent.condition !== at) return true;
    if (ts.isCatchClause(parent) || isHandedOn(at)) return true;
    if (ts.isBinaryExpression(parent) && parent.right === at && isShortCircuit(parent)) return true;
    if (ts.isCaseClause(parent)) return true;
    const handler = isFunctionNode(at) ? getOutermostWrapped(at).parent : undefined;
    // Where an event arms it, the chain goes on only while the event comes: a connection that is lost again.
    const name = handler && ts.isCallExpression(handler) ? findMemberName(handler.expression) : undefined;
    if (name === 'then' && isLeftByFailure(at, fn, file)) return true;
    if (name !== undefined && /^(?:catch|on|once|addListener|addEventListener|subscribe)$/.test(name)) return true;
  }
  return hasEarlyExit(call, fn, file);
}

/** `setTimeout(() => { if (isWanted) tick(); })`: the callback asks before it comes back. */
function isOnCondition(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const callback = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!callback || !isFunctionNode(callback)) return false;
  const again = listNodesWithin('CallExpression', callback, file).filter(
    (inner) => findFunctionValue(inner.expression, file) === fn,
  );
  return again.length > 0 && again.every((inner) => isConditional(inner, callback));
}

/** `.then(again).catch(stop)`: the chain goes on while it works, and what handles its failure does not start it again. */
function isLeftByFailure(handler: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  const then = getOutermostWrapped(handler).parent as ts.CallExpression;
  if (skipWrappers(then.arguments[0]!) !== handler) return false;
  const next = findMethodCall(then.parent?.parent);
  const caught =
    then.arguments[1] ?? (next?.method === 'catch' && next.receiver === then ? next.call.arguments[0] : undefined);
  const failed = caught && findFunctionValue(caught, file);
  return failed !== undefined && !startsAgain(failed, fn, file);
}

function startsAgain(failed: FunctionNode, fn: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', failed, file).some(
    (call) =>
      findFunctionValue(call.expression, file) === fn ||
      call.arguments.some((given) => findFunctionValue(given, file) === fn),
  );
}

/**
 * Whether a chain counts its runs and compares the count with how many there may be: `attempts++ … attempts === max`.
 */
export function countsItsRuns({ fn, via }: ReArming, file: FileContext): boolean {
  const runs = via ? [fn, via] : [fn];
  const counted = new Set<string>();
  const count = (at: ts.Expression): void => void counted.add(at.getText(file.source));
  for (const kind of [ts.SyntaxKind.PostfixUnaryExpression, ts.SyntaxKind.PrefixUnaryExpression]) {
    for (const node of file.nodesOfKind(kind) as readonly (ts.PostfixUnaryExpression | ts.PrefixUnaryExpression)[]) {
      const isStep = node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
      if (isStep && runs.some((run) => isWithin(node, run))) count(node.operand);
    }
  }
  const pairs = runs.flatMap((run) => listNodesWithin('BinaryExpression', run, file));
  for (const { operatorToken, left } of pairs) if (/^[-+]=$/.test(operatorToken.getText(file.source))) count(left);
  return pairs.some(
    ({ operatorToken, left, right }) =>
      /^(?:[<>]=?|={2,3})$/.test(operatorToken.getText(file.source)) &&
      [left, right].some((side) => counted.has(counterOf(side).getText(file.source))),
  );
}

/** `left` of `left`, and of `left--`. */
function counterOf(side: ts.Expression): ts.Expression {
  const value = skipWrappers(side);
  return ts.isPostfixUnaryExpression(value) || ts.isPrefixUnaryExpression(value) ? value.operand : value;
}

/** `{ onDismiss: () => setTimeout(…) }` among the arguments of a call: whoever gets it decides whether it ever runs. */
function isHandedOn(node: ts.Node): boolean {
  if (!isFunctionNode(node)) return false;
  const property = ts.isMethodDeclaration(node) ? node : getOutermostWrapped(node).parent;
  if (!ts.isMethodDeclaration(property) && !ts.isPropertyAssignment(property)) return false;
  let at: ts.Node = property.parent;
  while (ts.isObjectLiteralExpression(at) && ts.isPropertyAssignment(at.parent)) at = at.parent.parent;
  return ts.isObjectLiteralExpression(at) && ts.isCallExpression(at.parent);
}

/** An `if (…) return` ahead of the re-arming, in the function or in the callback. */
function hasEarlyExit(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const exits = [...file.nodesOfKind(ts.SyntaxKind.ReturnStatement), ...file.nodesOfKind(ts.SyntaxKind.ThrowStatement)];
  const callback = call.arguments[0];
  return exits.some((exit) => {
    const isAhead = isWithin(exit, fn) && exit.pos < call.pos;
    const isInCallback = callback !== undefined && isWithin(exit, callback);
    return (isAhead || isInCallback) && isOwnExit(exit, fn, callback) && isConditional(exit, fn);
  });
}

/** Leaves the function or the timer's callback, not a callback of `forEach` in them. */
function isOwnExit(exit: ts.Node, fn: FunctionNode, callback: ts.Node | undefined): boolean {
  const around = findEnclosingFunction(exit);
  return around === fn || around === callback || !isIterated(around);
}

function isIterated(fn: FunctionNode | undefined): boolean {
  const call = fn && getOutermostWrapped(fn).parent;
  const name = call && ts.isCallExpression(call) ? findMemberName(call.expression) : undefined;
  return name !== undefined && /^(?:forEach|map|filter|some|every|find|reduce)$/.test(name);
}

function isConditional(exit: ts.Node, fn: FunctionNode): boolean {
  for (let at = exit.parent; at && at !== fn; at = at.parent) {
    if (ts.isIfStatement(at) || ts.isCaseClause(at)) return true;
  }
  return false;
}

/** Whether the chain is how a promise comes to its end: it stands in an executor and settles it, itself or by what it has beside it. */
export function settlesPromise({ fn, via }: ReArming, file: FileContext): boolean {
  for (let at = findEnclosingFunction(fn); at; at = findEnclosingFunction(at)) {
    if (!findPromiseAround(at)) continue;
    const executor = at;
    const runs = via ? [fn, via] : [fn];
    const usesOf = (name: ts.BindingName): readonly ts.Node[] =>
      ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [];
    const isOfRuns = (uses: readonly ts.Node[]): boolean => uses.some((use) => runs.some((run) => isWithin(use, run)));
    const settling = executor.parameters.flatMap(({ name }) => usesOf(name));
    // `const reply = { reject: (error) => reject(error) }`
    const beside = listNodesWithin('VariableDeclaration', executor, file).filter(
      ({ initializer }) => initializer && settling.some((use) => isWithin(use, initializer)),
    );
    return isOfRuns(settling) || beside.some(({ name }) => isOfRuns(usesOf(name)));
  }
  return false;
}

/** Cleared to be set anew: the last one stays. */
export function isPutOff(clear: ts.Node, call: ts.CallExpression): boolean {
  return clear.end <= call.pos && findEnclosingFunction(clear) === findEnclosingFunction(call);
}

/** What a chain calls that which it is handed says nothing of the state of that. */
export function namesOfParameters({ fn }: ReArming): string[] {
  return fn.parameters.map(({ name }) => name.getText());
}
