/** Renders docs/images/scan.png for the README: the real output of a scan, in a terminal's colours, by Chromium. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AnsiUp } from 'ansi_up';
import { chromium } from 'playwright-core';
import { findBrowser } from './ensure-browser.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'docs/images/scan.png');
const command = ['scan', '--rule', 'no-leaked-interval'];

const { stdout } = spawnSync(process.execPath, [join(root, 'bin/plimsoll.js'), ...command], {
  cwd: join(root, 'fixtures/projects/distributed-cache/naive'),
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '3', COLUMNS: '96' },
});
const ansi = new AnsiUp();
const html = `<!doctype html><meta charset="utf8"><style>
body { margin: 0; background: #14171c; width: max-content; }
pre { margin: 0; padding: 20px 24px; color: #d6dae0; font: 14px/1.45 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.prompt { color: #7fb069; }
</style><pre><span class="prompt">$</span> npx plimsoll\n${ansi.ansi_to_html(stdout)}</pre>`;

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('No Chromium: run `npx tsx scripts/ensure-browser.ts` first');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  await page.setContent(html);
  mkdirSync(dirname(target), { recursive: true });
  await page.locator('pre').screenshot({ path: target });
} finally {
  await browser.close();
}
