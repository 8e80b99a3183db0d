import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { type FunctionNode, findMethodCall, type Invocation, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listIoCalls } from './io-call.ts';

/**
 * Whether fewer calls are in flight than the work is started for, as the work itself shows: only items that a set lacks
 * make any (`if (!known.has(id)) await remove(id)`), or the client has a limit of its own for them.
 */
export function isHeldBack(work: FunctionNode, file: FileContext): boolean {
  const calls = listIoCalls(work, file);
  return calls.length > 0 && calls.every(({ call }) => isLimitedByClient(call, file) || isForMissing(call, work));
}

/** `client.send(new DeleteListenerCommand(…))`: clients of AWS open fifty sockets at most and let the rest wait. */
function isLimitedByClient(call: Invocation, file: FileContext): boolean {
  const target = findMethodCall(call);
  const command = target?.method === 'send' && target.call.arguments[0] && skipWrappers(target.call.arguments[0]);
  if (!command || !ts.isNewExpression(command)) return false;
  const origin = findOrigin(command.expression, file);
  return origin !== undefined && bareModule(origin.module).startsWith('@aws-sdk/');
}

/** In the branch of an `if` that asks whether a set or a list has the item. */
function isForMissing(call: Invocation, work: FunctionNode): boolean {
  for (let at: ts.Node = call; at !== work && at.parent; at = at.parent) {
    const { parent } = at;
    if (
      ts.isIfStatement(parent) &&
      at === parent.thenStatement &&
      /!\s*[\w.]+\.(?:has|includes)\(/.test(parent.expression.getText())
    )
      return true;
  }
  return false;
}
