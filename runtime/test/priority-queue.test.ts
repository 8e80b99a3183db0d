import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PriorityQueue } from '../src/priority-queue.ts';

interface Job {
  rank: number;
  id: number;
}
const byRank = (a: Job, b: Job): number => a.rank - b.rank;

test('gives back what a stable sort would put first, under any mix of pushes and pops', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 5 }), { freq: 2 }), { maxLength: 300 }), (operations) => {
      const queue = new PriorityQueue<Job>(byRank);
      const model: Job[] = [];
      operations.forEach((rank, id) => {
        model.sort(byRank);
        if (rank === null) expect(queue.pop()).toBe(model.shift());
        else {
          const job = { rank, id };
          expect(queue.push(job)).toBe(model.push(job));
        }
        expect(queue.length).toBe(model.length);
      });
      model.sort(byRank);
      expect(queue.toArray()).toEqual(model);
      expect([...queue]).toEqual(model);
      expect(queue.peek()).toEqual(model[0]);
      const drained: (Job | undefined)[] = [];
      while (queue.length > 0) drained.push(queue.pop());
      expect(drained).toEqual(model);
    }),
    { numRuns: 300 },
  );
});

test('sorts 10,000 values by < when no compare is given', () => {
  const queue = new PriorityQueue<number>();
  const values = Array.from({ length: 10_000 }, (_, i) => (i * 7_919) % 10_007);
  for (const value of values) queue.push(value);
  const drained = values.map(() => queue.pop());
  expect(drained).toEqual([...values].sort((a, b) => a - b));
  expect(queue.pop()).toBeUndefined();
});

test('gives equals in the order of pushing, also after it was emptied and cleared', () => {
  const queue = new PriorityQueue<Job>(byRank);
  for (const round of [1, 2]) {
    for (let id = 0; id < 100; id++) queue.push({ rank: 0, id });
    expect(Array.from({ length: 100 }, () => queue.pop()!.id)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    queue.push({ rank: round, id: 0 });
    queue.clear();
    expect(queue.length).toBe(0);
  }
});

test('loses nothing when compare throws in a push', () => {
  const queue = new PriorityQueue<number>((a, b) => {
    if (a === 13) throw new Error('unlucky');
    return a - b;
  });
  for (const value of [5, 1, 4]) queue.push(value);
  expect(() => queue.push(13)).toThrow('unlucky');
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([1, 4, 5, undefined]);
});

test('loses nothing when compare throws in a pop', () => {
  let isBroken = false;
  const queue = new PriorityQueue<number>((a, b) => {
    if (isBroken) throw new Error('broken');
    return a - b;
  });
  for (const value of [5, 1, 4, 3, 2]) queue.push(value);
  isBroken = true;
  expect(() => queue.pop()).toThrow('broken');
  isBroken = false;
  expect([...queue]).toEqual([1, 2, 3, 4, 5]);
});

test('lets go of removed values', async () => {
  const queue = new PriorityQueue<{ rank: number }>((a, b) => a.rank - b.rank);
  const refs = Array.from({ length: 50 }, (_, rank) => {
    const value = { rank };
    queue.push(value);
    return new WeakRef(value);
  });
  while (queue.length > 1) queue.pop();
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(2);
  expect(queue.length).toBe(1);
});

test('refuses a compare that is not a function', () => {
  expect(() => new PriorityQueue({} as () => number)).toThrow(/compare must be a function, got/);
});
