import { countTimers, serve, usedBytes } from '../subject.ts';

interface Dispatcher {
  listen(port: number): Promise<number>;
  subscribe(subscription: { id: string; topic: string; url: string; secret: string }): void;
  unsubscribe(id: string): void;
  close(): Promise<void>;
}
interface Exports {
  createDispatcher(options: { timeoutMs: number }): Dispatcher;
}

const { createDispatcher } = (await import(process.argv[2]!)) as Exports;

const subscription = (i: number, url: string) => ({
  id: `subscriber-${i}`,
  topic: `topic-${i % 10}`,
  url: `${url}/hooks/${i}`,
  secret: `secret-${i}`,
});

serve({
  start(urls: string[]) {
    const dispatcher = createDispatcher({ timeoutMs: 2_000 });
    for (let i = 0; i < 40; i++) dispatcher.subscribe(subscription(i, urls[i % urls.length]!));
    return dispatcher.listen(0);
  },
  usedBytes,
  countTimers,
  async cycles(count: number) {
    for (let i = 0; i < count; i++) {
      const dispatcher = createDispatcher({ timeoutMs: 2_000 });
      await dispatcher.listen(0);
      dispatcher.subscribe(subscription(0, 'http://127.0.0.1:9'));
      dispatcher.unsubscribe('subscriber-0');
      await dispatcher.close();
    }
  },
});
