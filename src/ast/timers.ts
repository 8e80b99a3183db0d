import type { Binding, FileContext } from '../model/file-context.ts';
import { findFunctionOfBinding } from './functions.ts';
import { type HandlePlace, isThisAlias } from './handle-escape.ts';
import { bareModule, findOrigin, originName } from './provenance.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

export type TimerFunction = 'setInterval' | 'setTimeout' | 'clearInterval' | 'clearTimeout';

/** Which timer function a call calls: the global, on `window`/`globalThis`/`global`, or out of `node:timers`. */
export function findTimerFunction(call: ts.CallExpression, file: FileContext): TimerFunction | undefined {
  const callee = skipWrappers(call.expression);
  const written = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
  if (written === undefined || !/^(?:set|clear)(?:Interval|Timeout)$/.test(written)) {
    if (!ts.isIdentifier(callee) || !file.bindingOf(callee)) return undefined;
  }
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  if (module !== '' && module !== 'timers') return undefined;
  const name = originName(origin).replace(/^(?:window|globalThis|global|self)\./, '');
  return /^(?:set|clear)(?:Interval|Timeout)$/.test(name) ? (name as TimerFunction) : undefined;
}

/** Every place of a file that ends timers, by what it ends. */
export interface TimerClears {
  bindings: ReadonlyMap<Binding, readonly ts.Node[]>;
  /** By the name of a field, property or collection that the cleared handle came out of. */
  names: ReadonlyMap<string, readonly ts.Node[]>;
  /** Those of them that came out of something other than `this`: an owner clears what another one keeps. */
  foreign: ReadonlySet<string>;
}

/**
 * The clears of a file, seen through aliases, destructuring, loops over tables, `forEach(clearInterval)`
 * and local functions that clear their parameter.
 */
export function timerClears(file: FileContext): TimerClears {
  return file.memo(collectClears, file.source);
}

function collectClears(_: ts.SourceFile, file: FileContext): TimerClears {
  const bindings = new Map<Binding, ts.Node[]>();
  const names = new Map<string, ts.Node[]>();
  const foreign = new Set<string>();
  const add = <Key>(map: Map<Key, ts.Node[]>, key: Key, at: ts.Node): void => {
    const list = map.get(key);
    if (list) list.push(at);
    else map.set(key, [at]);
  };
  const trace = (value: ts.Node, at: ts.Node, depth: number): void => {
    const from = skipAwait(value as ts.Expression);
    if (depth > 10) return;
    if (ts.isIdentifier(from)) {
      const binding = file.bindingOf(from);
      if (!binding) {
        add(names, from.text, at);
        return;
      }
      add(bindings, binding, at);
      traceBinding(binding, at, depth + 1);
      return;
    }
    const name = findMemberName(from);
    if (name !== undefined) {
      add(names, name, at);
      const receiver = skipWrappers((from as ts.PropertyAccessExpression).expression);
      if (receiver.kind !== ts.SyntaxKind.ThisKeyword) {
        if (!isThisAlias(receiver, file)) foreign.add(name);
        trace(receiver, at, depth + 1);
      }
    } else if (ts.isElementAccessExpression(from)) {
      trace(from.expression, at, depth + 1);
    } else if (ts.isCallExpression(from)) {
      trace(from.expression, at, depth + 1);
    } else if (ts.isBinaryExpression(from)) {
      trace(from.left, at, depth + 1);
      trace(from.right, at, depth + 1);
    } else if (ts.isConditionalExpression(from)) {
      trace(from.whenTrue, at, depth + 1);
      trace(from.whenFalse, at, depth + 1);
    } else if (ts.isArrayLiteralExpression(from)) {
      for (const element of from.elements) trace(element, at, depth + 1);
    } else if (ts.isSpreadElement(from)) {
      trace(from.expression, at, depth + 1);
    }
  };
  const traceBinding = (binding: Binding, at: ts.Node, depth: number): void => {
    const { declaration } = binding;
    if (ts.isBindingElement(declaration)) {
      const key = declaration.propertyName ?? declaration.name;
      if (ts.isIdentifier(key)) add(names, key.text, at);
      const holder = outermostPattern(declaration);
      if (ts.isVariableDeclaration(holder)) traceDeclaration(holder, at, depth);
      else if (ts.isParameter(holder)) traceParameter(holder, at, depth);
    } else if (ts.isVariableDeclaration(declaration)) {
      traceDeclaration(declaration, at, depth);
    } else if (ts.isParameter(declaration)) {
      traceParameter(declaration, at, depth);
    }
  };
  const traceDeclaration = (declaration: ts.VariableDeclaration, at: ts.Node, depth: number): void => {
    if (declaration.initializer) trace(declaration.initializer, at, depth + 1);
    const loop = declaration.parent.parent;
    if (ts.isForOfStatement(loop)) trace(loop.expression, at, depth + 1);
  };
  /** The parameter of a callback over a collection, or of a local function that clears what it is handed. */
  const traceParameter = (parameter: ts.ParameterDeclaration, at: ts.Node, depth: number): void => {
    const fn = parameter.parent;
    const call = getOutermostWrapped(fn).parent;
    const target = findMethodCall(call);
    if (target?.call.arguments.includes(fn as ts.Expression)) {
      trace(target.receiver, at, depth + 1);
      return;
    }
    const index = fn.parameters.indexOf(parameter);
    for (const caller of file.nodes('CallExpression')) {
      const argument = caller.arguments[index];
      if (argument && isCallOf(caller, fn, file)) trace(argument, caller, depth + 1);
    }
  };

  for (const call of file.nodes('CallExpression')) {
    const fn = findTimerFunction(call, file);
    const isClear = fn === 'clearInterval' || fn === 'clearTimeout';
    if (isClear && call.arguments[0]) trace(call.arguments[0], call, 0);
    const target = findMethodCall(call);
    if (!target) continue;
    // timers.forEach(clearInterval), disposables.push(() => …) is seen by the call inside.
    const first = call.arguments[0] && skipWrappers(call.arguments[0]);
    if (first && ts.isIdentifier(first) && /^clear(?:Interval|Timeout)$/.test(first.text) && !file.bindingOf(first)) {
      trace(target.receiver, call, 0);
    }
    if (target.method === 'close') trace(target.receiver, call, 3);
  }
  return { bindings, names, foreign };
}

function outermostPattern(element: ts.BindingElement): ts.Node {
  let at: ts.Node = element.parent.parent;
  while (ts.isBindingElement(at)) at = at.parent.parent;
  return at;
}

function isCallOf(call: ts.CallExpression, fn: ts.SignatureDeclaration, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  if (ts.isIdentifier(callee)) {
    const binding = file.bindingOf(callee);
    return binding !== undefined && findFunctionOfBinding(binding) === fn;
  }
  return ts.isMethodDeclaration(fn) && findMemberName(callee) === findPropertyName(fn.name);
}

/** The places of this file that end a timer kept in one of `places`. */
export function listClearsOf(places: readonly HandlePlace[], file: FileContext): readonly ts.Node[] {
  const clears = timerClears(file);
  return places.flatMap((place) => {
    switch (place.kind) {
      case 'binding':
        return [
          ...(clears.bindings.get(place.binding) ?? []),
          ...(isShared(place.binding) ? (clears.names.get(place.binding.name) ?? []) : []),
        ];
      case 'field':
      case 'property':
      case 'collection':
        return clears.names.get(place.name) ?? clearsOfLocal(place.name, clears);
      default:
        return [];
    }
  });
}

/** Those of a timeout, but for what its own callback clears: it has fired by then. */
export function listClearsOfTimeout(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): readonly ts.Node[] {
  const callback = call.arguments[0];
  const clears = listClearsOf(places, file);
  return callback && isFunctionNode(callback) ? clears.filter((clear) => !isWithin(clear, callback)) : clears;
}

/** Handles kept in a local collection are cleared through its binding. */
function clearsOfLocal(name: string, clears: TimerClears): readonly ts.Node[] {
  for (const [binding, nodes] of clears.bindings) if (binding.name === name) return nodes;
  return [];
}

function isShared(binding: Binding): boolean {
  return binding.kind === 'let' || binding.kind === 'var';
}

/** Whether a timer call's handle is `unref`ed: at once, or through the name or field that keeps it. */
export function isUnrefed(call: ts.CallExpression, places: readonly HandlePlace[], file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (findMemberName(parent) === 'unref') return true;
  const names = new Set(places.flatMap((p) => (p.kind === 'binding' ? [p.binding.name] : 'name' in p ? [p.name] : [])));
  return file.nodes('CallExpression').some((other) => {
    const target = findMethodCall(other);
    return target?.method === 'unref' && names.has(lastName(target.receiver));
  });
}

function lastName(expression: ts.Expression): string {
  const at = skipWrappers(expression);
  return ts.isIdentifier(at) ? at.text : (findMemberName(at) ?? '');
}

/** The milliseconds of a timer call, when they are written as a number (`5_000`, `60 * 1000`). */
export function findDelayMs(call: ts.CallExpression): number | undefined {
  return call.arguments[1] && findNumber(call.arguments[1]);
}

function findNumber(expression: ts.Expression): number | undefined {
  const at = skipWrappers(expression);
  if (ts.isNumericLiteral(at)) return Number(at.text.replaceAll('_', ''));
  if (!ts.isBinaryExpression(at) || at.operatorToken.kind !== ts.SyntaxKind.AsteriskToken) return undefined;
  const left = findNumber(at.left);
  const right = findNumber(at.right);
  return left === undefined || right === undefined ? undefined : left * right;
}

/** `close.timer` where the function `close` of a module clears what some `x.timer` holds. */
export function listClearsByName(file: FileContext): readonly string[] {
  return [...timerClears(file).names].flatMap(([name, nodes]) =>
    nodes.flatMap((node) => {
      const fn = findEnclosingFunction(node);
      const outer = fn && nameOfFunction(fn);
      return outer && /^\w+$/.test(outer) ? [`${outer}.${name}`] : [];
    }),
  );
}
