/**
 * `npm run bench:costs [-- --quick]`: what the form that a rule reports costs, beside the form that it asks for, where that
 * can be measured in one process. Both run in turn, and the median of the rounds counts; `npm run generate` puts it on the
 * page of the rule.
 */
import { median, type Row, table, versionsOf, writeResults } from '../harness.ts';
import type { CostCase } from './case.ts';
import { computing } from './computing.ts';
import { keeping } from './keeping.ts';
import { SlowService, waiting } from './waiting.ts';

if (!globalThis.gc) throw new Error('run with --expose-gc: npm run bench:costs');
const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 1 : 3;

/** Two digits are all that the next run would say again. */
const rounded = (value: number) => (value >= 10 ? Math.round(value) : Number(value.toPrecision(2)));

async function measure({ rule, work, forms, unit, bad, good }: CostCase): Promise<Row & Record<string, unknown>> {
  const found = { bad: [] as number[], good: [] as number[] };
  // The first round of each is thrown away: it runs code that is not compiled yet.
  for (let round = 0; round <= rounds; round++) {
    for (const form of round % 2 === 0 ? (['bad', 'good'] as const) : (['good', 'bad'] as const)) {
      const cost = await { bad, good }[form]();
      if (round > 0) found[form].push(cost);
    }
  }
  const [worse, better] = [median(found.bad), median(found.good)];
  return {
    bar: `${rule}: ${work}`,
    wanted: 'dearer than the other form',
    measured: `${rounded(worse)} ${unit} against ${rounded(better)} ${unit}`,
    met: worse > better,
    rule,
    work,
    forms,
    unit,
    bad: rounded(worse),
    good: rounded(better),
  };
}

const service = new SlowService();
await service.start();
const rows: (Row & Record<string, unknown>)[] = [];
for (const one of [...computing, ...keeping, ...waiting(service)]) {
  const row = await measure(one);
  console.error(`${row.bar}: ${row.measured}`);
  rows.push(row);
}
service.stop();
rows.sort((a, b) => (a.bar < b.bar ? -1 : 1));
console.log(table(rows));
if (!isQuick) writeResults('costs', 'npm run bench:costs', versionsOf([]), rows);
