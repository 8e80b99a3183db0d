import { statSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { type Run, run, type ScanOptions } from '../../run.ts';
import { exitCodes } from '../../score/gates.ts';
import { failureOf, failureText } from '../failure.ts';
import { FolderWatch } from '../folder-watch.ts';
import type { ScanFlags } from '../options.ts';
import { note, print } from '../output.ts';
import type { ReporterChoice } from '../reporting.ts';
import { reportsOf } from './scan.ts';

/** Scans, and scans again after every change, until it is interrupted. Reports only what differs from the last report. */
export async function watchCommand(
  choices: readonly ReporterChoice[],
  options: ScanOptions & { signal: AbortSignal },
  flags: ScanFlags,
): Promise<number> {
  const { signal } = options;
  const tell = async (text: string) => {
    if (!flags.quiet) await note(text);
  };
  // A wrong option ends it; what is wrong later, while a file is being written, is told and waited out.
  const first = await run(options);
  const watch = new FolderWatch(first.settings.root);
  try {
    let shown = await report(first, choices);
    const loaded = timesOf(codeOf(first.settings));
    await tell('Watching for changes; ^C ends\n');
    for (;;) {
      await watch.next(signal);
      try {
        const done = await run(options);
        for (const [file, time] of timesOf(codeOf(done.settings))) {
          if (loaded.get(file) === time) continue;
          loaded.set(file, time);
          await tell(`${file} has changed: start again to use it\n`);
        }
        if (JSON.stringify(done.result) !== shown) shown = await report(done, choices);
      } catch (error) {
        const failure = failureOf(error);
        if (signal.aborted || failure.code !== exitCodes.usage) throw error;
        await note(failureText(failure, (text) => text));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return exitCodes.interrupted;
  } finally {
    watch.close();
  }
}

async function report(done: Run, choices: readonly ReporterChoice[]): Promise<string> {
  await print(await reportsOf(done, choices));
  return JSON.stringify(done.result);
}

/** Configuration and rules that are code stay as they were loaded. */
function codeOf({ files, plugins }: Settings): string[] {
  return [...files.filter((file) => !file.endsWith('.json')), ...plugins.value];
}

function timesOf(files: readonly string[]): Map<string, number> {
  return new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
}
