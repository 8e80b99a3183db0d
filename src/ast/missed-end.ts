import type { Binding, FileContext } from '../model/file-context.ts';
import type { LinkCondition } from '../model/link.ts';
import { asksForEnd, findEnd, isReachedByEnd, listEnds } from './after-end.ts';
import { listCaptures } from './captures.ts';
import { isDisposerName } from './class-shape.ts';
import { isClearHelper, listForeignHelpers } from './clear-helper.ts';
import { isClearedByListenerOnly } from './cleared-by-listener.ts';
import { findDependencies, findEffectLatch } from './effect-latch.ts';
import { findFunctionValue } from './functions.ts';
import type { HandlePlace } from './handle-escape.ts';
import { isPrivateName, type Life } from './life-cycle.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { findDelayMs, findTimerFunction, listClearsOf, timerClears } from './timers.ts';
import { ts } from './ts.ts';
import { listNodesWithin } from './within.ts';

/** What waits for the next frames is over before a component is gone. */
const frameMs = 50;

const closing = /^(?:close|closed|disconnect|disconnected|end|destroy|terminate)$/;

/**
 * Whether a timer in a field is cleared by some methods of its owner, but by none that its end calls, nor on a close event:
 * cleared on success, say, and not when the owner is closed first. See {@link listForeignClears} for what others may do.
 */
export function isMissedAtEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): boolean {
  if (!findEnd(life) || !concernsOwner(call, file)) return false;
  const clears = listClearsOf(places, file);
  if (!keepsForOwner(call, places, clears, life, file)) return false;
  const helpers = listClearHelpers(clears, life, file);
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  // A timer that only ends its owner is cleared where the owner is put to use.
  if (run && (listEnds(life).includes(run) || asksForEnd(run, [run], life, file))) return false;
  // What it clears in its own run is a poll that ends by itself.
  if (clears.every((clear) => isWithin(clear, call)) || isReachedByEnd(clears, life, file, { call, helpers }))
    return false;
  // A method that is named after an end, or that others can call, may be what the owner of the owner calls.
  return clears.every((clear) => {
    for (let fn = findEnclosingFunction(clear); fn; fn = findEnclosingFunction(fn)) {
      if (isDisposerName(nameOfFunction(fn).replace(/^#/, '')) && !helpers.includes(fn)) return false;
    }
    return true;
  });
}

/** Whether the end of an owner should clear a handle: one kept in a field or a collection of one. */
function keepsForOwner(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): boolean {
  const { foreign } = timerClears(file);
  return places.some((place) => {
    if (place.kind === 'binding')
      return places.length === 1 && isClearedByListenerOnly(call, place.binding, clears, life, file);
    if (life.kind !== 'owner') return false;
    if (place.kind === 'field') return !foreign.has(place.name);
    if (place.kind !== 'collection' || !life.shape.fields.has(place.name) || foreign.has(place.name)) return false;
    return clears.some((clear) => !isMakingRoom(clear, file));
  });
}

/** In a function that sets a timer afterwards: an entry of a table runs out, and is only put off. */
function isMakingRoom(clear: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(clear);
  return (
    fn !== undefined &&
    listNodesWithin('CallExpression', fn, file).some(
      (call) => call.pos >= clear.end && findTimerFunction(call, file)?.startsWith('set'),
    )
  );
}

/** The methods around `clears` that only clear, for others of their owner. */
function listClearHelpers(clears: readonly ts.Node[], life: Life, file: FileContext): readonly FunctionNode[] {
  const around = clears.flatMap((clear) => findEnclosingFunction(clear) ?? []);
  return around.filter((fn) => isClearHelper(fn, life, file));
}

/** Whether what a timer runs keeps its owner, or something of the call that set it, alive until then. */
function concernsOwner(call: ts.CallExpression, file: FileContext): boolean {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  const fn = findEnclosingFunction(call);
  if (!run || !fn || !isFunctionNode(run)) return true;
  return /\bthis\b/.test(run.getText(file.source)) || listCaptures(run, fn, file).length > 0;
}

/** "No other file clears what a field holds, nor calls what does"; nothing for private ones. */
export function listForeignClears(places: readonly HandlePlace[], life: Life, file: FileContext): LinkCondition[] {
  const helpers = listClearHelpers(listClearsOf(places, file), life, file);
  const isPrivate = (name: string): boolean => life.kind === 'owner' && isPrivateName(life.shape, name);
  const ofPlaces = places.flatMap((place): LinkCondition[] => {
    if ((place.kind !== 'field' && place.kind !== 'collection') || isPrivate(place.name)) return [];
    return [{ kind: 'not', of: { kind: 'project-states', fact: `clear-timer-of-other:${place.name}` } }];
  });
  return life.kind === 'owner' ? [...ofPlaces, ...listForeignHelpers(helpers, life)] : ofPlaces;
}

/** Whether a timer works on a connection whose handler sets it, and which tells when it closes. */
export function isOnConnection(call: ts.CallExpression, file: FileContext): boolean {
  const handler = findEnclosingFunction(call);
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!handler || !run || !isFunctionNode(run)) return false;
  return handler.parameters.some((parameter) => {
    const binding = ts.isIdentifier(parameter.name) ? file.bindingOf(parameter.name) : undefined;
    return (
      binding?.references.some((use) => isWithin(use, run)) &&
      binding.references.some((use) => isCloseListener(use, handler))
    );
  });
}

function isCloseListener(use: ts.Identifier, handler: FunctionNode): boolean {
  const access = use.parent;
  const target = access.parent && findMethodCall(access.parent);
  if (!target || target.receiver !== use || findEnclosingFunction(use) !== handler) return false;
  return (
    /^(?:on|once|addListener)$/.test(target.method) && closing.test(findStringValue(target.call.arguments[0]) ?? '')
  );
}

/** Whether an effect starts a timer once, as its component appears or behind a guard of its own: it cannot meet a later one. */
export function startsOnceOnly(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  if (life.kind !== 'effect') return false;
  return findDependencies(life.effect)?.elements.length === 0 || findEffectLatch(call, life.effect, file) === 'sets';
}

/** Whether a timer that an effect or a component starts, and never clears, sets state when it fires. */
export function setsStateLate(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!run || !isFunctionNode(run) || call.arguments.length < 2 || isZero(call.arguments[1]!)) return false;
  if (life.kind === 'effect') {
    if ((findDelayMs(call) ?? frameMs) < frameMs || findEnclosingFunction(call) !== life.effect) return false;
    return setsHookState(run, life.effect, file);
  }
  if (life.kind !== 'owner' || !life.isComponent) return false;
  return file.nodes('CallExpression').some((inner) => {
    const target = findMethodCall(inner);
    return target?.method === 'setState' && target.receiver.kind === ts.SyntaxKind.ThisKeyword && isWithin(inner, run);
  });
}

/**
 * A state that the effect itself depends on is a latch: `if (copied) setTimeout(() => setCopied(false), 1000)` cannot
 * run again before it is set.
 */
function setsHookState(run: FunctionNode, effect: FunctionNode, file: FileContext): boolean {
  const asked = findDependencies(effect)?.elements.map((element) => element.getText(file.source)) ?? [];
  const states = file.nodes('CallExpression').flatMap((inner) => {
    const callee = skipWrappers(inner.expression);
    if (!ts.isIdentifier(callee) || !isWithin(inner, run) || findEnclosingFunction(inner) !== run) return [];
    const binding = file.bindingOf(callee);
    const state = binding && findState(binding);
    return state === undefined ? [] : [state];
  });
  return states.length > 0 && !states.some((state) => asked.includes(state));
}

/** The state that a setter sets: `value` of `const [value, setValue] = useState(…)`. */
function findState({ declaration }: Binding): string | undefined {
  if (!ts.isBindingElement(declaration) || !ts.isArrayBindingPattern(declaration.parent)) return undefined;
  const variable = declaration.parent.parent;
  if (!ts.isVariableDeclaration(variable) || !variable.initializer) return undefined;
  const made = skipWrappers(variable.initializer);
  if (!ts.isCallExpression(made) || !/(?:^|\.)useState$/.test(made.expression.getText())) return undefined;
  const [state] = declaration.parent.elements;
  return state && ts.isBindingElement(state) ? state.name.getText() : '';
}

function isZero(delay: ts.Expression): boolean {
  const at = skipWrappers(delay);
  return ts.isNumericLiteral(at) && Number(at.text) === 0;
}
