import type { LeakedInterval } from '../rules/resources/no-leaked-interval.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { stopTimer } from './edit/stop-timer.ts';

export const fixer: Fixer<LeakedInterval> = {
  rule: 'no-leaked-interval',
  safety: 'safe',
  changes: 'clears the interval where its owner ends, and before it is started again',
  fix({ data }, file) {
    if (data.leak === 'outcome')
      return { skip: 'clear the interval at each place that settles what it is started for' };
    if (data.leak === 'late')
      return { skip: 'ask after the wait whether the client is still there, or listen for its end before it' };
    if (data.leak === 'loss') return { skip: 'clear it in the listener that is told of the loss' };
    if (data.leak === 'option') return { skip: 'clear it whatever the option says, or start it on the same condition' };
    if (data.leak === 'unmount' && data.life.kind !== 'effect')
      return { skip: 'clear it in the clean-up of an effect that runs once' };
    if (data.life.kind === 'owner' && data.life.isSingleton && data.life.shape.disposers.length === 0)
      return { skip: 'keep one for each who comes, and clear it when they go' };
    return stopTimer({ ...data, isOverwritten: data.leak === 'overwritten' }, file);
  },
};
