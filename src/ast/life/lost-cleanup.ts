import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAsync,
  isFunctionNode,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findUiEffect } from './life-cycle.ts';

/**
 * Whether a place stands in a clean-up that nobody is ever given: `useEffect(async () => { …; return () => clear(); })` returns
 * a promise, and what `(async () => { …; return () => clear(); })();` within an effect returns is dropped.
 */
export function isInLostCleanup(node: ts.Node, file: FileContext): boolean {
  const effect = findUiEffect(node);
  if (!effect) return false;
  for (let fn = findEnclosingFunction(node); fn && fn !== effect; fn = findEnclosingFunction(fn)) {
    const giver = giverOf(fn);
    if (giver && (giver === effect ? isAsync(effect) : isDropped(giver, file))) return true;
  }
  return false;
}

/** The function whose result a function is: `return () => …`. */
function giverOf(fn: FunctionNode): FunctionNode | undefined {
  const { parent } = getOutermostWrapped(fn);
  if (ts.isReturnStatement(parent)) return findEnclosingFunction(parent);
  return ts.isArrowFunction(parent) && parent.body === getOutermostWrapped(fn) ? parent : undefined;
}

/** Whether what a function gives is dropped by all who call it: at once, or by its name. */
function isDropped(fn: FunctionNode, file: FileContext): boolean {
  const outer = getOutermostWrapped(fn);
  const { parent } = outer;
  if (ts.isCallExpression(parent) && parent.expression === outer) return isStatement(parent);
  const name = ts.isFunctionDeclaration(fn)
    ? fn.name
    : ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)
      ? parent.name
      : undefined;
  const references = (name && file.bindingOf(name)?.references) ?? [];
  const uses = references.filter((use) => use !== name);
  return (
    uses.length > 0 &&
    uses.every(
      ({ parent: call }) =>
        ts.isCallExpression(call) && uses.includes(call.expression as ts.Identifier) && isStatement(call),
    )
  );
}

/** `load();`, `void load();`, `load().catch(report);`, `await load();` */
function isStatement(call: ts.Expression): boolean {
  let at: ts.Node = getOutermostWrapped(call);
  while (ts.isVoidExpression(at.parent) || ts.isAwaitExpression(at.parent)) at = getOutermostWrapped(at.parent);
  if (ts.isExpressionStatement(at.parent)) return true;
  const next = ts.isPropertyAccessExpression(at.parent) ? findMethodCall(at.parent.parent) : undefined;
  const isCaught = next !== undefined && /^(?:catch|finally)$/.test(next.method);
  return (
    isCaught &&
    next.call.arguments.every(
      (one) => isFunctionNode(one) || ts.isIdentifier(one) || ts.isPropertyAccessExpression(one),
    ) &&
    isStatement(next.call)
  );
}
