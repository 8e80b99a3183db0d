import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RingBuffer } from '../src/ring-buffer.ts';

test('behaves as an array cut to its last values, at every capacity from 1 to 70', () => {
  for (let capacity = 1; capacity <= 70; capacity++) {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.integer()), { minLength: 100, maxLength: 200 }), (operations) => {
        const ring = new RingBuffer<number>(capacity);
        let model: number[] = [];
        for (const [kind, value] of operations) {
          if (kind === 0) expect(ring.shift()).toBe(model.shift());
          else if (kind === 1) expect(ring.pop()).toBe(model.pop());
          else if (kind === 2) expect(ring.at(value % 80)).toBe(model.at(value % 80));
          else {
            expect(ring.push(value)).toBe(model.length === capacity ? model[0] : undefined);
            model = [...model, value].slice(-capacity);
          }
          expect([ring.length, ring.peek()]).toEqual([model.length, model[0]]);
        }
        expect([...ring]).toEqual(model);
        expect(ring.toArray()).toEqual(model);
        expect(JSON.stringify(ring)).toBe(JSON.stringify(model));
      }),
      { numRuns: 3 },
    );
  }
});

test('never holds more than its capacity, however long it is used', () => {
  const ring = new RingBuffer<number>(100);
  for (let i = 0; i < 1_000_000; i++) ring.push(i);
  expect(ring.length).toBe(100);
  expect([ring.at(0), ring.at(-1), ring.capacity]).toEqual([999_900, 999_999, 100]);
  ring.clear();
  expect([ring.length, ring.shift()]).toEqual([0, undefined]);
  ring.push(1);
  expect([...ring]).toEqual([1]);
});

test('allocates nothing for a capacity that is not used', () => {
  expect(() => new RingBuffer<number>(2 ** 50).push(1)).not.toThrow();
});

test('lets go of overwritten and removed values', async () => {
  const ring = new RingBuffer<object>(10);
  const refs = Array.from({ length: 60 }, (_, i) => {
    const value = { i };
    ring.push(value);
    return new WeakRef(value);
  });
  while (ring.length > 0) ring.shift();
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
  expect(ring.length).toBe(0);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', undefined])(
  'refuses capacity %s by name and range',
  (capacity) => {
    expect(() => new RingBuffer(capacity as number)).toThrow(TypeError);
    expect(() => new RingBuffer(capacity as number)).toThrow(/capacity must be an integer of at least 1, got/);
  },
);
