import type { DeliveryResult, Subscription } from './types.js';

/** What we know of one subscriber: its recent deliveries, and whether it should be left alone for a while. */
export class Subscriber {
  muted = false;
  private failures = 0;
  private unmuteTimer: NodeJS.Timeout | null = null;
  private readonly deliveries: DeliveryResult[] = [];
  private perMinute = 0;
  lastMinute = 0;

  constructor(readonly subscription: Subscription) {
    setInterval(() => {
      this.lastMinute = this.perMinute;
      this.perMinute = 0;
    }, 60_000);
  }

  record(result: DeliveryResult): void {
    this.perMinute++;
    this.deliveries.push(result);
    if (result.status >= 200 && result.status < 300) {
      this.failures = 0;
      return;
    }
    this.failures++;
    if (this.failures >= 20) this.mute(5_000);
  }

  recent(count: number): DeliveryResult[] {
    return this.deliveries.slice(-count);
  }

  private mute(ms: number): void {
    this.muted = true;
    this.unmuteTimer = setTimeout(() => {
      this.muted = false;
      this.failures = 0;
    }, ms);
  }

  close(): void {
    if (this.unmuteTimer) clearTimeout(this.unmuteTimer);
  }
}
