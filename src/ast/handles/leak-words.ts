import type { Match } from '../../model/rule.ts';
import { isFunctionNode, nameOfFunction } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { type HandleLeak, isWrittenThrow } from './handle-leak.ts';

const outcomes = {
  throw: 'when something throws',
  refusal: 'where its function throws',
  return: 'on an early return',
  end: 'on every way out',
} as const;

/** When a handle is left open, as the message says it. */
export function shownOutcome(leak: HandleLeak): string {
  if (leak.kind === 'never') return 'at all';
  if (leak.kind === 'owner') return `by ${nameOfFunction(leak.disposer)}()`;
  if (leak.kind === 'left') return leak.outcome;
  if (leak.kind === 'piped') return 'when the client goes before the end';
  if (leak.kind === 'downloaded') return leak.isHanded ? 'when its source breaks off' : 'when the download fails';
  if (leak.kind === 'unread') return isFunctionNode(leak.branch.parent) ? 'at all' : outcomes.return;
  const { outcome, at } = leak.leaks[0]!;
  // Only what threw and was caught comes to a return behind the end with the handle still open.
  if (outcome !== 'end' && leak.ends.length > 0 && leak.ends.every((end) => end.end <= at.pos)) return outcomes.throw;
  return outcomes[isWrittenThrow(at) ? 'refusal' : outcome];
}

/** On a way that is written out ahead of the end, which is taken each time that its condition holds. */
export function isEarly(leak: HandleLeak): boolean {
  const outcome = shownOutcome(leak);
  return outcome === outcomes.return || outcome === outcomes.refusal;
}

/** Only where something fails. */
export function isOfFailure(leak: HandleLeak): boolean {
  return shownOutcome(leak) === outcomes.throw;
}

/** The place that shows it. */
export function placeOfLeak(creation: ts.Node, leak: HandleLeak): Pick<Match<unknown>, 'related'> {
  if (leak.kind === 'owner') return { related: [{ at: leak.disposer, note: 'the end of its owner' }] };
  if (leak.kind === 'left') return { related: [{ at: leak.at, note: leak.note }] };
  if (leak.kind === 'piped' && leak.pipe === creation) return {};
  if (leak.kind === 'piped' || leak.kind === 'downloaded')
    return { related: [{ at: leak.pipe, note: 'ends one side only when the other ends' }] };
  if (leak.kind === 'unread') return { related: [{ at: leak.branch, note: 'leaves its body unread' }] };
  if (leak.kind === 'never') return {};
  const { outcome, at } = leak.leaks[0]!;
  if (outcome === 'end') return {};
  const note = isWrittenThrow(at) ? 'throws' : outcome === 'throw' ? 'may throw' : 'returns';
  return { related: [{ at, note: `${note} while it is open` }] };
}
