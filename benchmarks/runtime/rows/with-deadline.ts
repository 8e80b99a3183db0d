import pTimeout from 'p-timeout';
import { withDeadline } from '../../../runtime/src/with-deadline.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'with-deadline';
export const anchors = ['p-timeout'];

const work = async (): Promise<number> => 1;

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const result = await compare(
    [
      {
        name: 'plimsoll',
        create: () => async () => {
          for (let i = 0; i < 2_000; i++) await withDeadline(work(), 10_000);
        },
      },
      {
        name: 'p-timeout',
        create: () => async () => {
          for (let i = 0; i < 2_000; i++) await pTimeout(work(), { milliseconds: 10_000 });
        },
      },
    ],
    { rounds },
  );
  const cost = `${((result.milliseconds('plimsoll') * 1e6) / 2_000).toFixed(0)} ns a call`;
  return [atLeast('withDeadline, work succeeds ÷ p-timeout', 20, result.ratio('plimsoll', 'p-timeout'), cost)];
}
