import { findMethodCall } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';

/** A step of a chain: `.where(eq(lines.orderId, order.id))`. */
export interface ChainStep {
  method: string;
  call: ts.CallExpression;
  /** What it is a step of. */
  receiver: ts.Expression;
}

/** The steps of a chain, first to last. */
export function listChainSteps(call: ts.CallExpression): ChainStep[] {
  const steps: ChainStep[] = [];
  for (let at = findMethodCall(call); at; at = findMethodCall(at.receiver)) steps.unshift(at);
  return steps;
}
