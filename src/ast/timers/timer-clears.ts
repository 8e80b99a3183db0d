import type { Binding, FileContext } from '../../model/file-context.ts';
import { findConstantKey, isThisAlias } from '../handles/handle-escape.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { listHoldersGiven, listMembersMeant } from '../names/computed-members.ts';
import { findFunctionOfBinding } from '../names/functions.ts';
import {
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findTimerFunction } from './timers.ts';

/** Every place of a file that ends timers, by what it ends. */
export interface TimerClears {
  bindings: ReadonlyMap<Binding, readonly ts.Node[]>;
  /** By the name of a field, property or collection that the cleared handle came out of. */
  names: ReadonlyMap<string, readonly ts.Node[]>;
  /** Those of them that came out of something other than `this`: an owner clears what another one keeps. */
  foreign: ReadonlySet<string>;
  /** By the name of a table or list whose every timer is cleared: `Object.values(this.timers).forEach(clearInterval)`. */
  wholes: ReadonlyMap<string, readonly ts.Node[]>;
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
  const wholes = new Map<string, ts.Node[]>();
  const add = <Key>(map: Map<Key, ts.Node[]>, key: Key, at: ts.Node): void => {
    const list = map.get(key);
    if (list) list.push(at);
    else map.set(key, [at]);
  };
  const trace = (value: ts.Node, at: ts.Node, depth: number, isWhole = false): void => {
    const from = skipAwait(value as ts.Expression);
    if (depth > 10) return;
    if (ts.isIdentifier(from)) {
      if (isWhole) add(wholes, from.text, at);
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
      if (isWhole) add(wholes, name, at);
      const receiver = skipWrappers((from as ts.PropertyAccessExpression).expression);
      if (receiver.kind !== ts.SyntaxKind.ThisKeyword) {
        if (!isThisAlias(receiver, file)) foreign.add(name);
        trace(receiver, at, depth + 1);
      }
    } else if (ts.isElementAccessExpression(from)) {
      const key = findConstantKey(from, file);
      if (key !== undefined) add(names, key, at);
      for (const member of listMembersMeant(from, file)) add(names, member, at);
      trace(from.expression, at, depth + 1, true);
    } else if (from.kind === ts.SyntaxKind.ThisKeyword && isWhole) {
      add(names, 'this', at);
    } else if (ts.isCallExpression(from)) {
      trace(from.expression, at, depth + 1, isWhole);
      for (const held of listHoldersGiven(from)) traceHeld(held, at, depth + 1);
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
  /** What a call gives out the values of: all fields, where that is the owner itself. */
  const traceHeld = (held: ts.Expression, at: ts.Node, depth: number): void => {
    const value = skipWrappers(held);
    const owner = value.kind === ts.SyntaxKind.ThisKeyword ? findThisOwner(value, file) : undefined;
    for (const name of owner ? classShape(owner, file).fields.keys() : []) add(names, name, at);
    trace(value, at, depth, true);
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
    if (ts.isForOfStatement(loop)) trace(loop.expression, at, depth + 1, true);
  };
  /** The parameter of a callback over a collection, or of a local function that clears what it is handed. */
  const traceParameter = (parameter: ts.ParameterDeclaration, at: ts.Node, depth: number): void => {
    const fn = parameter.parent;
    const call = getOutermostWrapped(fn).parent;
    const target = findMethodCall(call);
    if (target?.call.arguments.includes(fn as ts.Expression)) {
      trace(target.receiver, at, depth + 1, true);
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
      trace(target.receiver, call, 0, true);
    }
    if (target.method === 'close') trace(target.receiver, call, 3);
  }
  return { bindings, names, foreign, wholes };
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
