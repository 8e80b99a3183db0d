import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishToOpenTelemetry } from '../src/opentelemetry.ts';
import { RuntimeMonitor } from '../src/runtime-monitor.ts';
import { TimerRegistry } from '../src/timer-registry.ts';

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;
beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
});
afterEach(() => provider.shutdown());

async function collect(): Promise<Map<string, { value: unknown; attributes: object }[]>> {
  exporter.reset();
  await provider.forceFlush();
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return new Map(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value, attributes }) => ({ value, attributes })),
    ]),
  );
}

it('publishes parts and the process under the semantic conventions', async () => {
  const timers = new TimerRegistry();
  const monitor = new RuntimeMonitor({ parts: { jobs: timers } });
  monitor.add(
    'orders',
    { stats: () => ({ used: 3, idle: 2, max: 10, min: 1, waiting: 7, timeouts: 4, waitMillis: 250 }) },
    'connection-pool',
  );
  const stop = publishToOpenTelemetry(monitor, { meter: provider.getMeter('test') });
  timers.setInterval(() => {}, 1_000);
  const metrics = await collect();
  expect(metrics.get('plimsoll.timer_registry.active')).toEqual([
    { value: 1, attributes: { 'plimsoll.part.name': 'jobs' } },
  ]);
  const pool = { 'db.client.connection.pool.name': 'orders' };
  expect(metrics.get('db.client.connection.count')).toEqual([
    { value: 3, attributes: { ...pool, 'db.client.connection.state': 'used' } },
    { value: 2, attributes: { ...pool, 'db.client.connection.state': 'idle' } },
  ]);
  expect(metrics.get('db.client.connection.pending_requests')).toEqual([{ value: 7, attributes: pool }]);
  expect(metrics.get('db.client.connection.timeouts')).toEqual([{ value: 4, attributes: pool }]);
  expect(metrics.get('plimsoll.connection_pool.wait')?.[0]?.value).toBe(0.25);
  expect(metrics.get('v8js.memory.heap.used')?.[0]?.value).toBeGreaterThan(1e6);
  timers.disposeAll();
  stop();
});

it('picks up parts added later and stops when told to', async () => {
  const monitor = new RuntimeMonitor();
  const stop = publishToOpenTelemetry(monitor, { meter: provider.getMeter('test') });
  let asked = 0;
  const stats = () => ({ size: 4, asked: ++asked });
  monitor.add('mine', { stats }, 'own-part');
  expect((await collect()).get('plimsoll.own_part.size')?.[0]?.value).toBe(4);
  stop();
  const before = asked;
  await collect();
  expect(asked).toBe(before);
});

it('does nothing, and costs no error, without an SDK', () => {
  const stop = publishToOpenTelemetry(new RuntimeMonitor({ parts: { jobs: new TimerRegistry() } }));
  stop();
});
