import type { LeakedTimeout } from '../rules/resources/no-leaked-timeout.ts';
import { lifeOf } from '../src/ast/life/life-cycle.ts';
import { findEnclosingFunction, isFunctionNode, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { findTimerFunction } from '../src/ast/timers/timers.ts';
import { ts } from '../src/ast/ts.ts';
import { isGatherer, isStartedWhenUnset } from '../src/ast/where/latch.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { stopTimer } from './edit/stop-timer.ts';

export const fixer: Fixer<LeakedTimeout> = {
  rule: 'no-leaked-timeout',
  safety: 'safe',
  changes: 'clears the timeout where its owner ends, and before it is armed again',
  fix({ data }, file) {
    if (data.leak === 'connection')
      return { skip: 'keep the handle and clear it where the connection says that it closed' };
    if (data.leak === 'loss') return { skip: 'clear it in the listener that is told of the loss' };
    if (data.leak === 'rearmed')
      return { skip: 'ask ahead of it whether the owner has ended, by a flag that its end sets' };
    if (data.leak === 'unset') return { skip: 'keep each handle of the chain in what is cleared' };
    if (data.leak === 'key') return { skip: 'clear that of its key where what else is kept for the key is dropped' };
    if (data.leak === 'again')
      return { skip: 'keep each handle of the chain, the first one too, and clear it where the owner ends' };
    if (data.life.kind === 'owner' && lifeOf(data.call, file).kind === 'call')
      return { skip: 'keep the handle on the owner that is handed in, and clear it where that ends' };
    if (data.leak === 'missed' && data.places.some(({ kind }) => kind === 'property'))
      return { skip: 'clear it in each entry of its table where the owner ends' };
    if (data.leak === 'state' && !isFirstOfEffect(data, file)) {
      return { skip: 'the clean-up of the effect is written for its first timer' };
    }
    if (isGathering(data, file))
      return { skip: 'to clear it would lose what it has gathered: do its work where its owner ends, then clear it' };
    const fix = stopTimer({ ...data, isOverwritten: data.leak === 'overwritten' }, file);
    if ('skip' in fix) return fix;
    // Several may be pending at a time; the field keeps the last.
    if (data.leak === 'restarts' || data.leak === 'ends') return { ...fix, safety: 'review' };
    if (data.leak !== 're-arming' || !armsAfterWaiting(data.call, file)) return fix;
    return { ...fix, safety: 'review', note: 'a run under way at the end still arms the timer once: ask a flag there' };
  },
};

function isFirstOfEffect({ call, life }: LeakedTimeout, file: FileContext): boolean {
  if (life.kind !== 'effect') return true;
  return !file.nodes('CallExpression').some((other) => {
    const isBefore = other.pos < call.pos && isWithin(other, life.effect);
    return isBefore && findTimerFunction(other, file)?.startsWith('set') === true;
  });
}

/** The next round is started behind an `await` or in a `then`: clearing the timer misses a run that is under way. */
function armsAfterWaiting(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  const waits = file.nodes('AwaitExpression').some((node) => {
    const isAhead = fn !== undefined && node.pos >= fn.pos && node.end <= call.pos;
    return isAhead || (run && isFunctionNode(run) && node.pos >= run.pos && node.end <= run.end);
  });
  return waits || isInThen(call);
}

function isInThen(call: ts.Node): boolean {
  for (let at = call; at.parent; at = at.parent) {
    if (ts.isCallExpression(at.parent) && at.parent.arguments.includes(at as ts.Expression)) {
      const callee = at.parent.expression;
      if (ts.isPropertyAccessExpression(callee) && /^(?:then|finally|catch)$/.test(callee.name.text)) return true;
    }
  }
  return false;
}

function isGathering({ leak, call, places }: LeakedTimeout, file: FileContext): boolean {
  const isLate = leak === 'kept' || (leak === 'missed' && isStartedWhenUnset(call, places, file));
  return isLate && isGatherer(call, places, file);
}
