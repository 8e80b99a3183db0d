import type { FileContext } from '../../model/file-context.ts';
import { methodAround } from '../life/trimming.ts';
import { listCallsOf } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction } from '../syntax.ts';
import { isPublicApi } from '../where/public-api.ts';
import type { Add } from './container-growth.ts';
import { isFresh } from './fresh-key.ts';

/** Whether users of a library fill it through what that offers: a cache, or entries that are new each time. */
export function isFilledByUsers(add: Add, isCache: boolean, file: FileContext): boolean {
  const fn = methodAround(add.fn);
  return (
    (isCache && isPublicApi(fn, file)) ||
    (isFresh(add.key!, file) && [fn, ...listCallersOf(fn, file)].some((caller) => isPublicApi(caller, file)))
  );
}

/** The functions of the file that call one, each by the method that holds it. */
function listCallersOf(fn: FunctionNode | undefined, file: FileContext): (FunctionNode | undefined)[] {
  return fn ? listCallsOf(fn, file).map((call) => methodAround(findEnclosingFunction(call))) : [];
}
