import type { Binding, FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import { findFunctionOfBinding, findFunctionValue, isInlineCallback } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { sizeOf } from '../size/size.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  isWithin,
  type LoopNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isCountedCondition, isCountedWithin } from './counted-rounds.ts';
import { findTimerFunction } from './timers.ts';

/** A race that is run round after round, with a promise among those raced that is the same in each round. */
export interface RaceInLoop {
  race: ts.CallExpression;
  loop: LoopNode;
  /** The promise that outlives the round: a name, `this.x` or `x.y`, without the `then` behind it. */
  survivor: ts.Expression;
  /** The race itself stands in a function that the loop calls. */
  isElsewhere: boolean;
  /** Whether the file shows that there is no end to the rounds: an endless loop, a stream, a large list. */
  isOpenEnded: boolean;
  /**
   * With a call it goes: a callback is handed the promise by the call that runs it, or it was made for what is read here
   * to its end.
   */
  isOfCall: boolean;
}

/** Rounds further apart than this leave too little behind to matter. */
const slowRoundMs = 5_000;
const timerName =
  /^(?:sleep|delay|timeout|wait|pause|timer|deadline|setTimeout|after|wait(?:For)?(?:Ms|Seconds?|Millis|Timeout)|(?:create|make|get|reject|start)?\w*(?:Timeout|Deadline|Timer|Delay|Sleep)\w*)$/i;
const lastingName =
  /(?:clos|finish|done|complet|abort|stop|exit|terminat|ended|disconnect|cancel|shut|destroy|dispos|kill|quit|drained|interrupt|error|fail|reject|lost)/i;
/** The beginning of something: it comes soon, or never. */
const beginningName = /(?<!dis)connected|ready|open(?:ed)?|init|started|loaded|handshake|authenticated|established/i;

/**
 * Judges a `Promise.race([…])` or `Promise.any([…])`, or a call of a function of this file that gives one; undefined
 * where each round races promises of its own.
 */
export function findRaceInLoop(race: ts.CallExpression, file: FileContext): RaceInLoop | undefined {
  const loop = findEnclosingLoop(race);
  if (!loop) return undefined;
  const here = listRaced(race);
  const raced = here ?? listRacedFor(race, file);
  if (!raced || endsLoop(race, loop)) return undefined;
  const rounds = roundsOf(loop, file);
  if (rounds === 'few') return undefined;
  const parts = raced.map(skipChain);
  const survivor = parts.find((part) => isLasting(part, loop, file));
  const fresh = parts.filter((part) => part !== survivor && !isLasting(part, loop, file));
  if (!survivor || fresh.length === 0 || beginningName.test(survivor.getText(file.source))) return undefined;
  const isPaced = fresh.every((part) => isTimer(part, file));
  if (isPaced && (isWork(survivor, file) || fresh.some((part) => paceMs(part, file) > slowRoundMs))) return undefined;
  return {
    race,
    loop,
    survivor,
    isElsewhere: !here,
    isOpenEnded: rounds === 'many',
    isOfCall: isHandedToCallback(survivor, file) || endsWithStream(race, survivor, loop, file),
  };
}

/** `withStop(signal, async (stopped) => …)`. */
function isHandedToCallback(survivor: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(survivor) ? file.bindingOf(survivor)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration)) return false;
  const fn = declaration.parent;
  return isFunctionNode(fn) && isInlineCallback(fn);
}

/** `const { done } = await Promise.race([reader.read(), aborted]); if (done) break;`, with the promise made ahead of it. */
function endsWithStream(race: ts.CallExpression, survivor: ts.Expression, loop: ts.Node, file: FileContext): boolean {
  const binding = ts.isIdentifier(survivor) ? file.bindingOf(survivor) : undefined;
  if (!binding || findEnclosingFunction(binding.identifier) !== findEnclosingFunction(race)) return false;
  // Rows that are handed on one by one come in any number: that is what they are handed on so for.
  if (file.nodesOfKind(ts.SyntaxKind.YieldExpression).some((node) => isWithin(node, loop))) return false;
  return /\bif\s*\([^()]*\bdone\)\s*(?:\{\s*)?(?:break|return)\b/.test(loop.getText(file.source));
}

/** The promises of `Promise.race([a, b])`; undefined for other calls. */
function listRaced(race: ts.CallExpression): ts.Expression[] | undefined {
  const target = findMethodCall(race);
  if (!target || (target.method !== 'race' && target.method !== 'any')) return undefined;
  if (!ts.isIdentifier(target.receiver) || target.receiver.text !== 'Promise') return undefined;
  const list = race.arguments[0] && skipWrappers(race.arguments[0]);
  if (!list || !ts.isArrayLiteralExpression(list)) return undefined;
  return list.elements.filter((element) => !ts.isSpreadElement(element));
}

/** `orStop(p) { return Promise.race([this.stopped, p]) }`: what a call of it races, its own argument in its place. */
function listRacedFor(call: ts.CallExpression, file: FileContext): ts.Expression[] | undefined {
  const fn = findFunctionValue(call.expression, file);
  const [given, ...others] = fn ? listReturnedValues(fn, file) : [];
  const race = given && skipAwait(given);
  const raced = race && others.length === 0 && ts.isCallExpression(race) ? listRaced(race) : undefined;
  if (!fn || !raced) return undefined;
  const parts = raced.map((part) => {
    const value = skipWrappers(part);
    const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
    const place = declaration && ts.isParameter(declaration) ? fn.parameters.indexOf(declaration) : -1;
    return place < 0 ? part : call.arguments[place];
  });
  return parts.every((part) => part !== undefined) ? (parts as ts.Expression[]) : undefined;
}

/** `p.then(…).catch(…)` → `p`: each adds its reaction to the same promise. */
function skipChain(element: ts.Expression): ts.Expression {
  const value = skipWrappers(element);
  const target = findMethodCall(value);
  return target && /^(?:then|catch|finally)$/.test(target.method) ? skipChain(target.receiver) : value;
}

/** Whatever the race gives is returned: a further round comes only after a failure. */
function endsLoop(race: ts.Node, loop: ts.Node): boolean {
  for (let at: ts.Node = race; at !== loop; at = at.parent) {
    if (ts.isReturnStatement(at) || ts.isThrowStatement(at)) return true;
    const next = ts.isStatement(at) && ts.isBlock(at.parent) ? followerOf(at, at.parent) : undefined;
    if (next && (ts.isBreakStatement(next) || ts.isReturnStatement(next))) return true;
  }
  return false;
}

function followerOf(statement: ts.Statement, { statements }: ts.Block): ts.Statement | undefined {
  return statements[statements.indexOf(statement) + 1];
}

function roundsOf(loop: LoopNode, file: FileContext): 'many' | 'unknown' | 'few' {
  if (ts.isForOfStatement(loop)) {
    if (loop.awaitModifier) return 'many';
    const size = sizeOf(loop.expression, file);
    return size === 'large' ? 'many' : size === 'small' ? 'few' : 'unknown';
  }
  if (ts.isForInStatement(loop)) return 'few';
  const condition = ts.isForStatement(loop) ? loop.condition : loop.expression;
  if (condition && isCountedCondition(condition)) return 'few';
  return isCountedWithin(loop, file) ? 'few' : 'many';
}

/** The same promise in each round: made before the loop, and nothing replaces it meanwhile. */
function isLasting(part: ts.Expression, loop: LoopNode, file: FileContext): boolean {
  const path = findMemberPath(part);
  if (!path || isTimer(part, file)) return false;
  let root = part;
  while (findMemberName(root) !== undefined) root = skipWrappers((root as ts.PropertyAccessExpression).expression);
  if (path.length === 1) return ts.isIdentifier(root) && isFixedBefore(file.bindingOf(root), loop);
  const isReplaced = file
    .nodes('BinaryExpression')
    .some((node) => isAssignment(node) && findMemberPath(node.left)?.join('.') === path.join('.') && !isFirst(node));
  if (isReplaced) return false;
  if (ts.isIdentifier(root))
    return isFixedBefore(file.bindingOf(root), loop) && (lastingName.test(path.join('.')) || path.at(-1) === 'promise');
  const owner = path.length === 2 ? findThisOwner(root, file) : undefined;
  const values = owner ? (findClassField(owner, path[1]!, file)?.values ?? []) : [];
  return values.some((value) => isPromise(value, file)) || lastingName.test(path.join('.'));

  /** In a constructor, or before the loop. */
  function isFirst(node: ts.Node): boolean {
    const fn = findEnclosingFunction(node);
    return !fn || ts.isConstructorDeclaration(fn) || (fn === findEnclosingFunction(loop) && node.end <= loop.pos);
  }
}

function isFixedBefore(binding: Binding | undefined, loop: LoopNode): boolean {
  if (!binding || isWithin(binding.identifier, loop) || binding.kind === 'import') return false;
  const home = findEnclosingFunction(loop);
  return binding.writes.every((write) => write.end <= loop.pos && findEnclosingFunction(write) === home);
}

function isPromise(value: ts.Expression, file: FileContext): boolean {
  const made = skipAwait(value);
  if (ts.isNewExpression(made)) return made.expression.getText(file.source) === 'Promise';
  return ts.isCallExpression(made) || findMemberName(made) === 'promise';
}

/** What the promise was made by, in this file. */
function findMaker(part: ts.Expression, file: FileContext): ts.Expression | undefined {
  const declaration = ts.isIdentifier(part) ? file.bindingOf(part)?.declaration : undefined;
  if (!declaration) return part;
  if (!ts.isVariableDeclaration(declaration)) return undefined;
  return declaration.initializer && skipChain(declaration.initializer);
}

/** It ends by the clock: `sleep(…)`, a promise that a timer settles, or a name for such. */
function isTimer(part: ts.Expression, file: FileContext): boolean {
  const maker = findMaker(part, file);
  const name = findMemberPath(part)?.at(-1);
  if (name !== undefined && timerName.test(name)) return true;
  if (!maker) return false;
  if (ts.isCallExpression(maker)) {
    const called = findMemberPath(maker.expression)?.at(-1) ?? '';
    const fn = findFunctionValue(maker.expression, file);
    return timerName.test(called) || (fn !== undefined && startsTimer(fn, file));
  }
  return ts.isNewExpression(maker) && startsTimer(maker, file);
}

function startsTimer(node: ts.Node, file: FileContext): boolean {
  return file
    .nodes('CallExpression')
    .some((call) => isWithin(call, node) && findTimerFunction(call, file) === 'setTimeout');
}

function paceMs(part: ts.Expression, file: FileContext): number {
  const maker = findMaker(part, file);
  if (!maker || !ts.isCallExpression(maker)) return 0;
  return Math.max(0, ...maker.arguments.map((argument) => findNumber(argument, file) ?? 0));
}

/** The result of a call: work that is waited for, and that ends. What an emitter announces may never come. */
function isWork(part: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(part) ? file.bindingOf(part)?.declaration : undefined;
  if (declaration && ts.isParameter(declaration)) return !lastingName.test(part.getText(file.source));
  const maker = findMaker(part, file);
  if (!maker || !ts.isCallExpression(maker)) return false;
  const origin = findOrigin(maker.expression, file);
  const isOnce = origin && bareModule(origin.module) === 'events' && /(?:^|\.)once$/.test(originName(origin));
  return !isOnce && !isLocalWait(maker, file);
}

/** A function of this file that waits for a signal or an event. */
function isLocalWait(call: ts.CallExpression, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
  const fn: FunctionNode | undefined = binding && findFunctionOfBinding(binding);
  return fn !== undefined && /\b(?:addEventListener|once|on)\(/.test(fn.getText(file.source));
}
