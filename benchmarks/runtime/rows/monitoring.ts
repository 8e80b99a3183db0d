import { BoundedCache } from '../../../runtime/src/bounded-cache.ts';
import { LoadMonitor } from '../../../runtime/src/load-monitor.ts';
import { MemoryPressure } from '../../../runtime/src/memory-pressure.ts';
import { RuntimeMonitor } from '../../../runtime/src/runtime-monitor.ts';
import { TimerRegistry } from '../../../runtime/src/timer-registry.ts';
import { atMost, type MeasureOptions, median, type Row } from '../../harness.ts';

export const part = 'monitoring';
export const anchors = [];

/** CPU of an idle second with and without the sampler at its default of 1 Hz, as a share of a core. */
async function share(start: () => { stop(): void }, seconds: number): Promise<number> {
  const idle = async (): Promise<number> => {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (seconds * 1e6);
  };
  const without = await idle();
  const sampler = start();
  // The first samples are compiled in.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const withSampler = await idle();
  sampler.stop();
  return withSampler - without;
}

/** Microseconds a call costs. */
function cost(work: () => unknown, calls: number): number {
  const rounds = Array.from({ length: 7 }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) work();
    return Number(process.hrtime.bigint() - start) / 1e3 / calls;
  });
  return median(rounds);
}

export async function measure({ quick }: MeasureOptions): Promise<Row[]> {
  const seconds = quick ? 3 : 8;
  const loads: number[] = [];
  const pressures: number[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    loads.push(await share(() => new LoadMonitor().start(), seconds));
    pressures.push(await share(() => new MemoryPressure().start(), seconds));
  }
  const load = new LoadMonitor();
  const pressure = new MemoryPressure();
  const monitor = new RuntimeMonitor();
  for (let i = 0; i < 20; i++) {
    monitor.add(`cache ${i}`, new BoundedCache({ max: 10 }));
    monitor.add(`timers ${i}`, new TimerRegistry());
  }
  let refused = 0;
  const asked = cost(() => {
    if (load.overloaded) refused++;
  }, 1_000_000);
  const sample = cost(() => load.sample(), 2_000);
  const snapshot = cost(() => monitor.snapshot(), 500);
  return [
    atMost('LoadMonitor at 1 Hz, share of a core', 0.1, median(loads) * 100, `a sample ${sample.toFixed(1)} µs`, ' %'),
    atMost(
      'MemoryPressure at 1 Hz, share of a core',
      0.1,
      median(pressures) * 100,
      `a sample ${cost(() => pressure.sample(), 2_000).toFixed(1)} µs`,
      ' %',
    ),
    atMost('LoadMonitor.overloaded, asked on a request', 0.1, asked, refused > 0 ? 'overloaded' : undefined, ' µs'),
    atMost(
      'RuntimeMonitor snapshot of 40 parts at 1 Hz, share of a core',
      0.1,
      (snapshot / 1e6) * 100,
      `${snapshot.toFixed(0)} µs`,
      ' %',
    ),
  ];
}
