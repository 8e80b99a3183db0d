import type { FileContext } from '../model/file-context.ts';
import { listCaptures } from './captures.ts';
import { listReturnedValues } from './life-cycle.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isAssignment,
  isAsync,
  isWithin,
  skipAwait,
} from './syntax.ts';
import { ts } from './ts.ts';

/**
 * Whether work that listens for the abort of a caller's signal may be done without one, so that the listener stays:
 * a promise that settles in another way too, an `async` function that goes on after it has added it. Work that only an abort ends,
 * and things that are handed on and that the abort is to end, keep their listener rightly.
 */
export function settlesBeforeAbort(
  add: ListenerCall,
  fn: FunctionNode,
  promise: ts.NewExpression | undefined,
  file: FileContext,
): boolean {
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener || endsByAbortOnly(fn, file)) return false;
  if (promise) return settlesOtherwise(fn, listener, file);
  if (!isAsync(fn) || !goesOn(add, fn, file)) return false;
  const captures = listCaptures(listener, fn, file).filter(({ name }) => name !== add.target?.split('.')[0]);
  if (captures.length === 0) return false;
  const returned = listReturnedValues(fn, file);
  return !captures.some(({ references }) =>
    references.some((reference) => {
      const outer = getOutermostWrapped(reference);
      const isReturned = returned.some((value) => skipAwait(value) === reference);
      const isKept = isAssignment(outer.parent) && outer.parent.right === outer;
      const isShorthand = ts.isShorthandPropertyAssignment(outer.parent) || ts.isPropertyAssignment(outer.parent);
      return isReturned || isKept || (isShorthand && returned.some((value) => isWithin(reference, value)));
    }),
  );
}

/** An executor's `resolve` or `reject` is used outside the listener. */
function settlesOtherwise(executor: FunctionNode, listener: FunctionNode, file: FileContext): boolean {
  return executor.parameters.some(({ name }) => {
    const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
    return binding?.references.some((reference) => !isWithin(reference, listener)) ?? false;
  });
}

function goesOn(add: ListenerCall, fn: FunctionNode, file: FileContext): boolean {
  const after = (node: ts.Node): boolean => node.pos >= add.call.end && findEnclosingFunction(node) === fn;
  const awaits = [
    ...file.nodes('AwaitExpression'),
    ...file.nodes('ForOfStatement').filter((node) => node.awaitModifier),
  ];
  return awaits.some(after);
}

/** `while (!signal.aborted)`. */
function endsByAbortOnly(fn: FunctionNode, file: FileContext): boolean {
  return file
    .nodes('WhileStatement')
    .some((node) => isWithin(node, fn) && /\baborted\b/.test(node.expression.getText()));
}
