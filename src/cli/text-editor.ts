import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The editor of the person, as git and other tools find it: a command line. Undefined where none is set. */
export function findEditor(env: NodeJS.ProcessEnv): string | undefined {
  return [env.VISUAL, env.EDITOR].find((command) => command !== undefined && command.trim() !== '');
}

/**
 * Opens a text in an editor on this terminal and waits for it to end.
 *
 * @param command a command line of the shell: `code --wait`
 * @param name of the file that the editor shows; its extension tells what it is
 * @returns the text as it was saved, or why there is none; rejects with the signal's reason when it aborts
 */
export async function editText(
  command: string,
  name: string,
  text: string,
  signal: AbortSignal | undefined,
): Promise<{ text: string } | { fault: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-edit-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    const fault = await runEditor(command, file, signal);
    signal?.throwIfAborted();
    return fault === undefined ? { text: readFileSync(file, 'utf8') } : { fault };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What went wrong; undefined when all is well. */
function runEditor(command: string, file: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const [shell, ...words] =
      process.platform === 'win32'
        ? [process.env.ComSpec ?? 'cmd.exe', '/d', '/s', '/c', `"${command} "${file}""`]
        : ['/bin/sh', '-c', `${command} "$@"`, command, file];
    const child = spawn(shell!, words, { stdio: 'inherit', windowsVerbatimArguments: true });
    const stop = (): void => {
      child.kill();
    };
    signal?.addEventListener('abort', stop, { once: true });
    const end = (fault: string | undefined): void => {
      signal?.removeEventListener('abort', stop);
      resolve(fault);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code) => end(code === 0 ? undefined : `it ended with exit code ${code ?? 'none'}`));
  });
}
