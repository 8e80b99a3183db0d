import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { AutoScaler } from '../src/auto-scaler.ts';
import { BoundedCache } from '../src/bounded-cache.ts';
import { CircuitBreaker } from '../src/circuit-breaker.ts';
import { ConnectionPool } from '../src/connection-pool.ts';
import { publishToPrometheus } from '../src/prometheus.ts';
import { RuntimeMonitor } from '../src/runtime-monitor.ts';
import { TaskQueue } from '../src/task-queue.ts';
import { TimerRegistry } from '../src/timer-registry.ts';

const register = new Registry();
publishToPrometheus(
  new RuntimeMonitor({
    parts: {
      pool: new ConnectionPool({ create: async () => ({}), destroy: async () => {}, max: 1 }),
      cache: new BoundedCache({ max: 1 }),
      queue: new TaskQueue({ concurrency: 1 }),
      breaker: new CircuitBreaker(),
      timers: new TimerRegistry(),
      scaler: new AutoScaler({ max: 1, policy: { type: 'target', target: 1 } }),
    },
  }),
  { register },
);
const published = new Set(register.getMetricsAsArray().map(({ name }) => name));

it.each(['docs/grafana-dashboard.json', 'docs/autoscaling.md'])('%s names only metrics that are published', (file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const named = new Set(text.match(/\bplimsoll_[a-z_]+/g));
  expect(named.size).toBeGreaterThan(0);
  expect([...named].filter((name) => !published.has(name))).toEqual([]);
});

it('the Grafana dashboard has no overlapping panels and asks a data source that can be chosen', () => {
  const text = readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
  const { panels, templating } = JSON.parse(text) as {
    panels: {
      id: number;
      gridPos: { x: number; y: number; w: number; h: number };
      targets?: { datasource: { uid: string } }[];
    }[];
    templating: { list: { name: string }[] };
  };
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
  const taken = new Set<string>();
  for (const { gridPos, targets } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(x).toBeLessThan(24);
        expect(taken.has(`${x}/${y}`)).toBe(false);
        taken.add(`${x}/${y}`);
      }
    }
    for (const { datasource } of targets ?? []) expect(datasource.uid).toBe('${' + 'datasource}');
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});
