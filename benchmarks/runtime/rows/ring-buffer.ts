import Denque from 'denque';
import { RingBuffer } from '../../../runtime/src/ring-buffer.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'ring-buffer';
export const anchors = ['denque'];

const OPERATIONS = 200_000;

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const capacity of [10, 1_000, 20_000, 200_000]) {
    const result = await compare(
      [
        {
          name: 'ring',
          create() {
            const log = new RingBuffer<number>(capacity);
            return () => {
              for (let i = 0; i < OPERATIONS; i++) log.push(i);
            };
          },
        },
        {
          name: 'denque',
          create() {
            const log = new Denque<number>([], { capacity });
            return () => {
              for (let i = 0; i < OPERATIONS; i++) log.push(i);
            };
          },
        },
      ],
      { rounds },
    );
    rows.push(
      atLeast(`RingBuffer full log of ${capacity} ÷ denque with capacity`, 0.95, result.ratio('ring', 'denque')),
    );
  }
  const [capacity, operations] = [20_000, 5_000];
  const array = await compare(
    [
      {
        name: 'ring',
        create() {
          const log = new RingBuffer<number>(capacity);
          for (let i = 0; i < capacity; i++) log.push(i);
          return () => {
            for (let i = 0; i < operations; i++) log.push(i);
          };
        },
      },
      {
        name: 'array',
        create() {
          const log: number[] = [];
          for (let i = 0; i < capacity; i++) log.push(i);
          return () => {
            for (let i = 0; i < operations; i++) {
              log.push(i);
              if (log.length > capacity) log.shift();
            }
          };
        },
      },
    ],
    { rounds },
  );
  rows.push(atLeast('RingBuffer full log of 20000 ÷ push and Array.shift', 300, array.ratio('ring', 'array')));
  return rows;
}
