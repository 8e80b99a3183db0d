import Anchor from 'hashring';
import { HashRing, type HashRingOptions } from '../../../runtime/src/hash-ring.ts';
import { atLeast, atMost, compare, type MeasureOptions, median, type Row } from '../../harness.ts';
import { keysMoved, nameSets, realKeys, uniformity } from '../../hash-ring/placement.ts';

export const part = 'hash-ring';
export const anchors = ['hashring'];

const lookups: [string, number, HashRingOptions, number][] = [
  ['rendezvous', 10, { placement: 'rendezvous' }, 8],
  ['anchor', 100, { placement: 'anchor' }, 12],
  ['ring V=256', 10, { placement: 'ring', vnodes: 256 }, 8],
  ['ring V=256', 100, { placement: 'ring', vnodes: 256 }, 6],
];

async function lookup(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  // More keys than hashring's own cache of 5,000 answers holds, asked for in turn: every look-up is one.
  const keys = realKeys(20_000);
  for (const [name, count, options, wanted] of lookups) {
    const nodes = nameSets[0]!(count);
    const result = await compare(
      [
        {
          name: 'ours',
          create() {
            const ring = new HashRing(nodes, options);
            let at = 0;
            return () => {
              for (let n = 0; n < 4_000; n++) {
                ring.get(keys[at]!);
                if (++at === keys.length) at = 0;
              }
            };
          },
        },
        {
          name: 'hashring',
          create() {
            const ring = new Anchor(nodes);
            let at = 0;
            return () => {
              for (let n = 0; n < 4_000; n++) {
                ring.get(keys[at]!);
                if (++at === keys.length) at = 0;
              }
            };
          },
        },
      ],
      { rounds },
    );
    rows.push(atLeast(`HashRing ${name} look-up, ${count} nodes ÷ hashring`, wanted, result.ratio('ours', 'hashring')));
  }
  return rows;
}

async function build(rounds: number): Promise<Row> {
  const nodes = nameSets[0]!(100);
  const result = await compare(
    [
      { name: 'ours', create: () => () => new HashRing(nodes, { placement: 'ring', vnodes: 160 }) },
      { name: 'hashring', create: () => () => new Anchor(nodes) },
    ],
    { rounds },
  );
  return atLeast('HashRing ring build, 100 nodes, V=160 ÷ hashring', 1, result.ratio('ours', 'hashring'));
}

function spread(quick: boolean): Row[] {
  const keys = realKeys(1_000_000);
  const rows: Row[] = [];
  const floors: [HashRingOptions['placement'] & string, number, number][] = [
    ['rendezvous', 3, 99.4],
    ['rendezvous', 10, 99.4],
    ['rendezvous', 30, 99.4],
    ['rendezvous', 100, 99],
    ['anchor', 3, 99.4],
    ['anchor', 10, 99.4],
    ['anchor', 30, 99.4],
    ['anchor', 100, 99],
  ];
  for (const [placement, count, floor] of floors) {
    const even = uniformity(new HashRing(nameSets[0]!(count), { placement }), keys);
    const note = `${keys.length} keys; chance alone leaves about ${(100 - 79.8 * Math.sqrt((count - 1) / keys.length)).toFixed(2)} %`;
    rows.push(atLeast(`HashRing ${placement} uniformity, ${count} nodes`, floor, even, note, ' %'));
  }
  for (const count of [10, 100]) {
    const sets = quick ? nameSets.slice(0, 3) : nameSets;
    const some = keys.slice(0, 300_000);
    const even = sets.map((names) => uniformity(new HashRing(names(count), { placement: 'ring', vnodes: 256 }), some));
    rows.push(
      atLeast(
        `HashRing ring V=256 uniformity, ${count} nodes, median of ${sets.length} name sets`,
        94,
        median(even),
        undefined,
        ' %',
      ),
    );
  }
  for (const placement of ['rendezvous', 'anchor', 'ring'] as const) {
    const moved = keysMoved(nameSets[0]!(10), { placement }, keys.slice(0, 300_000));
    const note = `on add ${moved.added.toFixed(3)}, on remove ${moved.removed.toFixed(3)}, keys moved between other nodes ${moved.stray}`;
    rows.push(
      atMost(`HashRing ${placement} keys moved ÷ ideal, 10 nodes`, 1.05, Math.max(moved.added, moved.removed), note),
    );
  }
  return rows;
}

export async function measure({ quick, rounds }: MeasureOptions): Promise<Row[]> {
  return [...(await lookup(rounds)), await build(rounds), ...spread(quick)];
}
