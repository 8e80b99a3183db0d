import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../config/input-error.ts';
import type { KnownFindings } from '../../model/scan-result.ts';
import { baselineInWords, countsInWords } from '../../report/summary.ts';
import { plural, visible } from '../../report/text.ts';
import { baselineFile, readBaseline, run, settingsFor, shownFrom } from '../../run.ts';
import { exitCodes } from '../../score/gates.ts';
import { severities } from '../../score/weights.ts';
import { assertKnown, type BaselineFlags, scanOptionsOf } from '../options.ts';
import { note, print } from '../output.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';

const actions = ['update', 'prune'];
const defaultName = 'plimsoll-baseline.ndjson';

/** Shows what the baseline holds, brings it up to date, or takes out what is fixed. */
export async function baselineCommand(
  action: string | undefined,
  flags: BaselineFlags,
  session: Session,
): Promise<number> {
  if (action !== undefined) assertKnown('action', action, actions, actions.join(', '));
  if (flags.acceptNew && action !== 'update') throw new InputError('--accept-new only works with baseline update');
  const options = { ...scanOptionsOf([], flags), cwd: session.cwd, signal: session.signal };
  const settings = await settingsFor(options);
  const file = baselineFile(options, settings) ?? join(settings.root, defaultName);
  const shown = shownFrom(settings.root, file);
  const exists = existsSync(file);
  if (!exists && action !== 'update') {
    throw new InputError(`there is no baseline ${shown}`, { help: 'write it: plimsoll baseline update' });
  }
  const { formatBaseline, knownOf, withoutStale } = await import('../../engine/baseline.ts');
  const before = exists ? await readBaseline(file, settings.root) : [];
  const progress = startProgress(process.stderr, !flags.quiet);
  const { result } = await run({
    ...options,
    baseline: exists ? file : false,
    onProgress: progress.report,
  }).finally(() => progress.end());
  const report = result.baseline ?? { file: shown, known: 0, fresh: 0, stale: [], worse: [] };
  if (result.partial) {
    await note('Some files could not be analysed: the baseline is left as it is. See plimsoll scan.\n');
    return exitCodes.incomplete;
  }
  const stale = report.stale.map((entry) => `stale  ${placeOf(entry)}\n`).join('');
  const worse = report.worse
    .map(({ was, now }) => {
      const from = `${was.count} ${was.severity}`;
      return `worse  ${placeOf(was)}: ${from}, now ${now.count} ${now.severity}\n`;
    })
    .join('');
  if (action === undefined) {
    await print(`${holds(before, shown)}${stale}${worse}${baselineInWords(report)}\n`);
    return exitCodes.passed;
  }
  const write = (entries: readonly KnownFindings[]) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, formatBaseline(entries));
  };
  const kept = withoutStale(before, report.stale);
  if (action === 'prune') {
    if (report.stale.length > 0) write(kept);
    await print(`${stale}${holds(kept, shown)}`);
    return exitCodes.passed;
  }
  const isNewDebt = exists && report.fresh > 0 && !flags.acceptNew;
  if (isNewDebt) {
    if (report.stale.length > 0) write(kept);
    await print(`${worse}${holds(kept, shown)}`);
    await note(
      `${plural(report.fresh, 'finding')} outside the baseline: repair or suppress them, or add --accept-new to write them down too.\n`,
    );
    return exitCodes.gateFailed;
  }
  // What this scan did not look for, as with --rule, stays.
  const found = knownOf(result.findings);
  const foundKeys = new Set(found.map(keyOf));
  const rest = kept.filter((entry) => !foundKeys.has(keyOf(entry)));
  const entries = [...found, ...rest];
  write(entries);
  await print(holds(entries, shown));
  return exitCodes.passed;
}

function keyOf({ file, scope, ruleId, code }: KnownFindings): string {
  return JSON.stringify([file, scope, ruleId, code]);
}

function placeOf({ file, scope, ruleId, count }: KnownFindings): string {
  const times = count === 1 ? '' : ` (${count} times)`;
  return visible(`${file}${scope === '' ? '' : `#${scope}`}  ${ruleId}${times}`);
}

function holds(entries: readonly KnownFindings[], shown: string): string {
  const counts = { high: 0, medium: 0, low: 0 };
  for (const { severity, count } of entries) counts[severity] += count;
  const total = severities.reduce((sum, severity) => sum + counts[severity], 0);
  return `${shown} holds ${plural(total, 'finding')}: ${countsInWords(counts)}\n`;
}
