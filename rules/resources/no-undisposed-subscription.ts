import { allOf } from '../../src/ast/all-of.ts';
import { type HandlePlace, listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { findDisposer } from '../../src/ast/life/end-of-life.ts';
import { findKeptSibling, findSubscriptionBesideKept } from '../../src/ast/life/kept-sibling.ts';
import { type Life, lifeOf } from '../../src/ast/life/life-cycle.ts';
import { isInLostCleanup } from '../../src/ast/life/lost-cleanup.ts';
import { findOnlyReplaced } from '../../src/ast/life/only-replaced.ts';
import { type ForgottenPart, listForgottenParts } from '../../src/ast/life/owned-parts.ts';
import { subscribingModules, subscribingNames } from '../../src/ast/listeners/library-subscriptions.ts';
import { findSubscription, type Subscription } from '../../src/ast/listeners/subscriptions.ts';
import { importWords, together } from '../../src/ast/mention-words.ts';
import type { ClassShape } from '../../src/ast/names/class-shape.ts';
import { endsByComputedName } from '../../src/ast/names/computed-members.ts';
import {
  type ClassNode,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import { servesOneCall } from '../../src/ast/where/one-call.ts';
import { unlessMadeOnce } from '../../src/ast/where/starts-repeatedly.ts';
import { runsRepeatedly } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match, TextShape } from '../../src/model/rule.ts';

export type UndisposedSubscription =
  | { kind: 'dropped'; subscription: Subscription; life: Life }
  | { kind: 'kept'; subscription: Subscription; life: Extract<Life, { kind: 'owner' }>; field: string }
  | { kind: 'part'; part: ForgottenPart; shape: ClassNode };

const adders = ['Listener(', 'Handler(', 'Observer(', 'Subscriber('];
const adderCall = /\.\s*add\w*(?:Listener|Handler|Observer|Subscriber)\(/;
/** A class that makes what it has to dispose of. */
const ownedParts = /\bclass\b[\s\S]*\bnew\s/;
const eventMembers = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `.on${letter}`);
/** Such a member is called with something, other than one that a component was handed or a base class has. */
const eventCall = /(?<!\b(?:props|super)\??)\.on[A-Z][\w$]*[\s!)]*(?:\?\.\s*)?(?:<[^()]*>\s*)?\((?!\s*\))/;
/** It is called with a function that stands there, or is one of the owner's. */
const callbackCall = new RegExp(`${eventCall.source}\\s*(?:[(<{/]|(?:async|function|this)\\b|[\\w$]+\\s*=>)`);
/** Beside a listener that is only named, something must tell what class its source is of, or what is given back. */
const toldSource = /\bthis\b|\bvscode\b|\bconst\b[^=;]{0,200}(?::|=\s*<|=[\s(]*new\b)|\bas\s+[A-Z]/;
const heardEvent: TextShape = {
  test: (text) => callbackCall.test(text) || (eventCall.test(text) && toldSource.test(text)),
};

export const rule = defineRule<UndisposedSubscription>({
  id: 'no-undisposed-subscription',
  category: 'resources',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: '{what} outlives {whom}: {why}.',
  why: 'What is subscribed to goes on, and keeps the subscriber and all it refers to: both memory and the work per event grow with every instance, mount or call.',
  advice:
    'Keep what the call gives back and end it where its owner ends, or let it end by itself with `takeUntil`, `first` or `take(1)`.',
  limits: [
    'Observables that a call makes are taken to complete, unless it is `interval`, `select` or `asObservable`.',
    'What a function of another package gives back is known for RxJS, VS Code and the libraries of `library-subscriptions.ts` (MobX, Redux, Zustand, Firebase, wagmi, Expo and others), where the file shows that it is theirs; a reaction of MobX counts where it reads what outlives its owner. What a class leaves of which the project makes one, as it starts, is `possible`.',
  ],
  roles: ['product', 'ui'],
  mentions: [
    '.subscribe(',
    '.listen(',
    '.watch(',
    '.observe(',
    ...adders,
    ...eventMembers,
    ...together(importWords(subscribingModules), subscribingNames),
    ...together(['class'], ['Disposable', 'dispose']),
  ],
  shapes: {
    ...Object.fromEntries(adders.map((word) => [word, adderCall])),
    ...Object.fromEntries(eventMembers.map((member) => [member, heardEvent])),
    class: ownedParts,
  },
  visit: {
    CallExpression: judgeOwned,
    ClassDeclaration: judgeParts,
  },
});

/** What the only instance of a class leaves lives as long as that does. */
function judgeOwned(call: ts.CallExpression, file: FileContext): Match<UndisposedSubscription> | undefined {
  const match = judgeCall(call, file);
  return match && { ...match, sureWhen: allOf(...unlessMadeOnce(call, lifeOf(call, file), file)) };
}

function judgeCall(call: ts.CallExpression, file: FileContext): Match<UndisposedSubscription> | undefined {
  const subscription = findSubscription(call, file) ?? findSubscriptionBesideKept(call, file);
  const left = judgeReplaced(call, file);
  if (left || !subscription || isEndedByKey(call, file)) return left;
  const life = lifeOf(call, file);
  if (life.kind === 'process' || life.kind === 'factory') return undefined;
  const what = `This subscription to ${subscription.source}`;
  const when = subscription.when && { when: subscription.when };
  const places = listHandlePlaces(call, file);
  if (places.length === 1 && isDropped(places[0]!, file)) {
    const match = (whom: string): Match<UndisposedSubscription> => ({
      at: call,
      values: { what, whom, why: 'what would end it is dropped' },
      ...when,
      data: { kind: 'dropped', subscription, life },
    });
    if (life.kind === 'effect') return life.cleanups.length === 0 ? match('each run of the effect') : undefined;
    if (life.kind === 'owner') {
      if (canEnd(life)) return match(`each ${life.shape.name}`);
      const kept = life.isSingleton ? undefined : findKeptSibling(call, file);
      if (kept)
        return {
          ...match(`each ${life.shape.name}`),
          related: [{ at: kept, note: 'what would end this one is kept' }],
        };
      return servesOneCall(call, life.shape, file) ? match('each call') : undefined;
    }
    return { ...match('each call'), when: allOf(runsRepeatedly(call, file), subscription.when) };
  }
  const field = places.length === 1 && places[0]!.kind === 'field' ? places[0]!.name : undefined;
  if (field === undefined || life.kind !== 'owner' || !canEnd(life) || isUsed(life.shape, field)) return undefined;
  const isEnd = (method: string): boolean => /^(?:unsubscribe|dispose|remove|close)$/.test(method);
  if (endsByComputedName(life.shape.node, field, isEnd, file)) return undefined;
  const values = { what, whom: `each ${life.shape.name}`, why: `nothing ends what ${field} holds` };
  return { at: call, values, ...when, data: { kind: 'kept', subscription, life, field } };
}

/** Nobody can reach it: it has no name, or one that is never used but in a clean-up that nobody is given. */
function isDropped(place: HandlePlace, file: FileContext): boolean {
  if (place.kind !== 'binding') return place.kind === 'dropped';
  const { references, identifier } = place.binding;
  return references.every((use) => use === identifier || isInLostCleanup(use, file));
}

/** Ended where the next one comes, and not where its owner goes. */
function judgeReplaced(call: ts.CallExpression, file: FileContext): Match<UndisposedSubscription> | undefined {
  const life = isAssignment(getOutermostWrapped(call).parent) ? lifeOf(call, file) : undefined;
  const replaced = life && findOnlyReplaced(call, life, file);
  if (life?.kind !== 'owner' || !replaced || !canEnd(life)) return undefined;
  const { subscription, field, release } = replaced;
  return {
    at: call,
    related: [{ at: release, note: 'ends the one before, when the next one comes' }],
    values: {
      what: `This subscription to ${subscription.source}`,
      whom: `each ${life.shape.name}`,
      why: `the last one that ${field} holds is left where its owner ends`,
    },
    data: { kind: 'kept', subscription, life, field },
  };
}

/** `bus.subscribe(id, run)` and somewhere `bus.unsubscribe(id)`: the end needs no handle. */
function isEndedByKey(call: ts.CallExpression, file: FileContext): boolean {
  const made = findMethodCall(call);
  const [key] = call.arguments;
  if (!made || !key || call.arguments.length < 2) return false;
  const text = (node: ts.Node): string => node.getText(file.source);
  return file.nodes('CallExpression').some((other) => {
    const end = findMethodCall(other);
    const isEnd = end && /^(?:un[a-z]+|off|remove\w*|cancel)$/.test(end.method);
    return isEnd && text(end.receiver) === text(made.receiver) && other.arguments.some((a) => text(a) === text(key));
  });
}

function canEnd(life: Extract<Life, { kind: 'owner' }>): boolean {
  return !life.isSingleton && (life.isComponent || findDisposer(life.shape.disposers, undefined) !== undefined);
}

/** Whether anything but an assignment names the field: it may be what ends it. */
function isUsed(shape: ClassShape, name: string): boolean {
  return (
    shape.fields.get(name)?.accesses.some((access) => {
      const { parent } = getOutermostWrapped(access);
      return (
        !(isAssignment(parent) && parent.left === getOutermostWrapped(access)) || findMemberName(parent) !== undefined
      );
    }) ?? false
  );
}

function* judgeParts(cls: ts.ClassDeclaration, file: FileContext): Generator<Match<UndisposedSubscription>> {
  for (const part of listForgottenParts(cls, file)) {
    const end = part.disposer ? `${nameOfFunction(part.disposer)}()` : 'its end';
    yield {
      at: part.creation,
      // It goes with its owner: at best it keeps those who were told of its events for as long.
      ...(part.isOwnEmitter && { confidence: 'possible' as const }),
      values: {
        what: `What ${part.field.name} holds`,
        whom: `each ${cls.name?.text ?? 'instance'}`,
        why: `${end} leaves it alone, though not others of its kind`,
      },
      related: [{ at: part.evidence, note: 'another that is disposed of, or its class' }],
      data: { kind: 'part', part, shape: cls },
    };
  }
}
