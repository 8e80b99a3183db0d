import type { FileContext } from '../../model/file-context.ts';
import { type HandlePlace, listHandlePlaces } from '../handles/handle-escape.ts';
import { withCallees } from '../life/after-end.ts';
import { endsWhole } from '../life/end-of-life.ts';
import type { Life } from '../life/life-cycle.ts';
import { type FunctionNode, findEnclosingFunction, isClassNode, isWithin, nameOfFunction } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { listClearsOf } from './clears-of-places.ts';
import { findTimerFunction } from './timers.ts';

const unload = /^_*(?:on|before)?(?:Unload|unload|Unmount|Disable|Deactivate|deactivate|Remove|Teardown)(?:ed)?$/;

/**
 * The end of a class that clears another timer, which the same function starts, but not this one: what starts them
 * together means to end them together.
 */
export function findSiblingClear(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): ts.Node | undefined {
  if (
    life.kind !== 'owner' ||
    life.isSingleton ||
    !isClassNode(life.shape.node) ||
    !places.every(({ kind }) => kind === 'field')
  )
    return undefined;
  const start = findEnclosingFunction(call);
  const own = new Set(places.map(nameOfField));
  const others = listNodesWithin('CallExpression', life.shape.node, file).flatMap((other) => {
    if (other === call || findEnclosingFunction(other) !== start) return [];
    if (!findTimerFunction(other, file)?.startsWith('set')) return [];
    return listHandlePlaces(other, file).filter((place) => place.kind === 'field' && !own.has(nameOfField(place)));
  });
  const clears = listClearsOf(others, file);
  for (const end of life.shape.disposers.filter(endsOwner)) {
    const reached = withCallees([end], file);
    const clear = clears.find((node) => reached.some((fn) => isWithin(node, fn)));
    if (clear) return clear;
  }
  return undefined;
}

function nameOfField(place: HandlePlace): string {
  return 'name' in place ? place.name : '';
}

function endsOwner(fn: FunctionNode): boolean {
  return endsWhole(fn) || unload.test(nameOfFunction(fn));
}
