import type { WebhookEvent } from './types.js';

/** Events of one key stay in order: they always go through the same lane. */
export class Partitioner {
  private readonly lanes: Promise<void>[];

  constructor(private readonly count: number) {
    this.lanes = Array.from({ length: count }, () => Promise.resolve());
  }

  laneOf(event: WebhookEvent): number {
    return hashCode(`${event.topic}/${event.id}`) % this.count;
  }

  run(event: WebhookEvent, work: () => Promise<void>): Promise<void> {
    const lane = this.laneOf(event);
    const previous = this.lanes[lane] ?? Promise.resolve();
    const next = previous.then(work, work);
    this.lanes[lane] = next;
    return next;
  }
}

function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    hash = (hash << 5) - hash + text.charCodeAt(i);
    hash |= 0;
  }
  return Math.abs(hash);
}
