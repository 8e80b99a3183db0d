import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { listCaptures } from '../names/captures.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isAsync,
  isHiddenMethod,
  isWithin,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';

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
  if (!captures.some((own) => actsOn(listener, own)) || endsWhatGoesOn(listener, fn, file)) return false;
  const returned = listReturnedValues(fn, file);
  return !captures.some(({ references }) =>
    references.some((reference) => {
      const outer = getOutermostWrapped(reference);
      const isReturned = returned.some((value) => skipAwait(value) === reference);
      const isKept = (isAssignment(outer.parent) && outer.parent.right === outer) || isPutAway(outer);
      const isShorthand = ts.isShorthandPropertyAssignment(outer.parent) || ts.isPropertyAssignment(outer.parent);
      return isReturned || isKept || (isShorthand && returned.some((value) => isWithin(reference, value)));
    }),
  );
}

/**
 * `controller.abort()`, `isLate = true`: a listener does something to what the one call has made for itself. One that
 * tells others of the abort may be meant for what they do later.
 */
function actsOn(listener: FunctionNode, { kind, references }: Binding): boolean {
  if (!/^(?:const|let|var)$/.test(kind)) return false;
  return references.some((reference) => {
    const { parent } = getOutermostWrapped(reference);
    if (!isWithin(reference, listener)) return false;
    return ts.isPropertyAccessExpression(parent) || (isAssignment(parent) && skipWrappers(parent.left) === reference);
  });
}

const ending =
  /^(?:close|stop|end|destroy|dispose|disconnect|unsubscribe|unwatch|terminate|kill|quit|shutdown|off|removeListener)$/;

/**
 * `signal.addEventListener('abort', () => server.close())` in a function that starts the server, and does not close it
 * itself: it goes on, and its listener with it.
 */
function endsWhatGoesOn(listener: FunctionNode, fn: FunctionNode, file: FileContext): boolean {
  const calls = listNodesWithin('CallExpression', fn, file);
  const endOf = (call: ts.CallExpression): string | undefined => {
    const target = findMethodCall(call);
    if (target && ending.test(target.method)) return target.receiver.getText(file.source);
    const [handle] = call.arguments;
    return handle && /^clear/.test(findTimerFunction(call, file) ?? '') ? handle.getText(file.source) : undefined;
  };
  const ended = calls.filter((call) => isWithin(call, listener)).flatMap((call) => endOf(call) ?? []);
  const others = new Set(calls.filter((call) => !isWithin(call, listener)).flatMap((call) => endOf(call) ?? []));
  return ended.length > 0 && !ended.some((name) => others.has(name));
}

/** `this.open.add(stream)`. */
function isPutAway(value: ts.Node): boolean {
  const call = findMethodCall(value.parent);
  return call !== undefined && call.receiver !== value && /^(?:push|unshift|add|set|register)$/.test(call.method);
}

/** A private method whose callers, all of this file, leave a parameter out. */
export function isNeverHanded(emitter: ts.Expression, home: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(skipWrappers(emitter));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  const calls = binding && isHiddenMethod(home) ? listCallsOf(home, file) : [];
  const index = home.parameters.findIndex((parameter) => usesOf(parameter, binding, file));
  return calls.length > 0 && index >= 0 && calls.every((call) => call.arguments.length <= index);
}

/** Whether all callers of this file hand in the signal of a controller that they make for that call. */
export function isHandedFresh(emitter: ts.Expression, home: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(skipWrappers(emitter));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  const index = home.parameters.findIndex((parameter) => usesOf(parameter, binding, file));
  const calls = index < 0 ? [] : listCallsOf(home, file);
  return calls.length > 0 && calls.every((call) => isFreshSignal(call.arguments[index], file));
}

/** `controller.signal`, `AbortSignal.timeout(ms)`, and options that hold one. */
function isFreshSignal(given: ts.Expression | undefined, file: FileContext): boolean {
  const value = given && skipWrappers(given);
  if (!value) return false;
  if (ts.isObjectLiteralExpression(value)) {
    const signal = value.properties.find((property) => findPropertyName(property.name) === 'signal');
    if (!signal || ts.isSpreadAssignment(signal)) return false;
    return isFreshSignal(
      ts.isPropertyAssignment(signal)
        ? signal.initializer
        : ts.isShorthandPropertyAssignment(signal)
          ? signal.name
          : undefined,
      file,
    );
  }
  if (ts.isCallExpression(value)) return findMemberPath(value.expression)?.[0] === 'AbortSignal';
  const holder = findMemberName(value) === 'signal' ? rootOfMembers(value) : value;
  const binding = ts.isIdentifier(holder) ? file.bindingOf(holder) : undefined;
  const home = binding && findEnclosingFunction(binding.identifier);
  const made = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
  if (!home || !made || !isWithin(value, home)) return false;
  const maker = skipWrappers(made);
  if (ts.isNewExpression(maker)) return maker.expression.getText(file.source) === 'AbortController';
  return maker !== value && isFreshSignal(maker, file);
}

/** Whether a variable is a parameter, or is taken out of it: `const { signal } = options`. */
function usesOf(parameter: ts.ParameterDeclaration, binding: Binding | undefined, file: FileContext): boolean {
  if (!binding) return false;
  if (isWithin(binding.identifier, parameter)) return true;
  for (let at: ts.Node = binding.declaration; at.parent; at = at.parent) {
    if (!ts.isVariableDeclaration(at)) continue;
    const value = at.initializer && rootOfMembers(skipWrappers(at.initializer));
    const from = value && ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
    return from !== undefined && isWithin(from.identifier, parameter);
  }
  return false;
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

/** `while (!signal.aborted)`, and `while (true)` that only an abort leaves. */
function endsByAbortOnly(fn: FunctionNode, file: FileContext): boolean {
  return file.nodes('WhileStatement').some((node) => {
    if (!isWithin(node, fn)) return false;
    const asked = node.expression.getText(file.source);
    if (/\baborted\b/.test(asked)) return true;
    return asked === 'true' && listWaysOut(node, fn, file).every((way) => isAskedForAbort(way, fn, file));
  });
}

function listWaysOut(loop: ts.WhileStatement, fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  return [ts.SyntaxKind.ReturnStatement, ts.SyntaxKind.BreakStatement].flatMap((kind) =>
    file.nodesOfKind(kind).filter((node) => isWithin(node, loop) && findEnclosingFunction(node) === fn),
  );
}

function isAskedForAbort(way: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  return listConditionsOn(way, fn, file).some((condition) => /\baborted\b/.test(condition.getText(file.source)));
}
