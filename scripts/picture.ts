/**
 * Renders the pictures of the README from real output, by Chromium: docs/images/scan.png is a scan of fixtures/samples/orders
 * as it is by default, in a terminal's colours; docs/images/report.png the page that `--reporter html` writes where three
 * rules on trial weigh.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AnsiUp } from 'ansi_up';
import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from './ensure-browser.ts';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs/images');
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-picture-'));

/** The services that the fixtures describe, as one workspace, without the marks that the tests need. */
const shop = join(scratch, 'shop');
const services = ['api-gateway', 'auto-scaler', 'connection-pool', 'distributed-cache'];

/** What the makers of the services let weigh, though it is on trial. */
const judged = { 'no-leaked-interval': 'high', 'no-naive-pool': 'high', 'no-uncleared-deadline': 'medium' };

function copyServices(): void {
  mkdirSync(shop);
  const manifest = { name: 'shop', private: true, workspaces: ['services/*'], plimsoll: { rules: judged } };
  writeFileSync(join(shop, 'package.json'), JSON.stringify(manifest));
  for (const name of services) {
    const target = join(shop, 'services', name);
    cpSync(join(root, 'fixtures/projects', name, 'naive'), target, { recursive: true });
    for (const file of readdirSync(join(target, 'src'))) {
      const path = join(target, 'src', file);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/[ \t]*\/\/ plimsoll-expect.*$/gm, ''));
    }
  }
}

function plimsoll(args: readonly string[], folder: string): string {
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin/plimsoll.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '3', COLUMNS: '96' },
  });
  return stdout;
}

async function terminal(browser: Browser): Promise<void> {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  const orders = join(scratch, 'orders');
  cpSync(join(root, 'fixtures/samples/orders'), orders, { recursive: true });
  const ansi = new AnsiUp();
  ansi.use_classes = true;
  const output = ansi.ansi_to_html(plimsoll(['--reporter', 'pretty'], orders));
  await page.setContent(`<!doctype html><meta charset="utf8"><style>
body { margin: 0; background: #14171c; width: max-content; }
pre { margin: 0; padding: 20px 24px; color: #d6dae0; font: 14px/1.45 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.prompt { color: #7fb069; }
.ansi-red-fg { color: #ff7b72; } .ansi-green-fg { color: #7ee787; } .ansi-yellow-fg { color: #f2cc60; } .ansi-cyan-fg { color: #76e3ea; }
</style><pre><span class="prompt">$</span> npx plimsoll\n${output}</pre>`);
  await page.locator('pre').screenshot({ path: join(images, 'scan.png') });
}

async function report(browser: Browser): Promise<void> {
  const file = join(scratch, 'report.html');
  copyServices();
  plimsoll(['--reporter', `html=${file}`], shop);
  const page = await browser.newPage({ viewport: { width: 1200, height: 1500 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  await page.locator('#list summary').first().click();
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(images, 'report.png') });
}

const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('No Chromium: run `npx tsx scripts/ensure-browser.ts` first');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  mkdirSync(images, { recursive: true });
  await terminal(browser);
  await report(browser);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}
