import { Singleflight } from '@zcong/singleflight';
import pMemoize from 'p-memoize';
import { singleFlight } from '../../../runtime/src/single-flight.ts';
import { atLeast, compare, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'single-flight';
export const anchors = ['p-memoize', '@zcong/singleflight'];

const keys = Array.from({ length: 1_000 }, (_, i) => `user:${i % 50}`);

/** Each round: 10 stampedes of 1,000 calls on 50 keys, whose call yields once. */
async function load(key: string): Promise<number> {
  await undefined;
  return key.length;
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const result = await compare(
    [
      {
        name: 'plimsoll',
        create() {
          const shared = singleFlight(load);
          return async () => {
            for (let i = 0; i < 10; i++) await Promise.all(keys.map((key) => shared(key)));
          };
        },
      },
      {
        name: 'p-memoize',
        create() {
          const shared = pMemoize(load, { cache: false });
          return async () => {
            for (let i = 0; i < 10; i++) await Promise.all(keys.map((key) => shared(key)));
          };
        },
      },
      {
        name: '@zcong/singleflight',
        create() {
          const shared = new Singleflight();
          return async () => {
            for (let i = 0; i < 10; i++) await Promise.all(keys.map((key) => shared.do(key, () => load(key))));
          };
        },
      },
    ],
    { rounds },
  );
  const bar = 'singleFlight, 1,000 calls on 50 keys ÷';
  return [
    atLeast(`${bar} p-memoize`, 0.9, result.ratio('plimsoll', 'p-memoize')),
    atLeast(`${bar} @zcong/singleflight`, 4, result.ratio('plimsoll', '@zcong/singleflight')),
  ];
}
