/**
 * AutoScaler against the algorithm of the Kubernetes HorizontalPodAutoscaler on the same generated loads.
 *
 * Both see the same noisy samples every 15 s and set replicas that take 60 s to become ready; both keep a replica at
 * 70 % of what it can carry. Counted: minutes in which the load exceeds what the ready replicas carry, replica-hours
 * paid for, and oscillations (a change against the direction of the one before, within 30 minutes of it).
 */
import { AutoScaler, type ScalePolicy } from '../../runtime/src/auto-scaler.ts';
import { atMost, median, type Row, random, table, versionsOf, writeResults } from '../harness.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const tick = 15 * second;
const startup = 60 * second;
const carriedByOne = 100;
const target = 70;
const min = 2;
const max = 100;

interface Curve {
  name: string;
  length: number;
  /** Load without noise at a time in milliseconds. */
  at(time: number): number;
}

const dayCurve = (time: number): number => {
  const clock = (time % day) / day;
  return 900 - 600 * Math.cos(2 * Math.PI * (clock - 0.1)) + 200 * Math.max(0, Math.sin(6 * Math.PI * clock));
};
const curves: Curve[] = [
  { name: 'day curve', length: 3 * day, at: dayCurve },
  {
    name: 'flash crowd',
    length: 6 * hour,
    at: (time) => {
      const since = time - 2 * hour;
      if (since < 0) return 600;
      const rise = Math.min(1, since / (2 * minute));
      return 600 + 2_400 * rise * Math.exp(-Math.max(0, since - 20 * minute) / (30 * minute));
    },
  },
  { name: 'slow leak', length: day, at: (time) => 500 + (1_500 * time) / day },
];

type Controller = (sample: { time: number; load: number; replicas: number; ready: number }) => number;

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details, default behaviour. */
function hpa(): Controller {
  const tolerance = 0.1;
  const recommendations: { time: number; replicas: number }[] = [];
  return ({ time, load, replicas, ready }) => {
    const ratio = load / Math.max(1, ready) / target;
    let wanted = replicas;
    if (Math.abs(ratio - 1) > tolerance) {
      if (ratio < 1) {
        wanted = Math.ceil(ratio * ready);
      } else {
        // Replicas that are not ready yet count as idle when scaling out.
        const damped = load / Math.max(1, replicas) / target;
        wanted = damped > 1 + tolerance ? Math.ceil(damped * replicas) : replicas;
      }
    }
    wanted = Math.min(max, Math.max(min, wanted));
    recommendations.push({ time, replicas: wanted });
    while (recommendations[0]!.time < time - 300 * second) recommendations.shift();
    if (wanted < replicas) wanted = Math.min(replicas, Math.max(...recommendations.map((each) => each.replicas)));
    return Math.min(wanted, Math.max(replicas + 4, replicas * 2));
  };
}

function autoScaler(policy: ScalePolicy): Controller {
  let now = 0;
  const scaler = new AutoScaler({ policy, min, max, now: () => now });
  return ({ time, load, replicas }) => {
    now = time;
    return scaler.decide({ load, replicas }).desired;
  };
}

interface Outcome {
  overloadMinutes: number;
  replicaHours: number;
  oscillations: number;
  changes: number;
}

function simulate(curve: Curve, controller: Controller, seed: number): Outcome {
  const uniform = random(seed);
  const noise = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let replicas = Math.ceil(curve.at(0) / target);
  let starting: { readyAt: number; count: number }[] = [];
  const outcome: Outcome = { overloadMinutes: 0, replicaHours: 0, oscillations: 0, changes: 0 };
  let lastDirection = 0;
  let lastChange = Number.NEGATIVE_INFINITY;
  for (let time = 0; time < curve.length; time += tick) {
    starting = starting.filter(({ readyAt }) => readyAt > time);
    const ready = replicas - starting.reduce((sum, { count }) => sum + count, 0);
    const load = Math.max(0, curve.at(time) * (1 + 0.08 * noise()));
    if (load > ready * carriedByOne) outcome.overloadMinutes += tick / minute;
    outcome.replicaHours += (replicas * tick) / hour;
    const desired = controller({ time, load, replicas, ready });
    if (desired === replicas) continue;
    const direction = Math.sign(desired - replicas);
    if (direction === -lastDirection && time - lastChange <= 30 * minute) outcome.oscillations++;
    lastDirection = direction;
    lastChange = time;
    outcome.changes++;
    let removed = replicas - desired;
    if (direction > 0) starting.push({ readyAt: time + startup, count: desired - replicas });
    // What is still starting goes first.
    for (const batch of [...starting].reverse()) {
      const taken = Math.max(0, Math.min(batch.count, removed));
      batch.count -= taken;
      removed -= taken;
    }
    replicas = desired;
  }
  return outcome;
}

const quick = process.argv.includes('--quick');
const seeds = Array.from({ length: quick ? 5 : 21 }, (_, index) => index + 1);
const controllers: Record<string, () => Controller> = {
  HPA: hpa,
  target: () => autoScaler({ type: 'target', target }),
  step: () =>
    autoScaler({
      type: 'step',
      target,
      steps: [
        { above: 2, add: 16 },
        { above: 1.5, add: 8 },
        { above: 1.1, add: 2 },
        { below: 0.85, remove: 2 },
      ],
    }),
  predictive: () => autoScaler({ type: 'predictive', target, horizonMs: startup + tick, periodMs: day }),
};

const rows: Row[] = [];
for (const curve of curves) {
  const results = Object.entries(controllers).map(([name, create]) => {
    const outcomes = seeds.map((seed) => simulate(curve, create(), seed));
    const of = (field: keyof Outcome): number => median(outcomes.map((outcome) => outcome[field]));
    return {
      name,
      overloadMinutes: of('overloadMinutes'),
      replicaHours: of('replicaHours'),
      oscillations: of('oscillations'),
      changes: of('changes'),
    };
  });
  console.log(`\n${curve.name} (${curve.length / hour} h, median of ${seeds.length} noises)`);
  console.table(
    Object.fromEntries(
      results.map(({ name, ...outcome }) => [name, { ...outcome, replicaHours: Math.round(outcome.replicaHours) }]),
    ),
  );
  const peer = results[0]!;
  for (const { name, overloadMinutes, oscillations, replicaHours } of results.slice(1)) {
    const cost = replicaHours / peer.replicaHours;
    const label = `${curve.name}, ${name}`;
    const isPolicyOfBar = name !== 'step';
    if (!isPolicyOfBar) continue;
    rows.push(
      atMost(`${label}: oscillations, HPA's or fewer`, peer.oscillations, oscillations, undefined, ''),
      atMost(
        `${label}: overload minutes, no more than HPA's`,
        peer.overloadMinutes,
        overloadMinutes,
        undefined,
        ' min',
      ),
      atMost(`${label}: replica-hours ÷ HPA's`, 1.05, cost),
    );
  }
}
console.log(table(rows));
console.log(`\n${rows.filter(({ met }) => met).length} of ${rows.length} bars met`);
if (!quick) writeResults('autoscale', 'npm run bench:autoscale', versionsOf([]), rows);
