import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findMemberPath, findMethodCall, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import type { Add, Growth } from './container-growth.ts';
import { settlesOnePromise } from './pending-entry.ts';

/**
 * Why an item of a list is of no use soon after it was added, where nothing takes it out: it settles one promise
 * (`settler`), or is a timer that fires once, or what would clear that (`timer`).
 */
export function findSpent(add: Add, growth: Growth, file: FileContext): 'settler' | 'timer' | undefined {
  if (!add.value) return undefined;
  if (growth.removals.length === 0 && settlesOnePromise(add.value, file))
    return isOfOneStart(add) ? undefined : 'settler';
  const timer = findTimer(add.value, file, 0) ?? findClearedTimer(add.value, file);
  const run = timer?.arguments[0] && findFunctionValue(timer.arguments[0], file);
  return timer && !(run && growth.removals.some(({ node }) => isWithin(node, run))) ? 'timer' : undefined;
}

/** `initPending.push(resolve)`: who waits for what comes once. */
function isOfOneStart({ node }: Add): boolean {
  const list = findMethodCall(node)?.receiver;
  return list !== undefined && /init|ready|start|setup|boot/i.test(findMemberPath(list)?.at(-1) ?? '');
}

/** `setTimeout(…)`, also through a variable. */
function findTimer(expression: ts.Expression, file: FileContext, hops: number): ts.CallExpression | undefined {
  const value = skipWrappers(expression);
  if (ts.isCallExpression(value)) return findTimerFunction(value, file) === 'setTimeout' ? value : undefined;
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made && hops < 2 ? findTimer(made, file, hops + 1) : undefined;
}

/** `() => clearTimeout(timer)`. */
function findClearedTimer(expression: ts.Expression, file: FileContext): ts.CallExpression | undefined {
  const value = skipWrappers(expression);
  if (!isFunctionNode(value) || !value.body) return undefined;
  const [call, ...others] = listNodesWithin('CallExpression', value.body, file);
  const isClear = call && others.length === 0 && call.expression.getText(file.source) === 'clearTimeout';
  return isClear && call.arguments[0] ? findTimer(call.arguments[0], file, 0) : undefined;
}
