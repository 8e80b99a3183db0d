import type { Binding, FileContext } from '../../model/file-context.ts';
import { endName, listEnds, withCallees } from '../life/after-end.ts';
import type { Life } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findPromiseAround,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findDelayMs } from './timers.ts';

/** A shorter wait is over before it does harm. */
const longMs = 2_000;

/**
 * Whether a method keeps a timer in a variable of its own that only a listener clears, when an answer comes: the end of
 * its owner cannot reach it. Not where the timer tells whoever waits that nothing came: that has to happen, end or not.
 */
export function isClearedByListenerOnly(
  call: ts.CallExpression,
  { identifier }: Binding,
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): boolean {
  const fn = findEnclosingFunction(call);
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (life.kind !== 'owner' || !fn || !run || !isFunctionNode(run)) return false;
  if (findEnclosingFunction(identifier) !== fn || (findDelayMs(call) ?? longMs) < longMs) return false;
  if (!actsOnOwner(run, file) || tellsCaller(run, file) || isPartOfEnd(call, life, file)) return false;
  return clears.length > 0 && clears.every((clear) => isInListener(clear, fn, file));
}

/** It calls a method of its owner's, other than to log or to leave, or emits. */
function actsOnOwner(run: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', run, file).some((inner) => {
    const callee = skipWrappers(inner.expression);
    return ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword;
  });
}

/** It settles a promise, or calls what somebody handed in. */
function tellsCaller(run: FunctionNode, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(run); fn; fn = findEnclosingFunction(fn)) if (findPromiseAround(fn)) return true;
  return listNodesWithin('CallExpression', run, file).some((inner) => {
    const callee = skipWrappers(inner.expression);
    const declaration = ts.isIdentifier(callee) ? file.bindingOf(callee)?.declaration : undefined;
    return declaration !== undefined && (ts.isParameter(declaration) || ts.isBindingElement(declaration));
  });
}

function isPartOfEnd(call: ts.Node, life: Life, file: FileContext): boolean {
  const ends = listEnds(life).filter((fn) => endName.test(nameOfFunction(fn)));
  return withCallees(ends, file).some((fn) => isWithin(call, fn));
}

const closeEvent = /clos|end|exit|finish|disconnect|error|abort|destroy/i;

/** In a function within `around` that is handed to `on`, `once`, `addEventListener` there, for something other than a loss. */
function isInListener(clear: ts.Node, around: FunctionNode, file: FileContext): boolean {
  const within = findEnclosingFunction(clear);
  if (!within || within === around || !isWithin(within, around)) return false;
  const adds = listNodesWithin('CallExpression', around, file).filter((call) => {
    if (!/^(?:on|once|addListener|addEventListener)$/.test(findMemberName(call.expression) ?? '')) return false;
    const listener = call.arguments[1];
    if (!listener) return false;
    return getOutermostWrapped(within) === listener || findFunctionValue(listener, file) === within;
  });
  return (
    adds.length > 0 &&
    adds.every((add) => {
      const event = findStringValue(add.arguments[0]);
      return event !== undefined && !closeEvent.test(event);
    })
  );
}
