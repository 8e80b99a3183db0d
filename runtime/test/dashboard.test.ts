/// <reference lib="dom" />
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../test/browser.ts';
import { type Dashboard, type ProcessSnapshot, startDashboard } from '../src/dashboard.ts';
import { RuntimeMonitor } from '../src/runtime-monitor.ts';
import { TimerRegistry } from '../src/timer-registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = (file: string): string => new URL(`../src/${file}`, import.meta.url).href;
const underTsx = { ...process.env, NODE_OPTIONS: '--import tsx' };

interface Answer {
  status: number;
  body: string;
  headers: Record<string, unknown>;
}
function ask(
  dashboard: Dashboard,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: dashboard.port,
        path,
        method,
        headers: { host: `127.0.0.1:${dashboard.port}`, ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

async function snapshots(dashboard: Dashboard): Promise<ProcessSnapshot[]> {
  return JSON.parse((await ask(dashboard, '/snapshot')).body) as ProcessSnapshot[];
}

async function until<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const value = await read();
    if (value !== undefined) return value;
    await sleep(50);
  }
  throw new Error('nothing came');
}

/** A program that uses parts, in a file of its own. */
function program(body: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-dashboard-')), 'app.mjs');
  writeFileSync(file, body);
  return file;
}

describe('who may read', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await startDashboard({ port: 0, monitor: new RuntimeMonitor() });
  });
  afterAll(() => dashboard.close());

  it('listens on loopback and serves one document that may load nothing', async () => {
    expect(dashboard.url).toBe(`http://127.0.0.1:${dashboard.port}/`);
    const { status, body, headers } = await ask(dashboard, '/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(body).not.toMatch(/(?:src|href)="(?!data:)/);
    expect(body).not.toMatch(/url\(|@import/);
  });

  it.each([
    ['a rebound name', { host: 'evil.example:9318' }],
    ['a foreign page', { origin: 'https://evil.example' }],
    ['a page on another local port', { origin: 'http://127.0.0.1:1' }],
    ['a null origin', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_name, headers) => {
    for (const path of ['/', '/events', '/snapshot']) {
      const { status, body } = await ask(dashboard, path, { headers: headers as Record<string, string> });
      expect(status).toBe(403);
      expect(body).not.toContain('heapUsedBytes');
    }
  });

  it('answers to its own names and origin, and to those it was told to', async () => {
    const own = `http://127.0.0.1:${dashboard.port}`;
    expect((await ask(dashboard, '/snapshot', { headers: { origin: own } })).status).toBe(200);
    expect((await ask(dashboard, '/', { headers: { host: `localhost:${dashboard.port}` } })).status).toBe(200);
    expect((await ask(dashboard, '/', { headers: { host: `[::1]:${dashboard.port}` } })).status).toBe(200);
    const tunnelled = await startDashboard({ port: 0, allowedHosts: ['Tunnel.example'] });
    expect((await ask(tunnelled, '/', { headers: { host: 'tunnel.example' } })).status).toBe(200);
    await tunnelled.close();
  });

  it('takes snapshots only with its token, of bounded size and right shape', async () => {
    const push = (headers: Record<string, string>, body: string): Promise<Answer> =>
      ask(dashboard, '/push', { method: 'POST', headers, body });
    const token = dashboard.environment().PLIMSOLL_DASHBOARD.split('#')[1]!;
    expect((await push({}, '{}')).status).toBe(403);
    expect((await push({ 'x-plimsoll-token': 'x'.repeat(token.length) }, '{}')).status).toBe(403);
    const withToken = { 'x-plimsoll-token': token };
    for (const bad of ['', 'null', '[]', '{"pid":1}', '{"title":"x","pid":1,"time":1,"load":{},"parts":[null]}']) {
      expect((await push(withToken, bad)).status).toBe(400);
    }
    expect((await push(withToken, 'x'.repeat(1_100_000))).status).toBe(413);
    expect((await ask(dashboard, '/snapshot')).status).toBe(200);
  });

  it('knows no other path or method', async () => {
    expect((await ask(dashboard, '/../../etc/passwd')).status).toBe(404);
    expect((await ask(dashboard, '/', { method: 'DELETE' })).status).toBe(405);
  });
});

it('rejects when the port is taken, and refuses bad options', async () => {
  const first = await startDashboard({ port: 0 });
  await expect(startDashboard({ port: first.port })).rejects.toThrow(/EADDRINUSE/);
  await first.close();
  await expect(startDashboard({ port: 70_000 })).rejects.toThrow(/port must be an integer from 0 to 65535, got 70000/);
});

describe('another program', () => {
  it('shows the parts of a program it runs, and passes its exit code on', async () => {
    const dashboard = await startDashboard({ port: 0 });
    const app = program(`
      const { TimerRegistry } = await import(${JSON.stringify(source('timer-registry.ts'))});
      const timers = new TimerRegistry();
      for (let i = 0; i < 3; i++) timers.setInterval(() => {}, 100);
      setTimeout(() => process.exit(7), 4_000);
    `);
    const ended = dashboard.run(process.execPath, [app], { cwd: root, env: underTsx });
    const found = await until(async () => (await snapshots(dashboard)).find(({ parts }) => parts.length > 0));
    expect(found.parts).toMatchObject([{ kind: 'timer-registry', name: 'timer-registry 1', stats: { active: 3 } }]);
    expect(found.title).toMatch(/\/app\.mjs$/);
    expect(found.pid).not.toBe(process.pid);
    expect(await ended).toBe(7);
    expect(await snapshots(dashboard)).toEqual([]);
    await dashboard.close();
  });

  it('neither holds a program open nor fails it when the dashboard is gone', async () => {
    const dashboard = await startDashboard({ port: 0 });
    const { PLIMSOLL_DASHBOARD, NODE_OPTIONS } = dashboard.environment(undefined, '--import tsx');
    await dashboard.close();
    const app = program('setTimeout(() => {}, 300);');
    const child = spawn(process.execPath, [app], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS, PLIMSOLL_DASHBOARD },
    });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  });

  it('rejects for a command that does not exist', async () => {
    const dashboard = await startDashboard({ port: 0 });
    await expect(dashboard.run('no-such-command-anywhere')).rejects.toThrow(/ENOENT/);
    await dashboard.close();
  });

  it('a process whose only work is a dashboard ends by itself', async () => {
    const app = program(`
      const { startDashboard } = await import(${JSON.stringify(source('dashboard.ts'))});
      await startDashboard({ port: 0 });
    `);
    const child = spawn(process.execPath, [app], { cwd: root, env: underTsx });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  });
});

describe('in Chromium', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  const timers = new TimerRegistry();
  const hostile = '<img src=x onerror="document.title=1"> & co';
  let hits = 0;
  const monitor = new RuntimeMonitor({ intervalMs: 100, parts: { heartbeats: timers } }).start();
  monitor.add(
    'orders',
    { stats: () => ({ max: 10, min: 2, idle: 1, used: 9, waiting: 4, acquired: hits, timeouts: 2 }) },
    'connection-pool',
  );
  monitor.add(
    'sessions',
    { stats: () => ({ size: 800, max: 1_000, bytes: 0, maxSize: 0, hits, misses: 20, evictions: 3 }) },
    'bounded-cache',
  );
  monitor.add(hostile, { stats: () => ({ depth: 5 }) }, 'own-part');

  beforeAll(async () => {
    browser = await launchBrowser();
    timers.setInterval(() => {
      hits += 5;
    }, 20);
    dashboard = await startDashboard({ port: 0, monitor, intervalMs: 200 });
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.close();
    timers.disposeAll();
    monitor.stop();
  });

  async function open(
    width: number,
    height: number,
    colorScheme: 'dark' | 'light',
  ): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (call) => {
      if (!call.url().startsWith(dashboard.url) && !call.url().startsWith('data:')) faults.push(`loads ${call.url()}`);
    });
    await page.goto(dashboard.url);
    await page.waitForSelector('#status[data-state=live]');
    await page.waitForSelector('.card h3');
    return { page, faults };
  }

  it('shows every part and the process, and moves on by itself', async () => {
    const { page, faults } = await open(1280, 900, 'light');
    const text = await page.textContent('main');
    for (const wanted of [
      'Event loop',
      'Heap',
      'Resident memory',
      'orders',
      '9 / 10',
      '4 waiting',
      'sessions',
      'heartbeats',
    ]) {
      expect(text).toContain(wanted);
    }
    const acquired = async (): Promise<string | null> =>
      page.locator('.card', { hasText: 'orders' }).locator('dt:text-is("acquired") + dd').first().textContent();
    const before = await acquired();
    await until(async () => ((await acquired()) !== before ? true : undefined));
    expect(await page.locator('dd.rate', { hasText: '/s' }).count()).toBeGreaterThan(0);
    expect(await page.locator('.spark path.line').count()).toBe(5);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('shows names as text, whatever is in them', async () => {
    const { page, faults } = await open(1280, 900, 'light');
    expect(await page.textContent('main')).toContain(hostile);
    expect(await page.title()).toBe('Plimsoll');
    expect(await page.locator('main img').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('keeps opened details open while the numbers move', async () => {
    const { page } = await open(1280, 900, 'light');
    const card = page.locator('.card', { hasText: 'sessions' });
    await card.locator('summary').click();
    await page.locator('h1').click();
    await sleep(700);
    expect(await card.locator('dt:text-is("misses")').isVisible()).toBe(true);
    await page.close();
  });

  it('says so when the program stalls or the dashboard goes away', async () => {
    const own = await startDashboard({ port: 0, intervalMs: 200 });
    const app = program(`
      setTimeout(() => { const end = Date.now() + 20_000; while (Date.now() < end); }, 2_500);
    `);
    const child = spawn(process.execPath, [app], {
      cwd: root,
      env: { ...process.env, ...own.environment(undefined, '--import tsx') },
    });
    const page = await browser.newPage();
    await page.goto(own.url);
    expect(await page.textContent('#empty')).toContain('npx plimsoll dashboard -- node app.js');
    await page.waitForSelector('#status[data-state=live]', { timeout: 20_000 });
    await page.waitForSelector('#status[data-state=stalled]', { timeout: 20_000 });
    expect(await page.textContent('#notice')).toMatch(/event loop of this process is blocked/);
    child.kill('SIGKILL');
    await own.close();
    await page.waitForSelector('#status[data-state=lost]', { timeout: 20_000 });
    await page.close();
  });

  it.each([
    ['phone', 360, 740],
    ['desktop', 1280, 900],
  ])('fits a %s without scrolling sideways, dark and light, with readable contrast', async (name, width, height) => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(width, height, scheme);
      expect(await page.getAttribute('html', 'data-theme')).toBe(scheme);
      await sleep(500);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(await lowestContrast(page)).toBeGreaterThanOrEqual(4.5);
      const folder = process.env.PLIMSOLL_SCREENSHOTS;
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${scheme}.png`), fullPage: true });
      await page.click('#theme');
      expect(await page.getAttribute('html', 'data-theme')).not.toBe(scheme);
      await page.close();
    }
  });
});

/** The lowest WCAG contrast of any text on the page with the background it stands on. */
function lowestContrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: number[]): number => {
      const [r, g, b] = color.slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    let lowest = 21;
    for (const element of document.querySelectorAll('main *, header *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || element.getClientRects().length === 0) continue;
      let behind: Element | null = element;
      let background = [0, 0, 0, 0];
      while (behind !== null && (background[3] ?? 1) === 0) {
        background = parse(getComputedStyle(behind).backgroundColor);
        behind = behind.parentElement;
      }
      const [light, dark] = [luminance(parse(getComputedStyle(element).color)), luminance(background)].sort(
        (a, b) => b - a,
      );
      lowest = Math.min(lowest, (light! + 0.05) / (dark! + 0.05));
    }
    return lowest;
  });
}
