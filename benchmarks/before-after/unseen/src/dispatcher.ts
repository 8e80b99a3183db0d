import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { deliver } from './deliver.js';
import { Partitioner } from './partitioner.js';
import { Subscriber } from './subscriber.js';
import type { DeliveryResult, Subscription, WebhookEvent } from './types.js';

export interface DispatcherOptions {
  lanes?: number;
  timeoutMs?: number;
  attempts?: number;
  retryMs?: number;
  log?: (line: string) => void;
}

export class Dispatcher {
  private readonly subscribers = new Map<string, Subscriber>();
  private readonly seen = new Set<string>();
  private readonly byTopic = new Map<string, Subscriber[]>();
  private readonly history: DeliveryResult[] = [];
  private readonly partitioner: Partitioner;
  private readonly server: http.Server;
  private statsTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DispatcherOptions = {}) {
    this.partitioner = new Partitioner(options.lanes ?? 16);
    this.server = http.createServer((request, response) => {
      this.handle(request)
        .then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body));
        })
        .catch((error: unknown) => {
          response.writeHead(500);
          response.end(String(error));
        });
    });
    this.reportStats();
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve) => {
      this.server.listen(port, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  subscribe(subscription: Subscription): void {
    this.subscribers.set(subscription.id, new Subscriber(subscription));
    this.byTopic.clear();
  }

  unsubscribe(id: string): void {
    this.subscribers.get(id)?.close();
    this.subscribers.delete(id);
    this.byTopic.clear();
  }

  /** Delivers once, however often the producer sends the event. */
  async publish(event: WebhookEvent): Promise<number> {
    if (this.seen.has(event.id)) return 0;
    this.seen.add(event.id);
    const targets = this.subscribersOf(event.topic).filter((subscriber) => !subscriber.muted);
    await this.partitioner.run(event, async () => {
      await Promise.all(targets.map((subscriber) => this.send(subscriber, event)));
    });
    return targets.length;
  }

  recent(count: number): DeliveryResult[] {
    return this.history.slice(-count);
  }

  async close(): Promise<void> {
    for (const subscriber of this.subscribers.values()) subscriber.close();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private subscribersOf(topic: string): Subscriber[] {
    const known = this.byTopic.get(topic);
    if (known) return known;
    const found = [...this.subscribers.values()].filter(({ subscription }) => matches(subscription.topic, topic));
    this.byTopic.set(topic, found);
    return found;
  }

  private async send(subscriber: Subscriber, event: WebhookEvent): Promise<void> {
    const startedAt = performance.now();
    const { attempts = 3, timeoutMs = 5_000, retryMs = 50 } = this.options;
    let status = 0;
    let tried = 0;
    while (tried < attempts && !(status >= 200 && status < 300)) {
      if (tried > 0) await new Promise((resolve) => setTimeout(resolve, retryMs * 2 ** tried));
      tried++;
      try {
        status = await deliver(subscriber.subscription, event, timeoutMs);
      } catch {
        status = 0;
      }
    }
    const result = {
      subscriptionId: subscriber.subscription.id,
      eventId: event.id,
      status,
      attempts: tried,
      elapsedMs: performance.now() - startedAt,
    };
    subscriber.record(result);
    this.history.push(result);
  }

  private reportStats(): void {
    this.statsTimer = setTimeout(() => {
      this.options.log?.(`${this.history.length} deliveries to ${this.subscribers.size} subscribers`);
      this.reportStats();
    }, 30_000);
  }

  private async handle(request: http.IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { pathname } = new URL(request.url ?? '/', 'http://dispatcher');
    if (request.method === 'GET' && pathname === '/deliveries') return { status: 200, body: this.recent(50) };
    if (request.method !== 'POST') return { status: 405, body: { error: 'POST only' } };
    let text = '';
    for await (const chunk of request) text += chunk;
    if (pathname === '/subscriptions') {
      this.subscribe(JSON.parse(text) as Subscription);
      return { status: 201, body: {} };
    }
    if (pathname === '/events') {
      const sent = await this.publish(JSON.parse(text) as WebhookEvent);
      return { status: 202, body: { sent } };
    }
    return { status: 404, body: { error: 'not found' } };
  }
}

/** `orders.*` matches `orders.paid`. */
function matches(pattern: string, topic: string): boolean {
  return pattern === topic || (pattern.endsWith('*') && topic.startsWith(pattern.slice(0, -1)));
}
