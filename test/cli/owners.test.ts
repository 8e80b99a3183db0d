import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

let own: ReturnType<typeof project>;
beforeEach(() => {
  own = project({
    'package.json': manifest,
    'src/orders/app.ts': leakyApp,
    'src/bare.ts': leakyApp,
    '.git/HEAD': '',
    '.github/CODEOWNERS': '* @acme/platform\n/src/orders/ @acme/orders ops@example.com\n/src/bare.ts\n',
  });
});
afterEach(() => own.remove());

it('every report for people names who a finding belongs to, and counts by owner', async () => {
  const args = ['--reporter', 'pretty', '--reporter', 'json=r.json', '--reporter', 'markdown=r.md'];
  const { stdout } = await plimsoll([...args, '--reporter', 'html=r.html'], { cwd: own.folder });
  const read = (name: string) => readFileSync(join(own.folder, name), 'utf8');
  expect(stdout).toMatch(/^ {2}owner {4}@acme\/orders, ops@example.com$/m);
  expect(stdout).toMatch(/^@acme\/orders {5}1 high, 0 medium, 0 low$/m);
  expect(stdout).toMatch(/^no owner {9}1 high, 0 medium, 0 low$/m);
  const { findings } = JSON.parse(read('r.json')) as { findings: { file: string; owners?: string[] }[] };
  expect(findings.map(({ file, owners }) => [file, owners])).toEqual([
    ['src/bare.ts', undefined],
    ['src/orders/app.ts', ['@acme/orders', 'ops@example.com']],
  ]);
  // Nobody is called by a comment that only counts.
  expect(read('r.md')).toContain('| @\u200bacme/orders | 1 | 0 | 0 |');
  expect(read('r.html')).toContain('<option>@acme/orders</option>');
});

it('is an input of a scan for build caches', async () => {
  const { stdout } = await plimsoll(['inputs', '--json'], { cwd: own.folder });
  expect(JSON.parse(stdout).configuration).toEqual(['.github/CODEOWNERS']);
});

it('says nothing of owners where no CODEOWNERS file does', async () => {
  const without = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
  const { stdout } = await plimsoll(['--reporter', 'markdown'], { cwd: without.folder });
  without.remove();
  expect(stdout).not.toMatch(/owner/);
});
