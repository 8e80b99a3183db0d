import {
  captureFlagOf,
  findListenerRemoval,
  identityOf,
  isGivenByAdd,
  isNeverAssigned,
  isOnlyRemoved,
  type ListenerCall,
  listAdds,
} from '../../src/ast/listeners/listener-calls.ts';
import { findEventless, findOtherEvent } from '../../src/ast/listeners/removal-event.ts';
import { findAddedAnew, findMeant, findWrapped, listMadeBy } from '../../src/ast/listeners/removal-of-another.ts';
import { leavesNothing } from '../../src/ast/listeners/removal-remains.ts';
import { listenerWords, together } from '../../src/ast/mention-words.ts';
import { findEnclosingFunction, findMemberPath, isWithin, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { whenCalledAtAll } from '../../src/ast/where/never-called.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface MismatchedRemoval {
  kind:
    | 'fresh-removal'
    | 'fresh-add'
    | 'never-added'
    | 'unassigned'
    | 'no-event'
    | 'other-event'
    | 'unclear-event'
    | 'other-capture'
    | 'factory'
    | 'anew'
    | 'meant'
    | 'wrapped';
  removal: ListenerCall;
  /** The listener that stays. */
  add: ListenerCall | undefined;
}

export const rule = defineRule<MismatchedRemoval>({
  id: 'no-mismatched-removal',
  category: 'resources',
  severity: 'high',
  confidence: 'certain',
  lifecycle: 'trial',
  effort: 10,
  message: 'This removal of a "{event}" listener removes nothing: {why}.',
  why: 'The listener stays for the life of its emitter, with all it refers to, and runs once more for each time it was added: instances, calls, mounts.',
  advice: 'Keep the function in a field or const, and hand that same reference, event and capture flag to both calls.',
  limits: [
    'Only adds and removals in the same file are compared.',
    'Where the listener goes anyway (it has fired, its event comes once, its element goes with its component, its socket is given up right behind) the finding is `possible`.',
  ],
  roles: ['product', 'ui', 'script', 'migration', 'config', 'example'],
  mentions: together(['removeListener', 'removeEventListener', '.off'], listenerWords),
  // jQuery's `.off('click')` is handed no listener.
  shapes: { '.off': /\.off(?![\w$])(?!\s*\(\s*(?:(['"`])[^'"`\n]*\1\s*)?\))/ },
  visit: {
    CallExpression(call, file) {
      const removal = findListenerRemoval(call, file);
      return removal?.listener ? judge(removal, removal.listener, file) : judgeEventless(call, file);
    },
  },
});

/** What is shown at the listener that was added. */
const shown: ReadonlySet<MismatchedRemoval['kind']> = new Set(['fresh-add', 'never-added']);

function judge(
  removal: ListenerCall,
  listener: ts.Expression,
  file: FileContext,
): Match<MismatchedRemoval> | undefined {
  const { event, target } = removal;
  const identity = identityOf(listener, file);
  const sameTarget = listAdds(file).filter((add) => add.target !== undefined && add.target === target);
  const adds = sameTarget.filter((add) => add.event === event);
  const remover = findEnclosingFunction(removal.call);
  const when = remover && whenCalledAtAll(remover, file);
  const match = (kind: MismatchedRemoval['kind'], why: string, add?: ListenerCall): Match<MismatchedRemoval> => ({
    ...(when && { when }),
    ...(add && leavesNothing(add, removal, file) && { confidence: 'possible' as const }),
    at: (shown.has(kind) && add?.listener) || listener,
    values: { event, why },
    ...(add && !shown.has(kind) && { related: [{ at: add.call, note: 'the listener that stays' }] }),
    ...(shown.has(kind) && { related: [{ at: removal.call, note: 'the removal' }] }),
    data: { kind, removal, add },
  });
  if (identity.kind === 'fresh') {
    const [add] = adds;
    if (!add) return undefined;
    return match('fresh-removal', 'it is handed a function made on the spot, which was never added', add);
  }
  if (identity.kind !== 'stable' || isGivenByAdd(listener, sameTarget, file)) return undefined;
  const [made, another] = listMadeBy(listener, file);
  if (made && (another || !removal.isEventKnown || sameTarget.length === 0)) {
    return match('factory', `${identity.path} makes the listeners that were added, and is none itself`, made);
  }
  if (!removal.isEventKnown) return undefined;
  const [kept] = adds;
  if (kept && isNeverAssigned(listener, file)) {
    return match('unassigned', `nothing ever assigns ${identity.path}`, kept);
  }
  const other = findOtherEvent(removal, file);
  if (other) {
    const { add, isClear } = other;
    return match(isClear ? 'other-event' : 'unclear-event', `${identity.path} was added for ${nameOfEvent(add)}`, add);
  }
  const identities = sameTarget.flatMap((add) =>
    add.listener ? [{ add, identity: identityOf(add.listener, file) }] : [],
  );
  const own = identities.filter(({ add, identity: other }) => other.kind === 'stable' && add.event === event);
  const isAdded = own.some(({ identity: other }) => other.kind === 'stable' && other.path === identity.path);
  if (isAdded) {
    const anew = findAddedAnew(removal, file);
    return anew
      ? match('anew', `${identity.path} is made anew in each call, and was added by none before`, anew)
      : judgeCapture(removal, adds, identity.path, match);
  }
  const meant = own.length > 0 ? findMeant(removal, file) : undefined;
  if (meant)
    return match('meant', `${identity.path} is never added, ${meant.listener!.getText(file.source)} was`, meant);
  const wrapped = findWrapped(removal, file);
  if (wrapped) return match('wrapped', `what was added is a function made around ${identity.path}`, wrapped);
  if (own.length > 0 || identities.some(({ add, identity: other }) => other.kind === 'unknown' || !add.isEventKnown)) {
    return undefined;
  }
  const fresh = identities.find(
    ({ add, identity: other }) =>
      other.kind === 'fresh' && other.of === identity.path && (add.event === event || other.how === 'call'),
  );
  if (fresh && !isOtherParameter(listener, fresh.add, file) && !isReassigned(identity.path, file)) {
    return match(
      'fresh-add',
      `what was added is a new function made from ${identity.path}, not ${identity.path}`,
      fresh.add,
    );
  }
  const left = identities.find(({ add, identity: other }) => add.event === event && other.kind === 'fresh');
  if (left && own.length === 0 && isOnlyRemoved(listener, file)) {
    return match('never-added', `${identity.path} is never added, and what was added is another function`, left.add);
  }
  return undefined;
}

function nameOfEvent({ call, event }: ListenerCall): string {
  return ts.isStringLiteralLike(call.arguments[0]!) ? `"${event}"` : event;
}

/** `removeListener(listener)` of an emitter that takes the event first. */
function judgeEventless(call: ts.CallExpression, file: FileContext): Match<MismatchedRemoval> | undefined {
  const found = findEventless(call, file);
  if (!found) return undefined;
  const { removal, add } = found;
  const remover = findEnclosingFunction(call);
  const when = remover && whenCalledAtAll(remover, file);
  return {
    ...(when && { when }),
    at: removal.listener!,
    related: [{ at: add.call, note: 'the listener that stays' }],
    values: { event: add.event, why: 'it names no event' },
    data: { kind: 'no-event', ...found },
  };
}

/** Two functions may call their parameter by the same name; one that both the add and the removal see is the same. */
function isOtherParameter(listener: ts.Expression, add: ListenerCall, file: FileContext): boolean {
  const name = skipWrappers(listener);
  const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  return (
    binding?.kind === 'parameter' && !binding.references.some((use) => add.listener && isWithin(use, add.listener))
  );
}

/** `this.onClose = this.onClose.bind(this)`: the name stands for the bound function. */
function isReassigned(path: string, file: FileContext): boolean {
  const name = path.split('.').at(-1)!;
  return file
    .nodes('BinaryExpression')
    .some(
      (node) =>
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken && node.left.getText(file.source).endsWith(`.${name}`),
    );
}

function judgeCapture(
  removal: ListenerCall,
  adds: readonly ListenerCall[],
  path: string,
  match: (kind: MismatchedRemoval['kind'], why: string, add?: ListenerCall) => Match<MismatchedRemoval>,
): Match<MismatchedRemoval> | undefined {
  if (removal.method !== 'removeEventListener') return undefined;
  const own = adds.filter((add) => add.listener && findMemberPath(add.listener)?.join('.') === path);
  const wanted = captureFlagOf(removal.options);
  const flags = own.map((add) => captureFlagOf(add.options));
  if (wanted === undefined || flags.some((flag) => flag === undefined || flag === wanted)) return undefined;
  return match('other-capture', `it was added with capture ${String(flags[0])}`, own[0]);
}
