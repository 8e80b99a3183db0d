import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker, type CircuitBreakerOptions } from '../src/circuit-breaker.ts';

function timed(options: CircuitBreakerOptions = {}) {
  const clock = { time: 1e6 };
  const changes: string[] = [];
  const breaker = new CircuitBreaker({
    volumeThreshold: 4,
    resetTimeout: 1_000,
    now: () => clock.time,
    onStateChange: (state) => changes.push(state),
    ...options,
  });
  const fail = (message = 'down') =>
    breaker.run(() => Promise.reject(new Error(message))).catch((e: Error) => e.message);
  const pass = () => breaker.run(async () => 'ok');
  return { breaker, clock, changes, fail, pass };
}

describe('CircuitBreaker', () => {
  it('opens at the threshold and not below the volume, then rejects without calling', async () => {
    const { breaker, fail, pass, changes } = timed();
    await pass();
    await fail();
    await fail();
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.state).toBe('open');
    let called = false;
    const refused = breaker.run(() => {
      called = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN', message: 'circuit is open' });
    expect(called).toBe(false);
    expect(changes).toEqual(['open']);
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 3, rejected: 1, opened: 1 });
  });

  it('half-open lets exactly n calls through and closes when all succeed', async () => {
    const { breaker, fail, clock, changes } = timed({ halfOpenCalls: 3 });
    for (let i = 0; i < 4; i++) await fail();
    clock.time += 999;
    expect(await fail()).toBe('circuit is open');
    clock.time += 1;
    let calls = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        breaker.run(async () => {
          calls++;
          await turn();
        }),
      ),
    );
    expect(calls).toBe(3);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7);
    expect(changes).toEqual(['open', 'halfOpen', 'closed']);
    expect(breaker.stats()).toMatchObject({ windowCalls: 0, windowFailures: 0 });
  });

  it('a failed trial opens it for the whole time again', async () => {
    const { breaker, fail, pass, clock } = timed();
    for (let i = 0; i < 4; i++) await fail();
    clock.time += 1_000;
    await fail('still down');
    expect(breaker.state).toBe('open');
    clock.time += 999;
    await expect(pass()).rejects.toThrow('is open');
    clock.time += 1;
    expect(await pass()).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  it('failures of calls made before it opened neither prolong the opening nor spoil the trials', async () => {
    const { breaker, clock, pass } = timed();
    const ends: (() => void)[] = [];
    const slow = Array.from({ length: 20 }, () =>
      breaker.run(() => new Promise((_, reject) => ends.push(() => reject(new Error('late'))))).catch(() => {}),
    );
    for (const end of ends.slice(0, 10)) end();
    await turn();
    expect(breaker.state).toBe('open');
    clock.time += 900;
    for (const end of ends.slice(10, 15)) end();
    await turn();
    clock.time += 100;
    const trial = pass();
    for (const end of ends.slice(15)) end();
    expect(await trial).toBe('ok');
    await Promise.all(slow);
    expect(breaker.state).toBe('closed');
  });

  it('a trial that hangs does not keep it half-open for ever', async () => {
    const { breaker, fail, pass, clock } = timed();
    for (let i = 0; i < 4; i++) await fail();
    clock.time += 1_000;
    breaker.run(() => new Promise(() => {}));
    await expect(pass()).rejects.toThrow('is open');
    clock.time += 1_000;
    expect(await pass()).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  it('forgets old calls as the window rolls, without timers, after any pause', async () => {
    const { breaker, fail, pass, clock } = timed({ rollingCountTimeout: 1_000, rollingCountBuckets: 4 });
    for (let i = 0; i < 3; i++) await fail();
    clock.time += 500;
    await pass();
    expect(breaker.stats()).toMatchObject({ windowCalls: 4, windowFailures: 3 });
    clock.time += 600;
    expect(breaker.stats()).toMatchObject({ windowCalls: 1, windowFailures: 0 });
    clock.time += 1e9;
    expect(breaker.stats()).toMatchObject({ windowCalls: 0, windowFailures: 0 });
    clock.time -= 5e8;
    await fail();
    expect(breaker.stats()).toMatchObject({ windowCalls: 1, windowFailures: 1 });
  });

  it('filtered errors pass through and do not open it', async () => {
    const { breaker, fail } = timed({ errorFilter: (error) => (error as Error).message === 'not found' });
    for (let i = 0; i < 20; i++) expect(await fail('not found')).toBe('not found');
    expect(breaker.state).toBe('closed');
    expect(breaker.stats()).toMatchObject({ failures: 0, successes: 20 });
  });

  it('a signal ends its own call only, counts as nothing, and gives the trial back', async () => {
    const { breaker, fail, pass, clock } = timed();
    const controller = new AbortController();
    const hanging = breaker.run(() => new Promise(() => {}), { signal: controller.signal });
    controller.abort(new Error('client left'));
    await expect(hanging).rejects.toThrow('client left');
    expect(breaker.stats()).toMatchObject({ failures: 0, successes: 0 });
    await expect(breaker.run(() => 1, { signal: controller.signal })).rejects.toThrow('client left');
    for (let i = 0; i < 4; i++) await fail();
    clock.time += 1_000;
    const second = new AbortController();
    const trial = breaker.run(() => new Promise(() => {}), { signal: second.signal });
    second.abort(new Error('left too'));
    await expect(trial).rejects.toThrow('left too');
    expect(await pass()).toBe('ok');
    const received = await breaker.run((signal) => signal, { signal: new AbortController().signal });
    expect(received).toBeInstanceOf(AbortSignal);
  });

  it('rejects past its capacity, and falls back for failed and refused calls but not for aborted ones', async () => {
    const { breaker } = timed({ capacity: 1 });
    let end: () => void = () => {};
    const running = breaker.run(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_FULL' });
    expect(await breaker.run(() => 1, { fallback: () => 2 })).toBe(2);
    end();
    await running;
    const failing = () => Promise.reject<number>(new Error('down'));
    expect(await breaker.run(failing, { fallback: (error) => (error as Error).message.length })).toBe(4);
    const controller = new AbortController();
    const aborted = breaker.run<number>(() => new Promise(() => {}), { signal: controller.signal, fallback: () => 0 });
    controller.abort(new Error('left'));
    await expect(aborted).rejects.toThrow('left');
  });

  it('counts synchronous throws, wraps functions, opens and closes by hand', async () => {
    const { breaker } = timed();
    const double = breaker.wrap((n: number) => {
      if (n < 0) throw new Error('negative');
      return n * 2;
    });
    expect(await double(2)).toBe(4);
    await expect(double(-1)).rejects.toThrow('negative');
    expect(breaker.stats().failures).toBe(1);
    breaker.open();
    await expect(double(2)).rejects.toThrow('is open');
    breaker.close();
    expect(await double(2)).toBe(4);
  });

  it('keeps its memory however many calls it saw', async () => {
    const breaker = new CircuitBreaker();
    const work = async () => {
      for (let i = 0; i < 50_000; i++) await breaker.run(async () => i);
    };
    const gc = (globalThis as { gc?: () => void }).gc;
    await work();
    gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 4; i++) await work();
    gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000);
  });

  it('names option, value and range', () => {
    expect(() => new CircuitBreaker({ errorThresholdPercentage: 101 })).toThrow(/from 0 to 100, got 101/);
    expect(() => new CircuitBreaker({ halfOpenCalls: 0 })).toThrow(TypeError);
    expect(() => new CircuitBreaker({ capacity: 0.5 })).toThrow(TypeError);
  });
});
