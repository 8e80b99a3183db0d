import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { atMost, type Row } from '../../harness.ts';

export const part = 'sizes';
export const anchors = [
  'lru-cache',
  'denque',
  'p-queue',
  'p-map',
  'dataloader',
  'tarn',
  'hashring',
  'p-retry',
  'opossum',
];

const root = join(import.meta.dirname, '../../..');

/** Part, its goal in KiB, the package that people would take instead. */
const goals: readonly (readonly [part: string, goal: number, anchor?: string])[] = [
  ['bounded-cache', 2, 'lru-cache'],
  ['ring-buffer', 0.5, 'denque'],
  ['deque', 0.5, 'denque'],
  ['task-queue', 1.2, 'p-queue'],
  ['map-limit', 0.6, 'p-map'],
  ['single-flight', 0.4],
  ['batch-loader', 1.2, 'dataloader'],
  ['connection-pool', 2.2, 'tarn'],
  ['hash-ring', 1.5, 'hashring'],
  ['retry', 0.6, 'p-retry'],
  ['circuit-breaker', 1, 'opossum'],
  ['with-deadline', 0.3],
  ['run-in-worker', 1.5],
  ['timer-registry', 1],
  ['load-monitor', 0.8],
];

/** KiB of a module with all it imports, minified and gzipped. */
async function weigh(module: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(module)};`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1_024;
}

export async function measure(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, goal, anchor] of goals) {
    const own = await weigh(join(root, `runtime/src/${name}.ts`));
    const note = anchor ? `${anchor} ${(await weigh(anchor)).toFixed(1)} KiB` : undefined;
    rows.push(atMost(`Size of ${name}, minified and gzipped`, goal, own, note, ' KiB'));
  }
  return rows;
}
