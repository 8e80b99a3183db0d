import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type InstanceType, planCapacity } from '../src/plan-capacity.ts';

/** Tries every count of every type, committed and then on demand slot by slot. */
function bruteForce(curve: readonly number[], types: readonly InstanceType[], headroom: number): number {
  const most = types.map(({ capacity }) => Math.ceil((Math.max(...curve) * (1 + headroom)) / capacity) + 1);
  function* mixes(at = 0, counts: number[] = []): Generator<number[]> {
    if (at === types.length) yield counts;
    else for (let n = 0; n <= most[at]!; n++) yield* mixes(at + 1, [...counts, n]);
  }
  const all = [...mixes()].map((counts) => ({
    capacity: counts.reduce((sum, n, i) => sum + n * types[i]!.capacity, 0),
    price: counts.reduce((sum, n, i) => sum + n * types[i]!.price, 0),
    committed: counts.reduce((sum, n, i) => sum + (n === 0 ? 0 : n * (types[i]!.committedPrice ?? Infinity)), 0),
  }));
  let best = Infinity;
  for (const base of all) {
    if (base.committed === Infinity) continue;
    let total = base.committed * curve.length;
    for (const load of curve) {
      const rest = load * (1 + headroom) - base.capacity;
      total += Math.min(...all.filter(({ capacity }) => capacity >= rest - 1e-9).map(({ price }) => price));
    }
    best = Math.min(best, total);
  }
  return best;
}

const typeOf = (index: number) =>
  fc.record(
    {
      name: fc.constant(`type${index}`),
      capacity: fc.integer({ min: 1, max: 9 }),
      price: fc.integer({ min: 1, max: 20 }),
      committedPrice: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: ['name', 'capacity', 'price'] },
  );

it('costs exactly what trying every mix finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 4 }),
      fc.tuple(typeOf(0), typeOf(1)),
      fc.constantFrom(0, 0.2, 0.5),
      (curve, types, headroom) => {
        const plan = planCapacity({ curve, instances: types, headroom });
        expect(plan.price).toBeCloseTo(bruteForce(curve, types, headroom), 6);
      },
    ),
    { numRuns: 300 },
  );
});

it('carries every slot with its headroom, and its parts add up to its price', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 24 }),
      fc.tuple(typeOf(0), typeOf(1), typeOf(2)),
      (curve, types) => {
        const plan = planCapacity({ curve, instances: types });
        const priceOf = (counts: Record<string, number>, field: 'price' | 'committedPrice'): number =>
          types.reduce((sum, type) => sum + (counts[type.name] ?? 0) * (type[field] ?? 0), 0);
        let total = 0;
        for (const [index, slot] of plan.slots.entries()) {
          expect(slot.capacity).toBeGreaterThanOrEqual(curve[index]! * 1.2 - 1e-6);
          total += priceOf(plan.committed, 'committedPrice') + priceOf(slot.onDemand, 'price');
        }
        expect(plan.price).toBeCloseTo(total, 4);
        expect(plan.price).toBeLessThanOrEqual(plan.priceOnDemand + 1e-6);
        expect(plan.priceOnDemand).toBeLessThanOrEqual(plan.pricePeak + 1e-6);
      },
    ),
    { numRuns: 100 },
  );
});

it('commits to what runs all day and adds the peak on demand', () => {
  const curve = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 900 : 200));
  const plan = planCapacity({
    curve,
    headroom: 0,
    instances: [{ name: 'large', capacity: 100, price: 0.2, committedPrice: 0.12 }],
  });
  expect(plan.committed).toEqual({ large: 2 });
  expect(plan.slots[12]?.onDemand).toEqual({ large: 7 });
  expect(plan.slots[3]?.onDemand).toEqual({});
  expect(plan.price).toBeCloseTo(24 * 2 * 0.12 + 8 * 7 * 0.2);
  expect(plan.reason).toMatch(/^Commit to 2 × large \(carries 200\)/);
});

it('refuses bad options by name, value and range', () => {
  const instances = [{ name: 'a', capacity: 1, price: 1 }];
  expect(() => planCapacity({ curve: [], instances })).toThrow(/number of slots/);
  expect(() => planCapacity({ curve: [-1], instances })).toThrow(/curve\[0\] must be .* got -1/);
  expect(() => planCapacity({ curve: [1], instances: [{ name: 'a', capacity: 0.5, price: 1 }] })).toThrow(
    /capacity of a/,
  );
  expect(() => planCapacity({ curve: [1], instances: [...instances, ...instances] })).toThrow(/different names/);
  expect(() => planCapacity({ curve: [1e9], instances })).toThrow(/peak/);
});
