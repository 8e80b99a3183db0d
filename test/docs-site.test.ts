/// <reference lib="dom" />
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, posix } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleFacts } from '../src/rule-facts.generated.ts';
import { launchBrowser } from './browser.ts';

const root = join(import.meta.dirname, '..');
const base = '/plimsoll/';
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-site-'));
const site = join(folder, 'site');
let server: Server;
let browser: Browser;
let origin = '';

function build(from: string, to: string) {
  const cli = join(root, 'node_modules/vitepress/bin/vitepress.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'build', from, '--outDir', to], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** The file that a host with clean addresses serves for a path below the base. */
function fileFor(path: string): string | undefined {
  const file = join(site, decodeURIComponent(path.slice(base.length)));
  const candidates = [join(file, 'index.html'), `${file}.html`, file];
  return path.startsWith(base) ? candidates.find((one) => existsSync(one) && extname(one) !== '') : undefined;
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
};

beforeAll(async () => {
  const { status, output } = build('docs', site);
  if (status !== 0) throw new Error(output);
  server = createServer((request, response) => {
    const file = fileFor(new URL(request.url ?? '', 'http://site').pathname);
    if (!file) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': types[extname(file)] ?? 'font/woff2' }).end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const pages = () => readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));

describe('the docs site', () => {
  it('has a page for each rule, and no link that leads nowhere, anchors included', () => {
    const all = pages();
    for (const { id } of ruleFacts) expect(all).toContain(join('rules', `${id}.html`));
    const texts = new Map(all.map((path) => [join(site, path), readFileSync(join(site, path), 'utf8')]));
    const dead = all.flatMap((path) => {
      const from = posix.join(base, path.replace(/(?:index)?\.html$/, ''));
      const links = [...texts.get(join(site, path))!.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href!);
      return links.filter((href) => {
        const url = new URL(href.replaceAll('&amp;', '&'), `http://site${from}`);
        if (url.host !== 'site') return false;
        const file = fileFor(url.pathname);
        const id = decodeURIComponent(url.hash.slice(1));
        return file === undefined || (id !== '' && !texts.get(file)?.includes(`id="${id}"`));
      });
    });
    expect(dead).toEqual([]);
  });

  it('is not built with a dead link, to a page or to a file of the repository', () => {
    const copy = mkdtempSync(join(root, 'docs-copy-'));
    try {
      cpSync(join(root, 'docs/.vitepress/config.ts'), join(copy, '.vitepress/config.ts'));
      for (const [link, message] of [
        ['gone.md', 'dead link'],
        ['../gone/file.json', 'dead link ../gone/file.json'],
      ] as const) {
        writeFileSync(join(copy, 'index.md'), `[x](${link})\n`);
        const { status, output } = build(copy, join(folder, 'broken'));
        expect([link, status]).toEqual([link, 1]);
        expect(output).toContain(message);
      }
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('shows its pages in a browser, finds a rule by search, and loads nothing from elsewhere', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const faults: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(`${origin}${base}`);
    expect(await page.locator('h1').first().textContent()).toContain('Plimsoll');
    await page.getByRole('link', { name: 'Start', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Start', level: 1 }).waitFor();
    expect(
      await page
        .getByRole('img', { name: 'plimsoll scan in a terminal' })
        .evaluate((image) => (image as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.locator('#localsearch-input').fill('no-leaked-interval');
    await page.locator('.result').first().click();
    await page.getByRole('heading', { name: 'no-leaked-interval', level: 1 }).waitFor();
    expect(page.url()).toContain('/rules/no-leaked-interval');
    expect(faults).toEqual([]);
    expect([...hosts]).toEqual([origin]);
    await page.close();
  });
});
