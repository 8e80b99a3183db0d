import type { FileContext } from '../model/file-context.ts';
import { isDisposerName } from './class-shape.ts';
import { leavesFunction, listConditionsOn } from './conditions.ts';
import { findFunctionValue, listCallsOf } from './functions.ts';
import type { HandlePlace } from './handle-escape.ts';
import type { Life } from './life-cycle.ts';
import { findReArming, listCalled } from './re-arming.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { findTimerFunction } from './timers.ts';
import { ts } from './ts.ts';

const bringUp =
  /^(?:_*(?:start|init|run|boot|setup|launch|begin|load)(?:[A-Z]\w*)?|on(?:After|Before)?(?:Start|Load|Init|Ready)\w*|component(?:Did|Will)Mount|UNSAFE_componentWillMount|connectedCallback|ngOnInit|ngAfterViewInit|mounted|created|onModuleInit|onApplicationBootstrap|afterInit)$/;

/**
 * Whether a second run of the function that starts a timer loses the first handle: the field or outer variable
 * is assigned without having been looked at or released before, on the way from the start of the function.
 * Constructors and start methods run once an instance, effects clean up between runs, and a timer that starts itself
 * again has fired.
 */
export function isOverwritten(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Life,
  file: FileContext,
): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || ts.isConstructorDeclaration(fn) || life.kind === 'effect' || findReArming(call, file)) return false;
  const names = new Set<string>();
  for (const place of places) {
    if (place.kind === 'property') return false;
    if (place.kind === 'collection') {
      if (!isKeyGivenBySeveral(place.at, fn, file)) return false;
      names.add(place.name);
    }
    if (place.kind === 'field') names.add(place.name);
    if (place.kind === 'binding' && findEnclosingFunction(place.binding.identifier) !== fn)
      names.add(place.binding.name);
  }
  return names.size > 0 && canRunAgain(fn, call, { names, life, file }, 0);
}

/**
 * `this.timers[key] = …` of a method that is handed the key, and that several others call: the second to do so for the
 * same key loses the first handle.
 */
function isKeyGivenBySeveral(at: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  const target = findMethodCall(at);
  const key = target ? (target.method === 'set' ? target.call.arguments[0] : undefined) : keyOf(at);
  const binding =
    key && ts.isIdentifier(skipWrappers(key)) ? file.bindingOf(skipWrappers(key) as ts.Identifier) : undefined;
  if (!binding || !ts.isParameter(binding.declaration) || binding.declaration.parent !== fn) return false;
  const callers = new Set(listCallsOf(fn, file).map((call) => findEnclosingFunction(call)));
  callers.delete(fn);
  return callers.size > 1;
}

function keyOf(at: ts.Node): ts.Expression | undefined {
  return ts.isElementAccessExpression(at) ? at.argumentExpression : undefined;
}

interface Question {
  names: ReadonlySet<string>;
  life: Life;
  file: FileContext;
}

/**
 * Whether nothing on the way to `at` guards against a second run: in the function it stands in, in the functions
 * around that, or in the only one that calls it.
 */
function canRunAgain(fn: FunctionNode, at: ts.Node, question: Question, hops: number): boolean {
  const { life, file } = question;
  if (ts.isConstructorDeclaration(fn) || bringUp.test(nameOfFunction(fn)) || hasTwin(fn, life)) return false;
  if (isGuarded(at, fn, question)) return false;
  if (hops > 5) return true;
  const use = findCallbackUse(fn, question);
  if (use === 'event') return true;
  const climb = (from: ts.Node): boolean => {
    const outer = findEnclosingFunction(from);
    const isOutermost = outer === undefined || (life.kind === 'factory' && outer === life.fn);
    return !isOutermost && canRunAgain(outer, from, question, hops + 1);
  };
  if (use) return climb(use);
  // When the timer's own callback starts it again, it has fired: nothing is lost.
  const calls = listCallsOf(fn, file).filter((call) => !isWithin(call, at));
  if (!isPrivate(fn, life)) {
    // Others may call it too, but where all that are seen ask first, that is how it is meant to be called.
    return calls.length === 0 || !calls.every((call) => isGuarded(call, findEnclosingFunction(call), question));
  }
  return calls.some((call) => !isWithin(call, fn) && climb(call));
}

/** `stopWatch` beside `watch`: its counterpart comes in between, as `stop` does after `start`. */
function hasTwin(fn: FunctionNode, life: Life): boolean {
  const name = nameOfFunction(fn).replace(/^[_#]+/, '');
  if (life.kind !== 'owner' || name === '') return false;
  const twin = new RegExp(`^[_#]*(?:stop|end|cancel|clear|un|close)${name}$`, 'i');
  return life.shape.disposers.some((disposer) => twin.test(nameOfFunction(disposer)));
}

function isGuarded(at: ts.Node, fn: FunctionNode | undefined, { names, life, file }: Question): boolean {
  if (!fn) return false;
  return (
    isLookedAtBefore(names, at, fn, file) ||
    isGuardedByState(at, fn, file) ||
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

const onceEvent =
  /^(?:open|opened|close|closed|end|ready|listening|finish|exit|spawn|load|loaded|DOMContentLoaded|init\w*|start\w*|afterStart|mount\w*)$/i;
/** Events that take turns with another one, which comes in between. */
const turns: Readonly<Record<string, string>> = {
  mouseleave: 'mouseenter',
  mouseout: 'mouseover',
  mouseup: 'mousedown',
  pointerleave: 'pointerenter',
  pointerout: 'pointerover',
  pointerup: 'pointerdown',
  touchend: 'touchstart',
  dragleave: 'dragenter',
  blur: 'focus',
  focusout: 'focusin',
  keyup: 'keydown',
};
const eventCallback = /^(?:on|addListener|addEventListener|subscribe|createServer|setInterval|use|get|post)$/;

/** The call that a function is handed to: `'event'` where that runs it many times, undefined where it is no callback. */
function findCallbackUse(fn: FunctionNode, { names, file }: Question): ts.Node | 'event' | undefined {
  for (const use of listUses(fn, file)) {
    const outer = getOutermostWrapped(use);
    const { parent } = outer;
    if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) continue;
    if (parent.expression === outer) {
      if (use === fn) return parent;
      continue;
    }
    const name = findMethodCall(parent)?.method ?? (ts.isIdentifier(parent.expression) ? parent.expression.text : '');
    const event = findStringValue(parent.arguments?.[0]) ?? '';
    if (eventCallback.test(name) && !onceEvent.test(event) && !isClearedInTurn(event, names, file)) return 'event';
    if (use === fn) return parent;
  }
  return undefined;
}

/** Whether the event that comes before the next one of this kind clears: `mouseenter` what `mouseleave` starts. */
function isClearedInTurn(event: string, names: ReadonlySet<string>, file: FileContext): boolean {
  const before = turns[event];
  if (before === undefined) return false;
  return file.nodes('CallExpression').some((call) => {
    const [what, listener] = findMethodCall(call) ? call.arguments : [];
    const run = listener && findStringValue(what) === before ? findFunctionValue(listener, file) : undefined;
    return run !== undefined && clearsOneOf(names, run, file);
  });
}

function clearsOneOf(names: ReadonlySet<string>, fn: FunctionNode, file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    if (!isWithin(call, fn) || !/^clear/.test(findTimerFunction(call, file) ?? '')) return false;
    const cleared = call.arguments[0] && findMemberPath(call.arguments[0])?.at(-1);
    return cleared !== undefined && names.has(cleared);
  });
}

/** The function itself where it stands inline, and the uses of its name. */
function listUses(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(fn);
  const name = ts.isFunctionDeclaration(fn) ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  return name && ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : [fn];
}

/**
 * A latch: `if (this.running) return; this.running = true;` or `if (!this.queued) { this.queued = true; … }`,
 * a condition on something that the function itself sets.
 */
export function isGuardedByState(call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (isLeftByState(call, fn, file)) return true;
  for (const node of file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]) {
    if (!isWithin(node, fn) || node.pos > call.pos || !asksLatch(node.expression, fn, file)) continue;
    if (isWithin(call, node.thenStatement)) return true;
    if (node.end <= call.pos && findEnclosingFunction(node) === fn && leavesFunction(node.thenStatement)) return true;
  }
  return false;
}

/** `switch (this.state) { case 'started': return; }` ahead of the call, on what the function itself sets. */
function isLeftByState(call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  return (file.nodesOfKind(ts.SyntaxKind.SwitchStatement) as readonly ts.SwitchStatement[]).some(
    (node) =>
      isWithin(node, fn) &&
      node.end <= call.pos &&
      asksLatch(node.expression, fn, file) &&
      node.caseBlock.clauses.some(({ statements }) => statements.some((s) => ts.isReturnStatement(s))),
  );
}

/**
 * Whether a timer is started only while none is pending, `if (!this.timer) this.timer = setTimeout(…)`, and forgets its
 * handle when it fires: it gathers what comes in until then, and ends by itself.
 */
export function isGatherer(call: ts.CallExpression, places: readonly HandlePlace[], file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  const names = places.flatMap((place) => (place.kind === 'field' ? [place.name] : []));
  if (!fn || !run || names.length === 0) return false;
  const runs = [run, ...listCalled(run, file)];
  const writes = (within: FunctionNode): boolean =>
    file.nodes('BinaryExpression').some((node) => {
      const name = isAssignment(node) && isWithin(node, within) ? findMemberPath(node.left)?.at(-1) : undefined;
      return name !== undefined && names.includes(name);
    });
  const isAsked = listConditionsOn(call, fn, file).some((condition) =>
    condition
      .getText(file.source)
      .match(/[\w$#]+/g)
      ?.some((word) => names.includes(word)),
  );
  return (isAsked || runs.includes(fn)) && runs.some(writes);
}

function asksLatch(condition: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const asked = new Set(condition.getText(file.source).match(/[\w$#]+/g));
  // The first listener starts it, and the last one ends it.
  if (asked.has('listenerCount')) return true;
  return file.nodes('BinaryExpression').some((node) => {
    if (!isAssignment(node) || !isWithin(node, fn)) return false;
    const name = findMemberPath(node.left)?.at(-1);
    return name !== undefined && asked.has(name);
  });
}

function isPrivate(fn: FunctionNode, life: Life): boolean {
  if (
    ts.isMethodDeclaration(fn) &&
    (hasModifier(fn, ts.SyntaxKind.PrivateKeyword) || ts.isPrivateIdentifier(fn.name))
  ) {
    return true;
  }
  if (nameOfFunction(fn).startsWith('_')) return true;
  return life.kind !== 'owner' || ![...life.shape.methods.values()].includes(fn);
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

/** The left side of the very assignment that keeps the new handle. */
function isTargetOf(identifier: ts.Node, call: ts.Node): boolean {
  for (let at: ts.Node = call; at.parent; at = at.parent) {
    if (ts.isBinaryExpression(at.parent) && at.parent.right === at) {
      return identifier.pos >= at.parent.left.pos && identifier.end <= at.parent.left.end;
    }
    if (ts.isExpressionStatement(at.parent)) return false;
  }
  return false;
}
