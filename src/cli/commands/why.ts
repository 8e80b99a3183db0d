import { relative, resolve } from 'node:path';
import { InputError } from '../../config/input-error.ts';
import { run, type ScanOptions, sourceReader } from '../../run.ts';
import { evidenceAt } from '../evidence.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

/** The evidence of the findings at a place, or why there is none. The whole project is scanned, as findings cross files. */
export async function whyCommand(place: string, flags: ScanFlags, session: Session): Promise<number> {
  const { file, line } = readPlace(place, session.cwd);
  const progress = startProgress(process.stderr, !flags.quiet);
  const options: ScanOptions = {
    ...scanOptionsOf([], flags),
    confidence: 'possible',
    cwd: session.cwd,
    signal: session.signal,
  };
  const done = await run({ ...options, onProgress: progress.report }).finally(() => progress.end());
  const { root, ruleFacts } = done.settings;
  const context = { ...terminalOf(process.stdout), readSource: sourceReader(root), rules: ruleFacts };
  await print(evidenceAt(done, relative(root, resolve(session.cwd, file)).replaceAll('\\', '/'), line, context));
  return 0;
}

/** `src/cache.ts:12` and `src/cache.ts:12:5`; throws `InputError` for anything else, and where there is no such file. */
function readPlace(place: string, cwd: string): { file: string; line: number } {
  const [, file, line] = /^(.+?):(\d+)(?::\d+)?$/.exec(place) ?? [];
  if (file === undefined || line === undefined) {
    throw new InputError(`not a place: ${place}`, { help: 'give a file and a line: plimsoll why src/cache.ts:12' });
  }
  assertPaths([file], cwd, []);
  return { file, line: Number(line) };
}
