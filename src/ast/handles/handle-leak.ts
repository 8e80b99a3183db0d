import type { Binding, FileContext } from '../../model/file-context.ts';
import { endsWhole, findDisposer } from '../life/end-of-life.ts';
import { type Life, lifeOf } from '../life/life-cycle.ts';
import { isInLostCleanup } from '../life/lost-cleanup.ts';
import { endsByComputedName } from '../names/computed-members.ts';
import { listCallsOf } from '../names/functions.ts';
import { findGivenToThen } from '../names/given-to-then.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { frequencyOf } from '../where/where.ts';
import { type HandlePlace, listHandlePlaces } from './handle-escape.ts';
import type { HandleKind } from './handles.ts';
import { findLeftByEffect, type LeftByEffect } from './left-by-effect.ts';
import { asksForHeld, findLeaks, type Handling, type Leak } from './release-paths.ts';

/** How a handle is lost. */
export type HandleLeak =
  /** Nothing ends it, and nobody else can; `ofEffect`: each run leaves one; `isCollected`: the garbage collector ends it. */
  | { kind: 'never'; binding: Binding | undefined; fn: FunctionNode; ofEffect?: LeftByEffect; isCollected?: true }
  /** `pipe()` leaves it open when the client goes before the end. */
  | { kind: 'piped'; pipe: ts.CallExpression; fn: FunctionNode; isLarge?: boolean; givenBy?: readonly string[] }
  /** `pipe()` leaves the file open when what is downloaded into it breaks off. */
  | { kind: 'downloaded'; pipe: ts.CallExpression; fn: FunctionNode; isHanded?: true; givenBy?: readonly string[] }
  /** An answer whose body is left unread on this way. */
  | { kind: 'unread'; answer: ts.Identifier; branch: ts.Statement | ts.ConciseBody; fn: FunctionNode }
  /** It is left open at this place: its reader is left, its timeout is only told of. */
  | { kind: 'left'; at: ts.Node; outcome: string; note: string; fn: FunctionNode; thread?: string }
  /** It is ended, but not on these outcomes. */
  | {
      kind: 'outcome';
      binding: Binding;
      fn: FunctionNode;
      leaks: readonly Leak[];
      ends: readonly ts.CallExpression[];
      givenBy?: readonly string[];
    }
  /** Its owner keeps it, and has an end that leaves it open. */
  | { kind: 'owner'; at: ts.Expression; field: string; life: Extract<Life, { kind: 'owner' }>; disposer: FunctionNode };

/** Judges a handle by where it goes: held by this function, or kept by its owner; undefined where it is another's business. */
export function findHandleLeak(
  creation: ts.CallExpression | ts.NewExpression,
  kind: HandleKind,
  file: FileContext,
): HandleLeak | undefined {
  const holder = kind.endsWith === undefined ? undefined : creation.arguments?.[kind.endsWith];
  if (holder && !ts.isNewExpression(skipWrappers(holder))) return undefined;
  const fn = findEnclosingFunction(creation);
  const kept = findKept(creation, file);
  if (kept) return judgeField(kept, kind, file);
  const ofEffect = fn && kind.isClient === undefined ? findOfEffect(creation, kind, file) : undefined;
  if (ofEffect) return { kind: 'never', binding: ofEffect.binding, fn: ofEffect.effect, ofEffect };
  if (kind.keptOnly || !fn || frequencyOf(creation, file) === 'once') return undefined;
  const given = findGivenToThen(creation, file);
  if (given) return judgeGiven(given, fn, kind, file);
  const binding = findBinding(creation, file);
  if (!binding || !isWithin(binding.scope.node, fn)) return undefined;
  if (kind.endsWithLoop && binding.references.some(isLoopedOver)) return undefined;
  const ends = listEnds(binding, kind);
  if (isGivenAway(binding, kind, ends, file)) return undefined;
  if (ends.length === 0) return kind.listens ? undefined : { kind: 'never', binding, fn };
  if (ends.some((end) => findEnclosingFunction(end) !== fn)) return undefined;
  const handling = handlingOf(creation, binding, ends, file);
  const leaks = findLeaks(fn, handling, file);
  if (leaks.length === 0) return undefined;
  return {
    kind: 'outcome',
    binding,
    fn,
    leaks: writtenFirst([...listThrows(handling, fn, file), ...leaks], ends),
    ends,
  };
}

/** The `throw` that is written out, where it leaves something open. */
function listThrows(handling: Handling, fn: FunctionNode, file: FileContext): Leak[] {
  const leaks = findLeaks(fn, { ...handling, canThrow: () => false }, file);
  return leaks.filter(({ at }) => isWrittenThrow(at));
}

/** A `throw` in a branch: what the function does not take is refused; not one that passes on what was caught. */
export function isWrittenThrow(at: ts.Node): boolean {
  if (!ts.isThrowStatement(at) || !(ts.isIfStatement(at.parent) || ts.isIfStatement(at.parent.parent))) return false;
  for (let node: ts.Node = at; node.parent && !isFunctionNode(node); node = node.parent)
    if (ts.isCatchClause(node)) return false;
  return true;
}

/** A return or a `throw` before every end leaves it open each time that it is taken: it tells more than what may throw. */
function writtenFirst(leaks: readonly Leak[], ends: readonly ts.Node[]): readonly Leak[] {
  const isEarly = ({ outcome, at }: Leak): boolean =>
    (outcome === 'return' || isWrittenThrow(at)) && ends.every((end) => at.end <= end.pos);
  const early = leaks.find((leak) => leak.outcome === 'return' && isEarly(leak)) ?? leaks.find(isEarly);
  return early ? [early, ...leaks.filter((leak) => leak !== early)] : leaks;
}

function findOfEffect(
  creation: ts.CallExpression | ts.NewExpression,
  kind: HandleKind,
  file: FileContext,
): LeftByEffect | undefined {
  const isSeenTo = (binding: Binding): boolean =>
    listEnds(binding, kind).some((end) => !isInLostCleanup(end, file)) || isGivenAway(binding, kind, [], file);
  return findLeftByEffect(creation, isSeenTo, findBinding, file);
}

/** `const h = await open(…)`, `h = new Client(…)` of a local. */
export function findBinding(creation: ts.Node, file: FileContext): Binding | undefined {
  let outer = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const { parent } = outer;
  const name = ts.isVariableDeclaration(parent)
    ? isUsing(parent)
      ? undefined
      : parent.name
    : isAssignment(parent) && parent.right === outer && ts.isExpressionStatement(parent.parent)
      ? skipWrappers(parent.left)
      : undefined;
  return name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
}

/** What a callback is handed, uses, and neither ends nor gives to anyone: the rest of the chain cannot reach it. */
function judgeGiven(binding: Binding, fn: FunctionNode, kind: HandleKind, file: FileContext): HandleLeak | undefined {
  if (kind.listens || binding.references.length === 0 || listEnds(binding, kind).length > 0) return undefined;
  if (isGivenAway(binding, kind, [], file) || isPartGivenAway(binding)) return undefined;
  return { kind: 'never', binding, fn };
}

/** What a client gives to work with, for as long as it is open. */
const part =
  /^(?:db|collection|createChannel|createConfirmChannel|startSession|getRepository|getCollection|model|sub)$/;

/** `start(client.db(name))`: whoever is handed a part of it goes on to use the whole. */
function isPartGivenAway({ references }: Binding): boolean {
  return references.some((reference) => {
    const target = findMethodCall(reference.parent.parent);
    if (!target || target.receiver !== reference || !part.test(target.method)) return false;
    const { parent } = getOutermostWrapped(target.call);
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
      return parent.arguments?.some((argument) => skipWrappers(argument) === target.call) ?? false;
    return ts.isReturnStatement(parent) || ts.isArrowFunction(parent) || ts.isPropertyAssignment(parent);
  });
}

function isUsing(declaration: ts.VariableDeclaration): boolean {
  const scoped = declaration.parent.flags & ts.NodeFlags.BlockScoped;
  return scoped === ts.NodeFlags.Using || scoped === ts.NodeFlags.AwaitUsing;
}

/** `for await (const entry of dir)`. */
function isLoopedOver(reference: ts.Identifier): boolean {
  const outer = getOutermostWrapped(reference);
  return (
    ts.isForOfStatement(outer.parent) && outer.parent.expression === outer && outer.parent.awaitModifier !== undefined
  );
}

/** Every call of the file that ends what a binding holds: `h.close()`, `fs.closeSync(h)`. */
function listEnds(binding: Binding, kind: HandleKind): ts.CallExpression[] {
  return binding.references.flatMap((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isCallExpression(parent) && parent.expression !== outer) {
      const name =
        findMemberName(parent.expression) ?? (ts.isIdentifier(parent.expression) ? parent.expression.text : '');
      return kind.endedBy?.includes(name) ? [parent] : [];
    }
    const target = findMethodCall(parent.parent);
    return target && target.receiver === reference && isEnding(target.method, kind) ? [target.call] : [];
  });
}

function isEnding(method: string, kind: HandleKind): boolean {
  // `quitAsync`: one that was given a promise.
  const name = method.replace(/(?<=[a-z])Async$/, '');
  return kind.ends.includes(name) || /^(?:destroy|dispose|terminate|asyncDispose)$/.test(name);
}

/** Returned, stored, passed on to what does not belong to its own library, or used in a function that is kept. */
function isGivenAway(
  binding: Binding,
  kind: HandleKind,
  ends: readonly ts.CallExpression[],
  file: FileContext,
): boolean {
  return binding.references.some((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (binding.writes.includes(reference)) return false;
    if (ends.length === 0 && kind.handsOut?.includes(findMethodCall(parent.parent)?.method ?? '')) return true;
    if (ts.isCallExpression(parent) && parent.expression !== outer) {
      return !ends.includes(parent) && ends.length === 0 && !isBorrow(parent, kind, file);
    }
    if (ts.isNewExpression(parent))
      return (
        (ends.length === 0 || ts.isReturnStatement(getOutermostWrapped(parent).parent)) && !isBorrow(parent, kind, file)
      );
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
      return ends.length === 0 || !ts.isCallExpression(parent.parent.parent);
    }
    if (isAssignment(parent)) return parent.right === outer;
    return (
      ts.isReturnStatement(parent) ||
      ts.isYieldExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isSpreadElement(parent) ||
      (ts.isArrowFunction(parent) && parent.body === outer) ||
      (ts.isVariableDeclaration(parent) && parent.initializer === outer) ||
      ts.isConditionalExpression(parent)
    );
  });
}

/** A function of the handle's own library, or of `fs`, uses what it is handed and gives it back. */
function isBorrow(call: ts.CallExpression | ts.NewExpression, kind: HandleKind, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  const module = origin && bareModule(origin.module);
  return module !== undefined && module !== '' && kind.modules.includes(module);
}

/** How to tell, on the way through a function, what happens to what it made. */
export function handlingOf(
  creation: ts.CallExpression | ts.NewExpression,
  binding: Binding,
  ends: readonly ts.CallExpression[],
  file: FileContext,
): Parameters<typeof findLeaks>[1] {
  const known = new Set<ts.Node>(ends);
  let acquire: ts.Node = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(acquire.parent)) acquire = acquire.parent;
  else acquire = findFirstAwait(binding, ends) ?? acquire;
  return {
    acquire,
    isRelease: (node) => known.has(node),
    isGuard: (condition, isOfRelease) => asksForHeld(binding, condition, isOfRelease),
    ...(ts.isAwaitExpression(acquire) ? {} : { canThrow: (node: ts.Node) => mayThrow(node, known, file) }),
  };
}

/** A client that is made without `await` takes its connection with its first awaited use: `await client.connect()`. */
function findFirstAwait(binding: Binding, ends: readonly ts.CallExpression[]): ts.Node | undefined {
  for (const reference of binding.references) {
    if (ends.some((end) => isWithin(reference, end))) continue;
    for (let at: ts.Node = reference; at.parent && !ts.isStatement(at) && !isFunctionNode(at); at = at.parent) {
      if (ts.isAwaitExpression(at)) return at;
    }
  }
  return undefined;
}

/** Between a synchronous open and its close: what reads, writes and parses may throw. */
function mayThrow(node: ts.Node, ends: ReadonlySet<ts.Node>, file: FileContext): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return true;
  if (!ts.isCallExpression(node) || ends.has(node)) return false;
  const origin = findOrigin(node.expression, file);
  const module = origin && bareModule(origin.module);
  return module === 'fs' || (module === '' && origin!.path.join('.') === 'JSON.parse');
}

interface Kept {
  /** The expression whose value the field takes: the creation, or a call of the method that makes it. */
  at: ts.Expression;
  field: string;
}

/** The field that a handle goes to, by assignment, as its initial value, or through a method that makes it. */
function findKept(creation: ts.Expression, file: FileContext, hops = 0): Kept | undefined {
  const places = listHandlePlaces(creation, file);
  const field = places.find((place): place is Extract<HandlePlace, { kind: 'field' }> => place.kind === 'field');
  if (field) return { at: creation, field: field.name };
  // `this.view = this.createView()`
  const fn = findEnclosingFunction(creation);
  if (!fn || hops > 2 || !places.some((place) => place.kind === 'handed-over' && place.how === 'returned'))
    return undefined;
  const [first, ...others] = listCallsOf(fn, file).map((call) => findKept(call, file, hops + 1));
  return others.every((other) => other?.field === first?.field) ? first : undefined;
}

/** Kept by an owner whose end never names it. */
function judgeField({ at, field: name }: Kept, kind: HandleKind, file: FileContext): HandleLeak | undefined {
  const life = lifeOf(at, file);
  if (life.kind !== 'owner' || life.isSingleton) return undefined;
  const disposer = findDisposer(life.shape.disposers.filter(endsWhole), undefined);
  const field = life.shape.fields.get(name);
  if (!disposer || !field || isMadeOnDemand(at, name)) return undefined;
  const isSeenTo = field.accesses.some((access) => {
    const outer = getOutermostWrapped(access);
    const { parent } = outer;
    const member = findMemberName(parent);
    const isInEnd = life.shape.disposers.some((fn) => isWithin(access, fn));
    // A thread that its owner's end sends word to ends itself.
    if (member !== undefined && (parent as ts.PropertyAccessExpression).expression === outer)
      return isEnding(member, kind) || (isInEnd && member === 'postMessage');
    if (isAssignment(parent)) return parent.right === outer;
    if (isInEnd) return true;
    return ts.isCallExpression(parent) && parent.expression !== outer && takesOver.test(calleeName(parent));
  });
  if (isSeenTo || endsByComputedName(life.shape.node, name, (method) => isEnding(method, kind), file)) return undefined;
  return { kind: 'owner', at, field: name, life, disposer };
}

/** `if (!this.channel) this.channel = …`: one, for as long as the owner. */
function isMadeOnDemand(at: ts.Node, field: string): boolean {
  for (let node = at; node.parent && !isFunctionNode(node); node = node.parent) {
    const { parent } = node;
    if (ts.isIfStatement(parent) && parent.thenStatement === node && parent.expression.getText().includes(`.${field}`))
      return true;
  }
  return false;
}

/** What a function of such a name is handed is its to end. */
const takesOver = /register|own|track|add|push|set|dispos|destroy|clos|clean|releas|unmount|tear|stop|end/i;
