import type { Failure } from './failure.ts';

/** What one invocation carries through its commands. */
export interface Session {
  cwd: string;
  debug: boolean;
  /** Aborted by ^C. */
  signal: AbortSignal;
  /** The names of the commands, for suggestions. */
  commands: readonly string[];
  /** The machine format that stdout is meant for; a failure then has to be a document too. */
  stdoutFormat?: string;
  failure?: Failure;
}
