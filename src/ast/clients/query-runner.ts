import type { Binding } from '../../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Where a query runner takes its connection: when it connects or first queries, not when it is made. The last of these is
 * where its transaction has begun, if it does so first.
 */
export function listAcquisitions(
  call: ts.CallExpression,
  binding: Binding,
  fn: FunctionNode,
  releases: readonly ts.CallExpression[],
): readonly ts.Node[] {
  const found: ts.Node[] = [];
  if (findMethodCall(call)?.method !== 'createQueryRunner') return found;
  for (const reference of binding.references) {
    if (findEnclosingFunction(reference) !== fn || releases.some((r) => isWithin(reference, r))) continue;
    for (let at: ts.Node = reference; at !== fn && !ts.isStatement(at); at = at.parent) {
      if (!ts.isAwaitExpression(at)) continue;
      // The first query connects, and may then fail with the connection held.
      if (!/\.(?:connect|startTransaction)\(/.test(at.getText())) return found.length > 0 ? found : [reference];
      found.push(at);
    }
  }
  return found;
}
