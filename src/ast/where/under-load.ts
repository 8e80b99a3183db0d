import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf, never } from '../all-of.ts';
import { isMadeByHost } from '../life/host-made.ts';
import type { Life } from '../life/life-cycle.ts';
import { ordinalOf } from '../names/functions.ts';
import { isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { isSeldomAsked } from './seldom.ts';
import { onRequestPath, openToUsers } from './where.ts';

/**
 * "The file is part of a library, whose users make as many as they have work for"; never for the only instance, for what
 * a host loads and makes, and for a part that its holder makes when it is first asked for.
 */
export function isOfLibrary(life: Life): LinkCondition {
  if (life.kind !== 'owner') return { kind: 'in-library' };
  if (life.isSingleton || isMadeByHost(life.shape)) return never;
  const isKeptOnce: LinkCondition = { kind: 'project-states', fact: `kept-once:${life.shape.name}` };
  return { kind: 'all', of: [{ kind: 'in-library' }, { kind: 'not', of: isKeptOnce }] };
}

/**
 * "Many of these come up while a service lives": a request, a message or a connection leads to the place. Never on the
 * pages of administrators and the like.
 */
export function comesWithRequests(node: ts.Node, file: FileContext): LinkCondition {
  return isSeldomAsked(file) ? never : onRequestPath(node, file);
}

/** As {@link comesWithRequests}, or requests lead to where the owner is made, or to the factory around the place. */
export function isMadeWithRequests(node: ts.Node, life: Life, file: FileContext): LinkCondition {
  return isSeldomAsked(file) ? never : anyOf(onRequestPath(node, file), ...listMakings(node, life, file));
}

/** As {@link comesWithRequests}, or as {@link comesWithUsers}. */
export function comesWithUse(node: ts.Node, life: Life, file: FileContext): LinkCondition {
  return anyOf(comesWithRequests(node, file), comesWithUsers(node, life, file));
}

/** Users of a library reach the place, or make its owner. */
export function comesWithUsers(node: ts.Node, life: Life, file: FileContext): LinkCondition {
  const made = life.kind === 'owner' ? life.shape.constructorNode?.body : undefined;
  const reached = anyOf(...[node, ...(made ? [made] : [])].map((place) => openToUsers(place, file)));
  return { kind: 'all', of: [isOfLibrary(life), reached] };
}

/** Users of a library can run the place as often as they like. */
export function openInLibrary(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'all', of: [{ kind: 'in-library' }, openToUsers(node, file)] };
}

/** What users of a library hand in is as much as they have; what else is not shown to be much is `possible`. */
export function sureInLibrary(isShown: boolean): { confidence?: 'possible'; sureWhen?: LinkCondition } {
  return isShown ? { sureWhen: { kind: 'in-library' } } : { confidence: 'possible' };
}

/** Where the owner is made, or the factory around the place is called. */
function listMakings(node: ts.Node, life: Life, file: FileContext): LinkCondition[] {
  if (life.kind === 'factory') return [{ kind: 'on-request-path', fn: ordinalOf(life.fn, file) }];
  const made = life.kind === 'owner' && !life.isSingleton ? life.shape.constructorNode?.body : undefined;
  return made && !isWithin(node, made) ? [onRequestPath(made, file)] : [];
}
