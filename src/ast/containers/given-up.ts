import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedFunctions, listReturnedValues } from '../life/life-cycle.ts';
import { eventKindOf } from '../listeners/event-kind.ts';
import { listAdds } from '../listeners/listener-calls.ts';
import { type FunctionNode, findMethodCall, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add } from './container-growth.ts';

const ending =
  /^(?:unsubscribe|close|destroy|dispose|end|stop|cancel|disconnect|terminate|abort|release|kill|complete|quit)$/;

/**
 * Whether an item that is added to a collection ends before that: the function that adds it gives its caller the means
 * to end it, or listens for its end.
 */
export function isGivenUp({ value, fn }: Add, file: FileContext): boolean {
  const item = value && skipWrappers(value);
  const binding = item && ts.isIdentifier(item) ? file.bindingOf(item) : undefined;
  if (!fn || !binding || !isWithin(binding.identifier, fn)) return false;
  return isEndedByCaller(binding, fn, file) || isHeardToEnd(binding, fn, file);
}

/** `return () => subscription.unsubscribe()`, `return { close: () => client.close() }`. */
function isEndedByCaller(item: Binding, fn: FunctionNode, file: FileContext): boolean {
  const given = [...listReturnedValues(fn, file), ...listReturnedFunctions(fn, file)];
  return item.references.some((reference) => {
    const access = reference.parent;
    const call = ts.isPropertyAccessExpression(access) ? findMethodCall(access.parent) : undefined;
    if (!call || call.receiver !== reference || !ending.test(call.method)) return false;
    return given.some((value) => isWithin(reference, value));
  });
}

/** `client.on('close', …)`. */
function isHeardToEnd(item: Binding, fn: FunctionNode, file: FileContext): boolean {
  return listAdds(file).some(({ call, receiver, event }) => {
    const name = skipWrappers(receiver);
    const isOfItem = ts.isIdentifier(name) && file.bindingOf(name) === item;
    return isOfItem && isWithin(call, fn) && event !== 'error' && eventKindOf(event) === 'last';
  });
}
