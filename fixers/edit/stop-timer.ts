import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
import { findDisposer } from '../../src/ast/life/end-of-life.ts';
import type { Life } from '../../src/ast/life/life-cycle.ts';
import { ts } from '../../src/ast/ts.ts';
import { findEffectLatch } from '../../src/ast/where/effect-latch.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip } from '../../src/model/fixer.ts';
import { clearBeforeStart } from './clear-before-start.ts';
import { stopInEffect } from './stop-in-effect.ts';
import { stopInFactory } from './stop-in-factory.ts';
import { stopInOwner } from './stop-in-owner.ts';
import { findRegistryField, stopInRegistry } from './stop-in-registry.ts';

/** A timer whose owner ends, or starts it again, without ending it. */
export interface LostTimer {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
  life: Life;
  isOverwritten: boolean;
}

/** Ends a timer where its owner ends, in the way that its kind of owner does. */
export function stopTimer(timer: LostTimer, file: FileContext): Fix | Skip {
  const fix = endTimer(timer, file);
  if ('skip' in fix || fix.edits.filter(({ text }) => /\bclear(?:Timeout|Interval)\(/.test(text)).length > 1)
    return fix;
  return {
    ...fix,
    changes: timer.isOverwritten ? 'clears it before it is started again' : 'clears it where its owner ends',
  };
}

function endTimer({ call, places, life, isOverwritten }: LostTimer, file: FileContext): Fix | Skip {
  const field = places.find((place) => place.kind === 'field')?.name;
  if (isOverwritten) {
    const types = (life.kind === 'owner' && field && life.shape.fields.get(field)?.types) || [];
    return clearBeforeStart(
      call,
      types.some((type) => /\bnull\b/.test(type.getText(file.source))),
      file,
    );
  }
  if (places.some((place) => place.kind === 'field' && ts.isElementAccessExpression(place.at)))
    return { skip: 'it is kept by a symbol: clear it by that where its owner ends' };
  switch (life.kind) {
    case 'owner': {
      const hasRegistry = findRegistryField(life.shape) !== undefined && field === undefined;
      const disposer = findDisposer(life.shape.disposers, undefined);
      if (!disposer || hasRegistry) return stopInRegistry(call, life.shape, file);
      return stopInOwner(call, places, life, file);
    }
    case 'effect':
      if (findEffectLatch(call, life.effect, file))
        return {
          skip: 'the effect starts it behind a guard that it sets itself: a clean-up between its runs would end it for good',
        };
      return stopInEffect(call, places, life.effect, file);
    case 'factory':
      return stopInFactory(call, places, life, file);
    default:
      return { skip: 'nothing around it says when it should end: return the handle, or let the caller pass a signal' };
  }
}
