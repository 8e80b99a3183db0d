import { Dispatcher, type DispatcherOptions } from './dispatcher.js';

export { Dispatcher, type DispatcherOptions } from './dispatcher.js';
export { Partitioner } from './partitioner.js';
export { Subscriber } from './subscriber.js';
export type { DeliveryResult, Subscription, WebhookEvent } from './types.js';

export function createDispatcher(options?: DispatcherOptions): Dispatcher {
  return new Dispatcher(options);
}
