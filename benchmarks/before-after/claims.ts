/** The rows: each claim of the report against its bar, from the measured forms. */
import { median } from '../harness.ts';
import { type FormName, formNames, type System } from './forms.ts';
import type { GatewayRun } from './gateway.ts';
import type { Latencies, PerForm } from './numbers.ts';
import type { OrdersRun } from './orders.ts';
import type { UnseenRun } from './unseen.ts';

export interface Placement {
  nodes: number;
  uniformity: number;
  moved: number;
  shares: number[];
}
export interface CacheRun {
  traffic: Latencies & { perSecond: number; heap: { gets: number; bytes: number }[] };
}
export type ScalerRun = Latencies & { heap: { hours: number; bytes: number }[] };
export interface Cycles {
  timers: number;
  bytes: number;
}

export interface Measured {
  systems: System[];
  gateway: PerForm<GatewayRun[]>;
  orders: PerForm<OrdersRun[]>;
  cache: PerForm<CacheRun[]>;
  placement: PerForm<Placement[]>;
  scaler: PerForm<ScalerRun[]>;
  /** By system. */
  cycles: Record<string, PerForm<Cycles>>;
}

/** The system of `unseen/`: told as it comes, no bars. */
export interface Unseen {
  system: System;
  cycles: PerForm<Cycles>;
  runs: PerForm<UnseenRun[]>;
}

/** A row of the house's result files, and what the table shows beside it. */
export interface ClaimRow {
  bar: string;
  wanted: string;
  measured: string;
  met: boolean;
  note?: string;
  claim: string;
  before: string;
  safe: string;
  after: string;
}

const words = {
  findings: 'high-impact issues 118 → 0',
  score: 'score 0 (F) → 45 (C+)',
  timers: 'timer leaks −95 %',
  memory: 'memory −60–80 %',
  time: 'response time −40–70 %',
  throughput: 'throughput 3–5×',
  exhaustion: 'stability: resource exhaustion eliminated',
  distribution: 'key distribution ~60 % → ~95 %',
} as const;

function milliseconds(value: number): string {
  return value >= 100
    ? `${value.toFixed(0)} ms`
    : value >= 1
      ? `${value.toFixed(1)} ms`
      : `${(value * 1_000).toFixed(1)} µs`;
}

export function mebibytes(value: number): string {
  return `${(Math.max(0, value) / 2 ** 20).toFixed(value < 10 * 2 ** 20 ? 2 : 1)} MiB`;
}

function percent(share: number): string {
  const value = 100 * share;
  const digits = Math.abs(value) >= 99.95 || Math.abs(value) < 10 ? 1 : 0;
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)} %`;
}

/** Median over the rounds of `pick`, a form. */
function medians<Run>(runs: PerForm<Run[]>, pick: (run: Run) => number): PerForm<number> {
  const of = (name: FormName): number => median(runs[name].map(pick));
  return { naive: of('naive'), safe: of('safe'), fixed: of('fixed') };
}

/** Median over the rounds of fixed over naive, both of one round. */
function ratio<Run>(runs: PerForm<Run[]>, pick: (run: Run) => number): number {
  return median(runs.naive.map((naive, round) => pick(runs.fixed[round]!) / pick(naive)));
}

function row(
  claim: string,
  bar: string,
  wanted: string,
  measured: string,
  met: boolean,
  [before, safe, after]: readonly [string, string, string],
  note?: string,
): ClaimRow {
  return { claim, bar, wanted, measured, met, before, safe, after, ...(note && !met ? { note } : {}) };
}

/** A row that wants less: `share` is how much of the naive figure has to go. */
function lessBy<Run>(
  claim: string,
  bar: string,
  share: number,
  runs: PerForm<Run[]>,
  pick: (run: Run) => number,
  show: (value: number) => string,
  note?: string,
): ClaimRow {
  const { naive, safe, fixed } = medians(runs, pick);
  const change = ratio(runs, pick) - 1;
  const texts = [show(naive), show(safe), show(fixed)] as const;
  return row(claim, bar, `≥ −${100 * share} %`, percent(change), change <= -share, texts, note);
}

function moreTimes<Run>(
  claim: string,
  bar: string,
  times: number,
  runs: PerForm<Run[]>,
  pick: (run: Run) => number,
  note?: string,
): ClaimRow {
  const { naive, safe, fixed } = medians(runs, pick);
  const measured = ratio(runs, pick);
  const show = (value: number): string => `${value.toFixed(0)}/s`;
  const texts = [show(naive), show(safe), show(fixed)] as const;
  return row(claim, bar, `≥ ${times}×`, `${measured.toFixed(2)}×`, measured >= times, texts, note);
}

function verdictRows(systems: readonly System[]): ClaimRow[] {
  const highs = formNames.map((name) => systems.reduce((sum, { forms }) => sum + forms[name].verdict.high, 0));
  const [naive = 0, safe = 0, fixed = 0] = highs;
  const rows = [
    row(words.findings, 'high findings, four systems', '0', `${fixed}`, fixed === 0, [
      `${naive}`,
      `${safe}`,
      `${fixed}`,
    ]),
  ];
  const scores = (name: FormName): number[] => systems.map(({ forms }) => forms[name].verdict.score);
  const span = (name: FormName): string => `${Math.min(...scores(name))}–${Math.max(...scores(name))}`;
  const shown = [span('naive'), span('safe'), span('fixed')] as const;
  const before = Math.max(...scores('naive'));
  const alone = Math.min(...scores('safe'));
  const reviewed = Math.min(...scores('fixed'));
  rows.push(
    row(words.score, 'score before, highest of the four', '≤ 15', `${before}`, before <= 15, shown, reasons.trial),
    row(words.score, 'score, `--fix` alone, lowest of the four', '≥ 45', `${alone}`, alone >= 45, shown),
    row(words.score, 'score, `--fix=review`, lowest of the four', '≥ 85', `${reviewed}`, reviewed >= 85, shown),
  );
  return rows;
}

function timerRows(cycles: Measured['cycles']): ClaimRow[] {
  return Object.entries(cycles).map(([name, forms]) => {
    const texts = [`${forms.naive.timers}`, `${forms.safe.timers}`, `${forms.fixed.timers}`] as const;
    const change = forms.naive.timers === 0 ? 0 : forms.fixed.timers / forms.naive.timers - 1;
    const bar = `${name}: timers left after the create/stop cycles`;
    return row(words.timers, bar, '−100 %', percent(change), forms.fixed.timers <= 0, texts, reasons.dispose);
  });
}

/** Why a bar may be missed; shown beside the row. */
const reasons = {
  trial: 'findings of trial rules do not weigh yet',
  dispose:
    'classes that had no end get a `dispose()`; the fixer works within one file, so the owner in another file does not call it yet',
  limit:
    'the fixed form stops growing at 10,000 entries a container; a load that does not fill them shows no difference',
  upstream: 'answers of slow upstreams are the same in every form; only what the gateway adds can go',
  polling: 'the naive form looks for a free connection every 50 ms; the rest is the database’s time',
  fair: 'the naive form serves newcomers before those who wait: a low median, paid for at p99; the fixed one is first come, first served',
  database: 'the database is the limit: a pool adds no speed to queries',
  cache: 'nothing queues here: the get is the loader’s turn of the loop, and a bounded near-cache also misses more',
  average: 'the average copies the samples it holds; the naive form does so over all samples ever taken',
  ring: 'the hash is uniform, the hand-written ring of 100 places a node is not: that takes another placement (`no-uneven-ring`)',
} as const;

export function listRows({ systems, gateway, orders, cache, placement, scaler, cycles }: Measured): ClaimRow[] {
  const rows = [...verdictRows(systems), ...timerRows(cycles)];
  rows.push(
    lessBy(
      words.memory,
      'api-gateway: heap after the same requests',
      0.8,
      gateway,
      (run) => run.heap.at(-1)!.bytes,
      mebibytes,
      reasons.limit,
    ),
  );
  rows.push(
    lessBy(
      words.memory,
      'connection-pool: heap after the same look-ups',
      0.8,
      orders,
      (run) => run.heap.at(-1)!.bytes,
      mebibytes,
      reasons.limit,
    ),
    lessBy(
      words.memory,
      'distributed-cache: heap after the same gets',
      0.8,
      cache,
      (run) => run.traffic.heap.at(-1)!.bytes,
      mebibytes,
      reasons.limit,
    ),
    lessBy(
      words.memory,
      'auto-scaler: heap after the same hours',
      0.8,
      scaler,
      (run) => run.heap.at(-1)!.bytes,
      mebibytes,
      reasons.limit,
    ),
  );
  const time = <Run>(
    what: string,
    runs: PerForm<Run[]>,
    pick: (run: Run) => Latencies,
    notes: [string | undefined, string | undefined] = [undefined, undefined],
  ): void => {
    rows.push(lessBy(words.time, `${what}: p50`, 0.7, runs, (run) => pick(run).p50, milliseconds, notes[0]));
    rows.push(lessBy(words.time, `${what}: p99`, 0.7, runs, (run) => pick(run).p99, milliseconds, notes[1]));
  };
  time('api-gateway, 100 connections', gateway, (run) => run.busy, [undefined, reasons.upstream]);
  time('api-gateway, 250 requests/s', gateway, (run) => run.steady, [undefined, reasons.upstream]);
  time('connection-pool, bursts of 100', orders, (run) => run.bursts, [reasons.polling, reasons.polling]);
  time('connection-pool, 50 callers', orders, (run) => run.busy, [reasons.fair, undefined]);
  time('distributed-cache, get', cache, (run) => run.traffic, [reasons.cache, reasons.cache]);
  time('auto-scaler, one evaluation', scaler, (run) => run, [reasons.average, reasons.average]);
  rows.push(
    moreTimes(
      words.throughput,
      'api-gateway, 100 connections',
      5,
      gateway,
      (run) => run.busy.perSecond,
      reasons.upstream,
    ),
    moreTimes(
      words.throughput,
      'connection-pool, all requests at once',
      5,
      orders,
      (run) => run.rush.perSecond,
      reasons.polling,
    ),
    moreTimes(
      words.throughput,
      'connection-pool, 50 callers',
      5,
      orders,
      (run) => run.busy.perSecond,
      reasons.database,
    ),
    moreTimes(words.throughput, 'distributed-cache, gets', 5, cache, (run) => run.traffic.perSecond, reasons.cache),
  );
  const answered = medians(orders, ({ errors }) => errors.answered / errors.requests);
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  rows.push(
    row(
      words.exhaustion,
      'connection-pool, one order in 25 invalid: requests answered within 5 s',
      '100 %',
      share(answered.fixed),
      answered.fixed === 1,
      [share(answered.naive), share(answered.safe), share(answered.fixed)],
      'each error takes one of the naive pool’s ten connections for good',
    ),
  );
  placement.naive.forEach((naive, i) => {
    const [safe, fixed] = [placement.safe[i]!, placement.fixed[i]!];
    const show = ({ uniformity }: Placement): string => `${uniformity.toFixed(2)} %`;
    const bar = `distributed-cache: uniformity over ${naive.nodes} nodes`;
    const moved = `keys moved by a joining node, over what must move: ${naive.moved.toFixed(2)} before, ${fixed.moved.toFixed(2)} after`;
    const note = fixed.uniformity >= 99 ? moved : `${reasons.ring}; ${moved}`;
    rows.push(
      row(
        words.distribution,
        bar,
        '≥ 99 %',
        show(fixed),
        fixed.uniformity >= 99,
        [show(naive), show(safe), show(fixed)],
        note,
      ),
    );
  });
  return rows;
}

/** What was measured, and the three forms' figures. */
export function listUnseen({ system, cycles, runs }: Unseen): [string, string, string, string][] {
  const { forms } = system;
  const line = (what: string, show: (name: FormName) => string): [string, string, string, string] => [
    what,
    show('naive'),
    show('safe'),
    show('fixed'),
  ];
  const of = (name: FormName, pick: (run: UnseenRun) => number): number => median(runs[name].map(pick));
  return [
    line('score', (name) => `${forms[name].verdict.score} (${forms[name].verdict.grade})`),
    line('high, medium findings', (name) => `${forms[name].verdict.high}, ${forms[name].verdict.medium}`),
    line('timers left after the cycles', (name) => `${cycles[name].timers}`),
    line('heap left after the cycles', (name) => mebibytes(cycles[name].bytes)),
    line('heap after the same events', (name) => mebibytes(of(name, (run) => run.heap.at(-1)!.bytes))),
    line('events a second, 50 callers', (name) => of(name, (run) => run.publish.perSecond).toFixed(0)),
    line('publish, p50', (name) => milliseconds(of(name, (run) => run.publish.p50))),
    line('publish, p99', (name) => milliseconds(of(name, (run) => run.publish.p99))),
    line('connections to receivers', (name) => `${of(name, (run) => run.receiverConnections)}`),
  ];
}
