import pLimit from 'p-limit';
import pMap from 'p-map';
import { mapLimit } from '../../../runtime/src/map-limit.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'map-limit';
export const anchors = ['p-map', 'p-limit'];

const work = async (n: number): Promise<number> => n + 1;

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1_000, 20_000]) {
    const items = Array.from({ length: count }, (_, i) => i);
    const result = await compare(
      [
        { name: 'plimsoll', create: () => () => mapLimit(items, 8, work) },
        { name: 'p-map', create: () => () => pMap(items, work, { concurrency: 8 }) },
        {
          name: 'p-limit',
          create: () => () => {
            const limit = pLimit(8);
            return Promise.all(items.map((item) => limit(work, item)));
          },
        },
      ],
      { rounds },
    );
    rows.push(atLeast(`mapLimit, ${count} items ÷ p-map`, 2, result.ratio('plimsoll', 'p-map')));
    rows.push(atLeast(`mapLimit, ${count} items ÷ p-limit`, 3, result.ratio('plimsoll', 'p-limit')));
  }
  return rows;
}
