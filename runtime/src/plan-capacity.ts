/** The cheapest mix of instances that carries a load curve: how many to commit to, how many to add when. */
import { checkInteger, checkNumber } from './internal.ts';

export interface InstanceType {
  name: string;
  /** Load one instance carries: a positive whole number, in the unit of the curve. */
  capacity: number;
  /** Price of one instance a slot, on demand. */
  price: number;
  /** Price a slot of an instance committed to for the whole curve. Default: cannot be committed to. */
  committedPrice?: number;
}

export interface CapacityOptions {
  /** Load in each slot (an hour, say), not negative. */
  curve: readonly number[];
  instances: readonly InstanceType[];
  /** Share of spare capacity to keep above the load. Default 0.2. */
  headroom?: number;
}

export interface CapacitySlot {
  load: number;
  /** Load with headroom, rounded up. */
  needed: number;
  /** Instances on demand by type; types with none are left out. */
  onDemand: Record<string, number>;
  capacity: number;
  /** Committed and on-demand instances together. */
  price: number;
}

export interface CapacityPlan {
  /** Instances that run through every slot, by type. */
  committed: Record<string, number>;
  slots: CapacitySlot[];
  /** Of the whole curve. */
  price: number;
  /** The same curve with nothing committed to. */
  priceOnDemand: number;
  /** The same curve with capacity for its peak throughout: as it is before scaling. */
  pricePeak: number;
  /** The plan in a sentence. */
  reason: string;
}

/** Cheapest way to at least each capacity, and the type added last to get there. */
interface Cover {
  cost: Float64Array;
  last: Int32Array;
}

const maxUnits = 1_000_000;

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** Unbounded covering knapsack: cost[n] = min over types of price + cost[n − capacity]. O(units × types). */
function cover(units: number, types: readonly { capacity: number; price: number }[]): Cover {
  const cost = new Float64Array(units + 1).fill(Number.POSITIVE_INFINITY);
  const last = new Int32Array(units + 1).fill(-1);
  cost[0] = 0;
  for (let need = 1; need <= units; need++) {
    for (let type = 0; type < types.length; type++) {
      const { capacity, price } = types[type]!;
      const total = price + cost[Math.max(0, need - capacity)]!;
      if (total < cost[need]!) {
        cost[need] = total;
        last[need] = type;
      }
    }
  }
  return { cost, last };
}

function countTypes(
  need: number,
  { last }: Cover,
  types: readonly { name: string; capacity: number }[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let left = need; left > 0; ) {
    const { name, capacity } = types[last[left]!]!;
    counts[name] = (counts[name] ?? 0) + 1;
    left -= capacity;
  }
  return counts;
}

function capacityOf(counts: Record<string, number>, types: readonly InstanceType[]): number {
  return types.reduce((sum, { name, capacity }) => sum + (counts[name] ?? 0) * capacity, 0);
}

/**
 * Plans the cheapest mix: exact, not a heuristic.
 *
 * ```ts
 * const plan = planCapacity({
 *   curve: [120, 80, 300, 900],
 *   instances: [{ name: 'large', capacity: 100, price: 0.2, committedPrice: 0.12 }],
 * });
 * ```
 *
 * For each committed capacity (its cheapest mix by dynamic programming) every slot's remainder is covered by the
 * cheapest mix on demand; the cheapest sum wins. Throws a TypeError for a bad option, or when the peak divided by the
 * capacities' greatest common divisor passes 1,000,000. Cost: O(peak ÷ divisor × (types + distinct slot loads)).
 */
export function planCapacity(options: CapacityOptions): CapacityPlan {
  const { curve, instances } = options;
  const headroom = checkNumber('headroom', options.headroom ?? 0.2, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('the number of instances', instances.length, 1);
  checkInteger('the number of slots', curve.length, 1);
  for (const { name, capacity, price, committedPrice } of instances) {
    checkInteger(`capacity of ${name}`, capacity, 1);
    checkNumber(`price of ${name}`, price, 0, Number.MAX_VALUE);
    if (committedPrice !== undefined) checkNumber(`committedPrice of ${name}`, committedPrice, 0, Number.MAX_VALUE);
  }
  checkInteger('the number of different names', new Set(instances.map(({ name }) => name)).size, instances.length);
  const unit = instances.reduce((common, { capacity }) => divisor(common, capacity), 0);
  const needed = curve.map((load, slot) =>
    Math.ceil(checkNumber(`curve[${slot}]`, load, 0, Number.MAX_SAFE_INTEGER) * (1 + headroom) - 1e-9),
  );
  const units = needed.map((need) => Math.ceil(need / unit));
  const peak = checkInteger('peak ÷ common divisor of the capacities', Math.max(...units), 0, maxUnits);

  const types = instances.map((type) => ({ ...type, capacity: type.capacity / unit }));
  const committable = types.flatMap(({ committedPrice, ...type }) =>
    committedPrice === undefined ? [] : [{ ...type, price: committedPrice }],
  );
  const onDemand = cover(peak, types);
  const committed = cover(peak, committable);
  const slotsByNeed = new Map<number, number>();
  for (const need of units) slotsByNeed.set(need, (slotsByNeed.get(need) ?? 0) + 1);

  let best = 0;
  let price = Number.POSITIVE_INFINITY;
  for (let base = 0; base <= peak; base++) {
    let total = committed.cost[base]! * curve.length;
    if (total >= price) continue;
    for (const [need, slots] of slotsByNeed) total += slots * onDemand.cost[Math.max(0, need - base)]!;
    if (total < price - 1e-9) {
      price = total;
      best = base;
    }
  }

  const counts = countTypes(best, committed, committable);
  const base = capacityOf(counts, instances);
  const slots = curve.map((load, slot): CapacitySlot => {
    const rest = Math.max(0, units[slot]! - best);
    const extra = countTypes(rest, onDemand, types);
    return {
      load,
      needed: needed[slot]!,
      onDemand: extra,
      capacity: base + capacityOf(extra, instances),
      price: committed.cost[best]! + onDemand.cost[rest]!,
    };
  });
  const priceOnDemand = units.reduce((sum, need) => sum + onDemand.cost[need]!, 0);
  const pricePeak = onDemand.cost[peak]! * curve.length;
  return {
    committed: counts,
    slots,
    price,
    priceOnDemand,
    pricePeak,
    reason: reasonFor(counts, base, price, pricePeak),
  };
}

function reasonFor(counts: Record<string, number>, base: number, price: number, pricePeak: number): string {
  const mix = Object.entries(counts).map(([name, count]) => `${count} × ${name}`);
  const saving = pricePeak > 0 ? Math.round((1 - price / pricePeak) * 100) : 0;
  const commitment =
    mix.length === 0
      ? 'Commit to nothing: no slot-long commitment pays'
      : `Commit to ${mix.join(' + ')} (carries ${base})`;
  return `${commitment}; add the rest on demand. ${saving} % below running for the peak throughout.`;
}
