import sindresorhus from '@sindresorhus/fnv1a';
import murmurhash from 'murmurhash';
import { fnv1a32, hash32 } from '../../../runtime/src/hash.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'hash';
export const anchors = ['murmurhash', '@sindresorhus/fnv1a'];

/** Keys as services have them: ids, paths, e-mail addresses, some with letters beyond ASCII. */
const keys = Array.from({ length: 2_000 }, (_, i) => {
  const kinds = [
    `user:${i}`,
    `session:${(i * 2_654_435_761) >>> 0}:${i}`,
    `/api/v2/orders/${i}/items?page=${i % 9}`,
    `jose.garcia+${i}@example.com`,
    `ünïcödé-Stadt-${i}`,
  ];
  return Buffer.from(kinds[i % kinds.length]!).toString('utf8');
});

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  let sink = 0;
  const result = await compare(
    [
      {
        name: 'fnv1a32',
        create: () => () => {
          for (let n = 0; n < 10; n++) for (const key of keys) sink ^= fnv1a32(key);
        },
      },
      {
        name: 'hash32',
        create: () => () => {
          for (let n = 0; n < 10; n++) for (const key of keys) sink ^= hash32(key);
        },
      },
      {
        name: 'murmurhash',
        create: () => () => {
          for (let n = 0; n < 10; n++) for (const key of keys) sink ^= murmurhash(key);
        },
      },
      {
        name: 'sindresorhus',
        create: () => () => {
          for (let n = 0; n < 10; n++) for (const key of keys) sink ^= Number(sindresorhus(key, { size: 32 }));
        },
      },
    ],
    { rounds },
  );
  if (sink === 0.5) console.log(sink);
  return [
    atLeast('fnv1a32, real keys ÷ murmurhash', 4, result.ratio('fnv1a32', 'murmurhash')),
    atLeast('hash32, real keys ÷ murmurhash', 4, result.ratio('hash32', 'murmurhash')),
    atLeast('fnv1a32, real keys ÷ @sindresorhus/fnv1a', 10, result.ratio('fnv1a32', 'sindresorhus')),
  ];
}
