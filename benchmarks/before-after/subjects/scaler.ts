import { setImmediate as turn } from 'node:timers/promises';
import { random } from '../../harness.ts';
import { summarise } from '../numbers.ts';
import { countTimers, serve, usedBytes } from '../subject.ts';

interface Scaler {
  start(): void;
  stop(): void;
  evaluate(at: number): unknown;
  collector: { sample(at: number): void };
}
interface Exports {
  createAutoScaler(options: {
    service: { name: string; minInstances: number; maxInstances: number; targetCpu: number };
    readLoad: () => { cpu: number; requestsPerSecond: number };
    scale: () => void;
    cooldownMs?: number;
  }): Scaler;
}

const { createAutoScaler } = (await import(process.argv[2]!)) as Exports;
const second = 1_000;
const hour = 3_600 * second;

serve({
  usedBytes,
  countTimers,
  async cycles(count: number) {
    for (let i = 0; i < count; i++) {
      const scaler = createAutoScaler({
        service: { name: `service-${i}`, minInstances: 2, maxInstances: 20, targetCpu: 0.5 },
        readLoad: () => ({ cpu: 0.5, requestsPerSecond: 100 }),
        scale: () => {},
      });
      scaler.start();
      scaler.stop();
    }
  },
  async day(hours: number) {
    const next = random(41);
    let at = Date.now();
    let cpu = 0.5;
    const scaler = createAutoScaler({
      service: { name: 'orders', minInstances: 2, maxInstances: 20, targetCpu: 0.5 },
      readLoad: () => ({ cpu, requestsPerSecond: 2_000 * cpu }),
      scale: () => {},
      // Of the wall clock, which hardly moves here: without it the first step would be the last.
      cooldownMs: 1,
    });
    const baseline = await usedBytes();
    const heap = [{ hours: 0, bytes: 0 }];
    const latencies: number[] = [];
    for (let s = 1; s <= hours * 3_600; s++) {
      at += second;
      cpu = Math.min(
        1,
        Math.max(0, 0.5 + 0.3 * Math.sin((2 * Math.PI * s * second) / (24 * hour)) + 0.1 * (next() - 0.5)),
      );
      scaler.collector.sample(at);
      if (s % 5 === 0) {
        const before = performance.now();
        scaler.evaluate(at);
        latencies.push(performance.now() - before);
        await turn();
      }
      if (s % 7_200 === 0)
        heap.push({ hours: s / 3_600, bytes: (await usedBytes()) - baseline - 8 * latencies.length });
    }
    scaler.stop();
    return { ...summarise(latencies), perSecond: latencies.length, heap };
  },
});
