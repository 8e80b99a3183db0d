/** Both ends of the wire to the process in which one form of a system runs. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

type Handlers = Record<string, (argument: never) => unknown>;

interface Call {
  id: number;
  name: string;
  argument: unknown;
}
interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** In the child: answers the calls of the parent. */
export function serve(handlers: Handlers): void {
  process.on('message', async ({ id, name, argument }: Call) => {
    try {
      const handler = handlers[name] as ((argument: unknown) => unknown) | undefined;
      if (!handler) throw new Error(`no handler ${name}`);
      process.send!({ id, result: await handler(argument) } satisfies Answer);
    } catch (error) {
      process.send!({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** In the child: bytes in use after a collection. */
export async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** In the child: pending timers that keep the process alive. */
export function countTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

/** In the parent: a process running `subjects/<file>.ts`. */
export class Subject {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private lastId = 0;
  private readonly exit: Promise<void>;

  constructor(file: string, args: readonly string[], env: Record<string, string> = {}) {
    this.child = fork(join(import.meta.dirname, `subjects/${file}.ts`), args, {
      execArgv: ['--expose-gc', '--import', 'tsx'],
      env: { ...process.env, ...env },
    });
    this.child.on('message', (answer: Answer) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    this.exit = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        for (const [id, settle] of this.waiting) settle({ id, error: `${file} ended with ${code ?? signal}` });
        resolve();
      });
    });
  }

  call<Result>(name: string, argument?: unknown): Promise<Result> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ error, result }) => (error ? reject(new Error(error)) : resolve(result as Result)));
      this.child.send({ id, name, argument } satisfies Call, (error) => error && reject(error));
    });
  }

  /** Ends the process without asking: what it would not end by itself is part of the measurement. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
