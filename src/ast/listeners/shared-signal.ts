import type { Binding, FileContext } from '../../model/file-context.ts';
import { isEndless } from '../io/attempts.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findImport } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition, type Repetition } from '../where/where.ts';
import { contains, listNodesWithin } from '../within.ts';
import { isRegistering } from './listener-place.ts';

/** Callbacks further out are not followed. */
const maxHops = 3;
/** A handful of tries of one piece of work, which are over with it. */
const tries = /attempt|retr(?:y|ies)|tries|\btry/i;

/**
 * Names of the functions that this file hands one AbortSignal call after call: in a loop that the signal lives on after,
 * or the signal of an instance whenever a method of it runs. `fetchPage`, and `Crawler.fetchPage` for `this.fetchPage()`.
 */
export function listSharedSignals(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  if (!file.text.includes('ignal')) return names;
  for (const call of file.nodes('CallExpression')) {
    const signal = findSignal(call);
    const name = signal && nameOfCalled(call, file);
    if (name !== undefined && isShared(signal!, call, file)) names.add(name);
  }
  return names;
}

/** What {@link listSharedSignals} calls a function; undefined where it has no name, or is not called by it. */
export function nameForSignals(fn: FunctionNode, file: FileContext): string | undefined {
  const name = nameOfFunction(fn);
  if (name === '') return undefined;
  const owner = findThisOwner(fn, file);
  const shape = owner && classShape(owner, file);
  return shape?.methods.get(name) === fn ? `${shape.name}.${name}` : name;
}

function nameOfCalled({ expression }: ts.CallExpression, file: FileContext): string | undefined {
  const callee = skipWrappers(expression);
  if (ts.isIdentifier(callee)) {
    const binding = file.bindingOf(callee);
    return binding && nameOf(binding);
  }
  const name = findMemberName(callee);
  const isOwn = name !== undefined && findMemberPath(callee)?.join('.') === `this.${name}`;
  const owner = isOwn ? findThisOwner(callee, file) : undefined;
  return owner && `${classShape(owner, file).name}.${name}`;
}

/** The name that its own file gives a function. */
function nameOf(binding: Binding): string {
  const imported = findImport(binding)?.name;
  return imported && /^\w+$/.test(imported) && imported !== 'default' ? imported : binding.name;
}

/** `signal` of `fetchPage(url, signal)` and of `fetchPage(url, { signal })`. */
function findSignal(call: ts.CallExpression): ts.Expression | undefined {
  for (const argument of call.arguments) {
    const value = skipWrappers(argument);
    if (isSignal(value)) return value;
    if (!ts.isObjectLiteralExpression(value)) continue;
    for (const property of value.properties) {
      if (findPropertyName(property.name) !== 'signal') continue;
      const given = ts.isShorthandPropertyAssignment(property)
        ? property.name
        : ts.isPropertyAssignment(property)
          ? skipWrappers(property.initializer)
          : undefined;
      if (given && isSignal(given)) return given;
    }
  }
  return undefined;
}

function isSignal(value: ts.Expression): boolean {
  return /signal$/i.test(ts.isIdentifier(value) ? value.text : (findMemberName(value) ?? ''));
}

function isShared(signal: ts.Expression, call: ts.CallExpression, file: FileContext): boolean {
  const root = rootOfMembers(signal);
  const fn = findEnclosingFunction(call);
  const repetition = findRounds(call);
  if (root.kind === ts.SyntaxKind.ThisKeyword)
    return fn !== undefined && (repetition !== undefined || !isRegistering(fn)) && !isMadeIn(fn, signal, file);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return binding !== undefined && repetition !== undefined && !isWithin(binding.identifier, repetition.node);
}

/** The loop around a call, through the callbacks between them: `for (…) limit(() => fetchPage(url, signal))`. */
function findRounds(call: ts.CallExpression): Repetition | undefined {
  let at: ts.Node = call;
  for (let hops = 0; hops < maxHops; hops++) {
    const repetition = findRepetition(at);
    if (repetition) return isFew(repetition) ? undefined : repetition;
    const fn = findEnclosingFunction(at);
    const outer = fn && getOutermostWrapped(fn).parent;
    if (!fn || !isFunctionNode(fn) || !outer || !(ts.isCallExpression(outer) || ts.isNewExpression(outer)))
      return undefined;
    at = outer;
  }
  return undefined;
}

function isFew({ node, over }: Repetition): boolean {
  if (over && ts.isArrayLiteralExpression(skipWrappers(over))) return true;
  if (ts.isForStatement(node)) return tries.test(`${node.initializer?.getText()} ${node.condition?.getText()}`);
  if (!ts.isWhileStatement(node)) return false;
  return tries.test(node.expression.getText()) || (isEndless(node) && countsTries(node));
}

/** `while (true) { attempt++; … return outcome; }`: the tries end with what the work gives. */
function countsTries({ statement }: ts.WhileStatement): boolean {
  return (
    contains(statement, isCountOfTries) &&
    contains(statement, (node) => ts.isReturnStatement(node) && node.expression !== undefined)
  );
}

function isCountOfTries(node: ts.Node): boolean {
  return (
    (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) &&
    node.operator === ts.SyntaxKind.PlusPlusToken &&
    tries.test(node.operand.getText())
  );
}

/** `this.controller = new AbortController()` ahead of the call: a signal for that call. */
function isMadeIn(fn: FunctionNode, signal: ts.Expression, file: FileContext): boolean {
  const field = findMemberPath(signal)?.[1];
  return listNodesWithin('BinaryExpression', fn, file).some(
    (node) => isAssignment(node) && findMemberPath(node.left)?.[1] === field,
  );
}
