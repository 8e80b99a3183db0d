/** What one run of a form costs. */
export type Measure = () => number | Promise<number>;

/** The form that a rule reports and the one that it asks for, doing the same. */
export interface CostCase {
  rule: string;
  /** What both do: "10,000 entries through a queue". */
  work: string;
  /** How the two forms are called where the figure is told: "`shift()`" and "a Deque". */
  forms: readonly [bad: string, good: string];
  unit: 'ms' | 'MB' | 'kB' | '% of keys' | 'connections' | 'requests';
  bad: Measure;
  good: Measure;
}

/** Milliseconds that some work takes. */
export const time =
  (work: () => unknown): Measure =>
  async () => {
    const start = process.hrtime.bigint();
    const pending = work();
    if (pending instanceof Promise) await pending;
    return Number(process.hrtime.bigint() - start) / 1e6;
  };

/** MB of memory that is still taken after some work; `end` lets go of it once that is measured. */
export const kept =
  (work: () => unknown, end: (held: unknown) => void = () => {}): Measure =>
  async () => {
    const used = () => {
      globalThis.gc?.();
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    const held = [await work()];
    const after = used();
    end(held[0]);
    held.length = 0;
    return Math.max(0, after - before) / 2 ** 20;
  };

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
