import type { FileContext } from '../../model/file-context.ts';
import { classShape } from '../names/class-shape.ts';
import { type FunctionNode, hasModifier, isClassNode, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findOtherEffect } from './effects.ts';
import { findLookup, type RingLookup } from './lookup.ts';
import { findFamily, isHashHandedIn, judgeNode } from './owner.ts';
import { callsIn, findMember, findRingOwner, isHidden, listParts, type Part, type RingOwner } from './parts.ts';
import { findAddition, type RingChange } from './points.ts';
import { asksForMore, hasWeights } from './reads.ts';
import { findPointRemoval } from './removal.ts';
import { findReset, isEmptyTest, isMadeEmpty, isOrdering, type RingReset } from './upkeep.ts';

/** A consistent-hash ring written by hand: points of nodes in order, and a look-up that takes the first one behind a key. */
export interface PointRing {
  owner: RingOwner;
  /** What holds the nodes: the list of points, or the map from positions to nodes. */
  table: Part;
  /** Beside a map, the list of its positions in order. */
  keys: Part | undefined;
  /** Statements that put all points of a node in, or take them out. */
  changes: readonly RingChange[];
  /** Statements that only keep the points in order. */
  orderings: readonly ts.Statement[];
  /** `points.length`, where it is only asked whether there are any. */
  emptyTests: readonly ts.Expression[];
  /** `points = []`, `map.clear()`, at the start or later: what is replaced by a ring without nodes. */
  resets: readonly RingReset[];
  lookup: RingLookup;
}

/** Reads the ring that a node belongs to; a text says what is not clear about it. */
export function findPointRing(at: ts.Node, file: FileContext): PointRing | string {
  const owner = findRingOwner(at, file);
  if (!owner) return 'its points come from outside';
  const family = findFamily(owner, file);
  if (family) return family;
  const parts = listParts(owner, file);
  const additions = parts.flatMap((part) =>
    part.accesses.flatMap((access) => findAddition(part, access, owner, parts, file) ?? []),
  );
  const [first] = additions;
  if (!first) return 'no method here adds the points of a node in a loop';
  const { table, keys, read } = first;
  if (additions.some((one) => one.table !== table || one.keys !== keys)) return 'its points are kept in several places';
  for (const part of keys ? [table, keys] : [table]) {
    if (!isHidden(part, owner, file)) return 'its points can be read from outside';
    if (!isMadeEmpty(part)) return 'its points are not an empty list at the start';
  }
  const names = additions.flatMap(({ main }) => callsIn(main));
  const given = names.find((call) => isHashHandedIn(call, owner, file));
  if (given) return 'its hash is handed in: those who do may depend on where keys go';
  const state = keys ? [table, keys] : [table];
  for (const addition of additions) {
    const { main, node, member } = addition;
    for (const source of addition.sources) if (usesElsewhere(source, main, file)) return 'its points are used as well';
    const effect = [main, ...addition.sources].map((one) => findOtherEffect(one, state, file)).find((one) => one);
    if (effect) return effect;
    if (hasWeights(addition, state, file)) return 'its nodes have weights or points of their own';
    const unclear = judgeNode(node, main, member, file);
    if (unclear) return unclear;
  }
  const changes: RingChange[] = [...new Map(additions.map((one) => [one.main, one])).values()];
  return sortUses({ owner, table, keys, changes, read, state, file });
}

interface Reading {
  owner: RingOwner;
  table: Part;
  keys: Part | undefined;
  changes: RingChange[];
  read: string | undefined;
  state: readonly Part[];
  file: FileContext;
}

/** Gives every use of the points its role. */
function sortUses(reading: Reading): PointRing | string {
  const { owner, table, keys, changes, state, file } = reading;
  const orderings: ts.Statement[] = [];
  const emptyTests: ts.Expression[] = [];
  const resets: RingReset[] = [];
  const open = new Map<FunctionNode | undefined, ts.Expression[]>();
  for (const part of state) {
    for (const access of part.accesses) {
      if (changes.some(({ main }) => isWithin(access, main)) || orderings.some((one) => isWithin(access, one)))
        continue;
      const whole = findReset(access);
      if (whole) {
        resets.push({ part, access, whole });
        continue;
      }
      const ordering = isOrdering(access, state);
      if (ordering) orderings.push(ordering);
      else {
        const removal = findPointRemoval(access, owner, reading, file);
        if (typeof removal === 'string') return removal;
        if (removal) changes.push(removal);
        else {
          const member = findMember(access, owner);
          open.set(member, [...(open.get(member) ?? []), access]);
        }
      }
    }
  }
  const found: RingLookup[] = [];
  const reasons: string[] = [];
  for (const [member, accesses] of open) {
    const rest = accesses.filter((access) => !isEmptyTest(access));
    emptyTests.push(...accesses.filter((access) => isEmptyTest(access)));
    if (rest.length === 0) continue;
    if (!member) return 'its points are read where it is made';
    const lookup = findLookup(member, reading, file);
    if (typeof lookup === 'string') reasons.push(lookup);
    else found.push(lookup);
  }
  const [lookup] = found;
  if (!lookup) return reasons[0] ?? 'no method here looks a key up';
  if (found.length > 1) return 'keys are looked up in more than one way';
  for (const [member, accesses] of open) {
    const rest = accesses.filter((access) => !isEmptyTest(access));
    const isHelper = member !== undefined && member !== lookup.fn && isOnlyUsedIn(member, lookup, owner, file);
    if (rest.length > 0 && member !== lookup.fn && !isHelper)
      return `its points are read by \`${nameOf(member)}\` as well`;
  }
  if (asksForMore(statementsOf(lookup), lookup.fn, reading, file)) return 'the look-up asks for more than the points';
  return { owner, table, keys, changes, orderings, emptyTests, resets, lookup };
}

function statementsOf({ search, last }: RingLookup): readonly ts.Statement[] {
  const { statements } = search.parent as ts.Block;
  return statements.slice(statements.indexOf(search), statements.indexOf(last) + 1);
}

function nameOf(member: FunctionNode | undefined): string {
  return member && 'name' in member && member.name ? member.name.getText() : 'others';
}

/** A private search of the look-up, which goes with it. */
function isOnlyUsedIn(
  member: FunctionNode,
  { search, last }: RingLookup,
  owner: RingOwner,
  file: FileContext,
): boolean {
  const name = nameOf(member);
  const accesses = isClassNode(owner)
    ? classShape(owner, file).fields.get(name)?.accesses
    : file.bindings.find(({ declaration }) => declaration === member)?.references;
  const isPrivate =
    !ts.isMethodDeclaration(member) || name.startsWith('#') || hasModifier(member, ts.SyntaxKind.PrivateKeyword);
  const isJavaScript = /\.[cm]?jsx?$/.test(file.path);
  return (
    (isPrivate || (isJavaScript && name.startsWith('_'))) &&
    accesses !== undefined &&
    accesses.length > 0 &&
    accesses.every((access) => access.pos >= search.pos && access.end <= last.end)
  );
}

/** A variable of a statement is used in other places than these. */
function usesElsewhere(source: ts.Statement, main: ts.Node, file: FileContext): boolean {
  return file.bindings.some(
    ({ declaration, references }) =>
      isWithin(declaration, source) && references.some((r) => !isWithin(r, source) && !isWithin(r, main)),
  );
}
