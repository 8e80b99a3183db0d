import { expect, it, test } from 'vitest';
import { wordsOfEntry } from '../../src/engine/entry-words.ts';
import { joinChains, joinReasons } from '../../src/engine/reasons.ts';
import type { RelatedLocation } from '../../src/model/finding.ts';
import type { EntryPoint } from '../../src/model/link.ts';

test.each<[EntryPoint, string]>([
  [{ kind: 'request', label: 'GET /orders' }, 'request handler: GET /orders'],
  [{ kind: 'request', label: 'GET' }, 'request handler: GET of a path that is put together'],
  [{ kind: 'request', label: 'USE' }, 'middleware'],
  [{ kind: 'request', label: 'USE /api' }, 'middleware: USE /api'],
  [{ kind: 'request', label: 'hook onRequest' }, 'middleware: hook onRequest'],
  [{ kind: 'request', label: "knexConnection 'connect'" }, "event handler: knexConnection 'connect'"],
  [{ kind: 'event', label: "on 'tick'" }, "event handler: on 'tick'"],
  [{ kind: 'request', label: 'bullmq Worker mails', seldom: 'job' }, 'job: bullmq Worker mails'],
  [{ kind: 'event', label: 'setInterval', seldom: 'job' }, 'timer: setInterval'],
  [{ kind: 'request', label: 'kafkajs run' }, 'message handler: kafkajs run'],
  [
    { kind: 'request', label: '@MessagePattern orders Orders.make' },
    'message handler: @MessagePattern orders Orders.make',
  ],
])('an entry is named by what it is: %o', (entry, words) => {
  expect(wordsOfEntry(entry)).toBe(words);
});

it('says each reason once, and those that differ by a name as one', () => {
  const waits = (name: string) => `No request was found that waits for \`${name}\``;
  expect(
    joinReasons(['It is no part of a library', waits('a'), 'It is no part of a library', waits('b'), waits('a')]),
  ).toBe('It is no part of a library. No request was found that waits for `a` or `b`');
  expect(joinReasons(['a', 'b', 'c', 'd', 'e'].map(waits))).toBe(
    'No request was found that waits for `a`, `b`, `c` or 2 others',
  );
});

it('lists no step twice, and says where another chain begins', () => {
  const position = { line: 1, column: 1, offset: 0 };
  const step = (note: string): RelatedLocation => ({ file: 'a.ts', range: { start: position, end: position }, note });
  const first = [step('request handler: GET /'), step('calls send')];
  const second = [step('middleware'), step('calls send')];
  const notes = joinChains([first, first, second, [step('calls send')], [step('the race')]]).map(({ note }) => note);
  expect(notes).toEqual(['request handler: GET /', 'calls send', 'and middleware', 'the race']);
});
