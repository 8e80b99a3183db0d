import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FixSafety } from '../../src/model/fixer.ts';
import { runFix } from '../../src/run-fix.ts';

const root = join(import.meta.dirname, '../..');
const naive = join(root, 'fixtures/projects/distributed-cache/naive');

/** Its ring after fixing with each safety in turn: a weak hash, an unbounded memo and a sort for each point stand in it too. */
async function fixRing(...safeties: FixSafety[]): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-ring-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'));
  for (const path of ['package.json', 'tsconfig.json', 'src/hash-ring.ts']) cpSync(join(naive, path), join(cwd, path));
  for (const safety of safeties) await runFix({ cwd, config: false, safety, runtime: 'copy', allowDirty: true });
  return readFileSync(join(cwd, 'src/hash-ring.ts'), 'utf8');
}

test('the ring as a whole wins over fixes of its parts, and nothing of them is left', {
  timeout: 120_000,
}, async () => {
  const once = await fixRing('review');
  expect(once).toContain('new RuntimeHashRing()');
  expect(once).not.toMatch(/hash32|BoundedCache|VirtualNode\b|version|\.sort\(/);
  expect(once.match(/^import /gm)).toHaveLength(1);
  expect(await fixRing('review', 'review')).toBe(once);
  expect(await fixRing('safe', 'review')).toBe(once);
});
