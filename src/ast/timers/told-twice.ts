import type { FileContext } from '../../model/file-context.ts';
import { startsAgain, withCallees } from '../life/after-end.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { findListenerFunction, type ListenerCall, listAdds } from '../listeners/listener-calls.ts';
import { findEnclosingFunction } from '../syntax.ts';
import type { ts } from '../ts.ts';

/**
 * Whether both the error of a connection and the close that follows it start a timer which connects anew:
 * `on('error', retry)` beside `on('close', retry)`. One loss then makes two connections.
 */
export function isToldTwice(call: ts.CallExpression, file: FileContext): boolean {
  const arms = findEnclosingFunction(call);
  if (!arms || !startsAgain(call, file)) return false;
  const adds = listAdds(file).filter(({ event }) => event === 'error' || isClosing(event));
  const leads = ({ listener }: ListenerCall): boolean => {
    const fn = listener && findListenerFunction(listener, file);
    return fn !== undefined && withCallees([fn], file).includes(arms);
  };
  const leading = adds.filter((add) => add.target !== undefined && leads(add));
  return leading.some(
    ({ event, target, call: at }) =>
      event === 'error' &&
      leading.some(
        (other) =>
          isClosing(other.event) &&
          other.target === target &&
          findEnclosingFunction(other.call) === findEnclosingFunction(at),
      ),
  );
}
