import { InputError } from '../config/input-error.ts';
import type { ScanFlags } from './options.ts';
import type { ReporterChoice } from './reporting.ts';

/** The options of a scan that are given and change code, or would. */
function repairsIn({ fix, diff, patch, interactive }: ScanFlags): string[] {
  return [
    ...(fix === undefined ? [] : ['--fix']),
    ...(diff ? ['--diff'] : []),
    ...(patch === undefined ? [] : ['--patch']),
    ...(interactive ? ['--interactive'] : []),
  ];
}

/**
 * Refuses options that contradict each other or mean nothing alone: silently ignored, they would look as if they had
 * worked.
 *
 * @param choices the reporters that the command line names
 */
export function assertTogether(flags: ScanFlags, choices: readonly ReporterChoice[] = []): void {
  const repairs = repairsIn(flags);
  assertFixFlags(flags);
  const compared = flags.staged ? '--staged' : flags.changed === undefined ? undefined : '--changed';
  if (compared !== undefined && repairs.length > 0) {
    throw new InputError(`${compared} only reports: it does not work with ${repairs.join(' or ')}`);
  }
  if (flags.history !== undefined) assertComparable(flags, repairs);
  if (flags.shard) assertPart(flags, repairs);
  if (flags.watch) assertRepeatable(flags, repairs);
  if (flags.timing) assertMeasurable(flags, repairs);
  const onStdout = choices.find(({ name, file }) => file === undefined && name !== 'pretty');
  if (onStdout && (flags.diff || flags.interactive)) {
    const what = flags.diff ? '--diff writes its patch to stdout' : '--interactive asks its questions on stdout';
    throw new InputError(what, { help: 'give the report a file: --reporter <name>=<file>' });
  }
}

function assertFixFlags(flags: ScanFlags): void {
  if (flags.diff && flags.interactive) {
    throw new InputError('--diff changes nothing: it does not work with --interactive', {
      help: '--interactive shows the change of each repair before it asks',
    });
  }
  if (flags.fix !== undefined || flags.interactive) return;
  const given = [
    ...(flags.verify === undefined ? [] : ['--verify']),
    ...(flags.allowDirty ? ['--allow-dirty'] : []),
    ...(flags.runtime === undefined || flags.diff || flags.patch !== undefined ? [] : ['--runtime']),
  ];
  if (given.length > 0) throw new InputError(`${given.join(' and ')} only works with --fix`, { help: 'add --fix' });
}

/** Scores are worth comparing only where they are of all rules, and of code that is as it was found. */
function assertComparable(flags: ScanFlags, repairs: readonly string[]): void {
  const given = [
    ...(flags.rule ? ['--rule'] : []),
    ...(flags.category ? ['--category'] : []),
    ...(flags.confidence ? ['--confidence'] : []),
    ...repairs,
  ];
  if (given.length > 0) throw new InputError(`--history does not work with ${given.join(' and ')}`);
}

/** A part of a scan has no result of its own. */
function assertPart(flags: ScanFlags, repairs: readonly string[]): void {
  const given = [
    ...(flags.reporter ? ['--reporter'] : []),
    ...(flags.changed === undefined ? [] : ['--changed']),
    ...(flags.staged ? ['--staged'] : []),
    ...(flags.history === undefined ? [] : ['--history']),
    ...(flags.watch ? ['--watch'] : []),
    ...repairs,
  ];
  if (given.length === 0) return;
  throw new InputError(`--shard does not work with ${given.join(' and ')}: a part has no result of its own`, {
    help: 'plimsoll merge takes --reporter and the gates',
  });
}

function assertRepeatable(flags: ScanFlags, repairs: readonly string[]): void {
  const given = [...(flags.history === undefined ? [] : ['--history']), ...repairs];
  if (given.length > 0) throw new InputError(`--watch only reports: it does not work with ${given.join(' and ')}`);
}

/** What is measured is one scan, of everything, in one thread. */
function assertMeasurable(flags: ScanFlags, repairs: readonly string[]): void {
  const given = [
    ...(flags.threads === undefined ? [] : ['--threads']),
    ...(flags.shard ? ['--shard'] : []),
    ...(flags.watch ? ['--watch'] : []),
    ...repairs,
  ];
  if (given.length > 0)
    throw new InputError(`--timing measures one scan: it does not work with ${given.join(' and ')}`);
}
