import DataLoader from 'dataloader';
import { BatchLoader } from '../../../runtime/src/batch-loader.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'batch-loader';
export const anchors = ['dataloader'];

/** A new loader for each batch, as for each request; both dedupe within the batch. */
export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [10, 100, 1_000]) {
    const times = Math.ceil(10_000 / count);
    const result = await compare(
      [
        {
          name: 'plimsoll',
          create: () => async () => {
            for (let t = 0; t < times; t++) {
              const loader = new BatchLoader<number, number>(async (keys) => keys);
              const all: Promise<number>[] = [];
              for (let i = 0; i < count; i++) all.push(loader.load(i));
              await Promise.all(all);
            }
          },
        },
        {
          name: 'dataloader',
          create: () => async () => {
            for (let t = 0; t < times; t++) {
              const loader = new DataLoader<number, number>(async (keys) => [...keys]);
              const all: Promise<number>[] = [];
              for (let i = 0; i < count; i++) all.push(loader.load(i));
              await Promise.all(all);
            }
          },
        },
      ],
      { rounds },
    );
    rows.push(atLeast(`BatchLoader, ${count} loads ÷ dataloader`, 0.9, result.ratio('plimsoll', 'dataloader')));
  }
  return rows;
}
