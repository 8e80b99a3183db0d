import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeVersion } from '../model/file-context.ts';

const bound = /(>=|<=|[<>=^~])?\s*v?(\d+)(?:\.(\d+))?[\w.*+-]*/g;

/**
 * The lowest version that a range names: 18.17 of `>= 18.17.1 <21 || ^22`. Undefined where it has no lower end (`*`, `<20`).
 */
export function lowestVersion(range: string): NodeVersion | undefined {
  const lowest = range.split('||').map((part) => {
    // `14 - 16`: its upper end is no other demand.
    const bounds = [...part.replace(/\s-\s.*/, '').matchAll(bound)].filter(([, sign]) => !sign?.startsWith('<'));
    return bounds
      .map(([, , major, minor]): NodeVersion => [Number(major), Number(minor ?? 0)])
      .reduce(later, undefined);
  });
  return lowest.includes(undefined) ? undefined : (lowest as NodeVersion[]).sort(compareVersions)[0];
}

function later(one: NodeVersion | undefined, other: NodeVersion): NodeVersion {
  return one && compareVersions(one, other) > 0 ? one : other;
}

export function compareVersions(one: NodeVersion, other: NodeVersion): number {
  return one[0] - other[0] || one[1] - other[1];
}

/** What `.nvmrc` or `.node-version` of a folder says; names such as `lts/iron` and `node` say no number. */
export function versionOfFolder(folder: string): NodeVersion | undefined {
  for (const name of ['.nvmrc', '.node-version']) {
    const [, major, minor] = /^\s*v?(\d+)(?:\.(\d+))?[\d.]*\s*$/.exec(textOf(join(folder, name))) ?? [];
    if (major !== undefined) return [Number(major), Number(minor ?? 0)];
  }
  return undefined;
}

/** Nothing where there is no such file, or it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
