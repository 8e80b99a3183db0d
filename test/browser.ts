import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../scripts/ensure-browser.ts';

/** Chromium as the tests drive it: that of the machine, else the one that scripts/ensure-browser.ts gets. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
