import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { vi } from 'vitest';
import { ask, fakeExpress, outcomeOf, program } from './program.ts';

const name = (...names: string[]) => fc.constantFrom(...names);

/** `AbortSignal.timeout` by the clock of the test. */
function abortedIn(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('late')), ms);
  return controller.signal;
}

/** Timers that are left when the work is done. */
const timersLeft = (): number => vi.getTimerCount();

export const resources = [
  program({
    rule: 'no-leaked-interval',
    extension: '.cjs',
    source: fc
      .record({
        start: name('start', 'begin', 'open'),
        stop: name('stop', 'close', 'destroy'),
        ms: fc.integer({ min: 5, max: 90 }),
      })
      .map(
        ({ start, stop, ms }) => `'use strict';
function createLease(renew) {
  let renewed = 0;
  function ${start}() {
    setInterval(() => {
      renewed += 1;
      renew(renewed);
    }, ${ms});
  }
  return {
    begin: ${start},
    count: () => renewed,
    ${stop}() {
      renewed = 0;
    },
    end() { this.${stop}(); },
  };
}
module.exports = { createLease };
`,
      ),
    input: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 }),
    observe(load, waits) {
      const renewed: number[] = [];
      const lease = load().createLease((count: number) => renewed.push(count));
      lease.begin();
      const counts = waits.map((ms) => {
        vi.advanceTimersByTime(ms);
        return lease.count();
      });
      lease.end();
      return { results: { renewed, counts, after: lease.count() }, cost: timersLeft() };
    },
  }),
  program({
    rule: 'no-leaked-handle',
    extension: '.mjs',
    source: fc.record({ handle: name('handle', 'file'), early: fc.boolean() }).map(
      ({ handle, early }) => `import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
async function sizeOf(path) {
  const ${handle} = await open(path);
  const { size } = await ${handle}.stat();
${early ? '  if (size === 0) return -1;\n' : ''}  await ${handle}.close();
  return size;
}
export const server = createServer(async (request, response) => {
  response.end(await sizeOf(request.url));
});
`,
    ),
    input: fc.array(name('', 'a', 'abc', 'fail'), { maxLength: 6 }),
    async observe(load, paths) {
      let opened = 0;
      const open = async (path: string) => {
        opened++;
        return {
          async stat() {
            if (path === 'fail') throw new Error('no such file');
            return { size: path.length };
          },
          async close() {
            opened--;
          },
        };
      };
      const { server } = load({ 'node:fs/promises': { open } });
      const results = [];
      for (const url of paths) results.push(await outcomeOf(() => ask(server, { url })));
      return { results, cost: opened };
    },
  }),
  program({
    rule: 'no-undisposed-subscription',
    extension: '.mjs',
    source: fc
      .record({
        field: name('rows', 'kept'),
        end: name('close', 'stop', 'dispose'),
        factor: fc.integer({ min: 1, max: 9 }),
      })
      .map(
        ({ field, end, factor }) => `import { map } from 'rxjs';
export class Meter {
  count = 0;
  constructor(feed) {
    this.feed = feed;
  }
  begin() {
    this.${field} = this.feed.rows$.pipe(map((n) => n * ${factor})).subscribe((n) => {
      this.count += n;
    });
  }
  ${end}() {
    const count = this.count;
    this.count = 0;
    return count;
  }
  end() {
    return this.${end}();
  }
}
`,
      ),
    input: fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 6 }),
    observe(load, rows) {
      const listeners = new Set<(n: number) => void>();
      const piped = (f: (n: number) => number) => ({
        subscribe(next: (n: number) => void) {
          const listener = (n: number) => next(f(n));
          listeners.add(listener);
          return { unsubscribe: () => listeners.delete(listener) };
        },
      });
      const { Meter } = load({ rxjs: { map: (f: unknown) => f } });
      const meter = new Meter({ rows$: { pipe: piped } });
      meter.begin();
      for (const n of rows) for (const listener of listeners) listener(n);
      return { results: meter.end(), cost: listeners.size };
    },
  }),
  program({
    rule: 'no-leaked-timeout',
    extension: '.mjs',
    source: fc
      .record({ poll: name('poll', 'tick', 'next'), stop: name('stop', 'close'), ms: fc.integer({ min: 5, max: 90 }) })
      .map(
        ({ poll, stop, ms }) => `export function createPoller(ask) {
  let polls = [];
  const ${poll} = () => {
    for (const done of polls) done(ask());
    setTimeout(${poll}, ${ms});
  };
  ${poll}();
  return {
    add: (done) => polls.push(done),
    ${stop}() {
      polls = [];
    },
    end() { this.${stop}(); },
  };
}
`,
      ),
    input: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 }),
    observe(load, waits) {
      let asked = 0;
      const heard: unknown[] = [];
      const poller = load().createPoller(() => ++asked);
      for (const [i, ms] of waits.entries()) {
        poller.add((answer: number) => heard.push([i, answer]));
        vi.advanceTimersByTime(ms);
      }
      poller.end();
      vi.advanceTimersByTime(500);
      return { results: heard, cost: timersLeft() };
    },
  }),
  program({
    rule: 'require-outbound-timeout',
    extension: '.mjs',
    source: fc
      .record({
        file: name('file', 'controller', 'timer'),
        options: name('', ", { redirect: 'follow' }"),
        read: name('arrayBuffer()', 'body.read()', 'json()'),
        form: name('declared', 'caught', 'returned'),
      })
      .map(({ file, options, read, form }) => {
        const call = `fetch(url${options})`;
        const opened =
          form === 'returned'
            ? `const open = (url) => {\n  return ${call};\n};\n`
            : `const open = async (url) => {\n  const ${file} = await ${call}${form === 'caught' ? '.catch(() => undefined)' : ''};\n  return ${file};\n};\n`;
        return `import express from 'express';
${opened}express().get('/files', async (req, res) => {
  const ${file} = await open('https://files.example');
  res.json(${file} ? await ${file}.${read} : 'none');
});
`;
      }),
    input: fc.record({
      head: fc.integer({ min: 0, max: 9000 }),
      body: fc.integer({ min: 0, max: 60_000 }),
      fails: fc.boolean(),
    }),
    async observe(load, { head, body, fails }) {
      let endless = 0;
      const fetch = (_url: string, { signal, redirect }: { signal?: AbortSignal; redirect?: string } = {}) => {
        if (!signal) endless++;
        const after = <Value>(ms: number, value: Value): Promise<Value> =>
          new Promise((resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
            setTimeout(() => (fails ? reject(new Error('refused')) : resolve(value)), ms);
          });
        // A text is small: it comes with its head.
        const arrayBuffer = () => after(body, redirect);
        return after(head, { arrayBuffer, body: { read: arrayBuffer }, json: async () => redirect });
      };
      const clock = vi.spyOn(AbortSignal, 'timeout').mockImplementation(abortedIn);
      const { library, call } = fakeExpress();
      load({ fetch, express: library });
      const pending = outcomeOf(() => call('GET /files', {}));
      await vi.advanceTimersByTimeAsync(80_000);
      clock.mockRestore();
      return { results: await pending, cost: endless };
    },
  }),
  program({
    rule: 'no-uncleared-deadline',
    extension: '.mjs',
    source: fc
      .record({
        method: name('HEAD', 'GET'),
        ms: fc.integer({ min: 1000, max: 6000 }),
        status: name('response.status', 'response.status + 1'),
        form: name('abort', 'arrow', 'block'),
      })
      .map(({ method, ms, status, form }) => {
        if (form === 'abort')
          return `export async function head(url) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('late')), ${ms});
  const response = await fetch(url, { method: '${method}', signal: controller.signal });
  return ${status};
}
`;
        const promise = `new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('late')), ${ms});
    fetch(url, { method: '${method}' }).then((response) => resolve(${status}), (error) => reject(error));
  })`;
        return form === 'arrow'
          ? `export const head = (url) =>\n  ${promise};\n`
          : `export function head(url) {\n  return ${promise};\n}\n`;
      }),
    input: fc.record({
      wait: fc.integer({ min: 0, max: 8000 }),
      status: fc.integer({ min: 200, max: 599 }),
      fails: fc.boolean(),
    }),
    async observe(load, { wait, status, fails }) {
      const fetch = (_url: string, { signal }: { signal?: AbortSignal }) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          setTimeout(() => (fails ? reject(new Error('refused')) : resolve({ status })), wait);
        });
      const pending = outcomeOf(() => load({ fetch }).head('http://stock.internal'));
      await vi.advanceTimersByTimeAsync(wait);
      const early = timersLeft();
      await vi.advanceTimersByTimeAsync(20_000);
      return { results: await pending, cost: early };
    },
  }),
  program({
    rule: 'no-race-in-loop',
    extension: '.cjs',
    source: fc.record({ gone: name('gone', 'closed'), event: name('close', 'finish') }).map(
      ({ gone, event }) => `const { once } = require('node:events');
async function send(rows, res) {
  const ${gone} = new Promise((resolve) => res.on('${event}', resolve));
  let isGone = false;
  ${gone}.then(() => {
    isGone = true;
  });
  for await (const row of rows) {
    if (isGone) return 'gone';
    if (!res.write(row)) {
      await Promise.race([once(res, 'drain'), ${gone}]);
    }
  }
  return 'sent';
}
module.exports = { send };
`,
    ),
    input: fc.array(name('taken', 'full', 'last'), { maxLength: 8 }),
    async observe(load, rows) {
      const written: string[] = [];
      const response = Object.assign(new EventEmitter(), {
        write(row: string) {
          written.push(row);
          // What follows a full buffer: it drains, or the client goes.
          if (row === 'full') setImmediate(() => response.emit('drain'));
          if (row === 'last') setImmediate(() => ['close', 'finish'].map((event) => response.emit(event)));
          return row === 'taken';
        },
      });
      return { results: [await load().send(rows, response), written] };
    },
  }),
  program({
    rule: 'no-mismatched-removal',
    extension: '.mjs',
    source: fc
      .record({
        added: name('pointermove', 'touchmove'),
        removed: name('mousemove', 'drag'),
        handler: name('onMove', 'follow'),
      })
      .map(
        ({ added, removed, handler }) => `export function drag(element, move) {
  const ${handler} = (event) => move(event.detail);
  element.addEventListener('${added}', ${handler});
  return () => element.removeEventListener('${removed}', ${handler});
}
`,
      ),
    input: fc.array(fc.tuple(name('pointermove', 'touchmove', 'mousemove'), fc.integer()), { maxLength: 8 }),
    observe(load, events) {
      const moves: unknown[] = [];
      const element = new EventTarget();
      const stop = load().drag(element, (x: unknown) => moves.push(x));
      const send = (): void => {
        for (const [type, detail] of events) element.dispatchEvent(new CustomEvent(type, { detail }));
      };
      send();
      const results = [...moves];
      stop();
      send();
      return { results, cost: moves.length - results.length };
    },
  }),
];

export const memory = [
  program({
    rule: 'no-lost-entry',
    extension: '.cjs',
    source: fc.record({ set: name('locked', 'busy', 'open'), result: fc.boolean() }).map(
      ({ set, result }) => `const ${set} = new Set();
async function withLock(key, write) {
  if (${set}.has(key)) throw new Error('locked');
  ${set}.add(key);
  ${result ? 'const written = ' : ''}await write(key);
  ${set}.delete(key);${result ? '\n  return written;' : ''}
}
module.exports = { withLock };
`,
    ),
    input: fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.boolean()), {
      selector: ([key]) => key,
      maxLength: 8,
    }),
    async observe(load, writes) {
      const { withLock } = load();
      const write = (fails: boolean) => async (key: string) => {
        if (fails) throw new Error(`cannot write ${key}`);
        return key.length;
      };
      const results = [];
      for (const [key, fails] of writes) results.push(await outcomeOf(() => withLock(key, write(fails))));
      const again = await Promise.all(writes.map(([key]) => outcomeOf(() => withLock(key, write(false)))));
      return { results, cost: again.filter((one) => JSON.stringify(one).includes('locked')).length };
    },
  }),
  program({
    rule: 'no-slow-eviction',
    extension: '.cjs',
    source: fc.record({ map: name('seen', 'recent'), max: fc.constantFrom(100_000, 20_000) }).map(
      ({ map, max }) => `const ${map} = new Map();
function remember(key, value) {
  if (${map}.size > ${max}) ${map}.delete(${map}.keys().next().value);
  ${map}.set(key, value);
}
module.exports = { remember, recall: (key) => ${map}.get(key) };
`,
    ),
    input: fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer()), { maxLength: 30 }),
    observe(load, entries) {
      const { remember, recall } = load();
      return { results: entries.map(([key, value]) => [recall(key), remember(key, value), recall(key)]) };
    },
  }),
  program({
    rule: 'no-unbounded-cache',
    extension: '.ts',
    source: fc
      .record({ map: name('lengths', 'sizes'), value: name('[...url].length', 'url.length * 2'), form: fc.boolean() })
      .map(
        ({ map, value, form }) => `import { createServer } from 'node:http';
const ${map} = new Map<string, number>();
function lengthOf(url: string): number {
${
  form
    ? `  if (!${map}.has(url)) ${map}.set(url, ${value});\n  return ${map}.get(url) ?? 0;`
    : `  const known = ${map}.get(url);\n  if (known !== undefined) return known;\n  const made = ${value};\n  ${map}.set(url, made);\n  return made;`
}
}
export const server = createServer((req, res) => {
  res.end(String(lengthOf(req.url ?? '/')));
});
`,
      ),
    input: fc.array(fc.string({ maxLength: 3 }), { maxLength: 20 }),
    async observe(load, urls) {
      const { server } = load();
      const [handler] = server.listeners('request');
      return {
        results: urls.map((url) => {
          let text: string | undefined;
          handler(
            { url },
            {
              end: (said: string) => {
                text = said;
              },
            },
          );
          return text;
        }),
      };
    },
  }),
  program({
    rule: 'no-unbounded-log',
    extension: '.mjs',
    source: fc
      .record({
        list: name('samples', 'latencies'),
        read: name('.slice(-3)', '.filter((ms) => ms > 9)', '.map((ms) => ms + 1)'),
      })
      .map(
        ({ list, read }) => `import { createServer } from 'node:http';
const ${list} = [];
export const server = createServer((req, res) => {
  ${list}.push(req.ms);
  res.end(JSON.stringify([${list}${read}, ${list}.length]));
});
`,
      ),
    input: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 }),
    observe(load, all) {
      const [handler] = load().server.listeners('request');
      return {
        results: all.map((ms) => {
          let text: string | undefined;
          handler(
            { ms },
            {
              end: (said: string) => {
                text = said;
              },
            },
          );
          return text;
        }),
      };
    },
  }),
  program({
    rule: 'no-unbounded-queue',
    extension: '.mjs',
    source: fc.record({ list: name('unsent', 'outbox'), event: name('online', 'connect') }).map(
      ({ list, event }) => `const ${list} = [];
let isOnline = false;
export function bridge(client) {
  client.on('${event}', () => {
    isOnline = true;
    for (const message of ${list}.splice(0)) client.publish(message);
  });
}
export function forward(client, message) {
  if (!isOnline) ${list}.push(message);
  else client.publish(message);
}
`,
    ),
    input: fc.tuple(fc.array(fc.integer(), { maxLength: 20 }), fc.array(fc.integer(), { maxLength: 5 })),
    observe(load, [before, after]) {
      const { bridge, forward } = load();
      const published: unknown[] = [];
      const client = Object.assign(new EventEmitter(), { publish: (message: unknown) => published.push(message) });
      bridge(client);
      for (const message of before) forward(client, message);
      client.emit('online');
      client.emit('connect');
      for (const message of after) forward(client, message);
      return { results: published };
    },
  }),
];
