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

function normalise(event: string): string {
  return (/[\w$-]+$/.exec(event)?.[0] ?? event).replace(/[_-]/g, '').toLowerCase();
}

/** By the name of an event as it is written: `close`, `Events.Close` and `this.CLOSE` are one. */
export function eventKindOf(event: string): EventKind {
  const name = normalise(event);
  if (first.test(name)) return 'first';
  return last.test(name) ? 'last' : 'recurring';
}

/** Whether an event tells that a connection, a socket or a process has closed, however that came. */
export function isClosing(event: string): boolean {
  return /^(?:close|closed|exit|disconnect|disconnected)$/.test(event);
}

/** `ready`, `afterLoad`, `loadingFinished`, `app-started`: by parts of the name, so that projects' own events count. */
const bringUp =
  /^(?:after|on|did|all|is|app|application|server|bot|system)?(?:ready|listening|load(?:ed|ing)?|start(?:ed|ing|up)?|boot(?:ed|ing|strap(?:ped)?)?|init(?:iali[sz](?:e|ed|ation))?|setup|mount(?:ed)?|launch(?:ed)?)(?:finish(?:ed)?|completed?|done|ended)?$/;
const aroundIt = /^(?:domcontentloaded|(?:will|did)finishlaunching|beforequit|willquit)$/;

/** Whether an event tells that a process, page or application has come up, or goes: it comes once in its life. */
export function isBringUp(event: string): boolean {
  const name = normalise(event);
  return bringUp.test(name) || aroundIt.test(name);
}
