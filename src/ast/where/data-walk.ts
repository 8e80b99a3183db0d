import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { listRepetitions } from '../size/loop-facts.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isFunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Whether a function calls itself, also by way of others of this file, for each of something: it runs for each part of
 * what it walks. One that only starts itself again walks nothing.
 */
export function walksData(fn: FunctionNode | undefined, file: FileContext): boolean {
  if (!fn) return false;
  const calls = file.memo(collectCallees, file.source);
  const seen = new Set<FunctionNode>();
  const reach = (from: FunctionNode, isRepeated: boolean, depth: number): boolean => {
    for (const [callee, inLoop] of calls.get(from) ?? []) {
      const isNowRepeated = isRepeated || inLoop;
      if (callee === fn && isNowRepeated) return true;
      if (depth > 0 && !seen.has(callee)) {
        seen.add(callee);
        if (reach(callee, isNowRepeated, depth - 1)) return true;
      }
    }
    return false;
  };
  return reach(fn, false, 3);
}

/** The named functions that each function runs, those of its callbacks counted as its own, and whether in a loop. */
function collectCallees(_: unknown, file: FileContext): Map<FunctionNode, Map<FunctionNode, boolean>> {
  const callees = new Map<FunctionNode, Map<FunctionNode, boolean>>();
  for (const call of file.nodes('CallExpression')) {
    const callee = findFunctionValue(call.expression, file);
    if (!callee) continue;
    const inLoop = listRepetitions(call).length > 0;
    for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) {
      const known = callees.get(fn) ?? new Map<FunctionNode, boolean>();
      known.set(callee, inLoop || (known.get(callee) ?? false));
      callees.set(fn, known);
    }
  }
  return callees;
}

/** Whether a function is another one, or runs it by way of others of this file. */
export function leadsTo(from: FunctionNode, to: FunctionNode, file: FileContext): boolean {
  const calls = file.memo(collectCallees, file.source);
  const seen = new Set<FunctionNode>();
  const reach = (at: FunctionNode, depth: number): boolean => {
    if (at === to) return true;
    if (depth === 0 || seen.has(at)) return false;
    seen.add(at);
    return [...(calls.get(at)?.keys() ?? [])].some((callee) => reach(callee, depth - 1));
  };
  return reach(from, 3);
}

/**
 * The functions around a place that call themselves for what is nested in arrays, and ask of what they are handed whether
 * it is one: they walk data, of which they know no more.
 */
export function listWalksAround(node: ts.Node, file: FileContext): FunctionNode[] {
  const found: FunctionNode[] = [];
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    if (walksData(fn, file) && asksForArray(fn, fn, file)) found.push(fn);
  }
  return found;
}

function asksForArray(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (isFunctionNode(node) && node !== fn && ts.isFunctionDeclaration(node)) return false;
  const isTest =
    findMethodCall(node)?.call.expression.getText(file.source) === 'Array.isArray' ||
    (ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
      node.right.getText(file.source) === 'Array');
  return isTest || (ts.forEachChild(node, (child) => asksForArray(child, fn, file)) ?? false);
}
