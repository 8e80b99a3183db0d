import TinyQueue from 'tinyqueue';
import { PriorityQueue } from '../../../runtime/src/priority-queue.ts';
import { atLeast, compare, type MeasureOptions, type Row, random } from '../../harness.ts';

export const part = 'priority-queue';
export const anchors = ['tinyqueue'];

interface Job {
  rank: number;
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of [100, 10_000, 100_000]) {
    const next = random(size);
    const jobs = Array.from({ length: 20_000 }, (): Job => ({ rank: Math.floor(next() * 1_000_000) }));
    // At least as many as the largest heap, so that each starts from random ranks.
    const start = Array.from({ length: size }, (): Job => ({ rank: Math.floor(next() * 1_000_000) }));
    const result = await compare(
      [
        {
          name: 'stable',
          create() {
            const queue = new PriorityQueue<Job>((a, b) => a.rank - b.rank);
            for (const job of start) queue.push(job);
            return () => {
              for (const job of jobs) {
                queue.push(job);
                queue.pop();
              }
            };
          },
        },
        {
          name: 'tinyqueue',
          create() {
            const queue = new TinyQueue<Job>([], (a, b) => a.rank - b.rank);
            for (const job of start) queue.push(job);
            return () => {
              for (const job of jobs) {
                queue.push(job);
                queue.pop();
              }
            };
          },
        },
      ],
      { rounds },
    );
    rows.push(
      atLeast(`PriorityQueue push+pop at ${size}, FIFO-stable ÷ tinyqueue`, 0.8, result.ratio('stable', 'tinyqueue')),
    );
  }
  return rows;
}
