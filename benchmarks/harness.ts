/**
 * What every benchmark shares: interleaved rounds, ratios per round, rows with their bars, and the result file.
 *
 * Ratios are taken within a round and their median reported, so that a slow second of the machine slows both sides.
 * The order rotates each round, and every contender is created twice, the first one thrown away: what is created first
 * owns the cleanest inline caches, and a closure that exists once is compiled with its variables as constants.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** One line of a result: a bar, what was wanted, what was measured. */
export interface Row {
  bar: string;
  wanted: string;
  measured: string;
  met: boolean;
  note?: string;
}

export interface MeasureOptions {
  /** A rough answer within a minute: fewer rounds, smaller sizes where a row has several. */
  quick: boolean;
  /** Rounds for `compare`: 21, or 7 with `quick`. */
  rounds: number;
}

/** What a file of rows exports; `anchors` are the npm packages it measures against. */
export interface RowModule {
  part: string;
  anchors: readonly string[];
  measure(options: MeasureOptions): Promise<Row[]> | Row[];
}

/** `create` builds a fresh instance and returns the work of one round; aim for 2 to 30 ms a round. */
export interface Contender {
  name: string;
  create(): (() => unknown) | Promise<() => unknown>;
}

export interface Comparison {
  /** Median milliseconds of one round. */
  milliseconds(name: string): number;
  /** Median over the rounds of `other`'s time divided by `name`'s: above 1, `name` is faster. */
  ratio(name: string, other: string): number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

async function timed(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  const pending = work();
  if (pending instanceof Promise) await pending;
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/**
 * Runs the contenders in rotated order, at least `rounds` times and up to ten times as often while that takes less than
 * two seconds, since many short rounds agree better than few long ones. Warms each contender up first for 200 ms: on a
 * busy machine the optimised code arrives late, and whoever waits for it would lose.
 */
export async function compare(contenders: readonly Contender[], { rounds }: { rounds: number }): Promise<Comparison> {
  const works: (() => unknown)[] = [];
  for (const { create } of [...contenders, ...contenders]) {
    const work = await create();
    for (let warmed = 0, i = 0; i < 2 || (warmed < 200 && i < 100); i++) warmed += await timed(work);
    works.push(work);
  }
  works.splice(0, contenders.length);
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const end = performance.now() + 2_000;
  for (let round = 0; round < rounds || (round < 10 * rounds && performance.now() < end); round++) {
    for (let i = 0; i < contenders.length; i++) {
      const index = (round + i) % contenders.length;
      times.get(contenders[index]!.name)!.push(await timed(works[index]!));
    }
  }
  const of = (name: string): number[] => {
    const found = times.get(name);
    if (!found) throw new Error(`no contender named ${name}`);
    return found;
  };
  return {
    milliseconds: (name) => median(of(name)),
    ratio(name, other) {
      const others = of(other);
      return median(of(name).map((time, round) => others[round]! / time));
    },
  };
}

function shown(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A row that is met when `measured` (a ratio, printed with ×, unless `unit` says otherwise) reaches `wanted`. */
export function atLeast(bar: string, wanted: number, measured: number, note?: string, unit = '×'): Row {
  const row = { bar, wanted: `≥ ${wanted}${unit}`, measured: `${shown(measured)}${unit}`, met: measured >= wanted };
  return note ? { ...row, note } : row;
}

/** A row that is met when `measured` stays at or below `wanted`. */
export function atMost(bar: string, wanted: number, measured: number, note?: string, unit = '×'): Row {
  const row = { bar, wanted: `≤ ${wanted}${unit}`, measured: `${shown(measured)}${unit}`, met: measured <= wanted };
  return note ? { ...row, note } : row;
}

/** A pseudo-random generator (mulberry32) in [0, 1), so that every run and contender sees the same keys. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bytes the heap grew by while `build` ran and its result is held; needs --expose-gc. */
export function heapGrowth(build: () => unknown): number {
  const collect = globalThis.gc;
  if (!collect) throw new Error('run with --expose-gc');
  const used = (): number => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const held = [build()];
  const after = used();
  held.length = 0;
  return after - before;
}

const root = process.cwd();

function versionOf(name: string): string {
  const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

export function versionsOf(packages: readonly string[]): Record<string, string> {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of [...new Set(packages)].sort()) versions[name] = versionOf(name);
  return versions;
}

export function machine(): string {
  const all = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown CPU'}, ${gib} GiB, ${process.platform} ${process.arch}`;
}

/** The rows as an aligned table, one a line, notes beneath their row. */
export function table(rows: readonly Row[]): string {
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length), 8);
  const [bar, wanted, measured] = [width((r) => r.bar), width((r) => r.wanted), width((r) => r.measured)];
  const lines = [`${'bar'.padEnd(bar)}  ${'wanted'.padEnd(wanted)}  ${'measured'.padEnd(measured)}  met`];
  for (const row of rows) {
    const cells = [row.bar.padEnd(bar), row.wanted.padEnd(wanted), row.measured.padEnd(measured)];
    lines.push(`${cells.join('  ')}  ${row.met ? 'yes' : 'NO'}`);
    if (row.note) lines.push(`    ${row.note}`);
  }
  return lines.join('\n');
}

/** Writes `benchmarks/results/<name>.json`; call it for full runs only. `details` are fields beside the rows. */
export function writeResults(
  name: string,
  command: string,
  versions: Record<string, string>,
  rows: Row[],
  details: Record<string, unknown> = {},
): void {
  const folder = join(root, 'benchmarks/results');
  mkdirSync(folder, { recursive: true });
  const result = { name, command, machine: machine(), versions, rows, ...details };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}
