import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { findCalled } from '../life/after-end.ts';
import { unlessCalledOnFresh } from '../life/fresh-instance.ts';
import { isGivenOut, type Life } from '../life/life-cycle.ts';
import { isClearedAtLoss } from '../life/lost-connection.ts';
import { findConnectionOpenedBy } from '../life/opened-once.ts';
import { findListenerFunction, listAdds } from '../listeners/listener-calls.ts';
import { findCallbackUse } from '../listeners/repeated-event.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { isInlineCallback, listCallsOf } from '../names/functions.ts';
import { listTableCalls } from '../names/table-calls.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isHiddenMethod,
  isMarkedPrivate,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction, listConditionsOn } from '../where/conditions.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { isGuardedByState } from '../where/latch.ts';
import { listNodesWithin } from '../within.ts';
import { isOfBatch } from './batch-timer.ts';
import { listClearsOf } from './clears-of-places.ts';
import { findKeyAgain, type KeyAgain } from './key-again.ts';
import { findReArming } from './re-arming.ts';
import { isToldTwice } from './told-twice.ts';

const bringUp =
  /^(?:_*(?:start|init|run|boot|setup|launch|begin|load)(?:[A-Z]\w*)?|(?:on|when)(?:After|Before)?(?:Start|Load|Init|Ready)\w*|component(?:Did|Will)Mount|UNSAFE_componentWillMount|connectedCallback|hostConnected|didInsertElement|componentDidLoad|ngOnInit|ngAfterViewInit|mounted|created|onModuleInit|onApplicationBootstrap|afterInit)$/;

/** How a second run of what starts a timer comes about, so that the first handle is lost. */
export interface Overwrite {
  /** What other files must say for it to come about. */
  when: LinkCondition | undefined;
  /**
   * What shows that it comes about often: the timer is kept by a `key` that callers hand in, as often as what it stands
   * for is heard of; it is of a `batch`, and started anew for each item; what
   * a client sends starts it, each time (`request`); or one `loss` of a connection starts it twice.
   */
  shown: 'key' | 'batch' | 'request' | 'loss' | undefined;
}

/**
 * Whether a second run of the function that starts a timer loses the first handle: the field or outer variable
 * is assigned without having been looked at or released before, on the way from the start of the function.
 * Constructors and start methods run once an instance, effects clean up between runs, and a timer that starts itself
 * again has fired. Where only other files can call what leads there, none may do so as it makes the instance.
 */
export function findOverwrite(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): Overwrite | undefined {
  const fn = findEnclosingFunction(call);
  if (!fn || ts.isConstructorDeclaration(fn) || life.kind === 'effect' || findReArming(call, file)) return undefined;
  const names = new Set<string>();
  let again: KeyAgain | undefined;
  for (const place of places) {
    if (place.kind === 'property') return undefined;
    if (place.kind === 'collection') {
      again = findKeyAgain(call, place, fn, file);
      if (!again) return undefined;
      names.add(place.name);
    }
    if (place.kind === 'field') names.add(place.name);
    if (place.kind === 'binding' && findEnclosingFunction(place.binding.identifier) !== fn)
      names.add(place.binding.name);
  }
  if (names.size === 0) return undefined;
  const isKeyed = again !== undefined;
  const search: Search = {
    call,
    places,
    names,
    clears: listClearsOf(places, file),
    isKeyed,
    life,
    file,
    seen: new Set(),
    entries: new Set(),
    isRepeated: false,
    isAsked: false,
  };
  climb(fn, call, search);
  if (!search.isRepeated && search.entries.size === 0) return undefined;
  const isOfEntries = !search.isRepeated && again?.when === undefined;
  const when = isOfEntries ? unlessCalledOnFresh([...search.entries], life) : again?.when;
  if (isKeyed) return { when, shown: 'key' };
  const isLoss = search.isRepeated && isToldTwice(call, file);
  if (isLoss || search.isAsked) return { when, shown: isLoss ? 'loss' : 'request' };
  return { when, shown: isOfBatch(call, file) ? 'batch' : undefined };
}

interface Search {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
  names: ReadonlySet<string>;
  clears: readonly ts.Node[];
  /** Whether it is kept by a key, one of many. */
  isKeyed: boolean;
  life: Life;
  file: FileContext;
  seen: Set<FunctionNode>;
  /** The functions that others start the timer by, with nothing on the way that guards against a second run. */
  entries: Set<FunctionNode>;
  /** Whether an event leads there. */
  isRepeated: boolean;
  /** Whether that event is what a client sends. */
  isAsked: boolean;
}

/** Follows what leads to `at` in `fn` outwards, to the functions around it and to its callers, up to the entries. */
function climb(fn: FunctionNode, at: ts.Node, search: Search): void {
  const { call, names, life, file, seen, entries } = search;
  if (startsOnce(fn, life, search.isKeyed) || comesWithConnection(fn, search) || comesWithLink(fn, search)) return;
  if (isGuarded(at, fn, search) || seen.has(fn)) return;
  seen.add(fn);
  const use = findCallbackUse(fn, names, file);
  if (use === 'event') search.isRepeated = true;
  if (use === 'event' && findEntryPoint(fn, file)?.kind === 'request') search.isAsked = true;
  if (use === 'event') return;
  const follow = (from: ts.Node): void => {
    const outer = findEnclosingFunction(from);
    const isOutermost = outer === undefined || (life.kind === 'factory' && outer === life.fn);
    if (!isOutermost) climb(outer, from, search);
  };
  if (use) {
    follow(use);
    return;
  }
  // When the timer's own callback starts it again, it has fired: nothing is lost.
  const calls = listOwnCalls(fn, life, file).filter((from) => !isWithin(from, call) && !isWithin(from, fn));
  const known = entries.size;
  for (const from of calls) follow(from);
  if (isPrivate(fn, life) && !isGivenOut(fn, file)) return;
  // Others may call it too, but where all that are seen ask first or come once, that is how it is meant to be called.
  const open = calls.filter((from) => !isGuarded(from, findEnclosingFunction(from), search));
  const callers = open.flatMap((from) => findEnclosingFunction(from) ?? []);
  const again = entries.size === known && callers.some((caller) => !startsOnce(findOutermost(caller), life));
  // An end may be asked for twice.
  const isEnd = isDisposerName(nameOfFunction(fn)) && !isMarkedPrivate(fn);
  if (calls.length === 0 || again || isEnd) entries.add(fn);
}

/** Runs once for an instance: its constructor, what brings it up, and what has a counterpart. */
function startsOnce(fn: FunctionNode, life: Life, isKeyed = false): boolean {
  const isConstructor = ts.isConstructorDeclaration(fn) || (life.kind === 'owner' && fn === life.shape.constructorNode);
  return isConstructor || bringUp.test(nameOfFunction(fn)) || (!isKeyed && hasTwin(fn, life));
}

/** Runs as a link opens whose loss clears the timer: that of the one before is gone. */
function comesWithLink(fn: FunctionNode, { call, file }: Search): boolean {
  const isOpening = listAdds(file).some(
    ({ event, listener }) =>
      /^(?:connect|connected|secureConnect|open|ready)$/.test(event) &&
      listener &&
      findListenerFunction(listener, file) === fn,
  );
  return isOpening && isClearedAtLoss(call, file);
}

/** Runs as the one connection opens that the variable of the timer is for. */
function comesWithConnection(fn: FunctionNode, { places, file }: Search): boolean {
  const connection = findConnectionOpenedBy(fn, file);
  return (
    connection !== undefined &&
    places.every((place) => place.kind === 'binding' && isWithin(place.binding.identifier, connection))
  );
}

/** The method around a callback in it. */
function findOutermost(fn: FunctionNode): FunctionNode {
  for (let at = fn; ; ) {
    const outer = isInlineCallback(at) ? findEnclosingFunction(at) : undefined;
    if (!outer) return at;
    at = outer;
  }
}

/** Every call in the file, those by `self` and those of a table that holds it among them. */
function listOwnCalls(fn: FunctionNode, life: Life, file: FileContext): readonly ts.CallExpression[] {
  const calls = [...listCallsOf(fn, file), ...listTableCalls(fn, file)];
  const name = nameOfFunction(fn);
  if (life.kind !== 'owner' || life.shape.methods.get(name) !== fn) return calls;
  const bySelf = life.shape.fields.get(name)?.accesses.flatMap(({ parent }) => {
    const isCall = ts.isCallExpression(parent) && findMemberName(parent.expression) === name;
    return isCall && !calls.includes(parent) ? [parent] : [];
  });
  return [...calls, ...(bySelf ?? [])];
}

/** `stopWatch` beside `watch`: its counterpart comes in between, as `stop` does after `start`. */
function hasTwin(fn: FunctionNode, life: Life): boolean {
  const name = nameOfFunction(fn).replace(/^[_#]+/, '');
  if (life.kind !== 'owner' || name === '') return false;
  const twin = new RegExp(`^[_#]*(?:stop|end|cancel|clear|un|close)${name}$`, 'i');
  return life.shape.disposers.some((disposer) => twin.test(nameOfFunction(disposer)));
}

function isGuarded(at: ts.Node, fn: FunctionNode | undefined, search: Search): boolean {
  const { names, clears, isKeyed, life, file } = search;
  if (!fn) return false;
  return (
    isClearedBefore(clears, at, fn, file) ||
    isLookedAtBefore(names, at, fn, file) ||
    isGuardedByState(at, fn, file, isKeyed) ||
    isAskedByMember(names, at, fn, life, file)
  );
}

/** `if (this.isWaiting()) return;`, with a method or getter of the owner that looks at the field. */
function isAskedByMember(
  names: ReadonlySet<string>,
  at: ts.Node,
  fn: FunctionNode,
  life: Life,
  file: FileContext,
): boolean {
  if (life.kind !== 'owner') return false;
  const { methods } = life.shape;
  return listConditionsOn(at, fn, file).some((condition) =>
    (condition.getText(file.source).match(/this\.[\w$#]+/g) ?? []).some((asked) => {
      const body = methods.get(asked.slice('this.'.length))?.body;
      const read = body?.getText(file.source).match(/[\w$#]+/g);
      return read?.some((word) => names.has(word)) ?? false;
    }),
  );
}

function isPrivate(fn: FunctionNode, life: Life): boolean {
  const isMember = life.kind === 'owner' && [...life.shape.methods.values()].includes(fn);
  return !isMember || isHiddenMethod(fn) || (fn.name !== undefined && ts.isPrivateIdentifier(fn.name));
}

function isLookedAtBefore(names: ReadonlySet<string>, call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (isConditionallyAssigned(call)) return true;
  for (const kind of [ts.SyntaxKind.Identifier, ts.SyntaxKind.PrivateIdentifier]) {
    for (const name of file.nodesOfKind(kind) as readonly (ts.Identifier | ts.PrivateIdentifier)[]) {
      if (name.pos < fn.pos) continue;
      if (name.pos >= call.pos) break;
      if (names.has(name.text) && !isTargetOf(name, call)) return true;
    }
  }
  for (const other of file.nodes('CallExpression')) {
    if (other.pos < fn.pos || other.end > call.pos) continue;
    if (mayRelease(other) && !leavesAfter(other, fn)) return true;
  }
  return /once|init|constructor/i.test(nameOfFunction(fn));
}

/** A function of this file that is called before, whatever its name, clears what is kept. */
function isClearedBefore(clears: readonly ts.Node[], call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', fn, file).some((other) => {
    if (other.end > call.pos || findEnclosingFunction(other) !== fn || leavesAfter(other, fn)) return false;
    const called = findCalled(other, file);
    return called !== undefined && clears.some((clear) => isWithin(clear, called));
  });
}

/** A call named after an end: of the owner itself or of something close to it; `this.socket.end()` ends another thing. */
function mayRelease(call: ts.CallExpression): boolean {
  const path = findMemberPath(call.expression);
  const name = path?.at(-1) ?? findMemberName(skipWrappers(call.expression));
  const isNamed = name !== undefined && (isDisposerName(name) || /clear|stop|cancel|reset/i.test(name));
  const isForeign = path !== undefined && path.length > 2 && !/time|interval|poll|schedul|clear/i.test(path.join('.'));
  return isNamed && !isForeign;
}

/** The branch that a call stands in leaves the function: what comes behind the branch runs without it. */
function leavesAfter(call: ts.Node, fn: FunctionNode): boolean {
  for (let at = call; at !== fn && at.parent; at = at.parent) {
    if (ts.isReturnStatement(at)) return true;
    const isBranch = ts.isBlock(at) && at !== fn.body && !ts.isTryStatement(at.parent);
    if (isBranch && ts.isBlock(at) && leavesFunction(at)) return true;
  }
  return false;
}

/** `this.timer ??= setInterval(…)`. */
function isConditionallyAssigned(call: ts.Node): boolean {
  const { parent } = getOutermostWrapped(call);
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken;
}

/** The left side of the very assignment that keeps the new handle, or the table that it is put into. */
function isTargetOf(identifier: ts.Node, call: ts.Node): boolean {
  for (let at: ts.Node = call; at.parent; at = at.parent) {
    if (ts.isBinaryExpression(at.parent) && at.parent.right === at) {
      return identifier.pos >= at.parent.left.pos && identifier.end <= at.parent.left.end;
    }
    // `this.timers.set(key, setTimeout(…))`
    const target = ts.isCallExpression(at.parent) ? findMethodCall(at.parent) : undefined;
    if (target?.method === 'set' && isWithin(identifier, target.receiver)) return true;
    if (ts.isExpressionStatement(at.parent)) return false;
  }
  return false;
}
