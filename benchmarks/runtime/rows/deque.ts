import Denque from 'denque';
import { Deque } from '../../../runtime/src/deque.ts';
import { atLeast, type Comparison, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'deque';
export const anchors = ['denque'];

const OPERATIONS = 400_000;

/** A queue held at `depth` while values pass through it: each contender has a loop of its own, so call sites stay monomorphic. */
function atDepth(depth: number, rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'deque',
        create() {
          const queue = new Deque<number>();
          for (let i = 0; i < depth; i++) queue.push(i);
          return () => {
            for (let i = 0; i < OPERATIONS; i++) {
              queue.push(i);
              queue.shift();
            }
          };
        },
      },
      {
        name: 'denque',
        create() {
          const queue = new Denque<number>();
          for (let i = 0; i < depth; i++) queue.push(i);
          return () => {
            for (let i = 0; i < OPERATIONS; i++) {
              queue.push(i);
              queue.shift();
            }
          };
        },
      },
    ],
    { rounds },
  );
}

/** Array.shift, with few operations a round, because each may move the whole array. */
function againstArray(depth: number, operations: number, rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'deque',
        create() {
          const queue = new Deque<number>();
          for (let i = 0; i < depth; i++) queue.push(i);
          return () => {
            for (let i = 0; i < operations; i++) {
              queue.push(i);
              queue.shift();
            }
          };
        },
      },
      {
        name: 'array',
        create() {
          const queue: number[] = [];
          for (let i = 0; i < depth; i++) queue.push(i);
          return () => {
            for (let i = 0; i < operations; i++) {
              queue.push(i);
              queue.shift();
            }
          };
        },
      },
    ],
    { rounds },
  );
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const depth of [10, 1_000, 20_000, 200_000]) {
    const result = await atDepth(depth, rounds);
    rows.push(atLeast(`Deque push+shift at ${depth} ÷ denque`, 0.95, result.ratio('deque', 'denque')));
  }
  const short = await againstArray(1_000, 50_000, rounds);
  rows.push(atLeast('Deque push+shift at 1000 ÷ Array.shift', 8, short.ratio('deque', 'array')));
  const long = await againstArray(20_000, 5_000, rounds);
  rows.push(atLeast('Deque push+shift at 20000 ÷ Array.shift', 300, long.ratio('deque', 'array')));
  return rows;
}
