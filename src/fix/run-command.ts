import { spawn } from 'node:child_process';

export interface CommandResult {
  passed: boolean;
  /** Its last lines, both streams in the order they came. */
  output: string;
}

const shownLines = 20;
const keptCharacters = 20_000;

/**
 * Runs a command line in the user's shell. An abort ends it with all that it started.
 *
 * @throws the signal's reason when it aborts
 */
export function runCommand(command: string, cwd: string, signal?: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const isPosix = process.platform !== 'win32';
    // A group of its own, so that an abort reaches what the shell started.
    const child = spawn(command, { cwd, shell: true, detached: isPosix, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-keptCharacters);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const stop = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(isPosix ? -child.pid : child.pid, 'SIGTERM');
      } catch {
        // It ended by itself just now.
      }
    };
    signal?.addEventListener('abort', stop, { once: true });
    const settle = (result: CommandResult): void => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve(result);
    };
    child.once('error', (error) => settle({ passed: false, output: error.message }));
    child.once('close', (code) => settle({ passed: code === 0, output: lastLines(output) }));
  });
}

function lastLines(output: string): string {
  return output.trimEnd().split(/\r?\n/).slice(-shownLines).join('\n');
}
