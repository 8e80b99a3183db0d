import { statSync } from 'node:fs';
import { InputError } from '../../config/input-error.ts';
import type { Settings } from '../../config/settings.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { changes } from '../../report/concise.ts';
import { type Run, run, type ScanOptions } from '../../run.ts';
import { exitCodes } from '../../score/gates.ts';
import { failureOf, failureText } from '../failure.ts';
import { FolderWatch } from '../folder-watch.ts';
import type { ScanFlags } from '../options.ts';
import { note, print } from '../output.ts';
import { type ReporterChoice, stdoutFormat } from '../reporting.ts';
import { terminalOf } from '../terminal.ts';
import { reportsOf } from './scan.ts';

/**
 * Scans, and scans again after every change, until it is interrupted. The first report is whole; later the terminal gets
 * what came and what went, with the time, and files get the whole again.
 */
export async function watchCommand(
  choices: readonly ReporterChoice[],
  options: ScanOptions & { signal: AbortSignal },
  flags: ScanFlags,
): Promise<number> {
  const { signal } = options;
  const format = stdoutFormat(choices);
  if (format !== undefined && format !== 'agent') {
    throw new InputError(`--watch tells the terminal what changes, which ${format} has no words for`, {
      help: `give it a file, which gets the whole each time: --reporter ${format}=<file>`,
    });
  }
  const tell = async (text: string) => {
    if (!flags.quiet) await note(text);
  };
  // A wrong option ends it; what is wrong later, while a file is being written, is told and waited out.
  const first = await run(options);
  const watch = new FolderWatch(first.settings.root);
  try {
    await print(await reportsOf(first, choices));
    let shown = first.result;
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
        if (JSON.stringify(done.result) === JSON.stringify(shown)) continue;
        await reportsOf(
          done,
          choices.filter(({ file }) => file !== undefined),
        );
        await print(changesSince(shown, done));
        shown = done.result;
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

function changesSince(before: ScanResult, { result, settings, readSource }: Run): string {
  const text = changes(before, result, { ...terminalOf(process.stdout), readSource, rules: settings.ruleFacts });
  return text === '' ? '' : `\n${new Date().toTimeString().slice(0, 8)}\n${text}`;
}

/** Configuration and rules that are code stay as they were loaded. */
function codeOf({ files, plugins }: Settings): string[] {
  return [...files.filter((file) => !file.endsWith('.json')), ...plugins.value];
}

function timesOf(files: readonly string[]): Map<string, number> {
  return new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
}
