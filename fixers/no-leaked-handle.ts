import type { LeakedHandle } from '../rules/resources/no-leaked-handle.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { releaseInFinally } from './edit/release-in-finally.ts';

export const fixer: Fixer<LeakedHandle> = {
  rule: 'no-leaked-handle',
  safety: 'safe',
  changes: 'moves the end to a `finally` that begins right after the handle was made',
  fix({ data }, file): Fix | Skip {
    const { creation, leak } = data;
    if (leak.kind !== 'outcome' || leak.ends.length === 0) {
      return { skip: 'nothing in the function ends it: where it ends is yours to say' };
    }
    return releaseInFinally({ call: creation, binding: leak.binding, fn: leak.fn, releases: leak.ends }, '', file);
  },
};
