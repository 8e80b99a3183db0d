import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { Finding } from '../../model/finding.ts';
import type { Severity } from '../../model/rule.ts';
import type { ScanResult } from '../../model/scan-result.ts';

/** Points that the findings of a file take from the score. */
export interface FileLoss {
  file: string;
  points: number;
  counts: Record<Severity, number>;
}

export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
  name: string;
  /** Undefined for folders, and for the tile of all the small files. */
  file: string | undefined;
  /** Folders frame what lies in them. */
  isFolder: boolean;
  depth: number;
  points: number;
  counts: Record<Severity, number>;
}

interface Node {
  name: string;
  file?: string;
  points: number;
  counts: Record<Severity, number>;
  children?: Node[];
}

/** Files drawn by themselves; past this a tile is too small to see. */
const mostFiles = 300;
const noCounts = (): Record<Severity, number> => ({ high: 0, medium: 0, low: 0 });

function weighs({ status, lifecycle, confidence }: Finding): boolean {
  return (status === 'active' || status === 'baselined') && lifecycle === 'stable' && confidence !== 'possible';
}

/**
 * Points by file, most first. What a severity takes is shared out evenly among its findings, so that the files add up to
 * what the score has lost.
 */
export function lossByFile({ findings, score, comparison }: ScanResult): FileLoss[] {
  const files = new Map<string, FileLoss>();
  for (const finding of findings) {
    // Where code is compared the score is that of all of it, the old findings too.
    if (!weighs(finding) || (finding.status === 'baselined' && !(comparison && finding.reason !== undefined))) continue;
    const { file, severity } = finding;
    const loss = files.get(file) ?? { file, points: 0, counts: noCounts() };
    loss.counts[severity]++;
    loss.points += score.counts[severity] > 0 ? score.lost[severity] / score.counts[severity] : 0;
    files.set(file, loss);
  }
  return [...files.values()].sort((a, b) => b.points - a.points || (a.file < b.file ? -1 : 1));
}

function treeOf(losses: readonly FileLoss[]): Node {
  const root: Node = { name: '', points: 0, counts: noCounts(), children: [] };
  for (const { file, points, counts } of losses.slice(0, mostFiles)) {
    const parts = file.split('/');
    let at = root;
    for (const part of parts.slice(0, -1)) {
      at.children ??= [];
      let next = at.children.find((child) => child.name === part && child.file === undefined);
      if (!next) {
        next = { name: part, points: 0, counts: noCounts(), children: [] };
        at.children.push(next);
      }
      at = next;
    }
    at.children ??= [];
    at.children.push({ name: parts.at(-1) ?? file, file, points, counts });
  }
  const rest = losses.slice(mostFiles);
  if (rest.length > 0) {
    const counts = noCounts();
    for (const one of rest)
      for (const severity of ['high', 'medium', 'low'] as const) counts[severity] += one.counts[severity];
    const points = rest.reduce((sum, one) => sum + one.points, 0);
    root.children?.push({ name: `${rest.length} more files`, points, counts });
  }
  return joinSingles(root);
}

/** A folder that holds one folder alone is drawn as one: `src/app`. */
function joinSingles(node: Node): Node {
  const children = node.children?.map(joinSingles);
  const [only, ...others] = children ?? [];
  if (only?.children && others.length === 0 && node.name !== '') return { ...only, name: `${node.name}/${only.name}` };
  return children ? { ...node, children } : node;
}

/** Where each file with lost points is drawn; areas are in proportion to the points. */
export function layoutTiles(losses: readonly FileLoss[], width: number, height: number): Tile[] {
  if (losses.length === 0) return [];
  const root = hierarchy<Node>(treeOf(losses))
    .sum((node) => (node.children ? 0 : node.points))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const laid = treemap<Node>()
    .size([width, height])
    .tile(treemapSquarify)
    .paddingInner(2)
    .paddingTop((node) => (node.depth === 0 ? 0 : 18))
    .paddingRight((node) => (node.depth === 0 ? 0 : 3))
    .paddingBottom((node) => (node.depth === 0 ? 0 : 3))
    .paddingLeft((node) => (node.depth === 0 ? 0 : 3))
    .round(true)(root);
  return laid
    .descendants()
    .filter((node) => node.depth > 0)
    .map((node: HierarchyRectangularNode<Node>) => ({
      x: node.x0,
      y: node.y0,
      width: Math.max(0, node.x1 - node.x0),
      height: Math.max(0, node.y1 - node.y0),
      name: node.data.name,
      file: node.data.file,
      isFolder: node.children !== undefined,
      depth: node.depth,
      points: node.value ?? 0,
      counts: node.data.counts,
    }));
}
