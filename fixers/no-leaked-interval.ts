import type { LeakedInterval } from '../rules/resources/no-leaked-interval.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { stopTimer } from './edit/stop-timer.ts';

export const fixer: Fixer<LeakedInterval> = {
  rule: 'no-leaked-interval',
  safety: 'safe',
  changes: 'Clears the interval where its owner ends, and before it is started again.',
  fix: ({ data }, file) => stopTimer({ ...data, isOverwritten: data.leak === 'overwritten' }, file),
};
