/**
 * How evenly keys spread, and how many move when a node joins or leaves, for 3 to 100 nodes and each placement, beside the
 * hashring package, modulo, and the naive ring (`% 150`, no finaliser) that the tool's rules find. Writes
 * benchmarks/results/hash-ring.{json,md,svg}; `--quick` takes fewer keys and sizes and writes nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Anchor from 'hashring';
import { fnv1a32, hash32 } from '../../runtime/src/hash.ts';
import { HashRing, type HashRingOptions } from '../../runtime/src/hash-ring.ts';
import { atLeast, atMost, median, type Row, table, versionsOf, writeResults } from '../harness.ts';
import { keysMoved, nameSets, type Router, realKeys, uniformity } from './placement.ts';

interface Placing {
  name: string;
  colour: string;
  build(nodes: string[]): Router;
  options?: HashRingOptions;
}

/** The textbook ring gone wrong: FNV in doubles, folded into 150 places, the later node overwriting the earlier one. */
function naive(nodes: string[]): Router {
  const hash = (text: string): number => {
    let value = 2_166_136_261;
    for (let i = 0; i < text.length; i++) value = (value ^ text.charCodeAt(i)) * 16_777_619;
    return Math.abs(value) % 150;
  };
  const ring = new Map<number, string>();
  for (const node of nodes) for (let i = 0; i < 150; i++) ring.set(hash(`${node}:${i}`), node);
  const points = [...ring.keys()].sort((a, b) => a - b);
  return { nodes, get: (key) => ring.get(points.find((point) => point >= hash(key)) ?? points[0]!) };
}

/** Raw FNV-1a on a correct ring: what leaving the finaliser out costs. */
function withoutFinaliser(nodes: string[]): Router {
  const points = nodes
    .flatMap((node) => Array.from({ length: 160 }, (_, i) => ({ point: fnv1a32(`${node}-${i}`), node })))
    .sort((a, b) => a.point - b.point);
  const find = (hash: number): string => {
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle]!.point < hash) low = middle + 1;
      else high = middle;
    }
    return points[low % points.length]!.node;
  };
  return { nodes, get: (key) => find(fnv1a32(key)) };
}

const of = (options: HashRingOptions) => (nodes: string[]) => new HashRing(nodes, options);
const placings: Placing[] = [
  {
    name: 'rendezvous',
    colour: '#0072b2',
    build: of({ placement: 'rendezvous' }),
    options: { placement: 'rendezvous' },
  },
  { name: 'anchor', colour: '#009e73', build: of({ placement: 'anchor' }), options: { placement: 'anchor' } },
  { name: 'ring', colour: '#cc79a7', build: of({ placement: 'ring' }), options: { placement: 'ring' } },
  { name: 'ring, ketama', colour: '#e69f00', build: of({ hash: 'ketama' }), options: { hash: 'ketama' } },
  {
    name: 'hashring package',
    colour: '#56b4e9',
    build(nodes) {
      const ring = new Anchor(nodes);
      return { nodes, get: (key) => ring.get(key) };
    },
  },
  {
    name: 'hash32 % nodes',
    colour: '#999999',
    build: (nodes) => ({ nodes, get: (key) => nodes[hash32(key) % nodes.length] }),
  },
  { name: 'ring of raw FNV-1a', colour: '#d55e00', build: withoutFinaliser },
  { name: 'naive ring', colour: '#000000', build: naive },
];

/** For placings without options of ours: keys moved by one more node, over the ideal. */
function movedByAdding(build: Placing['build'], nodes: string[], keys: string[]): number {
  const [before, after] = [build(nodes), build([...nodes, 'joining.internal:11211'])];
  const moved = keys.filter((key) => before.get(key) !== after.get(key)).length;
  return (moved * (nodes.length + 1)) / keys.length;
}

/** One line a placing over the numbers of nodes, on a scale that shows 0 to 100 %. */
function plot(sizes: number[], series: { name: string; colour: string; values: number[] }[]): string {
  const [width, height, left, top] = [860, 460, 60, 44];
  const [plotWidth, plotHeight] = [560, 350];
  const x = (nodes: number): number =>
    left + (plotWidth * Math.log(nodes / sizes[0]!)) / Math.log(sizes.at(-1)! / sizes[0]!);
  const y = (value: number): number => top + plotHeight * (1 - Math.max(value, 0) / 100);
  const lines = series.map(({ name, colour, values }, i) => {
    const points = values.map((value, at) => `${x(sizes[at]!).toFixed(1)},${y(value).toFixed(1)}`);
    const row = top + 14 + i * 26;
    return `<g stroke="${colour}" fill="none" stroke-width="2"><polyline points="${points.join(' ')}"/>
<line x1="${left + plotWidth + 24}" x2="${left + plotWidth + 48}" y1="${row}" y2="${row}"/></g>
<text x="${left + plotWidth + 56}" y="${row + 4}">${name}, ${values.at(-1)!.toFixed(1)} % at ${sizes.at(-1)}</text>`;
  });
  const grid = [0, 20, 40, 60, 80, 100].map(
    (value) => `<line x1="${left}" x2="${left + plotWidth}" y1="${y(value)}" y2="${y(value)}" stroke="#d0d0d0"/>
<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${value} %</text>`,
  );
  const ticks = sizes.map(
    (size) => `<text x="${x(size)}" y="${top + plotHeight + 20}" text-anchor="middle">${size}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<title>Uniformity of key placement by number of nodes</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${left}" y="24" font-size="16">Uniformity: 100 % less the mean deviation of the nodes' loads (below 0 drawn as 0)</text>
${[...grid, ...ticks, ...lines].join('\n')}
<text x="${left + plotWidth / 2}" y="${height - 14}" text-anchor="middle">nodes (logarithmic)</text>
</svg>
`;
}

const quick = process.argv.includes('--quick');
const sizes = quick ? [3, 10, 100] : [3, 5, 10, 16, 30, 50, 64, 100];
const keys = realKeys(quick ? 100_000 : 1_000_000);
const someKeys = keys.slice(0, 200_000);
const names = quick ? nameSets.slice(0, 1) : nameSets.slice(0, 3);
const header = [
  'placement',
  ...sizes.map((size) => `n = ${size}`),
  'moved ÷ ideal on add, n = 10',
  'on remove',
  'stray',
];
const body: string[][] = [];
const series: { name: string; colour: string; values: number[] }[] = [];
const rows: Row[] = [];
for (const { name, colour, build, options } of placings) {
  const isSlow = options === undefined || name.includes('ketama');
  const even = sizes.map((size) =>
    median(names.map((named) => uniformity(build(named(size)), isSlow ? someKeys : keys))),
  );
  series.push({ name, colour, values: even });
  const moved = options && keysMoved(names[0]!(10), options, someKeys);
  const added = moved?.added ?? movedByAdding(build, names[0]!(10), someKeys);
  const movement = [added.toFixed(3), moved ? moved.removed.toFixed(3) : '', moved ? `${moved.stray}` : ''];
  body.push([name, ...even.map((value) => value.toFixed(2)), ...movement]);
  if (!moved) continue;
  const isEven = name === 'rendezvous' || name === 'anchor';
  sizes.forEach((size, i) => {
    const floor = isEven ? (size <= 30 ? 99.4 : 99) : name === 'ring' ? 94 : 0;
    if (floor > 0 && !quick) rows.push(atLeast(`${name}: uniformity, ${size} nodes`, floor, even[i]!, undefined, ' %'));
  });
  // A ketama ring is uneven itself: what a node holds, and so what must move, is not the ideal share.
  if (name.includes('ketama')) continue;
  rows.push(atMost(`${name}: keys moved ÷ ideal, 10 nodes, on add`, 1.05, moved.added));
  rows.push(atMost(`${name}: keys moved ÷ ideal, 10 nodes, on remove`, 1.05, moved.removed));
  rows.push(atMost(`${name}: keys moved that need not`, 0, moved.stray, undefined, ''));
}
const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
const markdown = `# Key placement

Uniformity in %: 100 less the mean deviation of the nodes' loads from their mean; the median of ${names.length} ways of naming nodes.
${keys.length.toLocaleString('en')} keys of five kinds (ids, sessions, paths, e-mail addresses, devices), ${someKeys.length.toLocaleString('en')} for ketama and the last four;
chance alone leaves 99.89 / 99.76 / 99.21 % at 3 / 10 / 100 nodes with 1,000,000 keys and 99.75 / 99.46 / 98.22 % with 200,000.
Moved: keys whose node changed when an eleventh joins or one of ten leaves, over what had to move; stray: between other nodes.

${[line(header), line(header.map(() => '-')), ...body.map(line)].join('\n')}
`;
console.log(`${markdown}\n${table(rows)}`);
if (!quick) {
  const folder = join(process.cwd(), 'benchmarks/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hash-ring.md'), markdown);
  writeFileSync(join(folder, 'hash-ring.svg'), plot(sizes, series));
  writeResults('hash-ring', 'npm run bench:hash-ring', versionsOf(['hashring']), rows);
}
