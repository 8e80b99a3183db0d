import type { UnevenRing } from '../rules/hashing/no-uneven-ring.ts';
import { findPointRing } from '../src/ast/hashing/point-ring.ts';
import type { Fixer } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';
import { replaceRing } from './edit/replace-ring.ts';

const points = '256';

export const fixer: Fixer<UnevenRing> = {
  rule: 'no-uneven-ring',
  safety: 'review',
  changes: `puts a \`HashRing\` in the place of the points and their search; where a ring does more than place keys, gives each node ${points} points`,
  fix({ at, data }, file) {
    const ring = findPointRing(at, file);
    if (typeof ring !== 'string') return replaceRing(ring, file);
    if (data.weakness === 'linear') return { skip: ring };
    if (!data.points) return { skip: 'the number of points is not written here' };
    return {
      edits: [replaceNode(data.points, points, file)],
      note: `most keys move once; a HashRing is more even and faster, but cannot be put in by itself: ${ring}`,
    };
  },
};
