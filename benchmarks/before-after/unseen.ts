/** A webhook dispatcher written after the fixers, which no fixture shows: do the fixes hold for it too? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Form } from './forms.ts';
import { type Latencies, summarise } from './numbers.ts';
import { type Request, Sender } from './senders.ts';
import { Subject } from './subject.ts';

export interface UnseenRun {
  /** Publishing one event to its four subscribers, all of them answered. */
  publish: Latencies & { perSecond: number };
  heap: { events: number; bytes: number }[];
  receiverConnections: number;
}

function eventMaker(): () => Request {
  let n = 0;
  return () => {
    const event = { id: `event-${n}`, topic: `topic-${n % 10}`, payload: { n, note: 'z'.repeat(400) } };
    n++;
    return { method: 'POST', path: '/events', body: JSON.stringify(event) };
  };
}

export async function runUnseen(form: Form, { quick }: { quick: boolean }): Promise<UnseenRun> {
  const receivers = new Subject('upstreams', []);
  const dispatcher = new Subject('dispatcher', [form.entry]);
  try {
    const services = await receivers.call<{ targets: string[] }[]>('start');
    const urls = services.flatMap(({ targets }) => targets);
    const sender = new Sender(await dispatcher.call<number>('start', urls));
    const next = eventMaker();
    await sender.closed(10, 100, next);
    const baseline = await dispatcher.call<number>('usedBytes');
    const heap = [{ events: 0, bytes: 0 }];
    const latencies: number[] = [];
    let seconds = 0;
    const [parts, count] = quick ? [2, 400] : [5, 800];
    for (let part = 1; part <= parts; part++) {
      const sent = await sender.closed(50, count, next);
      latencies.push(...sent.latencies);
      seconds += sent.seconds;
      heap.push({ events: part * count, bytes: (await dispatcher.call<number>('usedBytes')) - baseline });
    }
    const perSecond = latencies.length / seconds;
    const receiverConnections = await receivers.call<number>('countConnections');
    sender.close();
    await sleep(3_000);
    heap.push({ events: parts * count, bytes: (await dispatcher.call<number>('usedBytes')) - baseline });
    return { publish: { ...summarise(latencies), perSecond }, heap, receiverConnections };
  } finally {
    await Promise.all([dispatcher.end(), receivers.end()]);
  }
}
