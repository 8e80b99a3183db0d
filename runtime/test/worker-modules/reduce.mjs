import { threadId } from 'node:worker_threads';

/** Parses on the thread and returns only a sum. */
export default function sum(text) {
  return JSON.parse(text).reduce((total, n) => total + n, 0);
}

export function whereAmI() {
  return threadId;
}

export function fail(message) {
  throw new RangeError(message);
}

export function spin(flags) {
  Atomics.store(new Int32Array(flags), 0, 1);
  for (;;);
}

export async function pause(millis) {
  await new Promise((resolve) => setTimeout(resolve, millis));
  return threadId;
}

export function unsendable() {
  return () => {};
}

export function die() {
  process.exit(3);
}

export function size(buffer) {
  return buffer.byteLength;
}
