import type { Binding, FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { type HandlePlace, isThisAlias } from '../handles/handle-escape.ts';
import {
  asksForEnd,
  endName,
  findCalled,
  findOwnerEnd,
  isReachedByEnd,
  listEnds,
  withCallees,
} from '../life/after-end.ts';
import { isPrivateName, type Life } from '../life/life-cycle.ts';
import { listCaptures } from '../names/captures.ts';
import { type ClassShape, isDisposerName } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { isOfOtherFile } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { isClearHelper, listForeignHelpers } from './clear-helper.ts';
import { isClearedByListenerOnly } from './cleared-by-listener.ts';
import { listClearsOf } from './clears-of-places.ts';
import { findEntryTimer } from './entry-timer.ts';
import { isLeftToHanded } from './left-to-handed.ts';
import { timerClears } from './timer-clears.ts';
import { findTimerFunction } from './timers.ts';

/**
 * Whether a timer in a field is cleared by some methods of its owner, but by none that its end calls, nor on a close event:
 * cleared on success, say, and not when the owner is closed first. See {@link listForeignClears} for what others may do.
 */
export function isMissedAtEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): boolean {
  if (!findOwnerEnd(life) || !concernsOwner(call, file) || isSetByEnd(call, life, file)) return false;
  const clears = listClearsOf(places, file);
  if (isKeptHere(places, life) && isLeftToHanded(clears, life, file)) return true;
  if (!keepsForOwner(call, places, clears, life, file)) return false;
  const helpers = listClearHelpers(clears, life, file);
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  // A timer that only ends its owner is cleared where the owner is put to use.
  if (run && (listEnds(life).includes(run) || asksForEnd(run, [run], life, file) || endsOnce(run, life, file)))
    return false;
  // What it clears in its own run is a poll that ends by itself.
  if (clears.every((clear) => isWithin(clear, call)) || isReachedByEnd(clears, life, file, { call, helpers }))
    return false;
  // A method that is named after an end, or that others can call, may be what the owner of the owner calls.
  return clears.every((clear) => {
    for (let fn = findEnclosingFunction(clear); fn; fn = findEnclosingFunction(fn)) {
      if (isDisposerName(nameOfFunction(fn).replace(/^#/, '')) && !helpers.includes(fn)) return false;
    }
    return true;
  });
}

/** `close() { …; this.watch = setTimeout(warn, 10_000) }`: what the end sets watches over what comes after. */
function isSetByEnd(call: ts.Node, life: Life, file: FileContext): boolean {
  const ends = listEnds(life).filter((fn) => endName.test(nameOfFunction(fn)));
  const fn = findEnclosingFunction(call);
  return fn !== undefined && withCallees(ends, file).includes(fn);
}

/** It does nothing but to end its owner, by an end that asks whether it has come before. */
function endsOnce(run: FunctionNode, life: Life, file: FileContext): boolean {
  const only = run.body && ts.isBlock(run.body) ? run.body.statements[0] : run.body;
  if (!only || (run.body !== only && (run.body as ts.Block).statements.length > 1)) return false;
  const [call, ...others] = listNodesWithin('CallExpression', only, file);
  const end = call && others.length === 0 ? findCalled(call, file) : undefined;
  return end !== undefined && listEnds(life).includes(end) && asksForEnd(end, [end], life, file);
}

/** In a field, or a variable of the method that sets it: nothing else of the file gets at it. */
function isKeptHere(places: readonly HandlePlace[], life: Life): boolean {
  return (
    life.kind === 'owner' &&
    places.length > 0 &&
    places.every(
      (place) =>
        place.kind === 'field' || (place.kind === 'binding' && isWithin(place.binding.identifier, life.shape.node)),
    )
  );
}

/** Whether the end of an owner should clear a handle: one kept in a field or a collection of one. */
function keepsForOwner(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): boolean {
  const { foreign } = timerClears(file);
  return places.some((place) => {
    if (place.kind === 'binding') {
      if (isOfFactory(place.binding, life)) return true;
      return places.length === 1 && isClearedByListenerOnly(call, place.binding, clears, life, file);
    }
    if (life.kind !== 'owner') return false;
    if (place.kind === 'property') return isInEntryOf(call, places, clears, life, file);
    if (place.kind === 'field') return !foreign.has(place.name);
    if (place.kind !== 'collection' || !life.shape.fields.has(place.name) || foreign.has(place.name)) return false;
    return clears.some((clear) => !isMakingRoom(clear, file));
  });
}

/** A variable that the functions of a factory share, as methods do a field. */
export function isOfFactory({ identifier, kind }: Binding, life: Life): boolean {
  return life.kind === 'factory' && /^(?:let|var)$/.test(kind) && findEnclosingFunction(identifier) === life.fn;
}

/** In an entry of a table that the owner keeps: `const peer = (this.peers[id] = new Peer()); peer.timer = …`. */
function isInEntryOf(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): boolean {
  const entry = findEntryTimer(call, places, file);
  return (
    entry !== undefined &&
    life.shape.fields.has(entry.table) &&
    clears.some((clear) => !isWithin(clear, call) && !isMakingRoom(clear, file))
  );
}

/** In a function that sets a timer afterwards: an entry of a table runs out, and is only put off. */
function isMakingRoom(clear: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(clear);
  return (
    fn !== undefined &&
    listNodesWithin('CallExpression', fn, file).some(
      (call) => call.pos >= clear.end && findTimerFunction(call, file)?.startsWith('set'),
    )
  );
}

/** The methods around `clears` that only clear, for others of their owner. */
function listClearHelpers(clears: readonly ts.Node[], life: Life, file: FileContext): readonly FunctionNode[] {
  const around = clears.flatMap((clear) => findEnclosingFunction(clear) ?? []);
  return around.filter((fn) => isClearHelper(fn, life, file));
}

/** Whether what a timer runs keeps its owner, or something of the call that set it, alive until then. */
function concernsOwner(call: ts.CallExpression, file: FileContext): boolean {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  const fn = findEnclosingFunction(call);
  if (!run || !fn || !isFunctionNode(run)) return true;
  return /\bthis\b/.test(run.getText(file.source)) || listCaptures(run, fn, file).length > 0;
}

/** "No other file clears what a field holds, nor calls what does"; nothing for private ones. */
export function listForeignClears(places: readonly HandlePlace[], life: Life, file: FileContext): LinkCondition[] {
  const helpers = listClearHelpers(listClearsOf(places, file), life, file);
  const isPrivate = (name: string): boolean =>
    life.kind === 'owner' &&
    isPrivateName(life.shape, name) &&
    (name.startsWith('#') || !handsItselfOn(life.shape, file));
  const ofPlaces = places.flatMap((place): LinkCondition[] => {
    if ((place.kind !== 'field' && place.kind !== 'collection') || isPrivate(place.name)) return [];
    return [{ kind: 'not', of: { kind: 'project-states', fact: `clear-timer-of-other:${place.name}` } }];
  });
  return life.kind === 'owner' ? [...ofPlaces, ...listForeignHelpers(helpers, life)] : ofPlaces;
}

/** Whether an owner hands itself to a function of another file of the project, which may clear what is `private`. */
function handsItselfOn({ node }: ClassShape, file: FileContext): boolean {
  return listNodesWithin('CallExpression', node, file).some((call) => {
    const gives = call.arguments.some((argument) => {
      const at = skipWrappers(argument);
      return at.kind === ts.SyntaxKind.ThisKeyword || isThisAlias(at, file);
    });
    return gives && isOfOtherFile(call.expression, file);
  });
}

/**
 * A handle in a public field or a property may be cleared by another file, which says so as a fact; `isOther`: on
 * something else than its own `this`.
 */
export function listReleasesElsewhere(places: readonly HandlePlace[], life: Life, isOther = false): LinkCondition[] {
  const names = places.flatMap((place) => {
    if (place.kind === 'property' || place.kind === 'collection') return [place.name];
    if (place.kind !== 'field') return [];
    return life.kind === 'owner' && isPrivateName(life.shape, place.name) ? [] : [place.name];
  });
  return names.map((name) => ({
    kind: 'not',
    of: { kind: 'project-states', fact: `clear-timer${isOther ? '-of-other' : ''}:${name}` },
  }));
}
