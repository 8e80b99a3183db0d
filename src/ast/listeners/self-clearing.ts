import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { withCallees } from '../life/after-end.ts';
import type { Pair } from '../life/counterpart.ts';
import { findEnclosingFunction, findMethodCall, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { type ListenerCall, pathOf } from './listener-calls.ts';

/**
 * `reset` of `class Parser extends EventEmitter { reset() { …; this.removeAllListeners(); } }`: the methods by which the
 * emitters of this file drop whoever listens to them, whenever they run.
 */
export function listSelfClearingMethods(file: FileContext): readonly string[] {
  if (!file.text.includes('this.removeAllListeners(')) return [];
  return file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    if (target?.method !== 'removeAllListeners' || call.arguments.length > 0) return [];
    const method = findEnclosingFunction(call);
    const isOwn = target.receiver.kind === ts.SyntaxKind.ThisKeyword && method && ts.isMethodDeclaration(method);
    const isEachTime = ts.isExpressionStatement(call.parent) && call.parent.parent === method?.body;
    return isOwn && isEachTime ? [nameOfFunction(method)] : [];
  });
}

/** "None of what a start or its end calls on the emitter drops whoever listens to that". */
export function unlessSelfCleared({ target }: ListenerCall, pair: Pair, file: FileContext): LinkCondition | undefined {
  const runs = withCallees([pair.start, pair.stop], file);
  const methods = runs.flatMap((run) =>
    listNodesWithin('CallExpression', run, file).flatMap((call) => {
      const found = findMethodCall(call);
      const isOnEmitter = found && target !== undefined && pathOf(found.receiver, file) === target;
      return isOnEmitter && !/^(?:on|once|off|emit|\w+Listeners?)$/.test(found.method) ? [found.method] : [];
    }),
  );
  if (methods.length === 0) return undefined;
  const facts = [...new Set(methods)].map((method) => `drops-listeners:${method}`);
  return { kind: 'not', of: anyOf(...facts.map((fact): LinkCondition => ({ kind: 'project-states', fact }))) };
}
