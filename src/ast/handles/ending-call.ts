import { findMethodCall, getOutermostWrapped } from '../syntax.ts';
import { ts } from '../ts.ts';

const ending = /^(?:close|destroy|terminate|disconnect|quit|shutdown|\$disconnect|kill)$/;

/** `browser.close()`, for a use of `browser`: the call that ends what it is called on, by its name. */
export function findEndingCall(use: ts.Expression): ts.CallExpression | undefined {
  const target = findMethodCall(use.parent.parent);
  if (target?.receiver !== use) return undefined;
  // `decryptor.dispose()`, which nothing waits for, often only forgets what the garbage collector would.
  const isEnd = target.method === 'dispose' ? isAwaited(target.call) : ending.test(target.method);
  return isEnd ? target.call : undefined;
}

export function isAwaited(call: ts.Node): boolean {
  return ts.isAwaitExpression(getOutermostWrapped(call).parent);
}
