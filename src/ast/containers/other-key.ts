import type { Binding, FileContext } from '../../model/file-context.ts';
import { findMemberName, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Growth, Removal } from './container-growth.ts';

/** A removal by an object, where its entries are kept by a member of that object. */
export interface OtherKey {
  removal: Removal;
  /** The object that is handed to the removal. */
  key: ts.Identifier;
  /** Where the table is asked, or filled, by the member. */
  kept: ts.Node;
  /** The member: `id`. */
  member: string;
}

/** What strings and lists have too. */
const ofAnything =
  /^(?:length|toString|slice|split|trim|substring|substr|indexOf|includes|replace\w*|startsWith|endsWith|toLowerCase|toUpperCase|match|charAt|concat|at|valueOf|padStart|padEnd)$/;

/**
 * `if (peers.has(peer.id)) peers.delete(peer)`, `peers.set(peer.id, peer)` and `peers.delete(peer)` of another method that
 * takes the peer as an object: no entry has such a key, so that none ever goes.
 */
export function findOtherKey(growth: Growth, file: FileContext): OtherKey | undefined {
  for (const removal of growth.removals) {
    const key = removal.key && skipWrappers(removal.key);
    const binding = key && ts.isIdentifier(key) && removal.kind !== 'evict' ? file.bindingOf(key) : undefined;
    if (!key || !ts.isIdentifier(key) || !binding) continue;
    if (growth.adds.some((add) => isOf(add.key, binding, file) || isObjectKey(add.key, file))) continue;
    const asked = growth.reads.find((read) => read.fn === removal.fn && memberOf(read.key, binding, file));
    const kept = asked ?? findKeptByMember(growth, removal, binding, file);
    const member = kept?.key && findMemberName(skipWrappers(kept.key));
    if (kept && member !== undefined && !ofAnything.test(member)) return { removal, key, kept: kept.node, member };
  }
  return undefined;
}

/** Every add is `set(value.id, value)`, with a value of the name of what is removed, which is used as an object there. */
function findKeptByMember(
  { adds }: Growth,
  { fn }: Removal,
  removed: Binding,
  file: FileContext,
): Growth['adds'][number] | undefined {
  const isWhole = adds.every(({ key, value }) => {
    const held = value && skipWrappers(value);
    const kept = held && ts.isIdentifier(held) && held.text === removed.name ? file.bindingOf(held) : undefined;
    return kept !== undefined && memberOf(key, kept, file) !== undefined;
  });
  const isObject = fn !== undefined && isUsedAsObject(removed.references.filter((use) => isWithin(use, fn)));
  return isWhole && isObject ? adds[0] : undefined;
}

/** An add by an object, as `Map` allows: then it may be removed so, too. */
function isObjectKey(key: ts.Expression | undefined, file: FileContext): boolean {
  const at = key && skipWrappers(key);
  const binding = at && ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  return binding !== undefined && isUsedAsObject(binding.references);
}

/** Asked for a member that no string has. */
function isUsedAsObject(uses: readonly ts.Identifier[]): boolean {
  return uses.some((use) => {
    const member = findMemberName(use.parent);
    const isHeld = member !== undefined && (use.parent as ts.PropertyAccessExpression).expression === use;
    return isHeld && !ofAnything.test(member);
  });
}

function isOf(key: ts.Expression | undefined, binding: Binding, file: FileContext): boolean {
  const at = key && skipWrappers(key);
  return at !== undefined && ts.isIdentifier(at) && file.bindingOf(at) === binding;
}

/** `id` of `binding.id`. */
function memberOf(key: ts.Expression | undefined, binding: Binding, file: FileContext): string | undefined {
  const at = key && skipWrappers(key);
  if (!at || !ts.isPropertyAccessExpression(at)) return undefined;
  return isOf(at.expression, binding, file) ? at.name.text : undefined;
}
