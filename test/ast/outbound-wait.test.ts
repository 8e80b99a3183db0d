import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const rules = pairs.filter(({ rule }) => rule.id === 'require-outbound-timeout');

const handler = (head: string): string =>
  `${head}
export default { async fetch(request: Request) { return fetch(request.headers.get('origin')!); } };
import express from 'express';
express().get('/page', async (_req, res) => { res.json(await (await fetch('https://pages.example')).json()); });
`;

async function waitOf(head: string, manifest = {}): Promise<string | undefined> {
  const files = { 'page.ts': handler(head), 'package.json': JSON.stringify({ name: 'pages', ...manifest }) };
  const { findings } = await scanFiles(files, rules, 'wait');
  return findings.map(({ message }) => /hangs (.*)\.$/.exec(message)?.[1]).at(-1);
}

test('a request hangs as long as the fetch that is called lets it: that of Node.js, a module, or a platform', async () => {
  expect(await waitOf('')).toContain('five minutes');
  expect(await waitOf("import fetch from 'node-fetch';")).toContain('no time-out of its own');
  expect(await waitOf('', { devDependencies: { wrangler: '4.0.0' } })).toContain('until its platform ends it');
  expect(await waitOf("export const runtime = 'edge';")).toContain('until its platform ends it');
});
