import { once } from 'node:events';
import fs, { readFileSync, writeFileSync } from 'node:fs';
import { get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { fix } from '../../src/index.ts';
import { tempProject } from '../engine/temp-project.ts';

const direct = `import fs from 'node:fs';
import { createServer } from 'node:http';

export const serve = (path) => createServer((req, res) => {
  fs.createReadStream(path).pipe(res);
});
`;

const handedOver = `import { createServer } from 'node:http';
import { openFilm } from './store.mjs';

export const serve = (path) => createServer(async (req, res) => {
  const film = await openFilm(path);
  film.pipe(res);
});
`;

const store = `import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export async function openFilm(path) {
  await sleep(50);
  return fs.createReadStream(path);
}
`;

type Serve = (path: string) => Server;

/** What a client gets that stays, and how many files stay open behind clients that go after the first chunk, or ahead of it. */
async function observe(serve: Serve, path: string): Promise<{ whole: Buffer; open: number }> {
  const streams: fs.ReadStream[] = [];
  const create = fs.createReadStream;
  fs.createReadStream = (...args) => {
    const stream = create(...args);
    streams.push(stream);
    return stream;
  };
  const server = serve(path).listen(0);
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async () => (await once(get({ port, agent: false }), 'response'))[0];
    const whole = await buffer(await ask());
    for (let client = 0; client < 5; client++) {
      const answer = await ask();
      await once(answer, 'data');
      answer.destroy();
    }
    for (let client = 0; client < 3; client++) {
      const request = get({ port, agent: false });
      request.on('error', () => {});
      await once(request, 'finish');
      await sleep(10);
      request.destroy();
    }
    await sleep(100);
    for (let waited = 0; waited < 500 && streams.some(({ closed }) => !closed); waited += 50) await sleep(50);
    return { whole, open: streams.filter(({ closed }) => !closed).length };
  } finally {
    fs.createReadStream = create;
    for (const stream of streams) stream.destroy();
    server.close();
    server.closeAllConnections();
  }
}

test.each([
  [
    'made there is joined by pipeline()',
    { 'server.mjs': direct },
    'pipeline(fs.createReadStream(path), res, () => {})',
  ],
  ['handed over ends with the response', { 'server.mjs': handedOver, 'store.mjs': store }, 'film.destroy()'],
])('a file that is %s: it arrives as before, and is closed when its client goes', async (_, files, written) => {
  const root = tempProject(files);
  const file = join(root, 'film.bin');
  writeFileSync(file, Buffer.alloc(20_000_000, 'abc'));
  const load = async (version: string): Promise<Serve> =>
    (await import(`${pathToFileURL(join(root, 'server.mjs')).href}?${version}`)).serve;
  const before = await observe(await load('before'), file);
  await fix({ cwd: root, rules: ['no-leaked-handle'], safety: 'review', confidence: 'possible' });
  expect(readFileSync(join(root, 'server.mjs'), 'utf8')).toContain(written);
  const after = await observe(await load('after'), file);
  expect(after.whole.equals(before.whole)).toBe(true);
  expect(before.open).toBeGreaterThanOrEqual(5);
  expect(after.open).toBe(0);
});
