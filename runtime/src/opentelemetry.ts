/**
 * Publishes a RuntimeMonitor's numbers through the OpenTelemetry API, an optional peer: `@plimsoll/runtime/opentelemetry`.
 *
 * A collection takes one snapshot; between collections nothing is recorded.
 */
import { type BatchObservableCallback, type Meter, metrics, type Observable } from '@opentelemetry/api';
import { cumulativeFields, type PartSnapshot, type RuntimeMonitor, type RuntimeSnapshot } from './runtime-monitor.ts';

export interface OpenTelemetryOptions {
  /** Where the instruments are made. Default: the global provider's meter `@plimsoll/runtime`. */
  meter?: Meter;
}

/** Semantic conventions for database pools: https://opentelemetry.io/docs/specs/semconv/database/database-metrics/ */
const poolFields: Readonly<Record<string, { name: string; state?: string; unit: string }>> = {
  used: { name: 'db.client.connection.count', state: 'used', unit: '{connection}' },
  idle: { name: 'db.client.connection.count', state: 'idle', unit: '{connection}' },
  max: { name: 'db.client.connection.max', unit: '{connection}' },
  min: { name: 'db.client.connection.idle.min', unit: '{connection}' },
  waiting: { name: 'db.client.connection.pending_requests', unit: '{request}' },
  timeouts: { name: 'db.client.connection.timeouts', unit: '{timeout}' },
};

/** Semantic conventions for the process, Node.js and V8. */
const processMetrics: readonly [name: string, unit: string, read: (snapshot: RuntimeSnapshot) => number][] = [
  ['nodejs.eventloop.utilization', '1', ({ load }) => load.eventLoopUtilization],
  ['nodejs.eventloop.delay.max', 's', ({ load }) => load.eventLoopDelay / 1_000],
  ['v8js.memory.heap.used', 'By', ({ load }) => load.heapUsedBytes],
  ['v8js.memory.heap.limit', 'By', ({ load }) => load.heapLimitBytes],
  ['process.memory.usage', 'By', ({ load }) => load.rssBytes],
  ['process.cpu.utilization', '1', ({ cpuUtilization }) => cpuUtilization],
];

interface Measure {
  name: string;
  unit: string;
  attributes: Record<string, string>;
  value: number;
  isCounter: boolean;
}

function measureOf({ kind, name: part }: PartSnapshot, field: string, value: number): Measure {
  const isCounter = cumulativeFields.has(field);
  const pool = kind === 'connection-pool' ? poolFields[field] : undefined;
  if (pool !== undefined) {
    const attributes: Record<string, string> = { 'db.client.connection.pool.name': part };
    if (pool.state !== undefined) attributes['db.client.connection.state'] = pool.state;
    return { name: pool.name, unit: pool.unit, attributes, value, isCounter };
  }
  const unit = /^(.*?)(Millis|Ms)$/.exec(field);
  const snake = (unit?.[1] ?? field).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return {
    name: `plimsoll.${kind.replaceAll('-', '_')}.${snake}`,
    unit: unit === null ? '1' : 's',
    attributes: { 'plimsoll.part.name': part },
    value: unit === null ? value : value / 1_000,
    isCounter,
  };
}

/**
 * Makes observable instruments for the process and for every part of `monitor`, those added later included, and
 * returns the function that detaches them. Pools are named `db.client.connection.*`, the process `nodejs.*`, `v8js.*`
 * and `process.*`, other parts `plimsoll.<kind>.<field>`. Counters are cumulative; levels are gauges.
 *
 * ```ts
 * const stop = publishToOpenTelemetry(monitor);
 * ```
 */
export function publishToOpenTelemetry(monitor: RuntimeMonitor, options: OpenTelemetryOptions = {}): () => void {
  const meter = options.meter ?? metrics.getMeter('@plimsoll/runtime');
  const instruments = new Map<string, Observable>();
  let attached: Observable[] = [];

  const observe: BatchObservableCallback = (result) => {
    const snapshot = monitor.snapshot();
    for (const [name, , read] of processMetrics) {
      const value = read(snapshot);
      if (Number.isFinite(value)) result.observe(instruments.get(name)!, value);
    }
    for (const part of snapshot.parts) {
      for (const [field, raw] of Object.entries(part.stats)) {
        const { name, attributes, value } = measureOf(part, field, raw);
        const instrument = instruments.get(name);
        if (instrument !== undefined && Number.isFinite(value)) result.observe(instrument, value, attributes);
      }
    }
  };

  /** A batch callback names its instruments when it is attached: with new ones it is attached again. */
  const attach = (): void => {
    for (const part of monitor.snapshot().parts) {
      for (const [field, raw] of Object.entries(part.stats)) {
        const { name, unit, isCounter } = measureOf(part, field, raw);
        if (instruments.has(name)) continue;
        const description = `${field} of each ${part.kind}`;
        const create = isCounter ? meter.createObservableCounter : meter.createObservableGauge;
        instruments.set(name, create.call(meter, name, { unit, description }));
      }
    }
    if (instruments.size === attached.length) return;
    meter.removeBatchObservableCallback(observe, attached);
    attached = [...instruments.values()];
    meter.addBatchObservableCallback(observe, attached);
  };

  for (const [name, unit] of processMetrics) instruments.set(name, meter.createObservableGauge(name, { unit }));
  attach();
  const unsubscribe = monitor.onChange(attach);
  return () => {
    unsubscribe();
    meter.removeBatchObservableCallback(observe, attached);
  };
}
