import pRetry from 'p-retry';
import { type RetryOptions, retry } from '../../../runtime/src/retry.ts';
import { atLeast, atMost, compare, type MeasureOptions, type Row, random } from '../../harness.ts';

export const part = 'retry';
export const anchors = ['p-retry'];

const CLIENTS = 1_000;
const TAKEN_PER_STEP = 20;

interface Outcome {
  /** Most attempts within 10 ms after the first, which all clients make at once. */
  peak: number;
  retries: number;
  /** Until the last client was served. */
  millis: number;
}

/**
 * A thousand clients call at once a server that takes 20 calls in 10 ms and refuses the rest, until all are served. Time
 * is simulated: `retry` waits on a replaced `setTimeout`, whose callbacks run in the order they fall due.
 */
async function simulate(options: RetryOptions): Promise<Outcome> {
  const real = globalThis.setTimeout;
  const due: { at: number; order: number; run: () => void }[] = [];
  let now = 0;
  let order = 0;
  let peak = 0;
  let retries = 0;
  let step = -1;
  let inStep = 0;
  globalThis.setTimeout = ((run: () => void, millis: number) => {
    due.push({ at: now + Math.max(1, Math.trunc(millis)), order: order++, run });
    return {} as NodeJS.Timeout;
  }) as unknown as typeof setTimeout;
  try {
    let served = 0;
    const call = (attempt: number): void => {
      if (attempt > 1) retries++;
      const current = Math.floor(now / 10);
      if (current !== step) {
        step = current;
        inStep = 0;
      }
      inStep++;
      if (step > 0) peak = Math.max(peak, inStep);
      if (inStep > TAKEN_PER_STEP) throw new Error('busy');
      served++;
    };
    for (let i = 0; i < CLIENTS; i++) retry(call, options).catch(() => {});
    while (served < CLIENTS) {
      // Lets the rejected attempts reach their pauses.
      await new Promise((resolve) => setImmediate(resolve));
      due.sort((a, b) => a.at - b.at || a.order - b.order);
      const at = due[0]?.at;
      if (at === undefined) break;
      now = at;
      while (due[0]?.at === at) due.shift()?.run();
    }
    await new Promise((resolve) => setImmediate(resolve));
    return { peak, retries, millis: now };
  } finally {
    globalThis.setTimeout = real;
  }
}

export async function measure({ rounds, quick }: MeasureOptions): Promise<Row[]> {
  const result = await compare(
    [
      {
        name: 'plimsoll',
        create: () => async () => {
          for (let i = 0; i < 10_000; i++) await retry(async () => i, { retries: 3 });
        },
      },
      {
        name: 'p-retry',
        create: () => async () => {
          for (let i = 0; i < 10_000; i++) await pRetry(async () => i, { retries: 3 });
        },
      },
    ],
    { rounds },
  );
  const rows = [atLeast('retry, first attempt succeeds ÷ p-retry', 1.3, result.ratio('plimsoll', 'p-retry'))];
  const chance = random(1);
  const patient = { retries: Number.POSITIVE_INFINITY, random: chance };
  const outcome = await simulate(patient);
  let without = '';
  if (!quick) {
    // p-retry's default: exponential, without jitter. Its pauses are capped here, or it would take simulated hours.
    const inStep = await simulate({ ...patient, jitter: 'none', factor: 2, minTimeout: 1_000 });
    without = `; without jitter (p-retry's default): peak ${inStep.peak}, ${inStep.retries} retries, ${(inStep.millis / 1_000).toFixed(0)} s`;
  }
  const note = `default options; all served after ${(outcome.millis / 1_000).toFixed(1)} s${without}`;
  rows.push(atMost('retry, 1,000 clients: most calls in 10 ms', 120, outcome.peak, note, ''));
  rows.push(atMost('retry, 1,000 clients: retries until all are served', 2_200, outcome.retries, undefined, ''));
  return rows;
}
