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

const source = `import fs from 'node:fs';
import { createServer } from 'node:http';

export const serve = (path) => createServer((req, res) => {
  fs.createReadStream(path).pipe(res);
});
`;

type Serve = (path: string) => Server;

/** What a client gets that stays, and how many files stay open behind clients that go after the first chunk. */
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
    for (let waited = 0; waited < 500 && streams.some(({ closed }) => !closed); waited += 50) await sleep(50);
    return { whole, open: streams.filter(({ closed }) => !closed).length };
  } finally {
    fs.createReadStream = create;
    for (const stream of streams) stream.destroy();
    server.close();
    server.closeAllConnections();
  }
}

test('a file that is joined by pipeline() arrives as before, and is closed when its client goes', async () => {
  const root = tempProject({ 'server.mjs': source });
  const file = join(root, 'film.bin');
  writeFileSync(file, Buffer.alloc(20_000_000, 'abc'));
  const load = async (version: string): Promise<Serve> =>
    (await import(`${pathToFileURL(join(root, 'server.mjs')).href}?${version}`)).serve;
  const before = await observe(await load('before'), file);
  await fix({ cwd: root, rules: ['no-leaked-handle'], safety: 'review' });
  expect(readFileSync(join(root, 'server.mjs'), 'utf8')).toContain(
    'pipeline(fs.createReadStream(path), res, () => {})',
  );
  const after = await observe(await load('after'), file);
  expect(after.whole.equals(before.whole)).toBe(true);
  expect(before.open).toBe(5);
  expect(after.open).toBe(0);
});
