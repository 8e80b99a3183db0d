import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { ScanMemory } from '../../src/engine/scan-memory.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const files = {
  'package.json': '{ "name": "shop", "dependencies": { "express": "5.0.0" } }',
  'server.ts': `import express from 'express';
import { list } from './orders';
const app = express();
app.get('/', (req, res) => res.json(list()));
`,
  'orders.ts': `import fs from 'node:fs';
export function list(): string {
  return fs.readFileSync('orders.json', 'utf8');
}
`,
};
const calm = { ...files, 'server.ts': files['server.ts'].replace('list()', '[]') };

test('scans with a memory find what scans without find, again and again, of texts and of files that changed', async () => {
  const root = tempProject(files);
  const memory = new ScanMemory();
  const found = async (texts?: ReadonlyMap<string, string>, own?: ScanMemory): Promise<string> =>
    JSON.stringify(
      await scan({ root, confidence: 'possible', ...(texts && { texts }), ...(own && { memory: own }) }, pairs),
    );
  const texts = new Map([['server.ts', calm['server.ts']]]);
  const [busy, quiet] = [await found(), await found(texts)];
  expect(quiet).not.toBe(busy);
  for (let round = 0; round < 2; round++) {
    expect(await found(undefined, memory)).toBe(busy);
    expect(await found(texts, memory)).toBe(quiet);
  }
  writeFileSync(join(root, 'server.ts'), calm['server.ts']);
  expect(await found(undefined, memory)).toBe(quiet);
});
