import http from 'node:http';
import { sign } from './signer.js';
import type { Subscription, WebhookEvent } from './types.js';

export function post(subscription: Subscription, event: WebhookEvent): Promise<number> {
  const body = JSON.stringify({ id: event.id, topic: event.topic, payload: event.payload });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
  return new Promise((resolve, reject) => {
    const request = http.request(
      subscription.url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'x-signature': sign(subscription.secret, body),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export async function deliver(subscription: Subscription, event: WebhookEvent, timeoutMs: number): Promise<number> {
  return await Promise.race([
    post(subscription, event),
    new Promise<number>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer from ${subscription.url}`)), timeoutMs);
    }),
  ]);
}
