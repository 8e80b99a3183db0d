import { consumerModule } from '../ast/where/entry-points.ts';
import type { EntryPoint } from '../model/link.ts';

/** What an entry is, for people: `request handler: GET /orders`, `event handler: socket 'message'`, `middleware`. */
export function wordsOfEntry(entry: EntryPoint): string {
  const { label } = entry;
  if (label === 'USE') return 'middleware';
  // A verb alone: the path is no text that is written out.
  const isOfUnknownPath = /^[A-Z]+$/.test(label);
  return `${roleOf(entry)}: ${label}${isOfUnknownPath ? ' of a path that is put together' : ''}`;
}

function roleOf({ kind, label, seldom }: EntryPoint): string {
  if (seldom === 'job') return kind === 'event' ? 'timer' : 'job';
  if (kind === 'event' || /'.*'$/.test(label)) return 'event handler';
  if (/^(?:USE|hook) |^NestMiddleware$|middleware$/i.test(label)) return 'middleware';
  return hearsMessages(label) ? 'message handler' : 'request handler';
}

/** Of a broker, by its library or the decorator that is written for it. */
function hearsMessages(label: string): boolean {
  const [first = ''] = label.split(' ');
  return (
    consumerModule.test(first) ||
    /^(?:kafka|AMQP|SQS)$/.test(first) ||
    /^@(?:Message|Event)Pattern$|^@(?:Subscribe|Rabbit|Sqs|Kafka)/.test(first)
  );
}
