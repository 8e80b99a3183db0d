import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { TaskQueue } from '../../../runtime/src/task-queue.ts';
import { atLeast, type Comparison, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'task-queue';
export const anchors = ['p-queue', 'p-limit'];

const CONCURRENCY = 8;
const task = async (): Promise<number> => 1;

function withPriorities(count: number, rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'plimsoll',
        create() {
          const queue = new TaskQueue({ concurrency: CONCURRENCY });
          return () => {
            const all: Promise<number>[] = [];
            for (let i = 0; i < count; i++) all.push(queue.add(task, { priority: (i * 7) % 10 }));
            return Promise.all(all);
          };
        },
      },
      {
        name: 'p-queue',
        create() {
          const queue = new PQueue({ concurrency: CONCURRENCY });
          return () => {
            const all: Promise<number | undefined>[] = [];
            for (let i = 0; i < count; i++) all.push(queue.add(task, { priority: (i * 7) % 10 }));
            return Promise.all(all);
          };
        },
      },
    ],
    { rounds },
  );
}

function withoutPriorities(count: number, rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'plimsoll',
        create() {
          const queue = new TaskQueue({ concurrency: CONCURRENCY });
          return () => {
            const all: Promise<number>[] = [];
            for (let i = 0; i < count; i++) all.push(queue.add(task));
            return Promise.all(all);
          };
        },
      },
      {
        name: 'p-limit',
        create() {
          const limit = pLimit(CONCURRENCY);
          return () => {
            const all: Promise<number>[] = [];
            for (let i = 0; i < count; i++) all.push(limit(task));
            return Promise.all(all);
          };
        },
      },
    ],
    { rounds },
  );
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const kept = "with the adder's async context kept, and ageing; p-queue loses the context";
  for (const [count, wanted] of [
    [1_000, 1.8],
    [20_000, 1.4],
  ] as const) {
    const result = await withPriorities(count, rounds);
    rows.push(
      atLeast(`TaskQueue, ${count} tasks, 10 priorities ÷ p-queue`, wanted, result.ratio('plimsoll', 'p-queue'), kept),
    );
  }
  for (const count of [1_000, 20_000]) {
    const result = await withoutPriorities(count, rounds);
    rows.push(atLeast(`TaskQueue, ${count} tasks ÷ p-limit`, 1.4, result.ratio('plimsoll', 'p-limit')));
  }
  return rows;
}
