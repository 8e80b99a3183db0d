import { type ScanTiming, scanPhases } from '../../engine/timing.ts';
import { groupDigits } from '../../report/text.ts';

/** Where the time of a scan went, for people: its parts, then the rules, slowest first. */
export function timingTable({ phases, rules }: ScanTiming): string {
  const ms = (time: number) => groupDigits(Math.round(time)).padStart(9);
  const parts = scanPhases.map((phase): [string, number] => [phase, phases.get(phase) ?? 0]);
  const all = parts.reduce((sum, [, time]) => sum + time, 0);
  const share = (time: number) => `${String(Math.round((100 * time) / (all || 1))).padStart(3)} %`;
  const row = ([name, time]: [string, number]) => `  ${name.padEnd(34)}${ms(time)}  ${share(time)}`;
  const slowest = [...rules].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return [
    `Time in ms, in one thread and without the cache: ${groupDigits(Math.round(all))}`,
    ...parts.map(row),
    'Rules with their fixers (what several ask of a file counts for the first one)',
    ...slowest.map(row),
    '',
  ].join('\n');
}
