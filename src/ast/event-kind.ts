/** What the coming of an event says of its emitter. */
export type EventKind =
  /** It has just come to life: once for each emitter. */
  | 'first'
  /** It is at its end, or has given its result: nothing comes after, and its listeners go with it. */
  | 'last'
  /** It may come again. */
  | 'recurring';

const first =
  /^(?:open|opened|connect|connected|ready|listening|spawn|load|loaded|online|secureconnect|lookup|start|started|running|init|initialized|upgrade|response|headers)$/;
const last =
  /^(?:end|ended|close|closed|finish|finished|exit|error|destroy|destroyed|disconnect|disconnected|abort|aborted|disposed?|success|failure|failed|done|complete|completed|settled|timeout)$/;

/** By the name of an event as it is written: `close`, `Events.Close` and `this.CLOSE` are one. */
export function eventKindOf(event: string): EventKind {
  const name = (/[\w$]+$/.exec(event)?.[0] ?? event).replace(/[_-]/g, '').toLowerCase();
  if (first.test(name)) return 'first';
  return last.test(name) ? 'last' : 'recurring';
}
