import type { Binding, FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { findListenerFunction, type ListenerCall, listAdds } from '../listeners/listener-calls.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findPromiseAround,
  isAssignment,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findTimerFunction } from './timers.ts';
import { isClearedBy } from './uncleared-loss.ts';
import { findUnclearedSettle } from './uncleared-settle.ts';

const later = /^(?:on|once|addListener|addEventListener|prependListener|then|catch)$/;
const callbackName = /^(?:cb|callback|done|next|finish|fn)$/i;

/**
 * The first outcome of a promise, or of a call with a callback, that comes beside an interval started for it and leaves
 * that running: a deadline or a failure, where what the interval waits for ends it. Undefined where each outcome ends
 * it, or its own run finds out about all of them.
 */
export function findOutcomeBeside(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  const home = findEnclosingFunction(call);
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  if (!home || (run && endsByAmount(run, clears, file))) return undefined;
  const settles = listSettlers(home, file)
    .flatMap(({ references }) => references)
    .filter((use) => {
      if (isWithin(use, call) || (run && isWithin(use, run)) || !isBeside(use, call, home, file)) return false;
      const told = findListening(use, file);
      return !(run && isNoticed(use, told, run, file)) && !isClosedAfter(told, clears, file);
    });
  return findUnclearedSettle(call, { executor: home, settles }, clears, file);
}

/** What settles the promise whose executor is around, or the callback of the function itself. */
function listSettlers(home: FunctionNode, file: FileContext): Binding[] {
  const bindingsOf = ({ parameters }: FunctionNode): Binding[] =>
    parameters.flatMap(({ name }) => (ts.isIdentifier(name) ? (file.bindingOf(name) ?? []) : []));
  for (let fn: FunctionNode | undefined = home; fn; fn = findEnclosingFunction(fn))
    if (findPromiseAround(fn)) return bindingsOf(fn);
  return bindingsOf(home).filter(({ name }) => callbackName.test(name));
}

/** In a callback of its own, or handed to one who calls it later: it can come while the interval runs. */
function isBeside(use: ts.Identifier, call: ts.Node, home: FunctionNode, file: FileContext): boolean {
  const { parent } = use;
  if (!isWithin(use, home) || !ts.isCallExpression(parent)) return false;
  if (parent.expression !== use) {
    const method = findMethodCall(parent)?.method;
    const isLater = method === undefined ? findTimerFunction(parent, file) === 'setTimeout' : later.test(method);
    return isLater && findEnclosingFunction(parent) === home;
  }
  const fn = findEnclosingFunction(use);
  return fn !== undefined && fn !== home && !isWithin(call, fn);
}

/** A run that clears when some amount is reached, of time or of runs, ends by itself. */
export function endsByAmount(run: FunctionNode, clears: readonly ts.Node[], file: FileContext): boolean {
  return clears.some((clear) => {
    for (let at = clear; at !== run && at.parent; at = at.parent) {
      if (!ts.isIfStatement(at.parent) || at.parent.expression === at || !isWithin(at.parent, run)) continue;
      if (/[^=]>|<|Date\.now/.test(at.parent.expression.getText(file.source))) return true;
    }
    return false;
  });
}

/** The run asks for what the outcome sets, or for the state of what tells of the outcome. */
function isNoticed(use: ts.Identifier, told: ListenerCall | undefined, run: FunctionNode, file: FileContext): boolean {
  const ifs = file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[];
  const runs = withCallees([run], file);
  const asked = new Set(
    ifs
      .filter((node) => runs.some((fn) => isWithin(node, fn)))
      .flatMap(({ expression }) => expression.getText(file.source).match(/[\w$]+/g) ?? []),
  );
  const fn = findEnclosingFunction(use);
  const writes = fn ? listNodesWithin('BinaryExpression', fn, file).filter(isAssignment) : [];
  if (writes.some(({ left }) => asked.has(left.getText(file.source).match(/[\w$]+$/)?.[0] ?? ''))) return true;
  const root = told && rootOf(told.receiver);
  return root !== undefined && ts.isIdentifier(root) && asked.has(root.text);
}

/** A failure that is followed by the close of the same thing, which clears. */
function isClosedAfter(told: ListenerCall | undefined, clears: readonly ts.Node[], file: FileContext): boolean {
  if (told?.event !== 'error') return false;
  return listAdds(file).some(
    (add) => add.target === told.target && isClosing(add.event) && isClearedBy(add, clears, file),
  );
}

/** The `x.on('event', …)` that a use is handed to, or in whose listener it stands. */
function findListening(use: ts.Identifier, file: FileContext): ListenerCall | undefined {
  const fn = findEnclosingFunction(use);
  return listAdds(file).find(
    ({ listener }) =>
      listener && (skipWrappers(listener) === use || (fn !== undefined && findListenerFunction(listener, file) === fn)),
  );
}
