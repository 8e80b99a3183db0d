import { mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerThreads } from '../../../runtime/src/run-in-worker.ts';
import { stringifySliced } from '../../../runtime/src/stringify-sliced.ts';
import { atMost, type MeasureOptions, median, type Row } from '../../harness.ts';

export const part = 'run-in-worker';
export const anchors: string[] = [];

/** A quarter of the rounds took less: blocks are short, and whatever else the machine does only makes them longer. */
function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 4)] ?? 0;
}

/** The longest time in milliseconds that the event loop stood still while `work` ran. */
async function longestBlock(work: () => unknown): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isRunning = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isRunning) setImmediate(tick);
  };
  await new Promise((resolve) => setTimeout(resolve, 5));
  last = performance.now();
  setImmediate(tick);
  await new Promise((resolve) => setImmediate(resolve));
  await work();
  isRunning = false;
  await new Promise((resolve) => setTimeout(resolve, 5));
  return longest;
}

function rowsOf(bytes: number): { id: number; name: string; tags: string[]; amount: number }[] {
  const row = (id: number) => ({ id, name: `customer ${id}`, tags: ['new', 'vip'], amount: id * 1.5 });
  return Array.from({ length: Math.ceil(bytes / JSON.stringify(row(1_000)).length) }, (_, i) => row(i));
}

async function blockRatio(rounds: number, work: () => unknown, plain: () => unknown): Promise<[number, string]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < rounds; i++) {
    ours.push(await longestBlock(work));
    theirs.push(await longestBlock(plain));
  }
  const [block, plainBlock] = [lowerQuartile(ours), lowerQuartile(theirs)];
  return [
    block / plainBlock,
    `${block.toFixed(1)} ms against ${plainBlock.toFixed(1)} ms, lower quartiles; load average ${loadavg()[0]?.toFixed(1)} on ${cpus().length} CPUs`,
  ];
}

export async function measure({ rounds, quick }: MeasureOptions): Promise<Row[]> {
  const rows: Row[] = [];
  const module = join(mkdtempSync(join(tmpdir(), 'plimsoll-bench-')), 'sum.mjs');
  writeFileSync(module, 'export default (text) => JSON.parse(text).reduce((sum, row) => sum + row.amount, 0);');
  const threads = new WorkerThreads({ threads: 1 });
  await threads.run(module, '[]');
  for (const kib of quick ? [512, 5_120] : [512, 5_120, 20_480]) {
    const text = JSON.stringify(rowsOf(kib * 1_024));
    const sum = (): number => (JSON.parse(text) as { amount: number }[]).reduce((all, row) => all + row.amount, 0);
    const [measured, note] = await blockRatio(rounds, () => threads.run(module, text), sum);
    rows.push(atMost(`runInWorker, ${kib} KiB parsed and reduced: block ÷ JSON.parse here`, 0.5, measured, note));
  }
  await threads[Symbol.asyncDispose]();
  const list = rowsOf(5_120 * 1_024);
  const [measured, note] = await blockRatio(
    rounds,
    () => stringifySliced(list),
    () => JSON.stringify(list).length,
  );
  const walls: number[] = [];
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    await stringifySliced(list);
    const between = performance.now();
    JSON.stringify(list);
    walls.push((between - start) / (performance.now() - between));
  }
  const wall = `${note}; in all ${median(walls).toFixed(2)} times as long`;
  rows.push(atMost('stringifySliced, 5 MiB: block ÷ JSON.stringify', 0.6, measured, wall));
  return rows;
}
