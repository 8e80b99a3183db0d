import { relative, resolve } from 'node:path';
import { run, type ScanOptions, sourceReader } from '../../run.ts';
import { evidenceAt } from '../evidence.ts';
import { type ScanFlags, scanOptionsOf } from '../options.ts';
import { print } from '../output.ts';
import { assertPlace, readPlace } from '../place.ts';
import { startProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

/** The evidence of the findings at a place, or why there is none. The whole project is scanned, as findings cross files. */
export async function whyCommand(place: string, flags: ScanFlags, session: Session): Promise<number> {
  const { file, line } = readPlace(place);
  assertPlace({ file, line }, session.cwd);
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
