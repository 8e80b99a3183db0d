import type { Binding, FileContext } from '../../model/file-context.ts';
import { listLiveRemovals } from '../life/trimming.ts';
import { findFunctionValue, isExecutor } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { isInFinally } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';
import { findOwnProperty, isFresh } from './fresh-key.ts';
import { keyDomain } from './key-domain.ts';
import { domainOfTable, isBareKey } from './table-name.ts';

/** An entry that stays though what it stands for is over, while another outcome takes it out. */
export interface StaleEntry {
  add: Add;
  /** What ends it: a deadline or a failed send that settles it, or the timer that the entry holds. */
  end: ts.Node;
  /** The removal of another outcome. */
  removal: ts.Node;
}

const answerName = /^_?(?:callback|cb|done|resolve|reject|resolver|rejecter)(?:Fn|Func|Function)?$/i;
const takingOut =
  /clean|clear|delete|remove|dispose|finish|done|settle|complete|cancel|abort|close|destroy|forget|drop|release|expire|time(?:d)?out|fail|^_*end(?:ed)?$/i;

/** The entries of a container that an answer or a cancellation takes out, and a timer or a failure leaves behind. */
export function listStaleEntries(container: Container, growth: Growth, file: FileContext): StaleEntry[] {
  const removals = listLiveRemovals(growth, file);
  const [removal] = removals;
  if (!removal || removals.some(({ kind, node }) => kind === 'evict' || kind === 'reset' || isInFinally(node)))
    return [];
  return growth.adds.flatMap((add) => {
    if (!add.key || !add.fn) return [];
    const end = findUnansweredEnd(add, growth, file) ?? findFiredTimer(add, container, growth, file);
    return end ? [{ add, end, removal: removal.node }] : [];
  });
}

/** A deadline or a failed send that settles the operation: the answer that would take the entry out does not come. */
function findUnansweredEnd(add: Add, growth: Growth, file: FileContext): ts.Node | undefined {
  const held = findHeld(add.value ?? add.key!, file);
  const operation = findOperation(held, add, file);
  if (!operation) return undefined;
  const { home, settlers } = operation;
  const method = outermostFunction(home);
  const isOutcome = ({ node }: { node: ts.Node }): boolean =>
    !isWithin(node, method) || isOfOneOutcome(node, operation);
  if (!growth.removals.every(isOutcome)) return undefined;
  for (const use of settlers.flatMap(({ references }) => references)) {
    if (isWithin(use, held)) continue;
    if (isHandedToCatch(use)) return use;
    const run = findEnclosingFunction(use);
    if (!run || run === home || !isWithin(run, home) || isWithin(add.node, run)) continue;
    if (!ts.isCallExpression(use.parent) || use.parent.expression !== use) continue;
    const isEnd = isDeadline(run, file) || isFailedSend(run, use.parent, file);
    if (isEnd && !takesOut(run, add, growth, file)) return use.parent;
  }
  return undefined;
}

interface Operation {
  /** The executor of its promise, or the function that is handed its callback. */
  home: FunctionNode;
  settlers: readonly Binding[];
}

/** The operation whose `resolve`, `reject` or callback an entry holds for the answer. */
export function findOperation(held: ts.Expression, { fn }: Add, file: FileContext): Operation | undefined {
  for (let home = fn, hops = 0; home && hops < 4; home = findEnclosingFunction(home), hops++) {
    const isOfPromise = isExecutor(home);
    const settlers = home.parameters.flatMap(({ name }, index) => {
      const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
      return binding && (isOfPromise ? index < 2 : answerName.test(binding.name)) ? [binding] : [];
    });
    if (settlers.some(({ references }) => references.some((use) => isWithin(use, held)))) return { home, settlers };
  }
  return undefined;
}

/** What a variable that is kept was given: `const entry = { resolve, reject }`. */
export function findHeld(kept: ts.Expression, file: FileContext): ts.Expression {
  const value = skipWrappers(kept);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const given = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return given ? skipWrappers(given) : value;
}

/** The method or function that an executor or a callback belongs to. */
export function outermostFunction(fn: FunctionNode): FunctionNode {
  for (let at = fn; ; ) {
    const { parent } = getOutermostWrapped(at);
    const outer = findEnclosingFunction(at);
    if (!outer || !(ts.isCallExpression(parent) || ts.isNewExpression(parent))) return at;
    at = outer;
  }
}

/** In a function inside the operation that settles it as well: one outcome, and not all. */
function isOfOneOutcome(node: ts.Node, { home, settlers }: Operation): boolean {
  for (let fn = findEnclosingFunction(node); fn && fn !== home && isWithin(fn, home); fn = findEnclosingFunction(fn)) {
    const around = fn;
    if (settlers.some(({ references }) => references.some((use) => isWithin(use, around)))) return true;
  }
  return false;
}

/** What a timer runs once. */
function isDeadline(run: FunctionNode, file: FileContext): boolean {
  const call = getOutermostWrapped(run).parent;
  return ts.isCallExpression(call) && call.arguments[0] === run && findTimerFunction(call, file) === 'setTimeout';
}

/** `send(message, (error) => { if (error) reject(error) })`, `.catch((error) => reject(error))`. */
function isFailedSend(run: FunctionNode, settle: ts.CallExpression, file: FileContext): boolean {
  const call = getOutermostWrapped(run).parent;
  const [parameter] = run.parameters;
  const [given] = settle.arguments;
  const error = parameter && ts.isIdentifier(parameter.name) ? file.bindingOf(parameter.name) : undefined;
  if (!ts.isCallExpression(call) || !error || !given || run.parameters.length > 1) return false;
  const method = findMethodCall(call)?.method ?? findMemberName(call.expression) ?? '';
  if (/^(?:on|once|addListener|addEventListener|then|subscribe|forEach|map)$/.test(method)) return false;
  const isGiven = ts.isIdentifier(given) && file.bindingOf(given) === error;
  return (
    isGiven &&
    (method === 'catch' ||
      (/^(?:e|err|error)$/.test(error.name) && /send|write|publish|emit|post/i.test(call.expression.getText())))
  );
}

/** `this.send(message).catch(reject)`. */
function isHandedToCatch(use: ts.Identifier): boolean {
  const target = ts.isCallExpression(use.parent) ? findMethodCall(use.parent) : undefined;
  return target?.method === 'catch' && target.call.arguments[0] === use;
}

/** The callback of a timer that the entry holds, where it leaves the entry of a key out of many. */
function findFiredTimer(add: Add, container: Container, growth: Growth, file: FileContext): ts.Node | undefined {
  const held = findHeld(add.value ?? add.key!, file);
  const timer = listTimersIn(held, file);
  const callback = timer?.arguments[0];
  const run = callback && findFunctionValue(callback, file);
  if (!timer || !callback) return undefined;
  // What runs is the caller's, who does not know a key that is made here.
  if (!run) return isParameter(callback, file) && isFresh(add.key!, file) ? timer : undefined;
  if (isWithin(add.node, run) || takesOut(run, add, growth, file)) return undefined;
  const isFew = isBareKey(add.key!, file) && !isFresh(add.key!, file) && domainOfTable(container.name) !== 'data';
  return !isFew && keyDomain(add.key!, file) === 'data' ? timer : undefined;
}

function isParameter(value: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration);
}

/** `setTimeout(…)`, `{ timer: setTimeout(…) }`, also through a variable. */
function listTimersIn(held: ts.Expression, file: FileContext): ts.CallExpression | undefined {
  const values = ts.isObjectLiteralExpression(held)
    ? held.properties.flatMap((property) =>
        ts.isPropertyAssignment(property)
          ? [property.initializer]
          : ts.isShorthandPropertyAssignment(property)
            ? [property.name]
            : [],
      )
    : [held];
  return values
    .map((value) => findHeld(value, file))
    .find((value): value is ts.CallExpression => {
      return ts.isCallExpression(value) && findTimerFunction(value, file) === 'setTimeout';
    });
}

/** Whether a function takes entries out, by itself or by what it calls, or hands the key to what may. */
function takesOut(run: FunctionNode, add: Add, growth: Growth, file: FileContext, hops = 0): boolean {
  if (growth.removals.some(({ node }) => isWithin(node, run))) return true;
  if (growth.adds.some(({ node }) => isWithin(node, run))) return true;
  const key = add.key!.getText(file.source);
  return listNodesWithin('CallExpression', run, file).some((call) => {
    const own = findOwnProperty(skipWrappers(call.expression), file);
    const called = findFunctionValue(own ?? call.expression, file);
    if (called && isFunctionNode(called))
      return hops < 3 && called !== run && takesOut(called, add, growth, file, hops + 1);
    const name = calleeName(call);
    if (name === 'clearTimeout' || name === 'clearInterval') return false;
    return takingOut.test(name) || call.arguments.some((argument) => argument.getText(file.source) === key);
  });
}
