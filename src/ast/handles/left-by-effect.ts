import type { Binding, FileContext } from '../../model/file-context.ts';
import { lifeOf, listReturnedValues } from '../life/life-cycle.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  getOutermostWrapped,
  isAsync,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a run of an effect leaves open. */
export interface LeftByEffect {
  effect: FunctionNode;
  binding: Binding | undefined;
  /** An effect of a component that runs as it mounts only: it may stand on its page once. */
  isOnce: boolean;
}

/**
 * `useEffect(() => { const socket = new WebSocket(url); socket.onmessage = …; }, [url])`: the effect gives back no clean-up, and
 * nobody else is told of what it opens.
 */
export function findLeftByEffect(
  creation: ts.CallExpression | ts.NewExpression,
  isGivenAway: (binding: Binding) => boolean,
  findBinding: (creation: ts.Node, file: FileContext) => Binding | undefined,
  file: FileContext,
): LeftByEffect | undefined {
  const life = lifeOf(creation, file);
  if (life.kind !== 'effect' || life.cleanups.length > 0) return undefined;
  const { effect } = life;
  // `useEffect(() => open(url), [url])` hands on whatever that gives.
  if (!isAsync(effect) && listReturnedValues(effect, file).length > 0) return undefined;
  const binding = findBinding(creation, file);
  if (binding ? !isWithin(binding.identifier, effect) || isGivenAway(binding) : !isUsedOnTheSpot(creation))
    return undefined;
  return { effect, binding, isOnce: isOnce(effect) };
}

/** `new ResizeObserver(measure).observe(element);` */
function isUsedOnTheSpot(creation: ts.Expression): boolean {
  const { parent } = getOutermostWrapped(creation);
  if (ts.isExpressionStatement(parent)) return true;
  return (
    findMemberName(parent) !== undefined &&
    ts.isCallExpression(parent.parent) &&
    ts.isExpressionStatement(parent.parent.parent)
  );
}

/** With an empty list of what it depends on, and in a component: a hook runs for each who uses it. */
function isOnce(effect: FunctionNode): boolean {
  const call = getOutermostWrapped(effect).parent;
  const list = ts.isCallExpression(call) ? call.arguments[1] : undefined;
  const user = findEnclosingFunction(effect);
  const isHook = user !== undefined && /^use[A-Z]/.test(nameOfFunction(user));
  return !isHook && !(list !== undefined && ts.isArrayLiteralExpression(list) && list.elements.length > 0);
}
