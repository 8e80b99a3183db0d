/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { ScanResult } from '../../src/model/scan-result.ts';
import type { ReportContext } from '../../src/report/context.ts';
import { html } from '../../src/report/html/html.ts';
import { layoutTiles, lossByFile } from '../../src/report/html/treemap.ts';
import { weights } from '../../src/score/weights.ts';
import { launchBrowser } from '../browser.ts';
import { contextOf, finding, resultOf, sample } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-html-'));
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

let pages = 0;
async function open(
  result: ScanResult,
  over: Partial<ReportContext> = {},
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[]; requests: string[] }> {
  const file = join(folder, `${pages++}.html`);
  writeFileSync(file, html(result, contextOf({ weights, ...over })));
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, faults, requests };
}

const rows = (page: Page) => page.locator('#list > li');
const count = (page: Page) => page.locator('#count').textContent();

describe('the page', () => {
  it('shows the score, its arithmetic, the gates, the categories and the findings, and requests nothing but itself', async () => {
    const { page, faults, requests } = await open(sample);
    const { score } = sample;
    await page.getByRole('img', { name: `Score ${score.value} of 100, grade ${score.grade}` }).waitFor();
    const arithmetic = page.locator('#arithmetic');
    await arithmetic.locator('summary').click();
    const taken = score.lost.high + score.lost.medium + score.lost.low;
    expect(await arithmetic.textContent()).toContain(`= ${(100 - taken).toFixed(2)} → ${score.value}`);
    expect(await page.getByRole('list', { name: 'Gates' }).textContent()).toContain('failed fail-on: 2 high findings');
    for (const category of Object.keys(score.categories)) {
      expect(await page.getByRole('rowheader', { name: category }).count()).toBe(1);
    }
    expect(await page.locator('main').textContent()).toContain('src/broken.ts:3');
    expect(await count(page)).toBe('5 of 5 findings');
    expect(requests).toHaveLength(1);
    expect(faults).toEqual([]);
    const policy = await page.locator('meta[http-equiv]').getAttribute('content');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    await page.close();
  });

  it('opens a finding on its code, why, evidence, and the diff of its fix', async () => {
    const { page } = await open(sample);
    const first = rows(page).filter({ hasText: 'safe fix' }).first();
    await first.locator('summary').click();
    expect(await first.locator('pre mark').first().textContent()).toBe('setInterval(() => this.sweep(), 1000)');
    expect(await first.locator('del').textContent()).toBe('-    setInterval(() => this.sweep(), 1000);');
    expect(await first.locator('ins').textContent()).toBe('+    this.timer = setInterval(() => this.sweep(), 1000);');
    expect(await first.textContent()).toContain('Every start adds a timer');
    const query = rows(page).filter({ hasText: 'no-query-in-loop' });
    await query.locator('summary').click();
    expect(await query.locator('ol li').allTextContents()).toEqual([
      expect.stringContaining('GET /orders is handled here'),
      expect.stringContaining("calls 'list'"),
    ]);
    expect(await query.textContent()).toContain('the query is built from text');
    await page.close();
  });

  it('filters and searches, and finds the same again by its address', async () => {
    const { page } = await open(sample);
    await page.getByRole('searchbox', { name: /Search/ }).fill('gateway interval');
    await expect.poll(() => count(page)).toBe('3 of 3 findings');
    await page.getByLabel('can be fixed').check();
    expect(await count(page)).toBe('1 of 1 finding');
    await page.reload();
    expect(await count(page)).toBe('1 of 1 finding');
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await count(page)).toBe('5 of 5 findings');
    await page.getByLabel('high', { exact: true }).uncheck();
    expect(await count(page)).toBe('2 of 2 findings');
    await page.getByLabel('Status').selectOption('suppressed');
    expect(await count(page)).toBe('No finding matches.');
    await page.getByLabel('high', { exact: true }).check();
    expect(await rows(page).first().textContent()).toContain('suppressed');
    await page.close();
  });

  it('draws the course of the score, with the same in words, and nothing for a single scan', async () => {
    const point = (score: number, day: number) => ({
      at: `2026-11-0${day}T12:00:00.000Z`,
      score,
      grade: 'B',
      counts: { high: 1, medium: 2, low: 0 },
      codeLines: 4000,
      version: '0.1.0',
    });
    const { page, faults } = await open(resultOf([], { trend: [point(52, 1), point(48, 2), point(71, 3)] }));
    const picture = page.getByRole('img', { name: 'Score over 3 scans, from 52 on 2026-11-01 to 71 on 2026-11-03' });
    const tops = await picture
      .locator('circle')
      .evaluateAll((dots) => dots.map((dot) => dot.getBoundingClientRect().y));
    expect(tops[2]).toBeLessThan(tops[0]!);
    expect(tops[0]).toBeLessThan(tops[1]!);
    await page.locator('#trend-title ~ details > summary').click();
    expect(await page.getByRole('row', { name: '2026-11-02 12:00' }).textContent()).toContain('48B1204,000');
    expect(faults).toEqual([]);
    const single = await open(resultOf([], { trend: [point(52, 1)] }));
    expect(await single.page.locator('#trend-title').count()).toBe(0);
  });

  it('shows the findings of one owner, and asks for none where nobody owns any', async () => {
    const { page } = await open(resultOf([finding({ owners: ['@acme/api'] }), finding({ fingerprint: 'b' })]));
    await page.getByLabel('Owner').selectOption('@acme/api');
    expect(await count(page)).toBe('1 of 1 finding');
    expect(page.url()).toContain('owner=%40acme%2Fapi');
    await page.locator('.finding > summary').click();
    expect(await page.locator('.finding .body').textContent()).toContain('owner @acme/api');
    const without = await open(resultOf([finding()]));
    expect(await without.page.locator('#owner').isVisible()).toBe(false);
  });

  it('is worked by keys alone', async () => {
    const { page } = await open(sample);
    await page.keyboard.press('/');
    await page.keyboard.type('query');
    await expect.poll(() => count(page)).toBe('2 of 2 findings');
    await page.keyboard.press('Escape');
    expect(await count(page)).toBe('5 of 5 findings');
    await page.getByRole('button', { name: 'Reset' }).focus();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    expect(await rows(page).nth(1).locator('details').getAttribute('open')).not.toBeNull();
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    expect(await rows(page).nth(0).locator('details').getAttribute('open')).not.toBeNull();
    const tiles = page.getByRole('group', { name: /Treemap/ }).getByRole('button');
    await tiles.first().focus();
    await page.keyboard.press('ArrowRight');
    const name = await page.evaluate(() => document.activeElement?.getAttribute('data-file'));
    await page.keyboard.press('Enter');
    expect(await page.getByRole('searchbox').inputValue()).toBe(name);
    await page.close();
  });

  it('keeps what was opened right after a search was given up', async () => {
    const { page } = await open(sample);
    await page.keyboard.press('/');
    await page.evaluate(() => {
      document.activeElement?.dispatchEvent(new Event('input', { bubbles: true }));
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      document.querySelector<HTMLElement>('.finding > summary')?.click();
    });
    await page.waitForTimeout(300);
    expect(await rows(page).first().locator('details').getAttribute('open')).not.toBeNull();
    await page.close();
  });

  it('has a name for each control and picture', async () => {
    const { page } = await open(sample);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('input, select, button, [role=button], [role=img], svg, pre')]
        .filter((node) => node.getAttribute('aria-hidden') !== 'true' && !node.closest('[aria-hidden=true]'))
        .filter((node) => {
          const labels = (node as HTMLInputElement).labels;
          const text = node.tagName === 'BUTTON' ? node.textContent : '';
          return !(labels?.length || node.getAttribute('aria-label') || text);
        })
        .map((node) => node.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
    await page.close();
  });

  it('keeps to the width of a phone and to the scheme of the system', async () => {
    const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await open(sample, {}, { colorScheme: 'light', viewport: { width: 390, height: 800 } });
    const dark = await open(sample, {}, { colorScheme: 'dark' });
    expect(await background(light.page)).not.toBe(await background(dark.page));
    expect(await light.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await light.page.close();
    await dark.page.close();
  });

  it('prints with its findings open', async () => {
    const { page } = await open(sample);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('.finding[open] pre').count()).toBeGreaterThanOrEqual(5);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('.finding[open]').count()).toBe(0);
    await page.close();
  });

  it('shows scanned code, names and messages as text, whatever they hold', async () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&\u2028`;
    const one = finding({ message: evil, file: `${evil}.ts`, scope: evil, why: evil, advice: evil, skip: evil });
    const result = resultOf([one], { problems: [{ kind: 'syntax', file: evil, message: evil }] });
    const { page, faults, requests } = await open(result, { readSource: () => `${evil}\n`.repeat(9) });
    await rows(page).first().locator('summary').click();
    expect(await rows(page).first().locator('pre').first().textContent()).toContain('<img src=x onerror=alert(2)>');
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
  });

  it('stays usable with 20,000 findings: it holds a portion of them in the page, and searches all', async () => {
    const many: Finding[] = [];
    for (let index = 0; index < 20_000; index++) {
      const severity = (['high', 'medium', 'low'] as const)[index % 3] ?? 'low';
      many.push(
        finding({
          severity,
          file: `src/area${index % 40}/part${index % 900}.ts`,
          fingerprint: `${index}`.padStart(16, '0'),
        }),
      );
    }
    const { page, faults } = await open(resultOf(many), { readSource: () => undefined });
    expect(await count(page)).toBe('100 of 20,000 findings');
    expect(await page.locator('.tile').count()).toBeLessThanOrEqual(450);
    await page.getByRole('button', { name: 'Show 100 more' }).click();
    expect(await count(page)).toBe('200 of 20,000 findings');
    await page.getByRole('searchbox').fill('area39/part899');
    await expect.poll(() => count(page)).toMatch(/^\d+ of \d+ findings$/);
    expect(await rows(page).count()).toBeLessThanOrEqual(100);
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('the map', () => {
  it('shares out exactly the points that the score has lost', () => {
    const losses = lossByFile(sample);
    const { high, medium, low } = sample.score.lost;
    expect(losses.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(high + medium + low, 9);
  });

  it('draws files in proportion, inside their folders and the frame, without overlap', () => {
    const losses = Array.from({ length: 60 }, (_, index) => ({
      file: `src/${index % 4}/${index}.ts`,
      points: 1 + (index % 7),
      counts: { high: 1, medium: 0, low: 0 },
    }));
    const tiles = layoutTiles(losses, 1000, 400).filter(({ isFolder }) => !isFolder);
    expect(tiles.map(({ file }) => file).sort()).toEqual(losses.map(({ file }) => file).sort());
    for (const a of tiles) {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= 1000 && a.y + a.height <= 400).toBe(true);
      for (const b of tiles) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(a === b || apart, `${a.file} and ${b.file}`).toBe(true);
      }
    }
  });
});
