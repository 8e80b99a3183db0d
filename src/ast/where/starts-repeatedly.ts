import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { isPrivateName, type Life } from '../life/life-cycle.ts';
import { isWithin, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { openToUsers, runsRepeatedly } from './where.ts';

const startName =
  /^_*(?:start|init|connect|open|listen|run|boot|setup|launch|begin|enable|mount|register|activate|on[A-Z]|main|attach|bind|load|schedule)/;

/**
 * "More than one of these is started in the life of the process": the place runs repeatedly, or the class that starts
 * it is a part of something that ends without it.
 */
export function startsRepeatedly(node: ts.Node, life: Life, file: FileContext): LinkCondition {
  const repeated = runsRepeatedly(node, file);
  if (life.kind !== 'owner' || ts.isObjectLiteralExpression(life.shape.node)) return repeated;
  return { kind: 'any', of: [repeated, isPartOfClosable(life)] };
}

/** "The class that starts it is a part of something that ends without it". */
export function isPartOfClosable(life: Extract<Life, { kind: 'owner' }>): LinkCondition {
  return { kind: 'project-states', fact: `part-of-closable:${life.shape.name}` };
}

/**
 * As {@link startsRepeatedly}, or the project is a package whose users start as many as they like: they reach the
 * place, or the constructor of its owner, through what the package offers.
 */
export function canBeStartedOften(node: ts.Node, life: Life, file: FileContext): LinkCondition {
  const made = life.kind === 'owner' ? life.shape.constructorNode?.body : undefined;
  const places = made && !isWithin(node, made) ? [node, made] : [node];
  return {
    kind: 'any',
    of: [startsRepeatedly(node, life, file), ...places.map((place) => openToUsers(place, file))],
  };
}

/**
 * As {@link startsRepeatedly}, or the class is one that a published package gives out and makes none of itself: its
 * users make as many as they like.
 */
export function isMadeOften(node: ts.Node, life: Extract<Life, { kind: 'owner' }>, file: FileContext): LinkCondition {
  const made = life.shape.constructorNode?.body ?? node;
  const byUsers: LinkCondition = { ...openToUsers(made, file), directly: true };
  const often: LinkCondition = { kind: 'any', of: [startsRepeatedly(node, life, file), byUsers] };
  return { kind: 'all', of: [often, notMadeOnce(life)] };
}

/** "The project does not make exactly one of it, when it starts". */
export function notMadeOnce(life: Extract<Life, { kind: 'owner' }>): LinkCondition {
  return { kind: 'not', of: { kind: 'project-states', fact: `made-once:${life.shape.name}` } };
}

/**
 * As {@link canBeStartedOften}, for what a plain function starts: what a module of the project calls once, as it is
 * loaded, is no function for users.
 */
export function canBeCalledOften(
  node: ts.Node,
  life: Extract<Life, { kind: 'call' }>,
  file: FileContext,
): LinkCondition {
  const calledOnce: LinkCondition = { kind: 'project-states', fact: `made-once:${nameOfFunction(life.fn)}` };
  const byUsers: LinkCondition = { kind: 'all', of: [openToUsers(node, file), { kind: 'not', of: calledOnce }] };
  return { kind: 'any', of: [startsRepeatedly(node, life, file), byUsers] };
}

/**
 * The end of the only instance is that of the process, unless what it starts is started again, or users of a published
 * package make more of them.
 */
export function unlessMadeOnce(node: ts.Node, life: Life, file: FileContext): LinkCondition[] {
  if (life.kind !== 'owner' || ts.isObjectLiteralExpression(life.shape.node)) return [];
  const byUsers: LinkCondition = { ...openToUsers(life.shape.constructorNode?.body ?? node, file), directly: true };
  return [{ kind: 'any', of: [notMadeOnce(life), startsRepeatedly(node, life, file), byUsers] }];
}

/**
 * "Instances are made again and again": their constructor runs so, or the class is a part of something that ends without
 * it. Undefined where no constructor tells.
 */
export function whenMadeOften(life: Life, file: FileContext): LinkCondition | undefined {
  const made = life.kind === 'owner' ? life.shape.constructorNode?.body : undefined;
  return made && startsRepeatedly(made, life, file);
}

/**
 * What must hold so that a method of an owner runs a second time for one instance: nothing for public methods other
 * than those that begin its life.
 */
export function runsAgain(node: ts.Node, life: Life, file: FileContext): LinkCondition | undefined {
  const method = life.kind === 'owner' ? findMethodAround(node, life.shape) : undefined;
  const byUsers: LinkCondition = { ...openToUsers(method?.body ?? node, file), directly: true };
  const again: LinkCondition = { kind: 'any', of: [runsRepeatedly(node, file), byUsers] };
  if (life.kind !== 'owner') return again;
  const name = method && nameOfFunction(method);
  const isPublic = name !== undefined && method !== life.shape.constructorNode && !isHidden(name, life);
  return isPublic && !startName.test(name) ? undefined : again;
}

function isHidden(name: string, life: Extract<Life, { kind: 'owner' }>): boolean {
  const method = life.shape.methods.get(name);
  const isPrivate = method?.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.PrivateKeyword) ?? false;
  return isPrivate || name.startsWith('_') || isPrivateName(life.shape, name);
}
