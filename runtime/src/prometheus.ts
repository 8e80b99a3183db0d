/**
 * Publishes a RuntimeMonitor's numbers through prom-client, an optional peer: `@plimsoll/runtime/prometheus`.
 *
 * A scrape takes one snapshot; between scrapes nothing is recorded, so a part's hot path pays nothing for it.
 */
import { Counter, register as defaultRegister, Gauge, type Registry } from 'prom-client';
import { cumulativeFields, type RuntimeMonitor, type RuntimeSnapshot } from './runtime-monitor.ts';

export interface PrometheusOptions {
  /** The registry to publish in. Default: prom-client's global one. */
  register?: Registry;
  /** What every metric's name starts with. Default `plimsoll_`. */
  prefix?: string;
}

const openMetrics = 'application/openmetrics-text';

const processMetrics: readonly [name: string, help: string, read: (snapshot: RuntimeSnapshot) => number][] = [
  ['event_loop_utilization_ratio', 'Busy share of the event loop.', ({ load }) => load.eventLoopUtilization],
  ['event_loop_delay_seconds', 'Longest timer lateness since the last sample.', (s) => s.load.eventLoopDelay / 1_000],
  ['heap_used_bytes', 'Heap in use.', ({ load }) => load.heapUsedBytes],
  ['heap_limit_bytes', 'What the heap may grow to.', ({ load }) => load.heapLimitBytes],
  ['resident_memory_bytes', 'Resident memory.', ({ load }) => load.rssBytes],
  ['memory_limit_bytes', "The container's memory limit; absent without one.", ({ load }) => load.limitBytes],
  ['cpu_utilization_ratio', 'Share of one core in use.', ({ cpuUtilization }) => cpuUtilization],
];

/** `waitMillis` of a `connection-pool` becomes `connection_pool_wait_seconds`, in Prometheus's base unit. */
function metricOf(kind: string, field: string): { name: string; scale: number } {
  const unit = /^(.*?)(Millis|Ms)$/.exec(field);
  const snake = (unit?.[1] ?? field).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const base = `${kind}_${snake}`.replace(/[^a-zA-Z0-9_]/g, '_');
  return unit === null ? { name: base, scale: 1 } : { name: `${base}_seconds`, scale: 0.001 };
}

/**
 * Registers metrics for the process and for every part of `monitor`, those added later included, and returns the
 * function that takes them out again. A part's fields become `<prefix><kind>_<field>{name="<part>"}`: counters
 * (`_total`) for what only grows, gauges for the rest. Throws prom-client's error if a name is taken.
 *
 * ```ts
 * const stop = publishToPrometheus(monitor, { register });
 * ```
 */
export function publishToPrometheus(monitor: RuntimeMonitor, options: PrometheusOptions = {}): () => void {
  const register = options.register ?? defaultRegister;
  const prefix = options.prefix ?? 'plimsoll_';
  // prom-client itself appends _total to counters in the OpenMetrics format.
  const counterSuffix = register.contentType.startsWith(openMetrics) ? '' : '_total';
  const names = new Set<string>();
  let current: RuntimeSnapshot | undefined;

  /** prom-client collects all metrics of a scrape in one synchronous pass: they share this snapshot. */
  const snapshot = (): RuntimeSnapshot => {
    if (current === undefined) {
      current = monitor.snapshot();
      queueMicrotask(() => {
        current = undefined;
      });
    }
    return current;
  };

  const addPartMetric = (kind: string, field: string): void => {
    const isCounter = cumulativeFields.has(field);
    const { name: base, scale } = metricOf(kind, field);
    const name = prefix + base + (isCounter ? counterSuffix : '');
    if (names.has(name)) return;
    names.add(name);
    const configuration = {
      name,
      help: `${field} of each ${kind}.`,
      labelNames: ['name'] as const,
      registers: [register],
    };
    const collect = (report: (part: string, value: number) => void): void => {
      for (const part of snapshot().parts) {
        const value = part.stats[field];
        if (part.kind === kind && value !== undefined && Number.isFinite(value)) report(part.name, value * scale);
      }
    };
    if (isCounter) {
      new Counter({
        ...configuration,
        collect() {
          this.reset();
          collect((part, value) => this.inc({ name: part }, value));
        },
      });
    } else {
      new Gauge({
        ...configuration,
        collect() {
          this.reset();
          collect((part, value) => this.set({ name: part }, value));
        },
      });
    }
  };

  const addParts = (): void => {
    for (const { kind, stats } of monitor.snapshot().parts) {
      for (const field of Object.keys(stats)) addPartMetric(kind, field);
    }
  };

  for (const [suffix, help, read] of processMetrics) {
    const name = prefix + suffix;
    names.add(name);
    new Gauge({
      name,
      help,
      registers: [register],
      collect() {
        const value = read(snapshot());
        if (Number.isFinite(value)) this.set(value);
        else this.remove();
      },
    });
  }
  addParts();
  const unsubscribe = monitor.onChange(addParts);
  return () => {
    unsubscribe();
    for (const name of names) register.removeSingleMetric(name);
  };
}
