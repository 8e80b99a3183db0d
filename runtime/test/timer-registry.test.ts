import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TimerHandle, TimerRegistry } from '../src/timer-registry.ts';

const day = 86_400_000;
const source = fileURLToPath(new URL('../src/timer-registry.ts', import.meta.url));

function runProgram(program: string): string {
  return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
}

describe.each([
  ['with performance faked', { toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] as const }],
  ['with performance left real', { toFake: ['setTimeout', 'clearTimeout', 'Date'] as const }],
])('under fake timers %s', (_name, { toFake }) => {
  let timers: TimerRegistry;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...toFake] });
    timers = new TimerRegistry();
  });
  afterEach(() => {
    timers.disposeAll();
    vi.useRealTimers();
  });

  it('runs an interval at each period and a timeout once', () => {
    let ticks = 0;
    let timeouts = 0;
    timers.setInterval(() => ticks++, 100);
    timers.setTimeout(() => timeouts++, 250);
    vi.advanceTimersByTime(1_000);
    expect([ticks, timeouts]).toEqual([10, 1]);
    expect(timers.stats()).toMatchObject({ active: 1, created: 2, fired: 11 });
  });

  it.each([1, 25, 60])('keeps an interval alive for %i days', (days) => {
    let last = 0;
    timers.setInterval(() => {
      last = Date.now();
    }, 3_600_000);
    const start = Date.now();
    vi.advanceTimersByTime(days * day);
    expect(last - start).toBe(days * day);
    expect(timers.stats()).toMatchObject({ active: 1, fired: days * 24 });
  });

  it('holds delays past 2^31-1 ms to the millisecond', () => {
    const start = Date.now();
    let firedAt = 0;
    timers.setTimeout(
      () => {
        firedAt = Date.now() - start;
      },
      2 ** 31 + 5_000,
    );
    vi.advanceTimersByTime(2 ** 31 + 4_999);
    expect(firedAt).toBe(0);
    vi.advanceTimersByTime(1);
    expect(firedAt).toBe(2 ** 31 + 5_000);
  });

  it('fires each of many timers at its own due time, whenever it was started', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 40 })), { maxLength: 60 }), (plan) => {
        const registry = new TimerRegistry();
        const wrong: string[] = [];
        let fired = 0;
        for (const [wait, delay] of plan) {
          vi.advanceTimersByTime(wait);
          const wanted = Date.now() + delay;
          registry.setTimeout(() => {
            fired++;
            if (Date.now() !== wanted) wrong.push(`due ${wanted}, fired ${Date.now()}`);
          }, delay);
        }
        vi.advanceTimersByTime(100);
        expect(wrong).toEqual([]);
        expect(fired).toBe(plan.length);
        expect(registry.stats().active).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('refresh starts the delay anew and revives a timeout that has run, never a stopped one', () => {
    let fired = 0;
    const handle = timers.setTimeout(() => fired++, 100);
    vi.advanceTimersByTime(99);
    handle.refresh();
    vi.advanceTimersByTime(99);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(handle.active).toBe(false);
    handle.refresh();
    vi.advanceTimersByTime(100);
    expect(fired).toBe(2);
    handle.stop();
    handle.refresh();
    vi.advanceTimersByTime(1_000);
    expect(fired).toBe(2);
  });

  it('can be stopped inside its own callback and by a neighbour due in the same millisecond', () => {
    let own = 0;
    let neighbour = 0;
    const first = timers.setInterval(() => {
      own++;
      first.stop();
      second.stop();
      third.stop();
    }, 50);
    const second = timers.setInterval(() => neighbour++, 50);
    const third = timers.setTimeout(() => neighbour++, 50);
    vi.advanceTimersByTime(500);
    expect([own, neighbour]).toEqual([1, 0]);
    expect(timers.stats()).toMatchObject({ active: 0, stopped: 3 });
  });

  it('skips, and counts, runs that fall due while the last one is pending', async () => {
    let starts = 0;
    let finish = (): void => {};
    timers.setInterval(() => {
      starts++;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    }, 10);
    vi.advanceTimersByTime(55);
    expect(starts).toBe(1);
    expect(timers.stats().skipped).toBe(4);
    finish();
    await Promise.resolve();
    vi.advanceTimersByTime(10);
    expect(starts).toBe(2);
  });

  it('stacks runs when asked to, as a native interval does', () => {
    let starts = 0;
    timers.setInterval(
      () => {
        starts++;
        return new Promise<void>(() => {});
      },
      10,
      { overrun: 'allow' },
    );
    vi.advanceTimersByTime(50);
    expect(starts).toBe(5);
  });

  it('ends an interval by its explicit maxLifetime only, and says so', () => {
    const expired: TimerHandle[] = [];
    let ticks = 0;
    const handle = timers.setInterval(() => ticks++, 100, { maxLifetime: 450, onExpire: (h) => expired.push(h) });
    vi.advanceTimersByTime(10_000);
    expect(ticks).toBe(4);
    expect(expired).toEqual([handle]);
    expect(timers.stats()).toMatchObject({ active: 0, expired: 1, stopped: 0 });
  });

  it('spreads jittered runs around the period and stays within it', () => {
    const gaps: number[] = [];
    let last = Date.now();
    timers.setInterval(
      () => {
        gaps.push(Date.now() - last);
        last = Date.now();
      },
      1_000,
      { jitter: 0.2 },
    );
    vi.advanceTimersByTime(200_000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_200);
    expect(new Set(gaps).size).toBeGreaterThan(50);
  });

  it('disposes of everything, twice without harm, and can be used again', () => {
    let fired = 0;
    for (let i = 1; i <= 100; i++) timers.setInterval(() => fired++, i);
    timers.disposeAll();
    timers.disposeAll();
    vi.advanceTimersByTime(1_000);
    expect(fired).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    timers.setTimeout(() => fired++, 5);
    vi.advanceTimersByTime(5);
    expect(fired).toBe(1);
  });

  it('disposeAll inside a callback also stops what was due in the same batch', () => {
    let fired = 0;
    timers.setTimeout(() => timers.disposeAll(), 10);
    timers.setTimeout(() => fired++, 10);
    timers.setInterval(() => fired++, 10);
    vi.advanceTimersByTime(100);
    expect(fired).toBe(0);
    expect(timers.stats().active).toBe(0);
  });

  it('leaves no native timer after 1,000 create and stop cycles', () => {
    for (let i = 0; i < 1_000; i++) {
      const handle = timers.setInterval(() => {}, 1 + (i % 7));
      handle[Symbol.dispose]();
    }
    expect(vi.getTimerCount()).toBe(0);
    expect(timers.stats()).toMatchObject({ active: 0, created: 1_000, stopped: 1_000 });
  });
});

describe('errors', () => {
  it('reports a throw or a rejection with the name of the timer and goes on', async () => {
    const seen: [string, string][] = [];
    const timers = new TimerRegistry({ onError: (error, name) => seen.push([(error as Error).message, name]) });
    let runs = 0;
    timers.setInterval(
      () => {
        runs++;
        if (runs === 1) throw new Error('thrown');
        if (runs === 2) return Promise.reject(new Error('rejected'));
        return undefined;
      },
      1,
      { name: 'heartbeat' },
    );
    await vi.waitFor(() => expect(runs).toBeGreaterThan(3));
    timers.disposeAll();
    expect(seen).toEqual([
      ['thrown', 'heartbeat'],
      ['rejected', 'heartbeat'],
    ]);
    expect(timers.stats().errors).toBe(2);
  });

  it('survives an onError that throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const timers = new TimerRegistry({
      onError: () => {
        throw new Error('reporter');
      },
    });
    let runs = 0;
    timers.setInterval(() => {
      runs++;
      throw new Error('work');
    }, 1);
    await vi.waitFor(() => expect(runs).toBeGreaterThan(2));
    timers.disposeAll();
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  it('refuses bad arguments by option, value and range', () => {
    const timers = new TimerRegistry();
    expect(() => timers.setInterval('x' as unknown as () => void, 1)).toThrow(/callback must be a function, got "x"/);
    expect(() => timers.setInterval(() => {}, Number.NaN)).toThrow(/ms must be a number from 0|ms must be a number of/);
    expect(() => timers.setInterval(() => {}, -1)).toThrow(TypeError);
    expect(() => timers.setInterval(() => {}, 1, { jitter: 2 })).toThrow(/jitter must be a number from 0 to 1, got 2/);
    expect(() => timers.setInterval(() => {}, 1, { maxLifetime: 5 })).toThrow(/onExpire must be a function/);
    expect(() => timers.setInterval(() => {}, 1, { overrun: 'queue' as 'skip' })).toThrow(/'skip', 'allow'/);
    expect(() => new TimerRegistry({ warnAbove: 0 })).toThrow(/warnAbove/);
    expect(timers.stats()).toMatchObject({ active: 0, created: 0 });
  });
});

it('warns once when the count passes the threshold, and again only after it has halved', () => {
  const warnings: number[] = [];
  const timers = new TimerRegistry({ warnAbove: 10, onWarn: (_message, active) => warnings.push(active) });
  const handles = Array.from({ length: 15 }, () => timers.setInterval(() => {}, 1_000));
  expect(warnings).toEqual([11]);
  for (const handle of handles) handle.stop();
  for (let i = 0; i < 11; i++) timers.setInterval(() => {}, 1_000);
  expect(warnings).toEqual([11, 11]);
  timers.disposeAll();
});

it('stands still rather than firing for ever late when its clock is set back an hour', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let wall = 10 * 3_600_000;
  let ticks = 0;
  const timers = new TimerRegistry({ now: () => wall });
  timers.setInterval(() => ticks++, 1_000);
  const advance = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) {
      wall += 1_000;
      vi.advanceTimersByTime(1_000);
    }
  };
  advance(5);
  wall -= 3_600_000;
  advance(5);
  wall += 3_600_000;
  advance(5);
  timers.disposeAll();
  vi.useRealTimers();
  expect(ticks).toBeGreaterThanOrEqual(13);
  expect(ticks).toBeLessThanOrEqual(16);
});

it('brings every interval back to its own phase after stalls, whatever the mix of periods, starts and stalls', () => {
  const plan = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(10, 15, 30)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(plan, fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }), (starts, stalls) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      let wall = 0;
      const timers = new TimerRegistry({ now: () => wall });
      const pass = (milliseconds: number): void => {
        for (let i = 0; i < milliseconds; i++) {
          wall++;
          vi.advanceTimersByTime(1);
        }
      };
      const runs = starts.map(([wait, period]) => {
        pass(wait);
        const run = { period, start: wall, times: [] as number[] };
        timers.setInterval(() => run.times.push(wall), period);
        return run;
      });
      for (const stall of stalls) {
        pass(37);
        wall += stall;
      }
      pass(120);
      const settled = wall - 61;
      for (const { period, start, times } of runs) {
        const late = times.filter((time) => time > settled);
        expect(late.length).toBeGreaterThanOrEqual(2);
        expect(late.filter((time) => (time - start) % period !== 0)).toEqual([]);
        expect(new Set(times).size).toBe(times.length);
      }
      timers.disposeAll();
      vi.useRealTimers();
    }),
    { numRuns: 200 },
  );
});

it('does not drift over a hundred real periods, and keeps its phase through a stall of several', async () => {
  const timers = new TimerRegistry();
  const start = performance.now();
  const phases: number[] = [];
  timers.setInterval(() => {
    phases.push((performance.now() - start) % 20);
    if (phases.length === 50) {
      const until = performance.now() + 70;
      while (performance.now() < until);
    }
  }, 20);
  await vi.waitFor(() => expect(phases.length).toBeGreaterThanOrEqual(100), { timeout: 30_000 });
  timers.disposeAll();
  // Each run is late by scheduling noise; with a millisecond of drift a period, no late run would be in phase any more.
  expect(phases.slice(-40).filter((phase) => phase < 8 || phase > 18.5).length).toBeGreaterThan(10);
});

it('lets request stores be collected although their timers live on', async () => {
  const als = new AsyncLocalStorage<object>();
  const timers = new TimerRegistry();
  const stores: WeakRef<object>[] = [];
  let ran = 0;
  for (let i = 0; i < 50; i++) {
    const store = { payload: new Array(1_000).fill(i) };
    stores.push(new WeakRef(store));
    als.run(store, () => timers.setInterval(() => ran++, 5 + (i % 10)));
  }
  await sleep(50);
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await sleep(5);
  }
  const alive = stores.filter((ref) => ref.deref() !== undefined).length;
  expect(ran).toBeGreaterThan(50);
  expect(timers.stats().active).toBe(50);
  timers.disposeAll();
  expect(alive).toBeLessThanOrEqual(1);
});

it('creates nothing at import and lets the process exit with timers active', () => {
  const output = runProgram(`
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { TimerRegistry } = await import(${JSON.stringify(source)});
    const atImport = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length - before;
    const timers = new TimerRegistry();
    timers.setInterval(() => {}, 60_000);
    timers.setInterval(() => {}, 10, { unref: false }).unref();
    console.log(JSON.stringify({ atImport }));
  `);
  expect(JSON.parse(output)).toEqual({ atImport: 0 });
});

it('keeps the process alive for a timer that asks for it', () => {
  const output = runProgram(`
    const { TimerRegistry } = await import(${JSON.stringify(source)});
    const timers = new TimerRegistry();
    timers.setInterval(() => {}, 60_000);
    timers.setTimeout(() => console.log('ran'), 50, { unref: false });
  `);
  expect(output.trim()).toBe('ran');
});
