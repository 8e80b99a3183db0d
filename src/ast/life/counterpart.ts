import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findFunctionOfBinding, listCallsOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { withCallees } from './after-end.ts';

/** Two functions that take turns: what one starts, the other takes back, and then it may start again. */
export interface Pair {
  start: FunctionNode;
  stop: FunctionNode;
}

const turns: readonly (readonly [start: string, stop: readonly string[]])[] = [
  ['start', ['stop', 'shutdown', 'close']],
  ['open', ['close']],
  ['connect', ['disconnect', 'close']],
  ['enable', ['disable']],
  ['attach', ['detach']],
  ['activate', ['deactivate']],
  ['resume', ['pause']],
  ['join', ['leave']],
  ['bind', ['unbind']],
  ['register', ['unregister']],
  ['install', ['uninstall']],
  ['listen', ['unlisten', 'close', 'stop']],
  ['subscribe', ['unsubscribe']],
  ['watch', ['unwatch']],
  ['publish', ['unpublish']],
];

const releasing =
  /^(?:close|stop|end|destroy|dispose|disconnect|terminate|kill|abort|cancel|release|off|remove\w*|unsubscribe|clear\w*|unwatch|detach|leave|quit|shutdown)$/;

/** The pair around a node whose first function it runs in; the other one exists and releases something, or sets back what that has set. */
export function findPairAround(node: ts.Node, file: FileContext): Pair | undefined {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const name = nameOfFunction(fn).split('.').at(-1) ?? '';
    const [, stem, rest] = /^_*([a-z]+)([A-Z]\w*)?$/.exec(name) ?? [];
    const stops = turns.find(([start]) => start === stem)?.[1];
    if (!stops) continue;
    const start: FunctionNode = fn;
    const stop = stops.map((other) => findSibling(start, other + (rest ?? ''), file)).find((found) => found);
    return stop && (releasesIn(stop, file) || isTurnedBack({ start, stop }, file)) ? { start, stop } : undefined;
  }
  return undefined;
}

/** As {@link findPairAround}, and where a function runs for its only caller, the pair around that. */
export function findPairThroughCaller(node: ts.Node, file: FileContext): Pair | undefined {
  const pair = findPairAround(node, file);
  const fn = pair ? undefined : findEnclosingFunction(node);
  const [call, ...others] = fn ? listCallsOf(fn, file) : [];
  return pair ?? (call && others.length === 0 ? findPairAround(call, file) : undefined);
}

/** Whether an end closes, stops or leaves what the start opens, starts or joins: it can be started again. */
export function takesTurns({ start, stop }: Pair, file: FileContext): boolean {
  const callsOf = (fn: FunctionNode): { method: string; target: string }[] => {
    const runs = withCallees([fn], file);
    const calls = runs.flatMap((run) =>
      listNodesWithin('CallExpression', run, file).filter((call) => findEnclosingFunction(call) === run),
    );
    return calls.flatMap((call) => {
      const found = findMethodCall(call);
      const target = found && findMemberPath(found.receiver)?.join('.');
      return target ? [{ method: found.method, target }] : [];
    });
  };
  const stopped = callsOf(stop);
  return callsOf(start).some(({ method, target }) => {
    const back = turns.find(([begin]) => begin === method)?.[1];
    return back !== undefined && stopped.some((other) => other.target === target && back.includes(other.method));
  });
}

/** The function of another name in the same class, object or scope. */
function findSibling(fn: FunctionNode, name: string, file: FileContext): FunctionNode | undefined {
  const owner = findThisOwner(fn.body ?? fn, file);
  const method = owner && classShape(owner, file).methods;
  if (method && [...method.values()].includes(fn)) return method.get(name) ?? method.get(`_${name}`);
  const { parent } = getOutermostWrapped(fn);
  if (isAssignment(parent)) return findAssigned(parent, name, file);
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(fn)) {
    const object = ts.isMethodDeclaration(fn) ? fn.parent : parent.parent;
    if (!ts.isObjectLiteralExpression(object)) return undefined;
    const other = object.properties.find((property) => findPropertyName(property.name) === name);
    const value = other && ts.isPropertyAssignment(other) ? skipWrappers(other.initializer) : other;
    return value && isFunctionNode(value) ? value : undefined;
  }
  const declared = ts.isFunctionDeclaration(fn) ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  const scope = declared && ts.isIdentifier(declared) ? file.bindingOf(declared)?.scope : undefined;
  const binding = scope?.bindings.get(name);
  return binding && findFunctionOfBinding(binding);
}

/** `api.stop = function () {}` beside `api.start = function () {}`. */
function findAssigned(start: ts.BinaryExpression, name: string, file: FileContext): FunctionNode | undefined {
  const path = findMemberPath(start.left)?.slice(0, -1).join('.');
  if (!path) return undefined;
  for (const node of file.nodes('BinaryExpression')) {
    if (!isAssignment(node) || findMemberName(skipWrappers(node.left)) !== name) continue;
    const value = skipWrappers(node.right);
    const isBeside = findEnclosingFunction(node) === findEnclosingFunction(start);
    if (isBeside && isFunctionNode(value) && findMemberPath(node.left)?.slice(0, -1).join('.') === path) return value;
  }
  return undefined;
}

function releasesIn(stop: FunctionNode, file: FileContext): boolean {
  const calls = withCallees([stop], file).flatMap((run) => listNodesWithin('CallExpression', run, file));
  return calls.some((call) => {
    const name = calleeName(call);
    return releasing.test(name);
  });
}

/** Whether both functions of a pair write one variable or field: its end makes it ready to start again. */
export function isReset({ start, stop }: Pair, file: FileContext): boolean {
  const writtenBy = (fn: FunctionNode): Set<string> => {
    const assigned = withCallees([fn], file)
      .flatMap((run) => listNodesWithin('BinaryExpression', run, file))
      .filter(isAssignment);
    return new Set(assigned.flatMap((node) => findMemberPath(node.left)?.join('.') ?? []));
  };
  const started = writtenBy(start);
  return [...writtenBy(stop)].some((name) => started.has(name));
}

/** Whether the end sets a field or variable to `true` that the start has set to `false`, or the other way round. */
function isTurnedBack({ start, stop }: Pair, file: FileContext): boolean {
  const setBy = (fn: FunctionNode, isOpposite: boolean): readonly string[] =>
    listNodesWithin('BinaryExpression', fn, file).flatMap((node) => {
      const { kind } = skipWrappers(node.right);
      const isTrue = kind === ts.SyntaxKind.TrueKeyword;
      if (!isAssignment(node) || (!isTrue && kind !== ts.SyntaxKind.FalseKeyword)) return [];
      return [`${findMemberPath(node.left)?.join('.')}=${isTrue !== isOpposite}`];
    });
  const started = new Set(setBy(start, false));
  return setBy(stop, true).some((set) => started.has(set));
}
