import { setFlagsFromString } from 'node:v8';

/** By version of Node.js, how much of a function V8 runs before it compiles optimised code of it: ten times the default. */
const flags: Readonly<Record<string, string>> = {
  20: '--interrupt-budget=675840',
  22: '--invocation-count-for-turbofan=30000',
  24: '--invocation-count-for-turbofan=30000',
};

/**
 * Lets a function run for longer before it is compiled to optimised code: most of a scan is many functions that see new
 * kinds of nodes all the time, and are optimised again and again, which takes up to a third of its time. What the setting is
 * called depends on the version; one that is not known is left as it is.
 */
export function optimiseLate(): void {
  const flag = flags[process.versions.node.split('.')[0]!];
  if (flag) setFlagsFromString(flag);
}
