import { listCallsOf } from '../../src/ast/names/functions.ts';
import { findEnclosingFunction, findMethodCall } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { canAwait } from './make-async.ts';

const listening = /^(?:on|once|addListener|addEventListener)$/;

/** What a stream keeps until somebody listens, or what only comes once the function itself has ended something. */
const kept = /^(?:data|end|readable|finish|drain)$/;

/**
 * `socket.on('message', …)` behind a call, on what the function around it is handed: what comes while the call is
 * waited for would be missed. Of a call that makes its function asynchronous, behind the calls of that function.
 */
export function findLateListener(call: ts.CallExpression, file: FileContext): string | undefined {
  const waiting = canAwait(call) ? [call] : listCallsOf(findEnclosingFunction(call)!, file);
  for (const listener of file.nodes('CallExpression')) {
    const target = findMethodCall(listener);
    const [event] = listener.arguments;
    if (!target || !listening.test(target.method) || !event || !ts.isStringLiteralLike(event) || kept.test(event.text))
      continue;
    const fn = findEnclosingFunction(listener);
    const binding = ts.isIdentifier(target.receiver) ? file.bindingOf(target.receiver) : undefined;
    if (!fn || !binding || !ts.isParameter(binding.declaration) || binding.declaration.parent !== fn) continue;
    if (waiting.some((one) => findEnclosingFunction(one) === fn && one.end < listener.pos))
      return `${binding.name}.${target.method}('${event.text}', …)`;
  }
  return undefined;
}
