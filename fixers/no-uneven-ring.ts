import type { UnevenRing } from '../rules/hashing/no-uneven-ring.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

const points = '256';

export const fixer: Fixer<UnevenRing> = {
  rule: 'no-uneven-ring',
  safety: 'review',
  changes: `Gives each node ${points} points, for shares that differ by a few per cent.`,
  fix({ data }, file) {
    if (data.weakness === 'linear') {
      return { skip: 'a HashRing takes the place of the whole class: its nodes and look-ups are set up elsewhere' };
    }
    if (!data.points) return { skip: 'the number of points is not written here' };
    return {
      edits: [replaceNode(data.points, points, file)],
      note: 'Most keys move once. Look points up by halving, or use a HashRing.',
    };
  },
};
