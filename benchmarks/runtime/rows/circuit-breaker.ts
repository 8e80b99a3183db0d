import { createRequire } from 'node:module';
import { type CircuitBreakerPolicy, circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel';
import { CircuitBreaker } from '../../../runtime/src/circuit-breaker.ts';
import { atLeast, atMost, type Comparison, compare, heapGrowth, type MeasureOptions, type Row } from '../../harness.ts';

export const part = 'circuit-breaker';
export const anchors = ['opossum', 'cockatiel'];

/** What is used here of opossum, which has no types. */
interface OpossumBreaker {
  fire(): Promise<number>;
  open(): void;
}
const Opossum = createRequire(import.meta.url)('opossum') as new (
  action: () => Promise<number>,
  options: { timeout: false; rollingPercentilesEnabled: false },
) => OpossumBreaker;

const CALLS = 10_000;
const action = async (): Promise<number> => 1;
const sampling = (): CircuitBreakerPolicy =>
  circuitBreaker(handleAll, {
    halfOpenAfter: 30_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  });

function closed(rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'plimsoll',
        create() {
          const breaker = new CircuitBreaker();
          return async () => {
            for (let i = 0; i < CALLS; i++) await breaker.run(action);
          };
        },
      },
      {
        name: 'opossum',
        create() {
          const breaker = new Opossum(action, { timeout: false, rollingPercentilesEnabled: false });
          return async () => {
            for (let i = 0; i < CALLS; i++) await breaker.fire();
          };
        },
      },
      {
        name: 'cockatiel',
        create() {
          const breaker = sampling();
          return async () => {
            for (let i = 0; i < CALLS; i++) await breaker.execute(action);
          };
        },
      },
    ],
    { rounds },
  );
}

function open(rounds: number): Promise<Comparison> {
  return compare(
    [
      {
        name: 'plimsoll',
        create() {
          const breaker = new CircuitBreaker();
          breaker.open();
          return async () => {
            for (let i = 0; i < CALLS; i++) await breaker.run(action).catch(() => {});
          };
        },
      },
      {
        name: 'opossum',
        create() {
          const breaker = new Opossum(action, { timeout: false, rollingPercentilesEnabled: false });
          breaker.open();
          return async () => {
            for (let i = 0; i < CALLS; i++) await breaker.fire().catch(() => {});
          };
        },
      },
    ],
    { rounds },
  );
}

export async function measure({ rounds }: MeasureOptions): Promise<Row[]> {
  const whenClosed = await closed(rounds);
  const whenOpen = await open(rounds);
  const breakers: CircuitBreaker[] = [];
  const each = heapGrowth(() => {
    for (let i = 0; i < 1_000; i++) breakers.push(new CircuitBreaker());
    return breakers;
  });
  const used = new CircuitBreaker();
  for (let i = 0; i < 20_000; i++) await used.run(action);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 200_000; i++) await used.run(action);
  globalThis.gc?.();
  const growth = process.memoryUsage().heapUsed - before;
  return [
    atLeast('CircuitBreaker closed ÷ opossum without time-out', 2, whenClosed.ratio('plimsoll', 'opossum')),
    atLeast('CircuitBreaker closed ÷ cockatiel sampling', 1, whenClosed.ratio('plimsoll', 'cockatiel')),
    atLeast('CircuitBreaker open ÷ opossum', 3, whenOpen.ratio('plimsoll', 'opossum')),
    atMost('CircuitBreaker, memory of one', 1, each / 1_000 / 1_024, undefined, ' KiB'),
    atMost('CircuitBreaker, growth over 200,000 calls', 50, growth / 1_024, undefined, ' KiB'),
  ];
}
