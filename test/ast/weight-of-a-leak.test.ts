import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const application = '{ "name": "shop", "version": "1.0.0", "private": true }';

/** The confidence of each finding of a rule, by line, in an application that nobody imports. */
async function confidencesOf(rule: string, text: string, path = 'src/main.js'): Promise<string[]> {
  const own = pairs.filter((pair) => pair.rule.id === rule);
  const { findings } = await scanFiles({ 'package.json': application, [path]: text }, own);
  return findings.map(({ confidence, range }) => `${range.start.line} ${confidence}`);
}

test('a listener of each instance is likely where requests make them, possible where a loop at the start does', async () => {
  const zone = (made: string): string => `import express from 'express';
import settings from './settings.js';

class Zone {
  constructor(name) {
    settings.on('reload', () => (this.limit = settings.limitOf(name)));
  }
}
const app = express();
${made}
app.listen(80);
`;
  const byRequests = "app.get('/', (request, response) => response.send(new Zone(request.query.name).limit));";
  const byLoop = 'const zones = [];\nfor (const name of settings.names) zones.push(new Zone(name));';
  expect(await confidencesOf('no-leaked-listener', zone(byRequests))).toEqual(['6 likely']);
  expect(await confidencesOf('no-leaked-listener', zone(byLoop))).not.toContain('6 likely');
});

test('a sibling that stays on an emitter of its owner is likely behind an error, possible behind what may be its end', async () => {
  const call = (event: string): string => `import { EventEmitter } from 'node:events';
export class Call {
  emitter = new EventEmitter();
  wait(done) {
    this.emitter.once('${event}', done);
    this.emitter.once('joined', () => {
      this.emitter.removeAllListeners('${event}');
      done();
    });
  }
}
`;
  expect(await confidencesOf('no-leaked-listener', call('killed'))).toEqual(['6 possible']);
  expect(await confidencesOf('no-leaked-listener', call('linkError'))).toEqual(['6 likely']);
});

test('a file that a failure leaves open is likely on the path of requests, possible in a loop of a job', async () => {
  const reading = (called: string): string => `import { open } from 'node:fs/promises';
import express from 'express';

async function headOf(path) {
  const file = await open(path);
  const { buffer } = await file.read();
  await file.close();
  return buffer;
}
${called}
`;
  const byRequests =
    "express().get('/', async (request, response) => response.send(await headOf(request.query.path)));";
  const byLoop = 'export async function all(paths) {\n  for (const path of paths) await headOf(path);\n}';
  expect(await confidencesOf('no-leaked-handle', reading(byRequests))).toEqual(['5 likely']);
  expect(await confidencesOf('no-leaked-handle', reading(byLoop))).toEqual(['5 possible']);
});

test('what an owner leaves open is possible where it is an observer, or the owner a subclass that may end it above', async () => {
  const owner = (head: string, made: string): string => `export class Board${head} {
  constructor(element, base) {
    ${head ? 'super(base);' : ''}
    this.part = ${made};
    this.listeners = new Set();
  }
  destroy() {
    this.listeners.clear();
  }
}
`;
  const worker = "new Worker('count.js')";
  expect(await confidencesOf('no-leaked-handle', owner('', worker))).toEqual(['4 likely']);
  expect(await confidencesOf('no-leaked-handle', owner(' extends Base', worker))).toEqual(['4 possible']);
  expect(await confidencesOf('no-leaked-handle', owner('', 'new ResizeObserver(draw)'))).toEqual(['4 possible']);
});

test('a pool without a time-out is possible where its queries have one', async () => {
  const pool = (option: string): string => `import { Pool } from 'pg';
export const pool = new Pool({ max: 20${option} });
require('node:http').createServer(answer).listen(80);
`;
  expect(await confidencesOf('require-pool-limits', pool(''))).toEqual(['2 likely']);
  expect(await confidencesOf('require-pool-limits', pool(', statement_timeout: 5_000'))).toEqual(['2 possible']);
});

test('an agent is likely where a request makes it and it keeps connections, possible where a timer does', async () => {
  const fetching = (called: string, option = 'keepAlive: true'): string => `import https from 'node:https';
import express from 'express';

function load(url) {
  https.get(url, { agent: new https.Agent({ ${option} }) });
}
${called}
`;
  const byRequests = "express().get('/', (request, response) => response.send(load(request.query.url)));";
  const byTimer = "setInterval(() => load('https://prices.example'), 600_000);";
  expect(await confidencesOf('no-client-per-request', fetching(byRequests))).toEqual(['5 likely']);
  expect(await confidencesOf('no-client-per-request', fetching(byTimer))).toEqual(['5 possible']);
  const keepingNothing = fetching(byRequests, 'rejectUnauthorized: false');
  expect(await confidencesOf('no-client-per-request', keepingNothing)).toEqual(['5 possible']);
});

test('a connection is possible where its maker wants to hear of its end: it is kept until then', async () => {
  const sending = (listening: string): string => `import amqplib from 'amqplib';
import express from 'express';

async function send(text) {
  const connection = await amqplib.connect('amqp://broker');
  ${listening}
  const channel = await connection.createChannel();
  channel.sendToQueue('jobs', Buffer.from(text));
}
express().post('/', async (request, response) => response.send(await send(request.query.text)));
`;
  expect(await confidencesOf('no-client-per-request', sending(''))).toEqual(['5 likely']);
  expect(await confidencesOf('no-client-per-request', sending("connection.on('close', forget);"))).not.toContain(
    '5 likely',
  );
});

test('a removal under another name is possible where what was added comes once in the life of its emitter', async () => {
  const dial = (event: string): string => `export function dial(socket, ready) {
  const run = () => ready(socket);
  socket.on('${event}', run);
  socket.on('fault', () => socket.off('anything', run));
}
`;
  expect(await confidencesOf('no-mismatched-removal', dial('message'))).toEqual(['4 certain']);
  expect(await confidencesOf('no-mismatched-removal', dial('secureConnect'))).toEqual(['4 possible']);
});

test('a connection is possible that a helper is handed which ends its transaction', async () => {
  const work = (undo: string): string => `import { Pool } from 'pg';
import { rollback } from './transaction.js';

const pool = new Pool();
export async function save(row) {
  const client = await pool.connect();
  try {
    await client.query('INSERT INTO rows VALUES ($1)', [row]);
    client.release();
  } catch (error) {
    ${undo}
    throw error;
  }
}
`;
  expect(await confidencesOf('no-unreleased-connection', work(''))).toEqual(['6 likely']);
  expect(await confidencesOf('no-unreleased-connection', work('await rollback(client);'))).not.toContain('6 likely');
});
