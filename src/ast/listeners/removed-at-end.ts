import type { FileContext } from '../../model/file-context.ts';
import { findMethodCall } from '../syntax.ts';
import { listNodesWithin } from '../within.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerFunction, listAdds } from './listener-calls.ts';

/** Of two words and more: a `delete` or a `remove` may be one of anything. */
const removal =
  /^_*(?:remove|delete|drop|forget|release|clear|clean|unregister|untrack|evict)[A-Z]\w*$|^[a-z]+(?:Remove|Delete|Drop)$/;

/** Whether a method says by its name that it takes something out, and what or how. */
export function isNamedRemoval(method: string): boolean {
  return removal.test(method);
}

/** `dropAnswer` of `res.on('close', () => tracker.dropAnswer(id))`: what a file takes out as that ends which it listens to. */
export function listRemovedAtEnd(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { event, listener } of listAdds(file)) {
    const run = listener && event !== 'error' && eventKindOf(event) === 'last' && findListenerFunction(listener, file);
    if (!run) continue;
    for (const call of listNodesWithin('CallExpression', run, file)) {
      const method = findMethodCall(call)?.method;
      if (method !== undefined && isNamedRemoval(method)) names.add(method);
    }
  }
  return names;
}
