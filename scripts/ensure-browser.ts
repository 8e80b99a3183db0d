/**
 * Names the Chromium that the browser tests drive, and gets one if the machine has none:
 * Debian's package for root on Debian and Ubuntu, else the build that playwright-core knows.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export function findBrowser(): string | undefined {
  return places.find((place) => place !== undefined && existsSync(place));
}

export function ensureBrowser(): void {
  if (findBrowser() !== undefined) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio: 'inherit' });
    return;
  }
  const playwright = join(import.meta.dirname, '../node_modules/playwright-core/cli.js');
  execFileSync(process.execPath, [playwright, 'install', 'chromium-headless-shell'], { stdio: 'inherit' });
}

if (process.argv[1] === import.meta.filename) ensureBrowser();
