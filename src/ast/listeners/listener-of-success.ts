import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { findEnclosingFunction, findMethodCall, findStringValue, isWithin } from '../syntax.ts';
import { runsForUsers } from '../where/where.ts';
import { findListenerFunction, type ListenerCall, listAdds, pathOf } from './listener-calls.ts';
import { listEndsOf } from './listener-group.ts';
import type { ListenerLeak, ListenerPlace } from './listener-place.ts';
import { isReadOnce } from './listener-undoer.ts';

const success = /^(?:complete|completed|finish|finished|done|success|succeeded|end|ended|loaded|resolved|ready)$/i;
const failing = /^(?:error|fail|failed|failure|abort|aborted|cancel|cancelled|canceled)$/i;

/**
 * `bus.on('change', note); job.once('complete', () => bus.off('change', note));` where the job may also end in an `error`, as the
 * file knows: the listener stays after that.
 */
export function findKeptOnFailure({ add, fn, life, promise, emitter, file }: ListenerPlace): ListenerLeak | undefined {
  if (promise || emitter === 'local' || emitter === 'self' || isReadOnce(add)) return undefined;
  const ends = listEndsOf(add, file);
  if (ends.length === 0 || ends.some((end) => !isWithin(end, fn) || findEnclosingFunction(end) === fn))
    return undefined;
  const hearing = listAdds(file).filter(
    (one) => one.call !== add.call && isWithin(one.call, fn) && one.target !== undefined && one.target !== add.target,
  );
  const taking = hearing.filter((one) => removes(one, ends, file));
  const [end] = taking;
  // Removals that something else than these events leads to are not followed.
  if (!end || taking.some(({ target, event }) => target !== end.target || !success.test(event))) return undefined;
  const isAll = ends.every((one) => taking.some((by) => removes(by, [one], file)));
  if (!isAll || !mayFail(end)) return undefined;
  return {
    shape: 'outcome',
    what: 'each failure',
    settled: end.call,
    confidence: 'likely',
    sureWhen: runsForUsers(add.call, file),
  };

  /** The function itself, or the owner where it is that which ends, hears or tells of a failure. */
  function mayFail({ target }: ListenerCall): boolean {
    const isHere = (node: ListenerCall['call']): boolean =>
      isWithin(node, fn) ||
      (target === 'this' && life.kind === 'owner' && findMethodAround(node, life.shape) !== undefined);
    if (listAdds(file).some((one) => one.target === target && failing.test(one.event) && isHere(one.call))) return true;
    return file.nodes('CallExpression').some((call) => {
      const told = findMethodCall(call);
      if (told?.method !== 'emit' || pathOf(told.receiver, file) !== target || !isHere(call)) return false;
      return failing.test(findStringValue(call.arguments[0]) ?? '');
    });
  }
}

function removes(by: ListenerCall, ends: readonly ListenerCall['call'][], file: FileContext): boolean {
  const run = by.listener && findListenerFunction(by.listener, file);
  const runs = run ? withCallees([run], file) : [];
  return ends.some((end) => runs.some((one) => isWithin(end, one)));
}
