import { findListenerAdd, findTimeoutAdd, type ListenerCall } from '../../src/ast/listeners/listener-calls.ts';
import { findListenerLeak } from '../../src/ast/listeners/listener-leak.ts';
import { findPatchWithoutRemoval } from '../../src/ast/listeners/listener-patch.ts';
import type { ListenerLeak } from '../../src/ast/listeners/listener-place.ts';
import { nameOfFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface LeakedListener {
  /** Undefined for a method that adds listeners of others. */
  added: { add: ListenerCall; leak: ListenerLeak } | undefined;
}

/** The others are sure only where the place shows more: read on strangers' code, they were right in less than half. */
const isSure: ReadonlySet<ListenerLeak['shape']> = new Set(['effect', 'lent', 'sibling', 'counterpart']);

export const rule = defineRule<LeakedListener>({
  id: 'no-leaked-listener',
  category: 'resources',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: 'This "{event}" listener on {target} {fate}: {what} leaves one more behind.',
  why: 'The emitter outlives the code that listens. Each listener keeps its closure alive and runs on every event, so memory and time per event grow with calls, requests, instances or mounts.',
  advice:
    'Remove the listener where the work or its owner ends, on every outcome; once() alone leaves the siblings that did not fire. A `{ signal }` removes several at a time.',
  limits: [
    'Emitters handed in by a caller are taken to end with the call, unless a caller in the project is seen to hand in what it keeps, or a class of a library with an end of its own was handed it as it was made (a socket, a stream or whatever else by its name is one side of a conversation is taken to end with its owner, and what its maker makes itself, in a constructor, with both); AbortSignals are taken to live on, unless all callers in the file make them for the call.',
    'A removal of the same event anywhere in the file is taken to be the right one, unless it is one of several outcomes.',
    'Listeners of one instance or call each are `possible` unless requests, events, timers or the users of a package come there; so are those on the socket of a request, on what is kept by a key, and on an emitter that an owner has for itself.',
    'One that a method adds for what it was handed, for what it gives its caller or for whoever waits is sure where such calls are many.',
    'Emitters of other files are taken to live as long as the process, and so is what a getter such as `config.getEventBus()` gives.',
    'A listener on a signal that is handed in is `possible` unless a loop, or a method that an instance hands its own signal on in, is seen to call with one and the same, or an instance of a published package stands for one piece of work on it.',
    'Clients of a pool are known by its name or import; one that listens for notifications is `possible`.',
  ],
  roles: ['product', 'ui'],
  mentions: [
    '.on(',
    '.once(',
    'addListener',
    'addEventListener',
    'prependListener',
    'addAbortListener(',
    ".call(&'addListener'",
    ".call(&'addEventListener'",
    '.call(&.addListener =',
    '.call(&.addEventListener =',
    'socket&.setTimeout(',
  ],
  visit: {
    CallExpression(call, file) {
      const add = findListenerAdd(call, file) ?? findTimeoutAdd(call, file);
      if (add?.target === undefined) return judgePatch(call, file);
      const leak = findListenerLeak(add, file);
      if (!leak) return undefined;
      const { fired, settled, sibling, missed, left, what, confidence, when, sureWhen } = leak;
      return {
        at: placeOf(add),
        values: {
          event: add.event,
          target: add.target,
          what,
          fate: fateOf(leak),
        },
        ...((fired || settled) && {
          related: [{ at: fired?.call ?? settled!, note: 'ends the wait without taking it away' }],
        }),
        ...(left && { related: [{ at: left, note: 'takes back what else was started' }] }),
        ...(missed && { related: [{ at: missed, note: 'hears of the end, and leaves it' }] }),
        ...(sibling && { related: [{ at: sibling, note: 'its siblings are taken away' }] }),
        confidence: confidence ?? (isSure.has(leak.shape) ? 'likely' : 'possible'),
        ...(when && { when }),
        ...(sureWhen && { sureWhen }),
        data: { added: { add, leak } },
      };
    },
  },
});

/** A method that hands the emitter another function than its caller can ask to have removed. */
function judgePatch(call: ts.CallExpression, file: FileContext): Match<LeakedListener> | undefined {
  const patch = findPatchWithoutRemoval(call, file);
  if (!patch) return undefined;
  return {
    at: call,
    values: {
      event: 'wrapped',
      target: `what ${patch.method}() is patched on`,
      fate: 'cannot be removed by who added it, as the removal is not patched',
      what: 'each pair of an add and a removal',
    },
    data: { added: undefined },
  };
}

function fateOf({ fired, settled, sibling, missed, left }: ListenerLeak): string {
  if (missed) return 'is removed only when its owner is closed by hand';
  if (fired) return `stays when "${fired.event}" comes first`;
  if (settled) return 'stays when the wait ends in another way';
  if (left) return `stays when ${nameOfFunction(left)}() runs`;
  return sibling ? 'is left where its siblings are taken away' : 'is never removed';
}

/** The adding call; in a chain of them its name, since all begin at one place. */
function placeOf({ call, receiver }: ListenerCall): ts.Node {
  const access = call.expression;
  return ts.isPropertyAccessExpression(access) && access.expression !== receiver ? access.name : call;
}
