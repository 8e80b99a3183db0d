import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { type Growth, growthOf, isPrimed, type Removal } from '../../src/ast/containers/container-growth.ts';
import {
  type Container,
  containerOfField,
  containerOfVariable,
  shownName,
} from '../../src/ast/containers/containers.ts';
import { isFresh } from '../../src/ast/containers/fresh-key.ts';
import { isGrowing } from '../../src/ast/containers/growing-table.ts';
import { findBroughtAdd } from '../../src/ast/containers/handed-key.ts';
import { isKeyedByObject, isLockOfKey } from '../../src/ast/containers/kept-for-key.ts';
import { findKeptLoader } from '../../src/ast/containers/kept-loader.ts';
import { findKeptMemo, type KeptByLibrary } from '../../src/ast/containers/kept-memo.ts';
import { isKeptOpen } from '../../src/ast/containers/kept-open.ts';
import { whenFromOutside } from '../../src/ast/containers/key-source.ts';
import { isBoundedKeyType } from '../../src/ast/containers/key-type.ts';
import { findLeftBehind } from '../../src/ast/containers/left-behind.ts';
import {
  classOfContainer,
  holdsState,
  isFilledOnce,
  isMemo,
  isOfConnection,
  isPageMemo,
  mayBePageMemo,
  mayNeverCome,
} from '../../src/ast/containers/memo.ts';
import { isFilledByUsers } from '../../src/ast/containers/offered-cache.ts';
import { isPortOfPart } from '../../src/ast/containers/part-port.ts';
import { isPassingEntry } from '../../src/ast/containers/passing-key.ts';
import { isStoredKey } from '../../src/ast/containers/stored-key.ts';
import { describeTrim, shownKey } from '../../src/ast/containers/table-words.ts';
import { isGivenByFactory, isOfOneOwner, lifetimeOf, listOwnerConditions } from '../../src/ast/life/lifetime.ts';
import {
  isTrimmedOnOthers,
  listLiveAdds,
  listLiveRemovals,
  listNotTrimmedElsewhere,
} from '../../src/ast/life/trimming.ts';
import { emptyObjects, importWords, itemWrites, together } from '../../src/ast/mention-words.ts';
import { ts } from '../../src/ast/ts.ts';
import { isOnFailure } from '../../src/ast/where/conditions.ts';
import { isWorkDoneOnce } from '../../src/ast/where/done-once.ts';
import { isLoadedWhole } from '../../src/ast/where/filtered-add.ts';
import { isKeyedByRequest } from '../../src/ast/where/keyed-by-request.ts';
import { listDeadSweep, listNeverCalled } from '../../src/ast/where/never-called.ts';
import { inLibrary, ofLibrary } from '../../src/ast/where/public-api.ts';
import { isSeldomAsked } from '../../src/ast/where/seldom.ts';
import { isImplicit, repeatsItself } from '../../src/ast/where/self-repeating.ts';
import { isOfPage, isTool } from '../../src/ast/where/tooling.ts';
import { openToUsers, runsAsItLives } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnboundedCache {
  container: Container | undefined;
  growth: Growth | undefined;
  /** Every entry can be made again from its key: a get-or-compute. */
  isRecomputable: boolean;
}

export const rule = defineRule<UnboundedCache>({
  id: 'no-unbounded-cache',
  category: 'memory',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message: '`{name}` gets an entry for every new {key} and {trim}: it grows for as long as the process lives.',
  why: 'Memory grows with the number of different keys ever seen (requests, users, messages), not with the load of the moment. Garbage collection takes longer and longer, and in the end the process dies.',
  advice:
    'Give it a limit: a cache with `max` (and a `ttl`) where entries can be computed again; where they cannot, delete each entry when what it stands for ends.',
  limits: [
    'Whether keys are few is judged by types, constants and names. What a field or a module keeps by a bare `id` or `key` is left alone unless its own name says what there is one of for each: `sessions`, `usersById`, a cache.',
    'Keys that somebody sets up or owns (servers, workspaces, campaigns, whatever is only called `id`) are few: `possible`. It is `likely` where a key is made anew, comes out of a request (also through four functions that hand it on), or is called after what passes, such as a session, a message, a user name, a text or a token that is asked for here, for entries that say when they expire under a `key` that the caller chooses, for locks, and where the key is an object that is loaded or made anew. The short beginning of a text, and keys under which a row or a file has to be found first, are few; ids of accounts that no request makes up are as many as are registered, a number, a flag or a few of them for each group or channel are little, and ports of a thread are as many as there are parts. In a library it is `likely` too for what is kept open for each address, and closed only as its owner ends. A function that a library memoizes counts where requests bring its first argument, and nothing says how long or how many it keeps. In pages, behind an administration, where only the clock of the process and its jobs lead to it and the keys are no rows or messages, and in migrations, imports and backups it is `possible`.',
    'Instances of classes whose life the project does not show are left alone, and so is what nothing is seen to add to again and again; but for an entry that is over all the same: it waits for one answer, it is ended by its key, or the entry under that key of another table of its owner goes.',
    'A removal by key in another function counts as one for every entry, unless the container is a cache, it asks how old the entry is, or nobody calls the sweep that takes out what is too old; one that only a failure leads to counts for none.',
  ],
  roles: ['product', 'ui'],
  mentions: [
    'new Map&.set(',
    'new Set&.add(',
    ...together(emptyObjects, itemWrites),
    ...together(emptyObjects, ['...'], [']: ']),
    ...importWords(['dataloader', 'mem']),
    'emoize',
  ],
  // What a page remembers itself is `possible`.
  sureMentionsIn: { ui: ['dataloader'] },
  visit: {
    VariableDeclaration: (node, file) => (node.initializer ? judge(containerOfVariable(node, file), file) : undefined),
    PropertyDeclaration: (node, file) => (node.initializer ? judge(containerOfField(node, file), file) : undefined),
    BinaryExpression(node, file) {
      const isSet = node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      return isSet ? judge(containerOfField(node, file), file) : undefined;
    },
    CallExpression: (node, file) => judgeKept(node, findKeptMemo(node, file), file),
    NewExpression: (node, file) => judgeKept(node, findKeptLoader(node, file), file),
  },
});

function judge(container: Container | undefined, file: FileContext): Match<UnboundedCache> | undefined {
  if (!container || isTool(file) || container.kind === 'array' || container.accesses.length === 0) return undefined;
  const isPage = isOfPage(file);
  if (isPage && !mayBePageMemo(container)) return undefined;
  if (isBoundedKeyType(container.type, container.value, file)) return undefined;
  const growth = growthOf(container, file);
  if (growth.adds.length === 0 || growth.sizeChecks.length > 0) return undefined;
  if (growth.escapes.some(({ kind }) => kind === 'stored') || isTrimmedOnOthers(container, file)) return undefined;
  if (growth.adds.some(({ fn }) => isLoadedWhole(fn, file)) || isPrimed(container, growth)) return undefined;
  const live = listLiveRemovals(growth, file);
  // A load that failed takes out its own entry: those that went well stay.
  const removals = live.filter(({ node }) => !isOnFailure(node));
  const all = listLiveAdds(container, growth, file).filter(({ key }) => key !== undefined);
  const neverSwept = listDeadSweep(all, removals, file);
  const told = neverSwept ? all : all.filter((add) => isGrowing(add, container, growth, file));
  const handed = findBroughtAdd(told[0] ? told.slice(0, 1) : all, container, growth, file);
  const brought = told[0] ? undefined : handed;
  const adds = brought ? [brought.add] : told;
  const [add] = adds;
  if (!add) return undefined;
  const left = findLeftBehind(add, container, growth, file);
  const isOnce = isFilledOnce(container.name) && !left && !neverSwept;
  // What is filled once for each thing by its name is filled by requests where they bring its key.
  if (isOnce && !handed) return undefined;
  const isCache = isMemo(add, container, growth, file);
  const isLeft = (one: Removal): boolean => one.kind === 'keyed' && mayNeverCome(one, add, isCache, container, file);
  const unanswered = removals.filter((one) => !isLeft(one));
  const neverAsked = neverSwept ?? listNeverCalled(unanswered, file);
  if (!neverAsked || (!isCache && growth.escapes.some(({ kind }) => kind === 'argument'))) return undefined;
  const lifetime = lifetimeOf(container, adds, file);
  const isOfRequests = isKeyedByRequest(add, container, growth, file);
  const outlives = isOfRequests || (left?.kind === 'unanswered' && isOfConnection(container));
  if ((lifetime === 'short' && !outlives) || (isPage && !isPageMemo(container, add, growth, file))) return undefined;
  // What is taken out as something ends may go whenever that does.
  const isClosed = growth.removals.length > 0 && live.length === 0;
  const conditions: LinkCondition[] = [
    ...listOwnerConditions(container, file),
    ...listNotTrimmedElsewhere(container),
    ...neverAsked,
    ...(brought ? [brought.when] : isOnce && handed ? [handed.when] : []),
  ];
  const isCalledAnew = repeatsItself(add.node, file) || isImplicit(add.fn) || isPage;
  const repeated = runsAsItLives(add.node, file);
  const isAnyones = !isCalledAnew && isFilledByUsers(add, isCache, file);
  const isGivenOut = !isCalledAnew && isGivenByFactory(container, add, file);
  const isNumbered = isFresh(add.key!, file);
  const byUsers = [...(isAnyones ? [ofLibrary(isClosed)] : []), ...(isNumbered ? [openToUsers(add.node, file)] : [])];
  const isAnother = isGivenOut || isOfRequests || left || neverSwept || isOnce;
  if (!isCalledAnew && !isAnother) conditions.push(anyOf(repeated, ...byUsers));
  const isSeldom = isPage || isSeldomAsked(file) || isWorkDoneOnce(file, classOfContainer(container));
  const isPassing = brought !== undefined || isPassingEntry(add, container, file);
  const isOver = neverSwept !== undefined || (left !== undefined && left.kind !== 'once');
  const isSpent = isOver || isLockOfKey(add, container, file) || isKeyedByObject(add, container, growth, file);
  const mayBeOften = !isSeldom && !isPortOfPart(add, file);
  const isMany = mayBeOften && !isStoredKey(add, file);
  const isOften = (mayBeOften && isSpent) || (isPassing && isMany);
  const isSent = isMany && !isOften ? handed?.when : undefined;
  // A cache is given a limit where it is made, unless its key is the mistake; what stands for something goes when it ends.
  const isLimited = isCache && !left && !neverSwept && lifetime !== 'short';
  const isUntold = lifetime === 'unknown' && !isOver && !isOfRequests;
  const oneOwner = isUntold ? isOfOneOwner(container) : undefined;
  const isOpen = isClosed && mayBeOften && isKeptOpen(add, container, file);
  const isUnsure = !isOpen && (isClosed || !(isOften || isSent) || (isUntold && !oneOwner));
  const isUsersOwn = lifetime !== 'process' && (isAnyones || isGivenOut) && !(isSpent || isNumbered || isOfRequests);
  const outside = isAnother || isPage || isImplicit(add.fn) ? undefined : whenFromOutside(add, byUsers, file);
  const sureWhen = isOpen ? inLibrary : allOf(isUsersOwn ? repeated : undefined, oneOwner, isSent, outside);
  return {
    at: isLimited ? container.at : add.node,
    related: [
      isLimited ? { at: add.node, note: 'an entry is added here' } : { at: container.at, note: 'it is kept here' },
      ...(left?.at ? [{ at: left.at, note: left.note }] : []),
    ],
    values: {
      name: shownName(container),
      key: shownKey(add.key!, file),
      trim: describeTrim(growth, removals, neverSwept ? removals : unanswered),
    },
    ...(isUnsure && { confidence: 'possible' as const }),
    ...(sureWhen && { sureWhen }),
    ...(isPage && { severity: 'medium' as const }),
    when: allOf(...conditions),
    data: {
      container,
      growth,
      isRecomputable: isLimited && !adds.some((one) => isFresh(one.key!, file) || holdsState(one, container, file)),
    },
  };
}

/** A library keeps every key that it has loaded: a DataLoader is made for one request, not for the process. */
function judgeKept(at: ts.Node, kept: KeptByLibrary | undefined, file: FileContext): Match<UnboundedCache> | undefined {
  if (!kept || isTool(file)) return undefined;
  const { name, key, when } = kept;
  const data = { container: undefined, growth: undefined, isRecomputable: true };
  return { at, values: { name, key, trim: 'keeps it' }, ...(when && { when }), data };
}
