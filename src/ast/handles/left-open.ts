import type { FileContext } from '../../model/file-context.ts';
import { findToldTimeout } from '../timers/told-timeout.ts';
import { ts } from '../ts.ts';
import { findEvictedHandle } from './evicted-handle.ts';
import type { HandleLeak } from './handle-leak.ts';
import { cachedKind, fileKind, type HandleKind, requestKind, socketKind, workerKind } from './handles.ts';
import { findLeftReader } from './left-reader.ts';
import { findLeftWorker } from './left-worker.ts';

/** What one thing that is done with a handle leaves open, whoever else would end it. */
export interface LeftOpen {
  handle: HandleKind;
  leak: Extract<HandleLeak, { kind: 'left' }>;
}

/** A cache that evicts, a thread of one message, a reader that is left early, a timeout that is only told of. */
export function findLeftOpen(creation: ts.CallExpression | ts.NewExpression, file: FileContext): LeftOpen | undefined {
  if (ts.isNewExpression(creation)) {
    const evicted = findEvictedHandle(creation, file);
    const { end: at, fn } = evicted ?? {};
    if (at && fn) {
      const told = {
        outcome: 'when it is evicted',
        note: 'ends those that are still kept, not those that were evicted',
      };
      return { handle: cachedKind, leak: { kind: 'left', at, fn, ...told } };
    }
    const worker = findLeftWorker(creation, file);
    if (worker) {
      const { fn: starter, stem: thread } = worker;
      const toldOf = { outcome: 'at all', note: 'starts a thread that waits for the next message' };
      return { handle: workerKind, leak: { kind: 'left', at: creation, fn: starter, thread, ...toldOf } };
    }
  } else {
    const left = findLeftReader(creation, file);
    const told = { outcome: 'when its reader is left early', note: 'stops reading it here' };
    if (left) return { handle: fileKind, leak: { kind: 'left', ...told, ...left } };
  }
  const timeout = findToldTimeout(creation, file);
  if (!timeout) return undefined;
  const { listener: at, fn, name } = timeout;
  const told = { outcome: 'when it times out', note: 'hears of the timeout, and does not end it' };
  return { handle: name === 'request' ? requestKind : socketKind, leak: { kind: 'left', at, fn, ...told } };
}
