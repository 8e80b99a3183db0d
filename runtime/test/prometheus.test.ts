import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { publishToPrometheus } from '../src/prometheus.ts';
import { RuntimeMonitor } from '../src/runtime-monitor.ts';
import { TimerRegistry } from '../src/timer-registry.ts';

function line(text: string, start: string): string | undefined {
  return text.split('\n').find((candidate) => candidate.startsWith(start));
}

it('publishes the process and each part, counters as counters and levels as gauges', async () => {
  const register = new Registry();
  const timers = new TimerRegistry();
  const monitor = new RuntimeMonitor({ parts: { jobs: timers } });
  const stop = publishToPrometheus(monitor, { register });
  timers.setInterval(() => {}, 1_000).stop();
  timers.setInterval(() => {}, 1_000);
  for (let scrape = 0; scrape < 2; scrape++) {
    const text = await register.metrics();
    expect(line(text, 'plimsoll_timer_registry_created_total{')).toBe(
      'plimsoll_timer_registry_created_total{name="jobs"} 2',
    );
    expect(line(text, 'plimsoll_timer_registry_active{')).toBe('plimsoll_timer_registry_active{name="jobs"} 1');
    expect(text).toContain('# TYPE plimsoll_timer_registry_created_total counter');
    expect(text).toContain('# TYPE plimsoll_timer_registry_active gauge');
    expect(Number(line(text, 'plimsoll_heap_used_bytes ')?.split(' ')[1])).toBeGreaterThan(1e6);
  }
  timers.disposeAll();
  stop();
  expect(register.getMetricsAsArray()).toEqual([]);
});

it('picks up parts added later, drops removed ones, and takes one snapshot a scrape', async () => {
  const register = new Registry();
  const monitor = new RuntimeMonitor();
  publishToPrometheus(monitor, { register, prefix: 'app_' });
  let asked = 0;
  const own = {
    stats: () => {
      asked++;
      return { size: 4, waitMillis: 1_500, limit: Number.POSITIVE_INFINITY };
    },
  };
  const remove = monitor.add('mine', own, 'own-part');
  asked = 0;
  const text = await register.metrics();
  expect(asked).toBe(1);
  expect(text).toContain('app_own_part_size{name="mine"} 4');
  expect(text).toContain('app_own_part_wait_seconds_total{name="mine"} 1.5');
  expect(text).not.toContain('app_own_part_limit{');
  remove();
  expect(await register.metrics()).not.toContain('{name="mine"}');
});

it('does not double the suffix in the OpenMetrics format', async () => {
  const register = new Registry();
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const monitor = new RuntimeMonitor({ parts: { jobs: new TimerRegistry() } });
  publishToPrometheus(monitor, { register });
  const text = await register.metrics();
  expect(text).toContain('plimsoll_timer_registry_created_total{name="jobs"} 0');
  expect(text).not.toContain('_total_total');
});
