import type { FileContext } from '../../model/file-context.ts';
import type { Life } from '../life/life-cycle.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, isAsync, isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { listMethodCalls, listNodesWithin } from '../within.ts';
import { endsByAmount } from './settled-poll.ts';

/**
 * Whether an effect leaves a poll running that only an answer ends: each run asks, and clears when the answer says that the
 * work is done. An effect that gives back no clean-up leaves it when its component goes, or it runs again, before that.
 */
export function isPollOfEffect(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): boolean {
  if (life.kind !== 'effect' || life.cleanups.length > 0 || isAsync(life.effect)) return false;
  // `useEffect(() => poll(id), [id])` hands on whatever that gives.
  if (listReturnedValues(life.effect, file).length > 0) return false;
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  if (!run || clears.length === 0 || !asks(run, file) || endsByAmount(run, clears, file)) return false;
  return clears.every((clear) => isWithin(clear, run) && isOnAnswer(clear, run, file));
}

/** Under a condition of its function. */
function isOnAnswer(clear: ts.Node, run: FunctionNode, file: FileContext): boolean {
  const by = findEnclosingFunction(clear);
  return [run, ...(by ? [by] : [])].some((fn) => listConditionsOn(clear, fn, file).length > 0);
}

/** It waits for something, by `await` or `then`. */
function asks(run: FunctionNode, file: FileContext): boolean {
  return (
    listNodesWithin('AwaitExpression', run, file).length > 0 ||
    listMethodCalls('then', file).some((call) => isWithin(call, run))
  );
}
