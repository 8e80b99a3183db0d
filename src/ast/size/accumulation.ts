import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  nameOfFunction,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listWalksAround } from '../where/data-walk.ts';
import { findIterated, isDeclaredIn, listRepetitions } from './loop-facts.ts';
import { mergesNested } from './nested-growth.ts';
import { findSize, type Size } from './size.ts';
import { findManyGiven } from './tied-size.ts';

/** A new array or object with all that was there before and a little more. */
export interface Copy {
  node: ts.Expression;
  kind: 'array' | 'object' | 'concat' | 'assign';
  /** What is added; spreads included. */
  added: readonly (ts.Expression | ts.ObjectLiteralElementLike)[];
  /** The old content comes first. */
  isAppending: boolean;
  /** What is added may be fields of one record. */
  isMerge: boolean;
}

export type Accumulation =
  /** `items.reduce((all, item) => [...all, item], [])` */
  | {
      kind: 'reduce';
      call: ts.CallExpression;
      fn: FunctionNode;
      accumulator: ts.Identifier;
      copies: Copy[];
      initial: ts.Expression;
      size: Size;
    }
  /** `all = [...all, item]` in a loop. */
  | {
      kind: 'loop';
      assignment: ts.BinaryExpression;
      target: ts.Expression;
      copy: Copy;
      over: ts.Expression | undefined;
      size: Size;
    };

/** Judges a `reduce` whose result is copied in each step. */
export function findReduce(call: ts.CallExpression, file: FileContext): Accumulation | undefined {
  const target = findMethodCall(call);
  const [first, initial] = call.arguments;
  if (!target || !/^reduce(?:Right)?$/.test(target.method) || !first || !initial) return undefined;
  const fn = skipWrappers(first);
  const accumulator = isFunctionNode(fn) ? fn.parameters[0]?.name : undefined;
  if (!isFunctionNode(fn) || !fn.body || !accumulator || !ts.isIdentifier(accumulator)) return undefined;
  const copies = listResults(fn, accumulator.text)
    .map((result) => copyOf(result, accumulator.text))
    .filter((copy) => copy !== undefined);
  if (copies.length === 0) return undefined;
  const added = copies.flatMap((copy) => copy.added);
  const size = sizeOfRounds(target.receiver, call, accumulator.text, added, file);
  return { kind: 'reduce', call, fn, accumulator, copies, initial, size };
}

/**
 * Of unknown size, but what a walk of any data gives for each part is merged whole: as large as all of that. Where single
 * items are pushed, only what is nested is copied.
 */
function sizeOfRounds(over: ts.Expression, node: ts.Node, name: string, added: Copy['added'], file: FileContext): Size {
  const size = findSize(over, file);
  if (size.size !== 'unknown' || size.why.startsWith('few')) return size;
  const many = findManyGiven(over, file);
  if (many) return many;
  const walks = listWalksAround(node, file);
  if (walks.length === 0) return size;
  if (!mergesNested(added, name, walks, file))
    return isOfOneObject(over) ? { size: 'small', why: 'the own keys of one object', at: over } : size;
  const pushes = findEnclosingFunction(node)?.getText(file.source).includes(`${name}.push(`);
  // Error answers, options and what somebody types in by hand are small, however they are nested.
  const isSmall = [over.getText(file.source), nameOfWalk(node)].some((name) => nestedByHand.test(name));
  const why = 'all that is nested in what is walked here';
  return pushes
    ? size
    : isSmall
      ? { size: 'unknown', why, at: node }
      : { size: 'large', why, at: node, isNested: true };
}

const nestedByHand = /errors?\b|Errors|option|config|setting|variable|validat|argument|flag/i;

function nameOfWalk(node: ts.Node): string {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const name = nameOfFunction(fn);
    if (name !== '<anonymous>') return name;
  }
  return '';
}

/** `Object.entries(value)`, also filtered and sorted. */
function isOfOneObject(over: ts.Expression): boolean {
  const target = findMethodCall(skipWrappers(over));
  if (!target) return false;
  if (ts.isIdentifier(target.receiver))
    return target.receiver.text === 'Object' && /^(?:keys|values|entries)$/.test(target.method);
  return /^(?:filter|map|sort|toSorted|reverse)$/.test(target.method) && isOfOneObject(target.receiver);
}

/** What the step gives: what it returns, and what it assigns to the accumulator that it returns. */
function listResults(fn: FunctionNode, accumulator: string): ts.Expression[] {
  const { body } = fn;
  if (!body) return [];
  if (!ts.isBlock(body)) return listOutcomes(body);
  const found: ts.Expression[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at)) return;
    if (ts.isReturnStatement(at) && at.expression) found.push(...listOutcomes(at.expression));
    if (isAssignment(at) && ts.isIdentifier(at.left) && at.left.text === accumulator) found.push(at.right);
    ts.forEachChild(at, visit);
  };
  visit(body);
  return found;
}

/** Both sides of `known ? all : [...all, item]`. */
function listOutcomes(expression: ts.Expression): ts.Expression[] {
  const value = skipWrappers(expression);
  return ts.isConditionalExpression(value)
    ? [...listOutcomes(value.whenTrue), ...listOutcomes(value.whenFalse)]
    : [value];
}

/** Judges an assignment in a loop. */
export function findLoopCopy(assignment: ts.BinaryExpression, file: FileContext): Accumulation | undefined {
  if (assignment.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const target = skipWrappers(assignment.left);
  const name = placeName(target);
  if (name === undefined || name.startsWith('this.')) return undefined;
  const copy = copyOf(assignment.right, name);
  if (!copy || (copy.kind === 'concat' && !isArray(target, copy, file))) return undefined;
  // One object for each key has an entry for each of a few things; the items of a key are as many as there are.
  if (findMemberPath(target) === undefined && copy.kind !== 'array') return undefined;
  const root = rootOf(target);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  let found: Accumulation | undefined;
  for (const repetition of listRepetitions(assignment)) {
    if (!binding || isDeclaredIn(binding, repetition.node)) break;
    const over = findIterated(repetition);
    const size: Size = over
      ? sizeOfRounds(over, assignment, name, listAdded(repetition.node, name), file)
      : { size: 'unknown', why: 'a loop without a list', at: repetition.node };
    if (size.size === 'small') continue;
    if (size.size === 'large' || !found) found = { kind: 'loop', assignment, target, copy, over, size };
    if (size.size === 'large') break;
  }
  return found;
}

/** What all copies into one place add in a loop: each of them copies what any of them has merged. */
function listAdded(loop: ts.Node, name: string): Copy['added'] {
  const added: Copy['added'][number][] = [];
  const visit = (at: ts.Node): void => {
    if (isAssignment(at) && placeName(skipWrappers(at.left)) === name)
      added.push(...(copyOf(at.right, name)?.added ?? []));
    ts.forEachChild(at, visit);
  };
  visit(loop);
  return added;
}

/** `all`, `page.rows`, `groups[key].items`: a place by what is written, as long as nothing in it is called. */
function placeName(place: ts.Expression): string | undefined {
  const path = findMemberPath(place);
  if (path) return path.join('.');
  const value = skipWrappers(place);
  if (ts.isPropertyAccessExpression(value)) {
    const holder = placeName(value.expression);
    return holder === undefined ? undefined : `${holder}.${value.name.text}`;
  }
  if (!ts.isElementAccessExpression(value)) return undefined;
  const holder = placeName(value.expression);
  const key = placeName(value.argumentExpression);
  return holder === undefined || key === undefined ? undefined : `${holder}[${key}]`;
}

/** Strings and rxjs streams have a `concat` too. */
function isArray(target: ts.Expression, copy: Copy, file: FileContext): boolean {
  if (copy.added.length > 0 && copy.added.every((a) => ts.isExpression(a) && ts.isStringLiteralLike(a))) return false;
  const declaration = ts.isIdentifier(target) ? file.bindingOf(target)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
  if (declaration.type) return /\[\]|Array</.test(declaration.type.getText(file.source));
  return !!declaration.initializer && ts.isArrayLiteralExpression(skipWrappers(declaration.initializer));
}

function copyOf(expression: ts.Expression, name: string): Copy | undefined {
  const node = skipWrappers(expression);
  const isOld = (e: ts.Expression): boolean => placeName(e) === name;
  if (ts.isArrayLiteralExpression(node)) {
    const at = node.elements.findIndex((e) => ts.isSpreadElement(e) && isOld(e.expression));
    if (at < 0 || node.elements.length < 2) return undefined;
    return {
      node,
      kind: 'array',
      added: node.elements.filter((_, i) => i !== at),
      isAppending: at === 0,
      isMerge: false,
    };
  }
  if (ts.isObjectLiteralExpression(node)) {
    const at = node.properties.findIndex((p) => ts.isSpreadAssignment(p) && isOld(p.expression));
    if (at < 0 || node.properties.length < 2) return undefined;
    // Named properties are fields of one record, not entries.
    const isEntry = node.properties.some((p) =>
      ts.isSpreadAssignment(p) ? !isOld(p.expression) : !!p.name && ts.isComputedPropertyName(p.name),
    );
    if (!isEntry) return undefined;
    return {
      node,
      kind: 'object',
      added: node.properties.filter((_, i) => i !== at),
      isAppending: at === 0,
      isMerge: !node.properties.some((p) => !!p.name && ts.isComputedPropertyName(p.name)),
    };
  }
  const target = findMethodCall(node);
  if (target?.method === 'concat' && isOld(target.receiver)) {
    return { node, kind: 'concat', added: target.call.arguments, isAppending: true, isMerge: false };
  }
  const isAssign = target?.method === 'assign' && ts.isIdentifier(target.receiver) && target.receiver.text === 'Object';
  const [first, second] = target?.call.arguments ?? [];
  if (
    isAssign &&
    first &&
    second &&
    ts.isObjectLiteralExpression(first) &&
    first.properties.length === 0 &&
    isOld(second)
  ) {
    return {
      node,
      kind: 'assign',
      added: target.call.arguments.slice(2),
      isAppending: true,
      isMerge: !/\{\s*\[/.test(node.getText()),
    };
  }
  return undefined;
}
