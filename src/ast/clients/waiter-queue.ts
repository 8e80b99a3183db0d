import type { FileContext } from '../../model/file-context.ts';
import { settlesOnePromise } from '../containers/pending-entry.ts';
import { findMethodCall, isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';
import type { HandPool } from './pool-faults.ts';

/**
 * Whether those who come when all is lent are put in a list by what settles their wait, `this.waiting.push({ resolve, … })`,
 * which giving back looks into.
 */
export function queuesWaiters({ shape, reachable, releasing }: HandPool, file: FileContext): boolean {
  return [...shape.fields.values()].some(
    ({ accesses }) =>
      accesses.some((access) => reachable.some((fn) => isWithin(access, fn)) && takesWaiter(access, file)) &&
      accesses.some((access) => releasing.some((fn) => isWithin(access, fn))),
  );
}

function takesWaiter(access: ts.Node, file: FileContext): boolean {
  const put = findMethodCall(access.parent?.parent);
  if (!put || put.receiver !== access || !/^(?:push|add|unshift)$/.test(put.method)) return false;
  const [item] = put.call.arguments;
  return item !== undefined && settlesOnePromise(item, file);
}
