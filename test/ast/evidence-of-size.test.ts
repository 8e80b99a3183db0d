import { expect, test } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { scanFiles } from '../fixtures.ts';

const published = '{ "name": "walks", "version": "1.0.0", "main": "index.js" }';

/** The lines of findings that say what grows. */
async function shownToGrow(rule: string, text: string): Promise<number[]> {
  const own = pairs.filter((pair) => pair.rule.id === rule);
  const { findings } = await scanFiles({ 'package.json': published, 'index.js': text }, own);
  const isShown = (note: string): boolean => /^(?:all that|one for each|filled here)/.test(note);
  return findings
    .filter(({ related }) => related.some(({ note }) => isShown(note)))
    .map(({ range }) => range.start.line);
}

test('a copy in a walk of nested arrays is shown to grow where each single item is copied, not where those are pushed', async () => {
  const walk = (single: string): string => `export function flatten(values) {
  let all = [];
  for (const value of values) {
    if (Array.isArray(value)) all = all.concat(flatten(value));
    else ${single};
  }
  return all;
}
`;
  expect(await shownToGrow('no-quadratic-accumulation', walk('all = all.concat(value)'))).toEqual([4, 5]);
  expect(await shownToGrow('no-quadratic-accumulation', walk('all.push(value)'))).toEqual([]);
});

test('a list that is searched is shown to grow where live clients leave it, not where only its name is that of data', async () => {
  const hub = (body: string): string => `export class Hub {
  clients = [];
  add(client) {
    this.clients.push(client);
    ${body}
  }
}
`;
  const leave = 'this.clients.splice(this.clients.indexOf(client), 1)';
  expect(await shownToGrow('no-quadratic-lookup', hub(`client.on('close', () => ${leave});`))).toEqual([5]);
  expect(await shownToGrow('no-quadratic-lookup', hub(`client.on('message', () => ${leave});`))).toEqual([]);
});

test('a queue taken from at its front is shown to grow where a published package lets its users fill it without a limit', async () => {
  const queue = (fill: string, take = 'return this.waiting.shift();'): string => `export class MailQueue {
  waiting = [];
  add(mail) {
    ${fill}
  }
  take(write) {
    ${take}
  }
}
`;
  expect(await shownToGrow('no-shift-queue', queue('this.waiting.push(mail);'))).toEqual([7]);
  // What is drained to its end as it is filled is hardly ever long.
  const drain = 'while (this.waiting.length) write(this.waiting.shift());';
  expect(await shownToGrow('no-shift-queue', queue('this.waiting.push(mail);', drain))).toEqual([]);
  const limited = 'if (this.waiting.length > 500) throw new Error("full"); this.waiting.push(mail);';
  expect(await shownToGrow('no-shift-queue', queue(limited))).toEqual([]);
});
