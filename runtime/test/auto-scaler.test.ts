import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AutoScaler, type AutoScalerOptions, type ScaleDecision } from '../src/auto-scaler.ts';

const second = 1_000;
const minute = 60 * second;

/** Feeds samples every 15 s and carries each decision out at once. */
function drive(options: Partial<AutoScalerOptions>, replicas: number) {
  const state = { time: 0, replicas };
  const scaler = new AutoScaler({
    policy: { type: 'target', target: 100 },
    max: 50,
    ...options,
    now: () => state.time,
  });
  const decisions: ScaleDecision[] = [];
  const feed = (load: number | ((step: number) => number), minutes: number): ScaleDecision => {
    for (let step = 0; step < minutes * 4; step++) {
      const decision = scaler.decide({
        load: typeof load === 'number' ? load : load(step),
        replicas: state.replicas,
      });
      decisions.push(decision);
      state.replicas = decision.desired;
      state.time += 15 * second;
    }
    return decisions[decisions.length - 1]!;
  };
  return { scaler, state, decisions, feed, changes: () => decisions.filter(({ action }) => action !== 'hold') };
}

describe('target tracking', () => {
  it('holds within the tolerance and names its reason', () => {
    const { feed } = drive({}, 10);
    expect(feed(1_050, 20)).toMatchObject({ action: 'hold', desired: 10, reason: 'within-tolerance' });
  });

  it('goes out to what the load needs when it stays higher', () => {
    const { feed, state, changes } = drive({}, 10);
    feed(1_000, 10);
    feed(1_500, 10);
    expect(state.replicas).toBe(15);
    expect(changes().every(({ action }) => action === 'out')).toBe(true);
    expect(changes()[0]?.detail).toMatch(/load .* needs .* replicas at 100 each, 10 run/);
  });

  it('meets a surge with the very next sample', () => {
    const { feed, decisions } = drive({}, 10);
    feed((step) => 1_000 + (step % 2 === 0 ? 20 : -20), 10);
    feed(3_000, 0.25);
    expect(decisions[decisions.length - 1]).toMatchObject({ action: 'out', desired: 30, reason: 'surge' });
  });

  it('hardly follows noise around its threshold: a few changes in ten hours, a replica or two apart', () => {
    const { feed, changes, decisions } = drive({}, 10);
    let seed = 1;
    const noise = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647 - 0.5;
    };
    feed(() => 1_060 * (1 + 0.5 * noise()), 600);
    expect(changes().length).toBeLessThanOrEqual(6);
    expect(Math.max(...decisions.map(({ desired }) => desired))).toBeLessThanOrEqual(14);
  });

  it('goes in only a cool-down after the last change, and to the highest need within it', () => {
    const { feed, state, changes } = drive({}, 10);
    feed(1_000, 10);
    feed(2_000, 2);
    const outAt = state.time;
    const replicasOut = state.replicas;
    feed(500, 2.5);
    expect(state.replicas).toBe(replicasOut);
    feed(460, 30);
    expect(state.replicas).toBe(5);
    const ins = changes().filter(({ action }) => action === 'in');
    expect(ins.length).toBeGreaterThan(0);
    expect(outAt).toBeGreaterThan(0);
  });

  it('never leaves its bounds, whatever the load', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 1e6 }), fc.constantFrom(Number.NaN, -1, Infinity)), {
          maxLength: 80,
        }),
        fc.constantFrom<AutoScalerOptions['policy']>(
          { type: 'target', target: 100 },
          { type: 'predictive', target: 100, horizonMs: 90 * second, periodMs: 10 * minute },
          {
            type: 'step',
            target: 100,
            steps: [
              { above: 1.2, add: 3 },
              { below: 0.5, remove: 2 },
            ],
          },
        ),
        (loads, policy) => {
          const { feed, state, decisions } = drive({ policy, min: 2, max: 20, scaleInCooldownMs: minute }, 5);
          for (const load of loads) feed(load, 0.25);
          expect(state.replicas).toBeGreaterThanOrEqual(2);
          expect(state.replicas).toBeLessThanOrEqual(20);
          for (const { action, current, desired, detail } of decisions) {
            expect(Math.sign(desired - current)).toBe({ out: 1, hold: 0, in: -1 }[action]);
            expect(detail).not.toBe('');
          }
        },
      ),
    );
  });

  it('changes nothing on a sample that is no number', () => {
    const { feed } = drive({}, 10);
    feed(1_000, 5);
    expect(feed(Number.NaN, 0.25)).toMatchObject({ action: 'hold', reason: 'no-data' });
  });

  it('brings replicas back into bounds at once', () => {
    const { feed } = drive({ min: 4 }, 1);
    expect(feed(10, 0.25)).toMatchObject({ action: 'out', desired: 4, reason: 'bounds' });
  });
});

it('steps: takes the first that holds, then cools down; removing never calls for adding', () => {
  const { feed, state, decisions } = drive(
    {
      policy: {
        type: 'step',
        target: 100,
        steps: [
          { above: 1.5, add: 4 },
          { above: 1.1, add: 1 },
          { below: 0.9, remove: 5 },
        ],
      },
    },
    10,
  );
  feed(1_700, 2);
  expect(decisions[0]).toMatchObject({ action: 'out', reason: 'step' });
  expect(decisions[1]).toMatchObject({ action: 'hold', reason: 'cooling-down' });
  feed(1_700, 30);
  expect(state.replicas * 100 * 1.1).toBeGreaterThanOrEqual(1_700);
  feed(880, 60);
  expect(state.replicas).toBe(9);
});

describe('predictive', () => {
  it('has replicas ready before the load of a steady climb arrives', () => {
    const climb = (step: number): number => 1_000 + step * 10;
    const plain = drive({ policy: { type: 'target', target: 100 } }, 10);
    const ahead = drive({ policy: { type: 'predictive', target: 100, horizonMs: 3 * minute } }, 10);
    plain.feed(climb, 60);
    ahead.feed(climb, 60);
    const firstOut = (decisions: ScaleDecision[]): number => decisions.findIndex(({ action }) => action === 'out');
    expect(firstOut(ahead.decisions)).toBeLessThan(firstOut(plain.decisions));
    expect(ahead.changes().some(({ reason }) => reason === 'forecast')).toBe(true);
  });

  it('expects again what followed one period ago', () => {
    const period = 2 * 60 * minute;
    const { feed, decisions } = drive(
      { policy: { type: 'predictive', target: 100, horizonMs: 5 * minute, periodMs: period } },
      10,
    );
    const cycle = (step: number): number => ((step * 15 * second) % period < period / 2 ? 1_000 : 2_000);
    feed(cycle, 4 * 60 - 60 - 4);
    expect(decisions[decisions.length - 1]).toMatchObject({ reason: expect.stringMatching(/forecast|within/) });
    expect(decisions[decisions.length - 1]!.forecast).toBeGreaterThan(1_500);
  });
});

describe('the loop', () => {
  const options: AutoScalerOptions = { policy: { type: 'target', target: 100 }, max: 20, min: 1 };

  it('carries changes out, and stops cleanly in the middle of a read', async () => {
    const applied: number[] = [];
    let replicas = 2;
    const scaler = new AutoScaler(options);
    let reads = 0;
    let aborted = false;
    scaler.start({
      intervalMs: 5,
      async read(signal) {
        if (++reads === 5) {
          await sleep(60_000, undefined, { signal }).catch(() => {
            aborted = true;
          });
        }
        return { load: 1_000, replicas };
      },
      apply(decision) {
        applied.push(decision.desired);
        replicas = decision.desired;
      },
    });
    expect(() => scaler.start({ read: () => ({ load: 1, replicas: 1 }) })).toThrow(/runs already/);
    await vi.waitFor(() => expect(reads).toBe(5));
    await scaler.stop();
    expect(aborted).toBe(true);
    expect(applied).toEqual([10]);
    expect(scaler.stats()).toMatchObject({ decisions: 4, desired: 10, scaledOut: 1, errors: 0 });
    await sleep(30);
    expect(reads).toBe(5);
    scaler.start({ intervalMs: 5, read: () => ({ load: 1_000, replicas }) });
    await vi.waitFor(() => expect(scaler.stats().decisions).toBeGreaterThan(5));
    await scaler.stop();
  });

  it('survives a read, an apply and an onDecision that throw', async () => {
    const errors: string[] = [];
    let round = 0;
    const scaler = new AutoScaler({
      ...options,
      onError: (error) => errors.push((error as Error).message),
      onDecision: () => {
        throw new Error('listener');
      },
    });
    scaler.start({
      intervalMs: 2,
      read() {
        if (++round === 1) throw new Error('read');
        return { load: 1_000, replicas: 1 };
      },
      apply: () => Promise.reject(new Error('apply')),
    });
    await vi.waitFor(() => expect(errors.length).toBeGreaterThanOrEqual(3));
    await scaler.stop();
    expect(errors.slice(0, 3)).toEqual(['read', 'listener', 'apply']);
  });
});

it('refuses bad options by name, value and range', () => {
  const policy = { type: 'target', target: 1 } as const;
  expect(() => new AutoScaler({ policy: { type: 'pid' as 'target', target: 1 }, max: 1 })).toThrow(/policy\.type/);
  expect(() => new AutoScaler({ policy: { type: 'target', target: 0 }, max: 1 })).toThrow(/policy\.target/);
  expect(() => new AutoScaler({ policy, min: 5, max: 4 })).toThrow(/max must be an integer of at least 5, got 4/);
  expect(() => new AutoScaler({ policy: { type: 'step', target: 1, steps: [{ above: 1, add: 0 }] }, max: 1 })).toThrow(
    /add/,
  );
});
