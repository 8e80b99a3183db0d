import { type TimerHandle, TimerRegistry } from '../../../runtime/src/timer-registry.ts';
import { atLeast, atMost, compare, heapGrowth, type MeasureOptions, median, type Row } from '../../harness.ts';

export const part = 'timer-registry';
export const anchors = [];

const TIMERS = 100_000;
const nothing = (): void => {};

function memory(): { same: number; distinct: number; ownBytes: number; nativeBytes: number } {
  const count = 20_000;
  const own = (delay: (i: number) => number): number => {
    const timers = new TimerRegistry({ warnAbove: Number.POSITIVE_INFINITY });
    const handles: TimerHandle[] = new Array(count);
    const bytes = heapGrowth(() => {
      for (let i = 0; i < count; i++) handles[i] = timers.setInterval(nothing, delay(i));
      return handles;
    });
    timers.disposeAll();
    return bytes / count;
  };
  const native = (delay: (i: number) => number): number => {
    const handles: NodeJS.Timeout[] = new Array(count);
    const bytes = heapGrowth(() => {
      for (let i = 0; i < count; i++) handles[i] = setInterval(nothing, delay(i));
      return handles;
    });
    for (const handle of handles) clearInterval(handle);
    return bytes / count;
  };
  const same = (): number => 60_000;
  const distinct = (i: number): number => 60_000 + i;
  const ratios = [1, 2, 3, 4, 5].map(() => {
    const [ownSame, nativeSame, ownDistinct, nativeDistinct] = [
      own(same),
      native(same),
      own(distinct),
      native(distinct),
    ];
    return { same: ownSame / nativeSame, distinct: ownDistinct / nativeDistinct, ownSame, nativeSame };
  });
  return {
    same: median(ratios.map((each) => each.same)),
    distinct: median(ratios.map((each) => each.distinct)),
    ownBytes: median(ratios.map((each) => each.ownSame)),
    nativeBytes: median(ratios.map((each) => each.nativeSame)),
  };
}

/** CPU of 100,000 once-a-second intervals over three seconds, started spread over the first. */
async function cpu(start: (run: () => void) => { stop(): void }): Promise<{ milliseconds: number; runs: number }> {
  let runs = 0;
  const stops: { stop(): void }[] = [];
  for (let slice = 0; slice < 100; slice++) {
    for (let i = 0; i < TIMERS / 100; i++) stops.push(start(() => void runs++));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  runs = 0;
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const used = process.cpuUsage(before);
  for (const handle of stops) handle.stop();
  return { milliseconds: (used.user + used.system) / 1_000, runs };
}

export async function measure({ quick, rounds }: MeasureOptions): Promise<Row[]> {
  const { same, distinct, ownBytes, nativeBytes } = memory();

  const ratios: number[] = [];
  const cold = quick ? 1 : 3;
  for (let round = 0; round < (quick ? 2 : 9); round++) {
    const registry = new TimerRegistry({ warnAbove: Number.POSITIVE_INFINITY });
    const startOwn = (run: () => void): { stop(): void } => registry.setInterval(run, 1_000);
    const startNative = (run: () => void): { stop(): void } => {
      const handle = setInterval(run, 1_000);
      return { stop: () => clearInterval(handle) };
    };
    const own = round % 2 === 0 ? await cpu(startOwn) : undefined;
    const native = await cpu(startNative);
    const ours = own ?? (await cpu(startOwn));
    // The first rounds run code that is not compiled yet, and timers that are still in the young generation.
    if (round >= cold) ratios.push(ours.milliseconds / ours.runs / (native.milliseconds / native.runs));
  }

  const OPERATIONS = 20_000;
  const timers = new TimerRegistry({ warnAbove: Number.POSITIVE_INFINITY });
  const refreshing = await compare(
    [
      {
        name: 'refresh',
        create() {
          const handle = timers.setTimeout(nothing, 60_000);
          return () => {
            for (let i = 0; i < OPERATIONS; i++) handle.refresh();
          };
        },
      },
      {
        name: 'clear+set',
        create() {
          let handle = setTimeout(nothing, 60_000);
          return () => {
            for (let i = 0; i < OPERATIONS; i++) {
              clearTimeout(handle);
              handle = setTimeout(nothing, 60_000);
            }
          };
        },
      },
      {
        name: 'native refresh',
        create() {
          const handle = setTimeout(nothing, 60_000);
          return () => {
            for (let i = 0; i < OPERATIONS; i++) handle.refresh();
          };
        },
      },
    ],
    { rounds },
  );
  timers.disposeAll();
  const bytes = `${ownBytes.toFixed(0)} bytes, native ${nativeBytes.toFixed(0)}`;
  const nativeRefresh = `native refresh ${refreshing.ratio('native refresh', 'clear+set').toFixed(2)}×`;
  return [
    atMost('TimerRegistry memory a timer ÷ native, one delay', 1, same, bytes),
    atMost('TimerRegistry memory a timer ÷ native, 20,000 distinct delays', 1, distinct),
    atMost('TimerRegistry CPU a run ÷ native, 100,000 intervals', 1, median(ratios)),
    atLeast('TimerRegistry refresh ÷ native clear+set', 1.3, refreshing.ratio('refresh', 'clear+set'), nativeRefresh),
  ];
}
