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
  /** The file, or for a tile of several the folder that they lie in, ending in `/`; '' for the root. */
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

/** A folder with less than this part of the points is drawn as one tile, a file with less goes into its folder's rest. */
const leastOfFolder = 1 / 150;
const leastOfFile = 1 / 300;
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
  const folders = new Map<string, Node>([['', root]]);
  const folderOf = (path: string): Node => {
    const known = folders.get(path);
    if (known) return known;
    const at = path.lastIndexOf('/');
    const folder: Node = { name: path.slice(at + 1), file: `${path}/`, points: 0, counts: noCounts(), children: [] };
    folders.set(path, folder);
    folderOf(path.slice(0, Math.max(0, at))).children?.push(folder);
    return folder;
  };
  for (const { file, points, counts } of losses) {
    const at = file.lastIndexOf('/');
    const leaf = { name: file.slice(at + 1), file, points, counts };
    folderOf(file.slice(0, Math.max(0, at))).children?.push(leaf);
  }
  sumUp(root);
  return joinSingles(foldSmall(root, root.points));
}

function sumUp(node: Node): void {
  for (const child of node.children ?? []) {
    sumUp(child);
    node.points += child.points;
    for (const severity of ['high', 'medium', 'low'] as const) node.counts[severity] += child.counts[severity];
  }
}

function foldSmall(node: Node, total: number): Node {
  if (!node.children) return node;
  if (node.name !== '' && node.points < total * leastOfFolder) {
    const { children: _, ...folded } = node;
    return { ...folded, name: `${node.name}/` };
  }
  const isSmall = (child: Node) => !child.children && child.points < total * leastOfFile;
  const small = node.children.filter(isSmall);
  if (small.length < 2) return { ...node, children: node.children.map((child) => foldSmall(child, total)) };
  const rest: Node = {
    name: `${small.length} small files`,
    file: node.file ?? '',
    points: 0,
    counts: noCounts(),
    children: small,
  };
  sumUp(rest);
  const { children: _, ...leaf } = rest;
  const others = node.children.filter((child) => !isSmall(child)).map((child) => foldSmall(child, total));
  return { ...node, children: [...others, leaf] };
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
