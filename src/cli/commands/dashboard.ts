import { startDashboard } from '@plimsoll/runtime/dashboard';
import { note, print } from '../output.ts';
import type { Session } from '../session.ts';

export interface DashboardFlags {
  port?: number;
  host?: string;
}

/**
 * Serves the live page: around a program (`plimsoll dashboard -- node app.js`), whose exit code it takes on, or for
 * processes that are started by hand with the printed environment, until it is interrupted.
 */
export async function dashboardCommand(
  words: readonly string[],
  { port, host }: DashboardFlags,
  { signal }: Session,
): Promise<number> {
  const dashboard = await startDashboard({
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    unref: false,
  });
  const [command, ...args] = words;
  try {
    await note(`dashboard: ${dashboard.url}\n`);
    if (command !== undefined) return await dashboard.run(command, args);
    const environment = Object.entries(dashboard.environment()).map(([name, value]) => `${name}='${value}'`);
    await print(`# start a process with these to see it on the page\n${environment.join('\n')}\n`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    return 0;
  } finally {
    await dashboard.close();
  }
}
