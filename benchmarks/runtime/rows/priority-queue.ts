import TinyQueue from 'tinyqueue';
import { PriorityQueue } from '../../../runtime/src/priority-queue.ts';
import { atLeast, compare, type MeasureOptions, type Row, random } from '../../harness.ts';

export const part = 'priority-queue';
export const anchors = ['tinyqueue'];

interface Job {
  rank: number;
}

const OPERATIONS = 20_000;

/** The hold model: what is popped goes back a little later, as timers and schedulers do; the size stays and ties are few. */
export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of [100, 10_000, 100_000]) {
    const next = random(size);
    const delays = Array.from({ length: OPERATIONS }, () => 1 + Math.floor(next() * 1_000));
    const start = Array.from({ length: size }, () => Math.floor(next() * 500 * size));
    const result = await compare(
      [
        {
          name: 'stable',
          create() {
            const queue = new PriorityQueue<Job>((a, b) => a.rank - b.rank);
            for (const rank of start) queue.push({ rank });
            return () => {
              for (let i = 0; i < OPERATIONS; i++) {
                const job = queue.pop()!;
                job.rank += delays[i]!;
                queue.push(job);
              }
            };
          },
        },
        {
          name: 'tinyqueue',
          create() {
            const queue = new TinyQueue<Job>([], (a, b) => a.rank - b.rank);
            for (const rank of start) queue.push({ rank });
            return () => {
              for (let i = 0; i < OPERATIONS; i++) {
                const job = queue.pop()!;
                job.rank += delays[i]!;
                queue.push(job);
              }
            };
          },
        },
      ],
      { rounds },
    );
    const bar = `PriorityQueue pop+push at ${size}, FIFO-stable ÷ tinyqueue`;
    rows.push(atLeast(bar, 0.8, result.ratio('stable', 'tinyqueue')));
  }
  return rows;
}
