import type { Binding, FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { listCloseListeners, withCallees } from '../life/after-end.ts';
import { effectName, listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { timerClears } from './timer-clears.ts';

/** Hooks whose function runs when the component goes. */
const endHook = /^(?:use\w*(?:Unmount|Cleanup)|onUnmounted|onBeforeUnmount|onCleanup|onDestroy)$/;
/** Stands around all that a page shows, as long as it is open. */
export const wholePage = /^(?:App|Root|Main)$|(?:Provider|Layout)$/;

/**
 * The component or hook whose handler starts a timer that nothing clears when the component goes: kept in a ref, a state
 * or a variable of the component, cleared by another handler at most. Undefined where the timer ends by itself, and where
 * others are given what keeps it.
 */
export function findLeftByComponent(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): FunctionNode | undefined {
  const component = findComponent(call, file);
  const fn = findEnclosingFunction(call);
  if (!component || fn === component || wholePage.test(nameOfFunction(component))) return undefined;
  if (places.every((place) => place.kind === 'dropped')) return component;
  const holder = findHolder(call, places, component, file);
  if (!holder || isGivenAway(holder, component)) return undefined;
  const clears = timerClears(file).bindings.get(holder) ?? [];
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  const runs = run ? withCallees([run], file) : [];
  const ends = listEndsOf(component, file);
  const isEnded = clears.some(
    (clear) => [...runs, ...ends].some((end) => isWithin(clear, end)) || isWithin(clear, call),
  );
  return isEnded || clears.some(isInEffect) ? undefined : component;
}

/** A state that the effect depends on ends it: whatever shows the component is taken to set that. */
function isInEffect(clear: ts.Node): boolean {
  const fn = findEnclosingFunction(clear);
  const hook = fn && getOutermostWrapped(fn).parent;
  return !!hook && ts.isCallExpression(hook) && effectName.test(findMemberPath(hook.expression)?.at(-1) ?? '');
}

/** The outermost function around a place that is named like a component or hook, and calls hooks itself. */
function findComponent(node: ts.Node, file: FileContext): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn))
    if (/^(?:use)?[A-Z]/.test(nameOfFunction(fn)) && callsHook(fn, file)) found = fn;
  return found;
}

function callsHook(fn: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', fn, file).some(
    (call) => findEnclosingFunction(call) === fn && isHookName(findMemberPath(call.expression)?.at(-1)),
  );
}

function isHookName(name: string | undefined): boolean {
  return name !== undefined && /^use[A-Z]/.test(name);
}

/** `timer` of `timer.current = setInterval(…)`, `handle` of `setHandle(setInterval(…))`, a variable of the component. */
function findHolder(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  component: FunctionNode,
  file: FileContext,
): Binding | undefined {
  const [place, ...others] = places;
  if (!place || others.length > 0) return undefined;
  if (place.kind === 'binding')
    return findEnclosingFunction(place.binding.identifier) === component ? place.binding : undefined;
  const { parent } = getOutermostWrapped(call);
  if (place.kind === 'property' && isAssignment(parent) && findMemberName(parent.left) === 'current') {
    const ref = skipWrappers((skipWrappers(parent.left) as ts.PropertyAccessExpression).expression);
    const binding = ts.isIdentifier(ref) ? file.bindingOf(ref) : undefined;
    return binding && isMadeBy(binding.declaration, /^useRef$/) ? binding : undefined;
  }
  const setter =
    ts.isCallExpression(parent) && ts.isIdentifier(parent.expression) ? file.bindingOf(parent.expression) : undefined;
  if (!setter || !ts.isBindingElement(setter.declaration) || !isMadeBy(setter.declaration.parent.parent, /^useState$/))
    return undefined;
  const [state] = (setter.declaration.parent as ts.ArrayBindingPattern).elements;
  return state && ts.isBindingElement(state) && ts.isIdentifier(state.name) ? file.bindingOf(state.name) : undefined;
}

function isMadeBy(declaration: ts.Node, hook: RegExp): boolean {
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  const made = skipWrappers(declaration.initializer);
  return ts.isCallExpression(made) && hook.test(findMemberPath(made.expression)?.at(-1) ?? '');
}

/** Returned, shown, or handed to a function other than one that clears: who gets it may clear it. */
function isGivenAway({ references, identifier }: Binding, component: FunctionNode): boolean {
  return references.some((use) => {
    const outer = getOutermostWrapped(use);
    const { parent } = outer;
    if (use === identifier || findMemberName(parent) !== undefined) return false;
    if (ts.isArrayLiteralExpression(parent)) return !isDependencies(parent);
    if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent) || ts.isJsxExpression(parent))
      return true;
    if (ts.isReturnStatement(parent)) return findEnclosingFunction(parent) === component;
    if (!ts.isCallExpression(parent) || parent.expression === outer) return false;
    return !/^clear(?:Interval|Timeout)$/.test(findMemberPath(parent.expression)?.at(-1) ?? '');
  });
}

function isDependencies(list: ts.ArrayLiteralExpression): boolean {
  const hook = list.parent;
  return ts.isCallExpression(hook) && isHookName(findMemberPath(hook.expression)?.at(-1));
}

/** What runs when a component goes: what its effects return, and what it hands to hooks for that; and what these call. */
function listEndsOf(component: FunctionNode, file: FileContext): readonly FunctionNode[] {
  const ends = listNodesWithin('CallExpression', component, file).flatMap((hook) => {
    const name = findMemberPath(hook.expression)?.at(-1) ?? '';
    const [given] = hook.arguments;
    if (!given) return [];
    if (endHook.test(name)) return findHookFunction(given, file) ?? [];
    const effect = effectName.test(name) ? findHookFunction(given, file) : undefined;
    return effect ? listReturnedValues(effect, file).flatMap((value) => findHookFunction(value, file) ?? []) : [];
  });
  const called = ends.flatMap((end) =>
    listNodesWithin('CallExpression', end, file).flatMap((inner) => findHookFunction(inner.expression, file) ?? []),
  );
  return withCallees([...ends, ...called, ...listCloseListeners(file)], file);
}

/** As `findFunctionValue`, also through `useCallback`. */
function findHookFunction(value: ts.Expression, file: FileContext): FunctionNode | undefined {
  const direct = findFunctionValue(value, file);
  if (direct) return direct;
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : at;
  const hook = made && skipWrappers(made);
  const first = hook && ts.isCallExpression(hook) ? hook.arguments[0] : undefined;
  if (!first || !isHookName(findMemberPath((hook as ts.CallExpression).expression)?.at(-1))) return undefined;
  return findFunctionValue(first, file);
}
