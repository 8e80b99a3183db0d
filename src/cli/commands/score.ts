import { Chalk } from 'chalk';
import Table from 'cli-table3';
import type { Score } from '../../model/scan-result.ts';
import { besideTheScore } from '../../report/summary.ts';
import { groupDigits } from '../../report/text.ts';
import { run } from '../../run.ts';
import { severities, weights } from '../../score/weights.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { note, print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

export interface ScoreFlags extends ScanFlags {
  explain?: boolean;
  json?: boolean;
}

/** The score alone, or every number that went into it. */
export async function scoreCommand(paths: readonly string[], flags: ScoreFlags, session: Session): Promise<number> {
  if (flags.json) session.stdoutFormat = 'json';
  assertPaths(paths, session.cwd, []);
  const progress = startProgress(process.stderr, !flags.quiet);
  const options = { ...scanOptionsOf(paths, flags), cwd: session.cwd, signal: session.signal };
  const { result } = await run({ ...options, onProgress: progress.report }).finally(() => progress.end());
  const { score } = result;
  if (flags.json) await print(`${JSON.stringify({ score, partial: result.partial, weights }, undefined, 2)}\n`);
  else if (flags.explain) await print(arithmetic(score, besideTheScore(result.findings)));
  else await print(`${score.value} ${score.grade}\n`);
  // The report says it where a scan fails; here nothing else would.
  if (result.exit.code !== 0) await note(`exit code ${result.exit.code}: ${result.exit.reason}\n`);
  return result.exit.code;
}

function arithmetic(score: Score, beside: readonly string[]): string {
  const paint = new Chalk({ level: terminalOf(process.stdout).colour ? 1 : 0 });
  const lines = Math.max(score.codeLines, weights.leastCodeLines);
  const table = new Table({
    head: ['severity', 'findings', 'per 1,000 lines', 'half at', 'budget', 'points taken'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const severity of severities) {
    const count = score.counts[severity];
    table.push([
      severity,
      groupDigits(count),
      (count / (lines / 1000)).toFixed(3),
      String(weights.half[severity]),
      String(weights.budget[severity]),
      score.lost[severity].toFixed(2),
    ]);
  }
  const sum = score.lost.high + score.lost.medium + score.lost.low;
  const terms = severities.map((severity) => score.lost[severity].toFixed(2)).join(' − ');
  const floor = sum > 100 ? ', never below 0' : '';
  const least = score.codeLines < weights.leastCodeLines ? ` (counted as ${groupDigits(weights.leastCodeLines)})` : '';
  const grades = weights.grades.map(([grade, from]) => `${grade} ${from}`).join('  ');
  return [
    `${paint.bold(`Score ${score.value} / 100  ${score.grade}`)}`,
    '',
    `${groupDigits(score.codeLines)} code lines${least}`,
    'points taken = budget × (1 − 2^(−density / half)), density = findings per 1,000 code lines',
    '',
    table.toString(),
    '',
    `100 − ${terms} = ${(100 - sum).toFixed(2)} → ${score.value}${floor}`,
    ...(beside.length > 0 ? [paint.dim(`weigh nothing: ${beside.join(', ')}`)] : []),
    paint.dim(`grades: ${grades}`),
    '',
  ].join('\n');
}
