import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SingleFlight, singleFlight } from '../src/single-flight.ts';

describe('SingleFlight', () => {
  it('makes one call for a hundred callers, and a new one afterwards', async () => {
    const flights = new SingleFlight<string, number>();
    let calls = 0;
    const load = async () => {
      await turn();
      return ++calls;
    };
    const results = await Promise.all(Array.from({ length: 100 }, () => flights.do('key', load)));
    expect(new Set(results)).toEqual(new Set([1]));
    expect(await flights.do('key', load)).toBe(2);
    expect(flights.stats()).toEqual({ inFlight: 0, calls: 2, shared: 99 });
  });

  it('does not keep a rejection, nor a synchronous throw', async () => {
    const flights = new SingleFlight<number, string>();
    const fail = () => {
      throw new Error('sync');
    };
    const both = [flights.do(1, fail), flights.do(1, () => 'second')];
    for (const result of both.slice(0, 1)) await expect(result).rejects.toThrow('sync');
    expect(await flights.do(1, async () => 'ok')).toBe('ok');
    await expect(flights.do(1, () => Promise.reject(new Error('async')))).rejects.toThrow('async');
    expect(flights.stats().inFlight).toBe(0);
    await Promise.allSettled(both);
  });

  it("one caller's abort ends its wait only; the call is told when all have given up", async () => {
    const flights = new SingleFlight<string, string>();
    const [one, two] = [new AbortController(), new AbortController()];
    let inner: AbortSignal | undefined;
    let finish: (value: string) => void = () => {};
    const call = ({ signal }: { signal: AbortSignal }) => {
      inner = signal;
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    };
    const first = flights.do('k', call, { signal: one.signal });
    const second = flights.do('k', call, { signal: two.signal });
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(inner?.aborted).toBe(false);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(inner?.aborted).toBe(true);
    expect(await flights.do('k', () => 'fresh')).toBe('fresh');
    finish('late');
  });

  it('a caller without a signal keeps the call going', async () => {
    const flights = new SingleFlight<string, string>();
    const controller = new AbortController();
    let inner: AbortSignal | undefined;
    const call = async ({ signal }: { signal: AbortSignal }) => {
      inner = signal;
      await turn();
      return 'done';
    };
    const patient = flights.do('k', call);
    const hasty = flights.do('k', call, { signal: controller.signal });
    controller.abort();
    await expect(hasty).rejects.toThrow();
    expect(inner?.aborted).toBe(false);
    expect(await patient).toBe('done');
    await expect(flights.do('k', call, { signal: controller.signal })).rejects.toThrow();
  });

  it('forget during a flight starts a new one, whose end does not end the other', async () => {
    const flights = new SingleFlight<string, number>();
    const ends: ((n: number) => void)[] = [];
    const call = () => new Promise<number>((resolve) => ends.push(resolve));
    const first = flights.do('k', call);
    flights.forget('k');
    const second = flights.do('k', call);
    ends[0]?.(1);
    expect(await first).toBe(1);
    expect(flights.stats().inFlight).toBe(1);
    const third = flights.do('k', call);
    ends[1]?.(2);
    expect([await second, await third]).toEqual([2, 2]);
  });

  it('tells keys apart as a Map does: objects by identity, NaN equal to itself', async () => {
    const flights = new SingleFlight<unknown, number>();
    let calls = 0;
    const call = async () => {
      await turn();
      return ++calls;
    };
    await Promise.all([Number.NaN, Number.NaN, '1', 1, {}, {}].map((key) => flights.do(key, call)));
    expect(calls).toBe(5);
  });

  it('refuses a call that asks for its own key before it yields, instead of waiting for itself for ever', async () => {
    const flights = new SingleFlight<string, string>();
    const outer = flights.do('k', () => flights.do('k', () => 'inner'));
    await expect(outer).rejects.toThrow('a call may not ask for its own key');
    expect(await flights.do('k', () => flights.do('other', () => 'inner'))).toBe('inner');
  });

  it('wraps a function, by its first argument or by keyOf', async () => {
    let calls = 0;
    const load = singleFlight(async (id: number, _how: string) => {
      calls++;
      await turn();
      return id;
    });
    expect(await Promise.all([load(1, 'a'), load(1, 'b'), load(2, 'a')])).toEqual([1, 1, 2]);
    expect(calls).toBe(2);
    const sum = singleFlight(async (a: number, b: number) => a + b, { keyOf: (a, b) => `${a}:${b}` });
    expect(await Promise.all([sum(1, 2), sum(1, 3)])).toEqual([3, 4]);
    expect(sum.stats().calls).toBe(2);
    const pending = load(7, 'a');
    load.forget(7, 'a');
    load(7, 'a');
    await pending;
    expect(calls).toBe(4);
    expect(() => singleFlight(1 as never)).toThrow(TypeError);
  });
});
