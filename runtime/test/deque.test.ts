import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deque } from '../src/deque.ts';

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: fc.constantFrom('push', 'unshift'), value: fc.integer() }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('shift', 'pop'), value: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('at'), value: fc.integer({ min: -20, max: 20 }) }) },
);

test('behaves as an array under any sequence of operations', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 60 }),
      fc.array(operation, { maxLength: 400 }),
      (start, operations) => {
        const deque = new Deque(start);
        const model = [...start];
        for (const { name, value } of operations) {
          if (name === 'push') expect(deque.push(value)).toBe(model.push(value));
          else if (name === 'unshift') expect(deque.unshift(value)).toBe(model.unshift(value));
          else if (name === 'shift') expect(deque.shift()).toBe(model.shift());
          else if (name === 'pop') expect(deque.pop()).toBe(model.pop());
          else expect(deque.at(value)).toBe(model.at(value));
          expect(deque.length).toBe(model.length);
          expect(deque.peek()).toBe(model[0]);
        }
        expect(deque.toArray()).toEqual(model);
        expect(JSON.stringify(deque)).toBe(JSON.stringify(model));
      },
    ),
    { numRuns: 300 },
  );
});

test('keeps order when its contents wrap around at every length up to 70', () => {
  for (let length = 1; length <= 70; length++) {
    const deque = new Deque<number>();
    for (let i = 0; i < length; i++) deque.push(i);
    for (let i = 0; i < 200; i++) {
      deque.push(length + i);
      expect(deque.shift()).toBe(i);
    }
    expect(deque.toArray()).toEqual(Array.from({ length }, (_, i) => 200 + i));
  }
});

test('keeps everything in order through growing to 100,000 and draining from either end', () => {
  const deque = new Deque<number>();
  for (let i = 0; i < 100_000; i++) deque.push(i);
  for (let i = 0; i < 50_000; i++) expect(deque.shift()).toBe(i);
  for (let i = 99_999; i >= 50_000; i--) expect(deque.pop()).toBe(i);
  expect([deque.length, deque.shift(), deque.pop(), deque.peek(), deque.at(0)]).toEqual([
    0,
    ...Array(4).fill(undefined),
  ]);
  deque.push(1);
  deque.clear();
  expect(deque.toArray()).toEqual([]);
});

test('tells undefined values from an empty deque by its length', () => {
  const deque = new Deque<undefined>([undefined]);
  expect(deque.length).toBe(1);
  expect(deque.shift()).toBeUndefined();
  expect(deque.length).toBe(0);
});

test('lets go of removed values', async () => {
  const deque = new Deque<object>();
  const refs: WeakRef<object>[] = [];
  for (let i = 0; i < 50; i++) {
    const value = { i };
    refs.push(new WeakRef(value));
    deque.push(value);
  }
  for (let i = 0; i < 25; i++) {
    deque.shift();
    deque.pop();
  }
  deque.push({ i: 50 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
  expect(deque.length).toBe(1);
});

test('gives the room of a burst back once it has drained', () => {
  const deque = new Deque<number>();
  const held = (): number => {
    globalThis.gc!();
    return process.memoryUsage().heapUsed;
  };
  const before = held();
  for (let i = 0; i < 1_000_000; i++) deque.push(i);
  const full = held() - before;
  while (deque.length > 0) deque.shift();
  expect(held() - before).toBeLessThan(full / 10);
});
