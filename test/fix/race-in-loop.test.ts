import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Consumer as Unrepaired } from '../../fixtures/no-race-in-loop/bad/consumer.ts';
import { Consumer as Repaired } from '../../fixtures/no-race-in-loop/fixed/consumer.ts';

/** Messages handled before and after `close`, and how many `then`s the promise that stops it got. */
async function consume(Consumer: typeof Unrepaired | typeof Repaired) {
  const handled: string[] = [];
  let sent = 0;
  const consumer = new Consumer({
    next: () => (sent < 50 ? Promise.resolve(`message ${sent++}`) : new Promise(() => {})),
  });
  const { stopped } = consumer as unknown as { stopped: Promise<void> };
  let reactions = 0;
  const plainThen = stopped.then.bind(stopped);
  const then = (...args: []): Promise<void> => {
    reactions++;
    return plainThen(...args);
  };
  Object.defineProperty(stopped, 'then', { value: then });
  const run = consumer.run(async (message) => {
    handled.push(message);
  });
  while (handled.length < 50) await turn();
  const pending = reactions;
  consumer.close();
  await run;
  return { handled, pending };
}

test('a repaired race handles what the loop handled, stops when told, and leaves one reaction for all rounds', async () => {
  const before = await consume(Unrepaired);
  const after = await consume(Repaired);
  expect(after.handled).toEqual(before.handled);
  expect(before.pending).toBeGreaterThanOrEqual(50);
  expect(after.pending).toBe(1);
});
