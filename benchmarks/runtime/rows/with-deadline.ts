import pTimeout from 'p-timeout';
import { withDeadline } from '../../../runtime/src/with-deadline.ts';
import { atLeast, type Comparison, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'with-deadline';
export const anchors = ['p-timeout'];

const work = async (): Promise<number> => 1;

type Deadline = (work: Promise<number>, milliseconds: number) => Promise<number>;

/** `inFlight` calls at a time, 2,000 in all: a service under load has many of one delay, a script has one. */
function against(inFlight: number, rounds: number): Promise<Comparison> {
  const make = (name: string, deadline: Deadline) => ({
    name,
    create: () => async () => {
      for (let i = 0; i < 2_000; i += inFlight) {
        const calls: Promise<number>[] = [];
        for (let n = 0; n < inFlight; n++) calls.push(deadline(work(), 10_000));
        await Promise.all(calls);
      }
    },
  });
  return compare(
    [make('plimsoll', withDeadline), make('p-timeout', (promise, milliseconds) => pTimeout(promise, { milliseconds }))],
    { rounds },
  );
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const inFlight of [1, 100]) {
    const result = await against(inFlight, rounds);
    const cost = `${((result.milliseconds('plimsoll') * 1e6) / 2_000).toFixed(0)} ns a call`;
    const bar = `withDeadline, work succeeds, ${inFlight} at a time ÷ p-timeout`;
    rows.push(atLeast(bar, 20, result.ratio('plimsoll', 'p-timeout'), cost));
  }
  return rows;
}
