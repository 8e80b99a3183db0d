/** Requests at set times, and requests as fast as they are answered, over keep-alive connections. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Request {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Sent {
  /** Milliseconds from when each request was due to its whole answer; only of those answered in time. */
  latencies: number[];
  /** Status 500 and above, or none. */
  failed: number;
  /** No answer within the time allowed. */
  unanswered: number;
  /** From the first request to the last answer. */
  seconds: number;
}

export class Sender {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  private readonly port: number;
  private readonly allowedMs: number;

  constructor(port: number, allowedMs = 20_000) {
    this.port = port;
    this.allowedMs = allowedMs;
  }

  close(): void {
    this.agent.destroy();
  }

  /** `delays[i]`: milliseconds after the start at which request `i` is due, in ascending order. */
  async open(delays: readonly number[], next: () => Request): Promise<Sent> {
    const sent: Sent = { latencies: [], failed: 0, unanswered: 0, seconds: 0 };
    const start = performance.now();
    const pending: Promise<void>[] = [];
    for (const delay of delays) {
      const due = start + delay;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      pending.push(this.one(next(), due, sent));
    }
    await Promise.all(pending);
    sent.seconds = (performance.now() - start) / 1_000;
    return sent;
  }

  async closed(callers: number, count: number, next: () => Request): Promise<Sent> {
    const sent: Sent = { latencies: [], failed: 0, unanswered: 0, seconds: 0 };
    const start = performance.now();
    let begun = 0;
    const loop = async (): Promise<void> => {
      while (begun++ < count) await this.one(next(), performance.now(), sent);
    };
    await Promise.all(Array.from({ length: callers }, loop));
    sent.seconds = (performance.now() - start) / 1_000;
    return sent;
  }

  private one({ method, path, headers, body }: Request, due: number, sent: Sent): Promise<void> {
    return new Promise((resolve) => {
      let isSettled = false;
      const settle = (count: () => void): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(deadline);
        count();
        resolve();
      };
      const request = http.request(
        { host: '127.0.0.1', port: this.port, agent: this.agent, method, path, ...(headers ? { headers } : {}) },
        (response) => {
          response.resume();
          response.once('end', () =>
            settle(() => {
              sent.latencies.push(performance.now() - due);
              if ((response.statusCode ?? 500) >= 500) sent.failed++;
            }),
          );
        },
      );
      request.once('error', () => settle(() => sent.failed++));
      const deadline = setTimeout(
        () => {
          settle(() => sent.unanswered++);
          request.destroy();
        },
        Math.max(1, due + this.allowedMs - performance.now()),
      );
      request.end(body);
    });
  }
}
