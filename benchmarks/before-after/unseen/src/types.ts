export interface WebhookEvent {
  id: string;
  topic: string;
  payload: unknown;
}

export interface Subscription {
  id: string;
  topic: string;
  url: string;
  secret: string;
}

export interface DeliveryResult {
  subscriptionId: string;
  eventId: string;
  status: number;
  attempts: number;
  elapsedMs: number;
}
