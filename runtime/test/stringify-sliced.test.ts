import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifySliced } from '../src/stringify-sliced.ts';

describe('stringifySliced', () => {
  it('makes the text of JSON.stringify', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.constantFrom(undefined, () => 1, Number.NaN, new Date(0)),
          ),
        ),
        async (items) => {
          expect(await stringifySliced(items)).toBe(JSON.stringify(items));
        },
      ),
    );
    const many = Array.from({ length: 5_000 }, (_, i) => ({ i, text: 'é"\n' }));
    expect(await stringifySliced(new Set(many), { budgetMillis: 0.1 })).toBe(JSON.stringify(many));
  });

  it('lets the event loop run between slices', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => ({ id: i, name: `row ${i}`, tags: ['a', 'b', 'c'] }));
    let turns = 0;
    let isDone = false;
    const count = (async () => {
      while (!isDone) {
        await turn();
        turns++;
      }
    })();
    await stringifySliced(rows, { budgetMillis: 1 });
    isDone = true;
    await count;
    expect(turns).toBeGreaterThan(5);
  });

  it('hands over the text slice by slice and waits for its taker', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    const texts: string[] = [];
    let taking = 0;
    const rest = await stringifySliced(rows, {
      budgetMillis: 0.2,
      async onText(text) {
        expect(++taking).toBe(1);
        texts.push(text);
        await turn();
        taking--;
      },
    });
    expect(rest).toBe('');
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.join('')).toBe(JSON.stringify(rows));
  });

  it('aborts between slices, closing the source, and passes the errors of items on', async () => {
    let isClosed = false;
    function* endless() {
      try {
        for (;;) yield { a: 1 };
      } finally {
        isClosed = true;
      }
    }
    const controller = new AbortController();
    const run = stringifySliced(endless(), { signal: controller.signal, budgetMillis: 1 });
    setTimeout(() => controller.abort(new Error('left')), 5);
    await expect(run).rejects.toThrow('left');
    expect(isClosed).toBe(true);
    const circular: { self?: unknown } = {};
    circular.self = circular;
    await expect(stringifySliced([circular])).rejects.toThrow(/circular/);
    await expect(stringifySliced([], { budgetMillis: 0 })).rejects.toThrow(TypeError);
  });
});
