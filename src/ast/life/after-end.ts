import type { FileContext } from '../../model/file-context.ts';
import { listHandlers } from '../listeners/listener-calls.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isAboveZero } from '../where/conditions.ts';
import { mayEndProcess } from '../where/process-end.ts';
import { listNodesWithin } from '../within.ts';
import { endsWhole, findDisposer, isNamedAfter } from './end-of-life.ts';
import { goesOnAfterEnd, goesOnEitherWay, isOfIdleCondition } from './goes-on.ts';
import type { Life } from './life-cycle.ts';

/** State that says whether an owner still lives, by its name. */
const endFlag =
  /stop|clos|destroy|dispos|ended|ending|running|active|abort|shut|enabl|disabl|connect(?!ions)|alive|mount|cancel|state|status|started|listening|signal|terminat|kill|finish|quit|exit|draining|is[A-Z]\w*(?:ing|ed)$/i;
const starter =
  /^_*(?:re)?(?:start|connect|open|run|poll|subscribe|listen|schedule|join|spawn|launch|consume|establish)(?:[A-Z]\w*)?$/;
const opener = /^_*(?:re)?(?:connect|open|start|join|establish)(?:[A-Z]\w*)?$/;

/** `switch (this.state)` asks as well as an `if` does. */
const asking = [
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.ConditionalExpression,
  ts.SyntaxKind.WhileStatement,
  ts.SyntaxKind.SwitchStatement,
];

/** Names of an end for good, without an object: `cleanupGarbage` ends something else. */
export const endName =
  /^_*(?:close|stop|disconnect|destroy|dispose|shutdown|shutDown|teardown|terminate|end|quit|kill|abort|unload|onUnload|Symbol\.(?:asyncD|d)ispose|componentWillUnmount|disconnectedCallback|ngOnDestroy|onModuleDestroy|beforeUnmount|beforeDestroy|onDestroy|onApplicationShutdown)$/;

/** The functions that end what starts a timer: methods of its owner, or of what its factory makes. */
export function listEnds(life: Life): readonly FunctionNode[] {
  const disposers = life.kind === 'owner' ? life.shape.disposers : life.kind === 'factory' ? life.disposers : [];
  const owner = life.kind === 'owner' ? life.shape.name : '';
  return disposers.some((fn) => endName.test(nameOfFunction(fn)) || isNamedAfter(fn, owner)) ? disposers : [];
}

/** The function that ends an owner for good. */
export function findOwnerEnd(life: Life): FunctionNode | undefined {
  return findDisposer(listEnds(life), undefined);
}

/**
 * Whether a chain of runs asks if its owner has ended: a condition in one of `runs`, or around `call`, names state
 * that an end writes, or that is named after the life of things. None of `except` is: what holds the timer itself.
 */
export function asksForEnd(
  call: ts.Node,
  runs: readonly FunctionNode[],
  life: Life,
  file: FileContext,
  except: readonly string[] = [],
): boolean {
  // What sets the timer again when a part is lost, `onClose`, is no end of the whole.
  const ends = listEnds(life).filter((end) => isOfOwner(end) && !(isWithin(call, end) && isReaction(end)));
  const written = namesWrittenIn(ends, file);
  const isAsked = (condition: ts.Node): boolean =>
    namesIn(condition).some((name) => (endFlag.test(name) || written.has(name)) && !except.includes(name)) ||
    (isAboveZero(condition) && written.has(findMemberPath(skipWrappers(condition.left))?.at(-1) ?? ''));
  for (const kind of asking) {
    for (const node of file.nodesOfKind(kind)) {
      if (!runs.some((run) => isWithin(node, run)) && !isWithin(call, node)) continue;
      if (ts.isIfStatement(node) && (goesOnAfterEnd(node) || goesOnEitherWay(node, file) || throwsInTimer(node)))
        continue;
      if (!isWithin(call, node) && isInLossListener(node, runs)) continue;
      const condition = ts.isConditionalExpression(node)
        ? node.condition
        : (node as ts.IfStatement | ts.WhileStatement | ts.SwitchStatement).expression;
      if (isAsked(condition)) return true;
    }
  }
  return file.nodes('BinaryExpression').some((node) => {
    const { kind } = node.operatorToken;
    if (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken) return false;
    if (!runs.some((run) => isWithin(node, run)) || isMethodAsked(node, file) || isOfIdleCondition(node, file))
      return false;
    return isAsked(node.left);
  });
}

/** `onCallEnd` tells of the end of something else than `onClose` does. */
function isOfOwner(end: FunctionNode): boolean {
  return endsWhole(end) || !isReaction(end);
}

function isReaction(end: FunctionNode): boolean {
  return /^[_#]*on[A-Z]/.test(nameOfFunction(end));
}

/** `socket.destroy && socket.destroy()`: whether there is such a method. */
function isMethodAsked({ left, right }: ts.BinaryExpression, file: FileContext): boolean {
  const asked = ts.isBinaryExpression(left) ? left.right : left;
  return ts.isCallExpression(right) && right.expression.getText(file.source) === asked.getText(file.source);
}

/** An error that a timer's own callback throws ends the process: no way of asking. */
function throwsInTimer({ thenStatement }: ts.IfStatement): boolean {
  const last = ts.isBlock(thenStatement) ? thenStatement.statements.at(-1) : thenStatement;
  const fn = last && ts.isThrowStatement(last) ? findEnclosingFunction(last) : undefined;
  const timer = fn && getOutermostWrapped(fn).parent;
  return timer !== undefined && ts.isCallExpression(timer) && findMemberPath(timer.expression)?.at(-1) === 'setTimeout';
}

/** In a listener that a run adds for the loss of what it starts: it asks when that is lost, not before it is started. */
function isInLossListener(node: ts.Node, runs: readonly FunctionNode[]): boolean {
  for (let fn = findEnclosingFunction(node); fn && !runs.includes(fn); fn = findEnclosingFunction(fn)) {
    const { parent } = getOutermostWrapped(fn);
    const event = ts.isCallExpression(parent) ? findStringValue(parent.arguments[0]) : undefined;
    if (event !== undefined && (closeEvent.test(event) || event === 'error')) return true;
  }
  return false;
}

/** The names in a condition; what compares amounts (`free.length > max`) asks for no end, unless it is a state. */
function namesIn(node: ts.Node): string[] {
  const names: string[] = [];
  const visit = (at: ts.Node): void => {
    if ((ts.isIdentifier(at) || ts.isPrivateIdentifier(at)) && !(isAmount(at) && !/state|status/i.test(at.text)))
      names.push(at.text);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/** Within a comparison by `<`, `<=`, `>` or `>=`. */
function isAmount(node: ts.Node): boolean {
  for (let at = node.parent; at && ts.isExpression(at); at = at.parent) {
    if (!ts.isBinaryExpression(at)) continue;
    const { kind } = at.operatorToken;
    if (kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.GreaterThanEqualsToken) return true;
  }
  return false;
}

/** What some functions assign, delete, or call a method on; one call further too. */
function namesWrittenIn(fns: readonly FunctionNode[], file: FileContext): Set<string> {
  const names = new Set<string>();
  const all = withCallees(fns, file);
  for (const node of all.flatMap((fn) => listNodesWithin('BinaryExpression', fn, file))) {
    if (!isAssignment(node)) continue;
    const name = findMemberPath(node.left)?.at(-1);
    if (name !== undefined) names.add(name);
  }
  for (const call of all.flatMap((fn) => listNodesWithin('CallExpression', fn, file))) {
    const path = findMemberPath(call.expression);
    for (const name of path?.slice(0, -1) ?? []) if (name !== 'this') names.add(name);
  }
  return names;
}

/** The functions, and those of this file that they call, two calls deep. */
export function withCallees(fns: readonly FunctionNode[], file: FileContext): readonly FunctionNode[] {
  return fns.length === 1 ? file.memo(withItsCallees, fns[0]!) : collectCallees(fns, file);
}

function withItsCallees(fn: FunctionNode, file: FileContext): readonly FunctionNode[] {
  return collectCallees([fn], file);
}

function collectCallees(fns: readonly FunctionNode[], file: FileContext): readonly FunctionNode[] {
  const all = new Set(fns);
  let open = [...fns];
  for (let depth = 0; depth < 3 && open.length > 0; depth++) {
    const next: FunctionNode[] = [];
    for (const fn of open) {
      for (const call of listNodesWithin('CallExpression', fn, file)) {
        const called = findCalled(call, file);
        if (called && !all.has(called)) {
          all.add(called);
          next.push(called);
        }
      }
    }
    open = next;
  }
  return [...all];
}

/** As `findFunctionValue`, also for `self.method()`, `this.method()` of prototypes, and `fn.call(this)`. */
export function findCalled(call: ts.CallExpression, file: FileContext): FunctionNode | undefined {
  return findRun(call.expression, file);
}

function findRun(expression: ts.Expression, file: FileContext): FunctionNode | undefined {
  const callee = skipWrappers(expression);
  const direct = findFunctionValue(callee, file);
  if (direct) return direct;
  const name = findMemberName(callee);
  if (name === undefined) return undefined;
  const receiver = skipWrappers((callee as ts.PropertyAccessExpression).expression);
  if (/^(?:call|apply|bind)$/.test(name)) return findRun(receiver, file);
  if (receiver.kind !== ts.SyntaxKind.ThisKeyword && !isSelf(receiver)) return findInLiteral(receiver, name, file);
  for (let at: ts.Node | undefined = callee; at; at = findEnclosingFunction(at)) {
    const owner = findThisOwner(at, file);
    if (owner) return classShape(owner, file).methods.get(name);
  }
  return undefined;
}

/** `run` of `this.actions.run()`, where a field of the owner is an object literal. */
function findInLiteral(receiver: ts.Expression, name: string, file: FileContext): FunctionNode | undefined {
  const field = findMemberName(receiver);
  const holder = field === undefined ? undefined : skipWrappers((receiver as ts.PropertyAccessExpression).expression);
  const owner = holder?.kind === ts.SyntaxKind.ThisKeyword ? findThisOwner(receiver, file) : undefined;
  const values = owner ? (classShape(owner, file).fields.get(field!)?.values ?? []) : [];
  for (const value of values.map(skipWrappers)) {
    if (!ts.isObjectLiteralExpression(value)) continue;
    const property = value.properties.find((member) => findPropertyName(member.name) === name);
    const fn = property && ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : property;
    if (fn && isFunctionNode(fn)) return fn;
  }
  return undefined;
}

function isSelf(receiver: ts.Expression): boolean {
  return ts.isIdentifier(receiver) && /^_?(?:self|that|me|_?this)$/.test(receiver.text);
}

/** What a timer runs: its callback, and for an inline one the functions of this file that it calls. */
export interface TimerRun {
  callback: FunctionNode | undefined;
  /** Functions of this file that run when it fires, with the names that they are called by. */
  called: readonly FunctionNode[];
}

export function findTimerRun(call: ts.CallExpression, file: FileContext): TimerRun {
  const first = call.arguments[0];
  if (!first) return { callback: undefined, called: [] };
  const value = skipWrappers(first);
  if (!isFunctionNode(value)) {
    const bound = ts.isCallExpression(value) ? findRun(value.expression, file) : findRun(value, file);
    return { callback: undefined, called: bound ? [bound] : [] };
  }
  const called = file.nodes('CallExpression').flatMap((inner) => {
    if (!isWithin(inner, value)) return [];
    const fn = findCalled(inner, file);
    return fn && !isWithin(fn, value) ? [fn] : [];
  });
  return { callback: value, called };
}

/** What a timer that nobody can cancel does to an owner that has ended. */
export type AfterEnd =
  /** Starts it again. */
  | { kind: 'restarts'; fn: FunctionNode }
  /** Ends it: a deadline that outlives what it watches. */
  | { kind: 'ends'; fn: FunctionNode };

/** Undefined where the run asks whether the owner still lives, or does neither. */
export function findAfterEnd(call: ts.CallExpression, life: Life, file: FileContext): AfterEnd | undefined {
  const ends = listEnds(life);
  if (ends.length === 0) return undefined;
  const within = findEnclosingFunction(call);
  const { callback, called } = findTimerRun(call, file);
  const own = called.filter((fn) => isMember(fn, life));
  const isEnding = own.find((fn) => ends.includes(fn) && endName.test(nameOfFunction(fn)) && fn !== within);
  if (isEnding)
    return asksForCount(isEnding, file) || asksForTime(callback, file) || mayEndProcess(isEnding, file)
      ? undefined
      : { kind: 'ends', fn: isEnding };
  const starting = own.find((fn) => starter.test(nameOfFunction(fn)) && !ends.includes(fn));
  if (!starting) return undefined;
  const runs = callback ? [callback, starting] : [starting];
  return asksForEnd(call, runs, life, file) ? undefined : { kind: 'restarts', fn: starting };
}

/** Whether what a timer runs connects, opens or starts something, by its name. */
export function startsAgain(call: ts.CallExpression, file: FileContext): boolean {
  return findTimerRun(call, file).called.some(isOpening);
}

/** Whether a function connects, opens or starts something, by its name. */
export function isOpening(fn: FunctionNode): boolean {
  return opener.test(nameOfFunction(fn));
}

/** `if (entry.users === 0)`: an end that asks first whether there is anyone left. */
function asksForCount(fn: FunctionNode, file: FileContext): boolean {
  const isNumber = (node: ts.Node): boolean => ts.isNumericLiteral(node);
  return (file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]).some(
    ({ expression }) =>
      ts.isBinaryExpression(expression) &&
      isWithin(expression, fn) &&
      (isNumber(expression.right) || isNumber(expression.left)),
  );
}

/** `if (Date.now() - this.idleSince >= limit)`: what the timer runs asks first how long nothing has come. */
function asksForTime(run: FunctionNode | undefined, file: FileContext): boolean {
  if (!run) return false;
  return (file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]).some(
    ({ expression }) =>
      isWithin(expression, run) && /\b(?:now|getTime|hrtime|uptime)\(/.test(expression.getText(file.source)),
  );
}

function isMember(fn: FunctionNode, life: Life): boolean {
  if (life.kind === 'owner') return [...life.shape.methods.values()].includes(fn);
  return life.kind === 'factory' && isWithin(fn, life.fn);
}

const closeEvent =
  /^(?:close|closed|closing|end|exit|disconnect|disconnected|finish|abort|destroy|destroyed|SIGTERM|SIGINT)$/;

/** Functions of the file that listen for the end of something, those that are set as its `onclose` among them. */
export function listCloseListeners(file: FileContext): FunctionNode[] {
  const added = file.nodes('CallExpression').flatMap((call) => {
    const name = findMemberName(call.expression);
    if (name === undefined || !/^(?:on|once|addListener|prependListener|addEventListener)$/.test(name)) return [];
    const [event, listener] = call.arguments;
    return listener && closeEvent.test(findStringValue(event) ?? '') ? [listener] : [];
  });
  const set = listHandlers(file).filter(({ event }) => closeEvent.test(event));
  return [...added, ...set.map(({ listener }) => listener)].flatMap((listener) => {
    const value = skipWrappers(listener);
    const fn = isFunctionNode(value) ? value : findRun(ts.isCallExpression(value) ? value.expression : value, file);
    return fn ? [fn] : [];
  });
}

/**
 * Whether an end of the owner leads to one of `clears`, through functions of this file. No ends are the `helpers`, and
 * what is named like one (`cancelRequest`) but leads to where the timer is set, behind a clear of the last one.
 */
export function isReachedByEnd(
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
  { call, helpers }: { call: ts.Node; helpers: readonly FunctionNode[] },
): boolean {
  const arms = clearsFirst(call, clears, helpers, file);
  const own = listEnds(life).filter(
    (fn) =>
      !helpers.includes(fn) &&
      (endName.test(nameOfFunction(fn)) || arms === undefined || !withCallees([fn], file).includes(arms)),
  );
  const ends = withCallees([...own, ...listCloseListeners(file)], file);
  return clears.some((clear) => ends.some((fn) => isWithin(clear, fn)));
}

/** The function that sets a timer, where it clears the last one first. */
function clearsFirst(
  call: ts.Node,
  clears: readonly ts.Node[],
  helpers: readonly FunctionNode[],
  file: FileContext,
): FunctionNode | undefined {
  const arms = findEnclosingFunction(call);
  if (!arms) return undefined;
  const isClear = (at: ts.CallExpression): boolean => {
    const called = helpers.length > 0 ? findCalled(at, file) : undefined;
    return clears.includes(at) || (called !== undefined && helpers.includes(called));
  };
  return listNodesWithin('CallExpression', arms, file).some((at) => at.end <= call.pos && isClear(at))
    ? arms
    : undefined;
}
